import { valueCell } from '../../hot-path/slot.ts';
import { defineKpi, type KpiContext, type KpiDefinition } from '../definition.ts';
import { finishParts } from '../result.ts';
import { panelWindowOfTierA } from '../window.ts';
import { readFactoredTotal, reserveFactoredTotal } from './factored-total.ts';
import {
  arcHeat,
  heatFactorIndex,
  heatInputs,
  heatInputsOf,
  heatParameters,
  methodTexts,
} from './heat-methods.ts';
import { finishSteps } from './panel-steps.ts';

type Parameters = ReturnType<typeof heatParameters.parse>;

const common = {
  version: 3,
  equipmentClass: 'weld_seam',
  unit: 'kJ/mm',
  decimals: 4,
  window: panelWindowOfTierA,
  windowRule: { en: 'the current panel, arc on', zh: '当前管屏，燃弧期间' },
  coverageRule: 'measured arc-on time / elapsed arc-on time of the panel',
  inputs: heatInputs,
  inputsOf: heatInputsOf,
  parametersSchema: heatParameters,
} as const satisfies Partial<KpiDefinition<Parameters>>;

/** Writes the value; and k, mean over the energy, to cell `efficiencyCell`. */
const buildHeat = (
  context: KpiContext<Parameters>,
  factorIndex: number,
  efficiencyCell: number,
): void => {
  const { steps, scale } = arcHeat(context);
  /** Energy and length of the panel, and the energy with its factor. */
  const totals = context.reserve(3);
  const factored = reserveFactoredTotal(context, factorIndex);
  const heat = { total: totals, out: totals + 2 };
  finishSteps(context, steps, (memory) => {
    steps.collected.read(memory, totals);
    readFactoredTotal(memory, factored, heat);
    const energy = memory[totals + 2] as number;
    memory[efficiencyCell] = energy / (memory[totals] as number);
    memory[context.value + valueCell] = (energy / (memory[totals + 1] as number)) * scale;
  });
};

/** Arc energy of one seam by method A, B or C of ISO/TR 18491, without thermal efficiency. */
export const arcEnergy = defineKpi<Parameters>({
  ...common,
  id: 'arcEnergy',
  point: 'arcEnergyPerLength',
  description: { en: 'Arc energy of the panel so far', zh: '当前管屏电弧线能量' },
  ...methodTexts.C,
  textsOf: ({ method }) => methodTexts[method],
  build: (context) => {
    buildHeat(context, heatFactorIndex(context, false), context.reserve(1));
  },
});

const efficiencyText = {
  en: 'k after EN 1011-1, ISO/TR 17671-1',
  zh: 'k 按 EN 1011-1、ISO/TR 17671-1',
};

const heatTexts = (method: Parameters['method']): Pick<KpiDefinition, 'formula' | 'standard'> => {
  const { formula, standard } = methodTexts[method];
  return {
    formula: { en: `Q = k * E, ${formula.en}`, zh: `Q = k * E，${formula.zh}` },
    standard: {
      en: `${standard.en}; ${efficiencyText.en}`,
      zh: `${standard.zh}；${efficiencyText.zh}`,
    },
  };
};

/**
 * Heat input of one seam: Q = k * E, by default E = integral(IP dt) / integral(v dt) over the time with the arc on
 * (ISO/TR 18491 method C; IP is the instantaneous power that the source averages itself, so it holds for pulsed arcs too).
 */
export const heatInput = defineKpi<Parameters>({
  ...common,
  id: 'heatInput',
  point: 'heatInput',
  description: { en: 'Heat input of the panel so far', zh: '当前管屏热输入' },
  ...heatTexts('C'),
  parts: {
    efficiency: {
      ...{ unit: '1', decimals: 3 },
      description: { en: 'thermal efficiency k', zh: '热效率 k' },
    },
  },
  textsOf: ({ method }) => heatTexts(method),
  build: (context) => {
    const efficiency = context.part('efficiency');
    const parts = [efficiency];
    buildHeat(context, heatFactorIndex(context, true), efficiency + valueCell);
    context.onTick((memory) => {
      finishParts(memory, context.value, parts);
    });
  },
});
