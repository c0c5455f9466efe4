import { z } from 'zod';
import { valueCell } from '../../hot-path/slot.ts';
import { defineKpi, type KpiContext, type KpiDefinition } from '../definition.ts';
import { panelWindowOfTierA } from '../window.ts';
import { arcOnInput, arcStateIndex, travelSpeedInput } from './arc.ts';
import { readFactoredTotal, reserveFactoredTotal } from './factored-total.ts';
import { panelInputs } from './panel.ts';
import { collectTotals, finishSteps, panelSteps, readInput } from './panel-steps.ts';
import { processInput } from './process.ts';
import { wireAreaIndex, wireParameters } from './wire.ts';

const minuteMs = 60_000;

const common = {
  version: 2,
  equipmentClass: 'weld_seam',
  window: panelWindowOfTierA,
  windowRule: { en: 'the current panel, arc on or off', zh: '当前管屏，无论是否燃弧' },
} as const satisfies Partial<KpiDefinition>;

type Flow = {
  readonly input: string;
  readonly factor: number;
  readonly factorIndex?: number;
};

/** The integral of one flow over the panel, times `factor` per minute, and times that of the process where there is one. */
const buildFlow = (context: KpiContext<unknown>, { input, factor, factorIndex }: Flow): void => {
  const flow = context.one(input);
  const steps = panelSteps(context, {
    name: 'flow',
    clock: flow,
    partners: [],
    collect: (cells) =>
      collectTotals(context, cells, [{ source: flow.slot + valueCell, rule: 'trapezoid' }]),
  });
  const totalIndex = context.reserve(1);
  const scale = (factor * flow.multiply) / flow.divide / minuteMs;
  const factored =
    factorIndex === undefined ? undefined : reserveFactoredTotal(context, factorIndex);
  const inPlace = { total: totalIndex, out: totalIndex };
  finishSteps(context, steps, (memory) => {
    steps.collected.read(memory, 0, totalIndex);
    if (factored !== undefined) readFactoredTotal(memory, factored, inPlace);
    memory[context.value + valueCell] = (memory[totalIndex] as number) * scale;
  });
};

/** Length of a seam that was welded, in m: travel with the arc on. */
export const weldLength = defineKpi({
  ...common,
  id: 'weldLength',
  point: 'weldLength',
  unit: 'm',
  decimals: 3,
  description: { en: 'Welded length of the panel so far', zh: '当前管屏已焊长度' },
  formula: { en: 'integral(v dt), arc on', zh: '燃弧期间 ∫v dt' },
  standard: { en: 'own definition', zh: '本项目定义' },
  coverageRule: 'time with a known arc state and travel speed / elapsed time of the panel',
  inputs: { arcOn: arcOnInput, travelSpeed: travelSpeedInput, ...panelInputs },
  parametersSchema: z.strictObject({}),
  build: (context) => {
    const arcOn = context.one('arcOn');
    const speed = context.one('travelSpeed');
    const arcIndex = arcStateIndex(context, arcOn);
    const steps = panelSteps(context, {
      name: 'weld length',
      clock: arcOn,
      isState: true,
      partners: [{ input: speed, needs: 'usable' }],
      collect: (cells) => {
        const weldingIndex = context.reserve(1);
        const source = { source: weldingIndex, rule: 'trapezoid' } as const;
        return collectTotals(context, cells, [source], (memory) => {
          if (memory[arcIndex] === 1) readInput(memory, speed, weldingIndex);
          else memory[weldingIndex] = 0;
        });
      },
    });
    const totalIndex = context.reserve(1);
    finishSteps(context, steps, (memory) => {
      steps.collected.read(memory, 0, totalIndex);
      memory[context.value + valueCell] = (memory[totalIndex] as number) / 1e6;
    });
  },
});

const massParameters = wireParameters.omit({ depositionEfficiency: true }).extend({
  densityKgPerM3: z.number().min(1000).max(20_000).default(7850),
});

/** Mass of the wire that a torch was fed, in kg: what is issued, spatter included. */
export const wireMass = defineKpi<z.infer<typeof massParameters>>({
  ...common,
  version: 3,
  id: 'wireMass',
  point: 'wireMass',
  unit: 'kg',
  decimals: 4,
  description: { en: 'Wire used for the panel so far', zh: '当前管屏焊丝用量' },
  formula: {
    en: 'm = integral(WFS dt) * Awire * density',
    zh: 'm = ∫送丝速度 dt * 焊丝截面积 * 密度',
  },
  standard: { en: 'own definition', zh: '本项目定义' },
  coverageRule: 'time with a measured wire feed / elapsed time of the panel',
  inputs: {
    wireFeedSpeed: {
      pattern: '{area}/{line}/{equipment}/wireFeedSpeed',
      unit: 'm/min',
      count: 'one',
      description: { en: 'wire feed speed', zh: '送丝速度' },
    },
    process: processInput,
    ...panelInputs,
  },
  parametersSchema: massParameters,
  build: (context) => {
    buildFlow(context, {
      input: 'wireFeedSpeed',
      factor: context.parameters.densityKgPerM3 / 1e6,
      factorIndex: wireAreaIndex(context),
    });
  },
});

/** Shielding gas that a torch was given, in m3 as its flow meter counts them. */
export const gasVolume = defineKpi({
  ...common,
  id: 'gasVolume',
  point: 'gasVolume',
  unit: 'm3',
  decimals: 4,
  description: { en: 'Shielding gas used for the panel so far', zh: '当前管屏保护气体用量' },
  formula: { en: 'V = integral(flow dt)', zh: 'V = ∫流量 dt' },
  standard: { en: 'own definition', zh: '本项目定义' },
  coverageRule: 'time with a measured gas flow / elapsed time of the panel',
  inputs: {
    gasFlow: {
      pattern: '{area}/{line}/{equipment}/gasFlow',
      unit: 'L/min',
      count: 'one',
      description: { en: 'flow of shielding gas', zh: '保护气体流量' },
    },
    ...panelInputs,
  },
  parametersSchema: z.strictObject({}),
  build: (context) => {
    buildFlow(context, { input: 'gasFlow', factor: 1e-3 });
  },
});
