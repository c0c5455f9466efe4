import { z } from 'zod';
import { isBad } from '../../core/quality.ts';
import { isUncertainSlot, isUsableSlot, statusCell, valueCell } from '../../hot-path/slot.ts';
import { defineKpi, type KpiContext, type KpiInput, type ResolvedInput } from '../definition.ts';
import { finishResult } from '../result.ts';
import { dayOfRegisters } from '../window.ts';

const counted = (pattern: string, en: string, zh: string): KpiInput => ({
  pattern,
  unit: '1',
  count: 'one',
  description: { en, zh },
});

/** `numerator / denominator`, as both stand: covered while both are known. */
const buildQuotient = (
  context: KpiContext<unknown>,
  numerator: ResolvedInput,
  denominator: ResolvedInput,
): void => {
  const uncertainIndex = context.reserve(1);
  const read = (memory: Float64Array, { slot, multiply, divide }: ResolvedInput): number =>
    isUsableSlot(memory, slot)
      ? ((memory[slot + valueCell] as number) * multiply) / divide
      : Number.NaN;
  context.onTick((memory) => {
    const value = read(memory, numerator) / read(memory, denominator);
    const isUncertain =
      isUncertainSlot(memory, numerator.slot) || isUncertainSlot(memory, denominator.slot);
    memory[uncertainIndex] = isUncertain ? 1 : 0;
    memory[context.value + valueCell] = value;
    memory[context.coverage + valueCell] = Number.isFinite(value) ? 1 : 0;
    finishResult(memory, context, uncertainIndex);
  });
};

const asTheyStand = {
  window: dayOfRegisters,
  windowRule: { en: 'what the counts stand for', zh: '计数所涵盖的范围' },
} as const;

/** Share of inspected seams that were good without repair. */
export const firstPassYield = defineKpi({
  ...asTheyStand,
  id: 'firstPassYield',
  version: 1,
  equipmentClass: 'weld_seam',
  point: 'firstPassYield',
  unit: '1',
  decimals: 5,
  description: { en: 'First-pass yield of the seam', zh: '焊缝一次合格率' },
  formula: { en: 'good first time / inspected', zh: '一次合格数 / 检验数' },
  standard: { en: 'ISO 22400-2 (first pass yield)', zh: 'ISO 22400-2（一次合格率）' },
  coverageRule: '1 while both counts are known, else 0',
  inputs: {
    goodFirstTime: counted(
      '{area}/{line}/{equipment}/goodFirstTime',
      'seams good without repair',
      '未返修即合格的焊缝数',
    ),
    inspected: counted('{area}/{line}/{equipment}/inspected', 'seams inspected', '已检验焊缝数'),
  },
  parametersSchema: z.strictObject({}),
  build: (context) => {
    buildQuotient(context, context.one('goodFirstTime'), context.one('inspected'));
  },
});

/** Probability that a panel needs no repair: all of its seams must be good at first. */
export const rolledYield = defineKpi({
  ...asTheyStand,
  id: 'rolledYield',
  version: 1,
  equipmentClass: 'weld_line',
  point: 'rolledYield',
  unit: '1',
  decimals: 5,
  description: { en: 'Rolled yield of a panel', zh: '管屏滚动合格率' },
  formula: { en: 'product of the first-pass yields of all seams', zh: '各焊缝一次合格率之积' },
  standard: { en: 'own definition; rolled throughput yield', zh: '本项目定义；滚动直通率' },
  coverageRule: 'seams whose yield is known / seams',
  inputs: {
    yields: {
      pattern: '{area}/{line}/*/firstPassYield',
      equipmentClass: 'weld_seam',
      unit: '1',
      count: 'many',
      description: { en: 'first-pass yields of the seams', zh: '各焊缝一次合格率' },
    },
  },
  parametersSchema: z.strictObject({}),
  build: (context) => {
    const yields = context.many('yields');
    const uncertainIndex = context.reserve(1);
    context.onTick((memory) => {
      let [product, known] = [1, 0];
      memory[uncertainIndex] = 0;
      for (const { slot } of yields) {
        if (isBad(memory[slot + statusCell] as number)) continue;
        if (isUncertainSlot(memory, slot)) memory[uncertainIndex] = 1;
        product *= memory[slot + valueCell] as number;
        known += 1;
      }
      // Without one seam the product would look better than the panel is.
      memory[context.value + valueCell] = known === yields.length ? product : Number.NaN;
      memory[context.coverage + valueCell] = known / yields.length;
      finishResult(memory, context, uncertainIndex);
    });
  },
});

/** Defects per length of weld. */
export const defectsPerKm = defineKpi({
  ...asTheyStand,
  id: 'defectsPerKm',
  version: 1,
  equipmentClass: 'weld_line',
  point: 'defectsPerKm',
  unit: '1/km',
  decimals: 3,
  description: { en: 'Defects per kilometre of weld', zh: '每公里焊缝缺陷数' },
  formula: { en: 'defects / welded length', zh: '缺陷数 / 焊缝长度' },
  standard: { en: 'own definition', zh: '本项目定义' },
  coverageRule: '1 while both counts are known, else 0',
  inputs: {
    defects: counted('{area}/{line}/{equipment}/defects', 'defects found', '发现的缺陷数'),
    length: {
      pattern: '{area}/{line}/{equipment}/inspectedLength',
      unit: 'km',
      count: 'one',
      description: { en: 'length of weld inspected', zh: '已检验焊缝长度' },
    },
  },
  parametersSchema: z.strictObject({}),
  build: (context) => {
    buildQuotient(context, context.one('defects'), context.one('length'));
  },
});
