import { z } from 'zod';
import { expectedWords } from '../../core/input-words.ts';
import {
  maximumIndex,
  minimumIndex,
  pushExtremes,
  reserveExtremes,
  resetExtremes,
} from '../../hot-path/operators/extremes.ts';
import { intervalCoveredIndex } from '../../hot-path/operators/interval.ts';
import { isUsableSlot, valueCell } from '../../hot-path/slot.ts';
import {
  type AnyKpiDefinition,
  defineKpi,
  type KpiInput,
  type ResolvedInput,
} from '../definition.ts';
import { finishParts } from '../result.ts';
import { panelWindowOfTierA } from '../window.ts';
import { arcOnInput, arcsInput, isAnyArcOn } from './arc.ts';
import { panelInputs } from './panel.ts';
import { buildPanelRegister } from './panel-register.ts';
import { collectTotals, finishSteps, inputValue, panelSteps, readInput } from './panel-steps.ts';

const common = {
  version: 2,
  standard: { en: 'own definition', zh: '本项目定义' },
  window: panelWindowOfTierA,
} as const;

const msPerMinute = 60_000;

const manualOfLine: KpiInput = {
  pattern: '{area}/{line}/*/manualIntervention',
  count: 'many',
  description: { en: 'the operator intervenes', zh: '操作人员正在干预' },
};

export const manualIntervention: KpiInput = {
  ...manualOfLine,
  pattern: '{area}/{line}/{equipment}/manualIntervention',
  count: 'one',
};

/**
 * Share of the line's arc time in which nobody took a hand in it, in %. Where each torch tells of its own, the line is manned
 * while any of them is.
 */
export const unmannedRatio: AnyKpiDefinition = defineKpi({
  ...common,
  id: 'unmannedRatio',
  version: 4,
  equipmentClass: 'weld_line',
  point: 'unmannedRatio',
  unit: '%',
  decimals: 2,
  description: { en: 'Arc time without manual intervention', zh: '无人工干预燃弧时间占比' },
  formula: {
    en: '100 * time(any arc on, no manual intervention) / time(any arc on)',
    zh: '100 * 任一电弧燃烧且无人工干预的时间 / 任一电弧燃烧的时间',
  },
  windowRule: { en: 'the current panel, any arc on', zh: '当前管屏，任一电弧燃烧期间' },
  coverageRule: 'time with a known state of intervention / elapsed time with any arc on',
  inputs: { manualIntervention: manualOfLine, arcOn: arcsInput, ...panelInputs },
  parts: {
    arcTime: {
      ...{ unit: 'min', decimals: 2 },
      description: {
        en: 'arc time that it is a share of: any arc on, the state of intervention known',
        zh: '其分母：任一电弧燃烧且干预状态已知的时间',
      },
    },
  },
  parametersSchema: z.strictObject({}),
  build: (context) => {
    const manuals = context.many('manualIntervention');
    const [clock, ...others] = manuals as readonly [ResolvedInput, ...ResolvedInput[]];
    const arcs = context.many('arcOn');
    const steps = panelSteps(context, {
      name: 'unmanned',
      clock,
      isState: true,
      partners: others.map((input) => ({ input, needs: 'state' })),
      others: arcs,
      arcs,
      collect: (cells) => {
        const aloneIndex = context.reserve(1);
        return collectTotals(context, cells, [{ source: aloneIndex, rule: 'hold' }], (memory) => {
          memory[aloneIndex] = isAnySet(memory, manuals) ? 0 : 1;
        });
      },
    });
    const aloneMsIndex = context.reserve(1);
    const coveredIndex = intervalCoveredIndex(steps.interval);
    const arcTime = context.part('arcTime');
    finishSteps(context, steps, (memory) => {
      steps.collected.read(memory, 0, aloneMsIndex);
      memory[context.value + valueCell] =
        (100 * (memory[aloneMsIndex] as number)) / (memory[coveredIndex] as number);
    });
    context.onTick((memory) => {
      memory[arcTime + valueCell] = (memory[coveredIndex] as number) / msPerMinute;
      finishParts(memory, context.value, [arcTime]);
    });
  },
});

const isAnySet = (memory: Float64Array, inputs: readonly ResolvedInput[]): boolean => {
  for (let at = 0; at < inputs.length; at++) {
    if (memory[(inputs[at] as ResolvedInput).slot + valueCell] !== 0) return true;
  }
  return false;
};

/**
 * How often the operator took a torch in hand on this panel with its arc on, and where the newest of them began. The place is
 * that of the encoder; each change of it, as it is journalled, is an intervention with its x.
 */
