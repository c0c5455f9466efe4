import { z } from 'zod';
import {
  maximumIndex,
  minimumIndex,
  pushExtremes,
  reserveExtremes,
  resetExtremes,
} from '../../hot-path/operators/extremes.ts';
import { intervalCoveredIndex } from '../../hot-path/operators/interval.ts';
import { valueCell } from '../../hot-path/slot.ts';
import { type AnyKpiDefinition, defineKpi } from '../definition.ts';
import { panelWindowOfTierA } from '../window.ts';
import { arcOnInput, arcsInput, isAnyArcOn } from './arc.ts';
import { panelInputs } from './panel.ts';
import { buildPanelRegister } from './panel-register.ts';
import { collectTotals, finishSteps, inputValue, panelSteps } from './panel-steps.ts';

const common = {
  version: 1,
  standard: { en: 'own definition', zh: '本项目定义' },
  window: panelWindowOfTierA,
} as const;

/** Share of the line's arc time in which nobody took a hand in it, in %. */
export const unmannedRatio: AnyKpiDefinition = defineKpi({
  ...common,
  id: 'unmannedRatio',
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
  inputs: {
    manualIntervention: {
      pattern: '{area}/{line}/*/manualIntervention',
      equipmentClass: 'weld_line',
      count: 'one',
      description: { en: 'the operator intervenes', zh: '操作人员正在干预' },
    },
    arcOn: arcsInput,
    ...panelInputs,
  },
  parametersSchema: z.strictObject({}),
  build: (context) => {
    const manual = context.one('manualIntervention');
    const arcs = context.many('arcOn');
    const steps = panelSteps(context, {
      name: 'unmanned',
      clock: manual,
      partners: [],
      others: arcs,
      arcs,
      collect: (cells) => {
        const aloneIndex = context.reserve(1);
        return collectTotals(context, cells, [{ source: aloneIndex, rule: 'hold' }], (memory) => {
          memory[aloneIndex] = memory[manual.slot + valueCell] === 0 ? 1 : 0;
        });
      },
    });
    const aloneMsIndex = context.reserve(1);
    const coveredIndex = intervalCoveredIndex(steps.interval);
    finishSteps(context, steps, (memory) => {
      steps.collected.read(memory, 0, aloneMsIndex);
      memory[context.value + valueCell] =
        (100 * (memory[aloneMsIndex] as number)) / (memory[coveredIndex] as number);
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
    error: 'not above minimumMm / 须大于 minimumMm',
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
