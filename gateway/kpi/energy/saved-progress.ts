import { z } from 'zod';
import { isUsableSlot, valueCell } from '../../hot-path/slot.ts';
import { defineKpi, type KpiInput } from '../definition.ts';
import { finishParts, finishResult } from '../result.ts';
import {
  addToFold,
  calendarFold,
  calendarInput,
  type Fold,
  foldCoverage,
  foldRow,
  lacksTime,
  onRows,
  quarterRows,
  rowInputs,
} from './quarter/rows.ts';

const points = ['pv', 'export', 'load', 'ev', 'import'] as const;

const calendar = (name: string, unit: string, en: string, zh: string): KpiInput => ({
  pattern: `{area}/{line}/{equipment}/calendar.${name}`,
  ...{ unit, count: 'one', description: { en, zh } },
});

const parametersSchema = z.strictObject({
  /** Energy that the year should save, kWh. */
  targetKwh: z.number().positive().default(5_130_000),
  /** Share of each month in the target, per cent; photovoltaics of a year at Changzhou unless given. */
  monthlyPercent: z
    .array(z.number().min(0).max(100))
    .length(12)
    .default([6.4, 6.8, 8.4, 9.7, 10.6, 9.2, 10.2, 9.9, 8.5, 7.8, 6.4, 6.1])
    .refine((shares) => Math.abs(shares.reduce((sum, share) => sum + share, 0) - 100) < 0.11, {
      message: 'shares that add up to 100 %',
    }),
  /** What counts as saved. */
  measure: z.enum(['gridSaved', 'pvSelfUse', 'pvGross']).default('gridSaved'),
});
type Measure = z.infer<typeof parametersSchema>['measure'];

const savedOf = (memory: Float64Array, { sums }: Fold, measure: Measure): number => {
  const of = (point: (typeof points)[number]): number =>
    memory[sums + points.indexOf(point)] as number;
  if (measure === 'pvGross') return of('pv');
  return measure === 'pvSelfUse' ? of('pv') - of('export') : of('load') + of('ev') - of('import');
};

/** What the year has saved so far, against the line of its monthly targets. */
export const savedProgress = defineKpi({
  id: 'savedProgress',
  version: 3,
  equipmentClass: 'park',
  point: 'savedProgress',
  unit: 'kWh',
  decimals: 0,
  description: { en: 'Energy saved in the year so far', zh: '当年截至目前的节约电量' },
  formula: {
    en: 'target so far = target * (shares of past months + share of this month * part of it that has passed)',
    zh: '目标进度 = 年目标 ×（已过月份比例 + 当月比例 × 当月已过部分）',
  },
  standard: {
    en: 'own definition; which of the three meanings of saved counts is a parameter',
    zh: '本项目定义；“节约”的三种口径由参数选定',
  },
  window: { tier: 'c', folds: 'b', over: 'year' },
  windowRule: { en: "closed quarter hours of the site's year", zh: '站点当年已结束的各刻钟' },
  coverageRule: 'metered time of the quarter hours / time since the year began',
  inputs: {
    ...rowInputs(...points),
    monthStart: calendarInput('monthStart'),
    yearStart: calendarInput('yearStart'),
    monthEnd: calendar('monthEnd', 'ms', 'when the month ends', '当月结束时刻'),
    month: calendar('month', '1', 'month of the year', '月份'),
  },
  parts: {
    target: { decimals: 0, description: { en: 'target so far', zh: '截至目前的目标' } },
    ratio: {
      ...{ unit: '1', decimals: 3 },
      description: { en: 'saved over target so far', zh: '节约量与目标之比' },
    },
    month: { decimals: 0, description: { en: 'saved in the month', zh: '当月节约电量' } },
    monthTarget: { decimals: 0, description: { en: 'target of the month', zh: '当月目标' } },
    yearTarget: { decimals: 0, description: { en: 'target of the year', zh: '全年目标' } },
  },
  parametersSchema,
  build: (context) => {
    const { targetKwh, monthlyPercent, measure } = context.parameters;
    const rows = quarterRows(context, points, { needsAll: true });
    const inputs = points.map((point) => context.one(point));
    const year = calendarFold(context, points.length, 'yearStart');
    const month = calendarFold(context, points.length, 'monthStart');
    const monthNumber = context.one('month').slot;
    const monthEnd = context.one('monthEnd').slot;
    const placeIndex = context.reserve(1, [Number.NaN]);
    const endIndex = context.reserve(1, [Number.NaN]);
    const names = ['target', 'ratio', 'month', 'monthTarget', 'yearTarget'];
    const parts = names.map((name) => context.part(name));
    const [target = 0, ratio = 0, ofMonth = 0, monthTarget = 0, yearTarget = 0] = parts;
    const shareOf = (place: number): number => (monthlyPercent[place] ?? 0) / 100;
    onRows(context, rows, {
      take: (memory) => {
        for (const fold of [year, month]) {
          if (!foldRow(memory, fold, rows)) continue;
          for (const [sum, input] of inputs.entries()) addToFold(memory, fold, sum, input);
        }
        // The last quarter hour of a month comes when the calendar already tells of the next.
        const isOfMonth = memory[month.startIndex] === memory[month.told.index];
        if (!isOfMonth || !isUsableSlot(memory, monthNumber)) return;
        memory[placeIndex] = (memory[monthNumber + valueCell] as number) - 1;
        memory[endIndex] = memory[monthEnd + valueCell] as number;
      },
      write: (memory) => {
        const saved = savedOf(memory, year, measure);
        memory[context.value + valueCell] = saved;
        memory[ofMonth + valueCell] = savedOf(memory, month, measure);
        const place = memory[placeIndex] as number;
        const startMs = memory[month.startIndex] as number;
        const passed =
          ((memory[month.endIndex] as number) - startMs) / ((memory[endIndex] as number) - startMs);
        const past = monthlyPercent.slice(0, place).reduce((sum, share) => sum + share / 100, 0);
        memory[target + valueCell] = targetKwh * (past + shareOf(place) * Math.min(1, passed));
        memory[ratio + valueCell] = saved / (memory[target + valueCell] as number);
        memory[monthTarget + valueCell] = targetKwh * shareOf(place);
        memory[yearTarget + valueCell] = targetKwh;
        memory[context.coverage + valueCell] = foldCoverage(memory, year);
        if (lacksTime(memory, year)) memory[year.uncertainIndex] = 1;
        finishResult(memory, context, year.uncertainIndex);
        finishParts(memory, context.value, parts);
      },
    });
  },
});