export const interventions: AnyKpiDefinition = defineKpi({
  ...common,
  id: 'interventions',
  equipmentClass: 'weld_seam',
  point: 'interventions',
  unit: '1',
  decimals: 0,
  description: { en: 'Manual interventions of the panel so far', zh: '当前管屏人工干预次数' },
  formula: {
    en: 'number of times that an intervention began, arc on; position: where the newest began',
    zh: '燃弧期间人工干预开始的次数；position：最近一次开始的位置',
  },
  windowRule: { en: 'the current panel, arc on', zh: '当前管屏，燃弧期间' },
  coverageRule: 'arc-on time with a known state of intervention / elapsed arc-on time of the panel',
  inputs: {
    manualIntervention,
    arcOn: arcOnInput,
    ...panelInputs,
  },
  parts: {
    position: {
      ...{ unit: 'mm', decimals: 0 },
      description: { en: 'where the newest began', zh: '最近一次开始的位置' },
    },
  },
  parametersSchema: z.strictObject({}),
  build: (context) => {
    const manual = context.one('manualIntervention');
    const arcOn = context.one('arcOn');
    const position = context.optional('panelPosition');
    const steps = panelSteps(context, {
      name: 'interventions',
      clock: manual,
      isState: true,
      partners: [{ input: arcOn, needs: 'state' }],
      others: [position],
      arcs: [arcOn],
      collect: ({ countsIndex }) => {
        const countIndex = context.reserve(1);
        const placeIndex = context.reserve(1, [Number.NaN]);
        const wasManualIndex = context.reserve(1);
        return {
          ...{ countIndex, placeIndex },
          reset: (memory) => {
            memory[countIndex] = 0;
            memory[placeIndex] = Number.NaN;
            memory[wasManualIndex] = 0;
          },
          push: (memory) => {
            if (memory[countsIndex] !== 1) return;
            const isManual = memory[manual.slot + valueCell] === 0 ? 0 : 1;
            const hasBegun = isManual === 1 && memory[wasManualIndex] === 0;
            memory[wasManualIndex] = isManual;
            if (!hasBegun) return;
            memory[countIndex] = (memory[countIndex] as number) + 1;
            memory[placeIndex] = Number.NaN;
            if (position !== undefined && isUsableSlot(memory, position.slot)) {
              readInput(memory, position, placeIndex);
            }
          },
        };
      },
    });
    const { countIndex, placeIndex } = steps.collected;
    const place = context.part('position');
    finishSteps(context, steps, (memory) => {
      memory[context.value + valueCell] = memory[countIndex] as number;
    });
    context.onTick((memory) => {
      memory[place + valueCell] = memory[placeIndex] as number;
      finishParts(memory, context.value, [place]);
    });
  },
});

/** Corrections that the machine made by itself in the panel, by its counter. */
export const corrections: AnyKpiDefinition = defineKpi({
  ...common,
  id: 'corrections',
  equipmentClass: 'weld_line',
  point: 'corrections',
  unit: '1',
  decimals: 0,
  description: { en: 'Automatic corrections of the panel so far', zh: '当前管屏自动修正次数' },
  formula: {
    en: 'sum of non-negative steps of the counter while any arc is on',
    zh: '任一电弧燃烧期间计数器非负增量之和',
  },
  windowRule: { en: 'the current panel, any arc on', zh: '当前管屏，任一电弧燃烧期间' },
  coverageRule: 'time spanned by readings of one segment / elapsed time with any arc on',
  inputs: {
    correctionCount: {
      pattern: '{area}/{line}/*/correctionCount',
      equipmentClass: 'weld_line',
      unit: '1',
      count: 'one',
      description: { en: 'counter of automatic corrections', zh: '自动修正计数器' },
    },
    arcOn: arcsInput,
    ...panelInputs,
  },
  parametersSchema: z.strictObject({}),
  build: (context) => {
    const isActive = isAnyArcOn(context, context.many('arcOn'));
    buildPanelRegister(context, { register: context.one('correctionCount'), isActive });
  },
});

const rangeParameters = z
  .strictObject({ minimumMm: z.number(), maximumMm: z.number() })
  .refine(({ minimumMm, maximumMm }) => minimumMm < maximumMm, {
    path: ['maximumMm'],
    error: expectedWords({ en: 'more than minimumMm', zh: '大于 minimumMm 的数' }),
  });

/** Share of the travel of a torch's cross-slide that the panel has used, in %: near 100, it cannot follow any more. */
export const adjustmentRangeUsed: AnyKpiDefinition = defineKpi<z.infer<typeof rangeParameters>>({
  ...common,
  id: 'adjustmentRangeUsed',
  equipmentClass: 'weld_seam',
  point: 'adjustmentRangeUsed',
  unit: '%',
  decimals: 1,
  description: { en: 'Adjustment range used by the panel so far', zh: '当前管屏调节范围使用率' },
  formula: {
    en: '100 * (largest - smallest slide position) / range, arc on',
    zh: '100 * (滑座最大位置 - 最小位置) / 可调范围，燃弧期间',
  },
  windowRule: { en: 'the current panel, arc on', zh: '当前管屏，燃弧期间' },
  coverageRule: 'arc-on time with a measured slide position / elapsed arc-on time of the panel',
  inputs: {
    slidePosition: {
      pattern: '{area}/{line}/{equipment}/slidePosition',
      unit: 'mm',
      count: 'one',
      description: { en: 'position of the cross-slide', zh: '十字滑座位置' },
    },
    arcOn: arcOnInput,
    ...panelInputs,
  },
  parametersSchema: rangeParameters,
  build: (context) => {
    const slide = context.one('slidePosition');
    const arcOn = context.one('arcOn');
    const steps = panelSteps(context, {
      name: 'slide',
      clock: slide,
      partners: [{ input: arcOn, needs: 'state' }],
      arcs: [arcOn],
      collect: ({ countsIndex }) => {
        const extremes = reserveExtremes(context);
        const positionIndex = context.reserve(1);
        return {
          extremes,
          reset: (memory) => {
            resetExtremes(memory, extremes);
          },
          push: (memory) => {
            if (memory[countsIndex] !== 1) return;
            memory[positionIndex] = inputValue(memory, slide);
            pushExtremes(memory, extremes, positionIndex);
          },
        };
      },
    });
    const { extremes } = steps.collected;
    const { minimumMm, maximumMm } = context.parameters;
    finishSteps(context, steps, (memory) => {
      const used =
        (memory[maximumIndex(extremes)] as number) - (memory[minimumIndex(extremes)] as number);
      memory[context.value + valueCell] = (100 * used) / (maximumMm - minimumMm);
    });
  },
});
