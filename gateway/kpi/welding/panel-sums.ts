import { z } from 'zod';
import type { LocalText } from '../../core/point.ts';
import { isBad } from '../../core/quality.ts';
import { isUncertainSlot, statusCell, valueCell } from '../../hot-path/slot.ts';
import { buildCombined, kpiInputs } from '../combined.ts';
import { type AnyKpiDefinition, defineKpi, type KpiContext } from '../definition.ts';
import { finishResult } from '../result.ts';
import { panelWindowOfTierA } from '../window.ts';
import { wireParameters } from './wire.ts';

const common = {
  version: 1,
  equipmentClass: 'weld_line',
  standard: { en: 'own definition', zh: '本项目定义' },
  window: panelWindowOfTierA,
  windowRule: { en: 'the current panel', zh: '当前管屏' },
} as const;

/** Sums a KPI over the seams of the line; a seam without a result is not covered, and makes the sum uncertain. */
const buildSum = (context: KpiContext<unknown>, point: string): void => {
  const uncertainIndex = context.reserve(1);
  const values = context.many(point);
  const coverages = context.many(`${point}.coverage`);
  context.onTick((memory) => {
    let total = 0;
    let covered = 0;
    memory[uncertainIndex] = 0;
    for (let seam = 0; seam < values.length; seam++) {
      const value = values[seam] as (typeof values)[number];
      const coverage = coverages[seam] as (typeof coverages)[number];
      if (isBad(memory[value.slot + statusCell] as number)) {
        memory[uncertainIndex] = 1;
        continue;
      }
      if (isUncertainSlot(memory, value.slot)) memory[uncertainIndex] = 1;
      total += ((memory[value.slot + valueCell] as number) * value.multiply) / value.divide;
      covered += memory[coverage.slot + valueCell] as number;
    }
    memory[context.value + valueCell] = total;
    memory[context.coverage + valueCell] = covered / values.length;
    finishResult(memory, context, uncertainIndex);
  });
};

const sumOfSeams = (options: {
  readonly id: string;
  readonly of: string;
  readonly unit: string;
  readonly decimals: number;
  readonly description: LocalText;
  readonly what: LocalText;
}): AnyKpiDefinition => {
  const { of, unit, what } = options;
  const pattern = `{area}/{line}/*/${of}`;
  const seams = { equipmentClass: 'weld_seam', count: 'many' } as const;
  return defineKpi({
    ...common,
    id: options.id,
    point: options.id,
    unit,
    decimals: options.decimals,
    description: options.description,
    formula: { en: `sum of ${of} over the seams`, zh: `各焊缝 ${of} 之和` },
    coverageRule: `mean of the coverages of ${of} of the seams`,
    inputs: {
      [of]: { ...seams, pattern, unit, description: what },
      [`${of}.coverage`]: {
        ...seams,
        pattern: `${pattern}.coverage`,
        unit: '1',
        description: { en: `coverage of ${what.en}`, zh: `${what.zh}（覆盖率）` },
      },
    },
    parametersSchema: z.strictObject({}),
    build: (context) => {
      buildSum(context, of);
    },
  });
};

/** Welded length of all seams of the panel: 360 m when 20 seams of 18 m are done. */
export const panelWeldLength = sumOfSeams({
  id: 'panelWeldLength',
  of: 'weldLength',
  unit: 'm',
  decimals: 2,
  description: { en: 'Weld of all seams of the panel so far', zh: '当前管屏各焊缝总焊长' },
  what: { en: 'welded length of the seams', zh: '各焊缝已焊长度' },
});

/** Wire that all torches were fed for the panel. */
export const panelWireMass = sumOfSeams({
  id: 'panelWireMass',
  of: 'wireMass',
  unit: 'kg',
  decimals: 3,
  description: { en: 'Wire of all seams of the panel so far', zh: '当前管屏焊丝总用量' },
  what: { en: 'wire used by the seams', zh: '各焊缝焊丝用量' },
});

/** Shielding gas that all torches were given for the panel. */
export const panelGasVolume = sumOfSeams({
  id: 'panelGasVolume',
  of: 'gasVolume',
  unit: 'm3',
  decimals: 3,
  description: { en: 'Gas of all seams of the panel so far', zh: '当前管屏保护气体总用量' },
  what: { en: 'gas used by the seams', zh: '各焊缝保护气体用量' },
});

/** How often an operator took a hand in any seam of the panel. */
export const panelInterventions = sumOfSeams({
  id: 'panelInterventions',
  of: 'interventions',
  unit: '1',
  decimals: 0,
  description: {
    en: 'Manual interventions of all seams of the panel so far',
    zh: '当前管屏各焊缝人工干预总次数',
  },
  what: { en: 'manual interventions of the seams', zh: '各焊缝人工干预次数' },
});

type Term = { readonly point: string; readonly unit: string; readonly name: LocalText };

const terms = {
  energy: {
    point: 'weldingEnergy',
    unit: 'kWh',
    name: { en: 'energy while welding', zh: '焊接期间电量' },
  },
  length: {
    point: 'panelWeldLength',
    unit: 'm',
    name: { en: 'weld of all seams', zh: '各焊缝总焊长' },
  },
  wire: {
    point: 'panelWireMass',
    unit: 'kg',
    name: { en: 'wire of all seams', zh: '焊丝总用量' },
  },
  gas: {
    point: 'panelGasVolume',
    unit: 'm3',
    name: { en: 'gas of all seams', zh: '保护气体总用量' },
  },
  corrections: {
    point: 'corrections',
    unit: '1',
    name: { en: 'corrections of the panel', zh: '当前管屏修正次数' },
  },
} as const satisfies Readonly<Record<string, Term>>;

const perMetre = (options: {
  readonly id: string;
  readonly of: Term;
  readonly unit: string;
  readonly decimals: number;
  readonly description: LocalText;
}): AnyKpiDefinition => {
  const { of } = options;
  const { length } = terms;
  return defineKpi({
    ...common,
    id: options.id,
    point: options.id,
    unit: options.unit,
    decimals: options.decimals,
    description: options.description,
    formula: {
      en: `${of.point} / ${length.point}`,
      zh: `${of.name.zh} / ${length.name.zh}`,
    },
    coverageRule: `the smaller of the coverages of ${of.point} and ${length.point}`,
    inputs: {
      ...kpiInputs(of.point, of.unit, of.name),
      ...kpiInputs(length.point, length.unit, length.name),
    },
    parametersSchema: z.strictObject({}),
    build: (context) => {
      buildCombined(context, [of.point, length.point], (memory, [amount = 0, m = 0], out) => {
        memory[out] = (memory[amount] as number) / (memory[m] as number);
      });
    },
  });
};

/** Energy that the line took while welding, by metre of weld. */
export const energyPerMetre = perMetre({
  id: 'energyPerMetre',
  of: terms.energy,
  unit: 'kWh/m',
  decimals: 4,
  description: { en: 'Energy per metre of weld', zh: '每米焊缝电耗' },
});

/** Wire by metre of weld. */
export const wirePerMetre = perMetre({
  id: 'wirePerMetre',
  of: terms.wire,
  unit: 'kg/m',
  decimals: 4,
  description: { en: 'Wire per metre of weld', zh: '每米焊缝焊丝用量' },
});

/** Shielding gas by metre of weld. */
export const gasPerMetre = perMetre({
  id: 'gasPerMetre',
  of: terms.gas,
  unit: 'm3/m',
  decimals: 5,
  description: { en: 'Shielding gas per metre of weld', zh: '每米焊缝保护气体用量' },
});

/** Corrections that the machine made by itself, by metre of weld. */
export const correctionsPerMetre = perMetre({
  id: 'correctionsPerMetre',
  of: terms.corrections,
  unit: '1/m',
  decimals: 3,
  description: { en: 'Automatic corrections per metre of weld', zh: '每米焊缝自动修正次数' },
});

const depositParameters = wireParameters.pick({ depositionEfficiency: true });

/** Energy that the line took while welding, by kg of metal deposited. */
export const energyPerDeposit = defineKpi<z.infer<typeof depositParameters>>({
  ...common,
  id: 'energyPerDeposit',
  point: 'energyPerDeposit',
  unit: 'kWh/kg',
  decimals: 3,
  description: { en: 'Energy per kg of metal deposited', zh: '每千克熔敷金属电耗' },
  formula: {
    en: 'weldingEnergy / (panelWireMass * eta)',
    zh: '焊接期间电量 / (焊丝总用量 * 熔敷效率)',
  },
  coverageRule: 'the smaller of the coverages of weldingEnergy and panelWireMass',
  inputs: {
    ...kpiInputs(terms.energy.point, terms.energy.unit, terms.energy.name),
    ...kpiInputs(terms.wire.point, terms.wire.unit, terms.wire.name),
  },
  parametersSchema: depositParameters,
  build: (context) => {
    const { depositionEfficiency } = context.parameters;
    const points = [terms.energy.point, terms.wire.point];
    buildCombined(context, points, (memory, [kwh = 0, kg = 0], out) => {
      memory[out] = (memory[kwh] as number) / ((memory[kg] as number) * depositionEfficiency);
    });
  },
});
