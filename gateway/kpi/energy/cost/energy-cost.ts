import { z } from 'zod';
import type { LocalText } from '../../../core/point.ts';
import { statusCodes } from '../../../core/quality.ts';
import { isUsableSlot, measuredCell, statusCell, valueCell } from '../../../hot-path/slot.ts';
import {
  defineKpiTable,
  type KpiColumn,
  type KpiInput,
  type KpiTableContext,
} from '../../definition.ts';
import { finishParts, finishResult } from '../../result.ts';
import { monthOfQuarterHours } from '../../window.ts';
import {
  calendarFold,
  calendarInput,
  dayFold,
  type Fold,
  foldCoverage,
  foldRow,
  markFold,
  onRows,
  quarterRows,
  type Rows,
  rowInputs,
  rowValue,
} from '../quarter/rows.ts';

/** By the numbers of `tariff.period`. */
const periods = ['critical', 'peak', 'flat', 'valley', 'deepValley'] as const;

const periodTexts: Readonly<Record<(typeof periods)[number], LocalText>> = {
  critical: { en: 'critical peak', zh: '尖峰' },
  peak: { en: 'peak', zh: '高峰' },
  flat: { en: 'flat', zh: '平段' },
  valley: { en: 'valley', zh: '低谷' },
  deepValley: { en: 'deep valley', zh: '深谷' },
};

const tariffInput = (point: string, en: string, zh: string): KpiInput => ({
  pattern: `{area}/{line}/{equipment}/tariff.${point}`,
  count: 'one',
  description: { en, zh },
});

const money = (point: string, en: string, zh: string): KpiColumn => ({
  ...{ point: `cost.${point}`, kind: 'number', unit: '{CNY}', decimals: 1 },
  description: { en, zh },
  formula: { en: 'sum of import * price', zh: '购电量 × 电价之和' },
});

const kwh = (point: string, en: string, zh: string): KpiColumn => ({
  ...{ point: `cost.${point}`, kind: 'number', unit: 'kWh', decimals: 1 },
  description: { en, zh },
  formula: { en: 'sum of import', zh: '购电量之和' },
});

const columns: readonly KpiColumn[] = [
  money('month', 'Cost of energy of the month', '当月电费'),
  money('day', 'Cost of energy of the day', '当日电费'),
  {
    ...{ point: 'cost.meanPrice', kind: 'number', unit: '{CNY}/kWh', decimals: 4 },
    description: { en: 'Mean price of the month', zh: '当月平均电价' },
    formula: { en: 'cost / energy with a price', zh: '电费 / 有电价的电量' },
  },
  ...periods.flatMap((period) => {
    const { en, zh } = periodTexts[period];
    return [
      money(period, `Cost of the month: ${en}`, `当月${zh}电费`),
      kwh(`${period}Energy`, `Energy of the month: ${en}`, `当月${zh}电量`),
    ];
  }),
  kwh('unpriced', 'Energy of the month without a price', '当月无电价电量'),
  {
    ...{ point: 'cost.coverage', kind: 'number', unit: '1', decimals: 3, formula: undefined },
    description: { en: 'coverage of the month', zh: '当月覆盖率' },
  },
];

/** Two tariff periods as they were told: their starts, numbers and prices. */
type Told = { readonly base: number };
const toldSize = 3;

/**
 * Remembers the newest two periods: a quarter hour is told of after its end, when the next period may have begun. Gives the place of
 * the period that a quarter hour began in, -1 where none is known.
 */
const rememberPeriods = (
  context: KpiTableContext<unknown>,
): ((memory: Float64Array, startMs: number) => number) => {
  const [period, start, price] = ['period', 'periodStart', 'price'].map(
    (n) => context.one(n).slot,
  ) as [number, number, number];
  const none = [Number.POSITIVE_INFINITY, -1, Number.NaN];
  const told: Told = { base: context.reserve(2 * toldSize, [...none, ...none]) };
  const tell = (memory: Float64Array): void => {
    const { base } = told;
    if (memory[base] !== memory[start + valueCell]) {
      memory.copyWithin(base + toldSize, base, base + toldSize);
    }
    const isKnown =
      isUsableSlot(memory, period) && isUsableSlot(memory, start) && isUsableSlot(memory, price);
    memory[base] = isKnown ? (memory[start + valueCell] as number) : Number.NEGATIVE_INFINITY;
    memory[base + 1] = isKnown ? (memory[period + valueCell] as number) : -1;
    memory[base + 2] = isKnown ? (memory[price + valueCell] as number) : Number.NaN;
  };
  context.onSample(start, tell);
  context.onSample(price, tell);
  return (memory, startMs) => {
    if ((memory[told.base] as number) <= startMs) return told.base;
    return (memory[told.base + toldSize] as number) <= startMs ? told.base + toldSize : -1;
  };
};

/** Of the month: cost and energy by period, what had no price. Of the day: cost. */
const monthSums = 2 * periods.length + 1;
const unpriced = 2 * periods.length;

const priced = (
  memory: Float64Array,
  parts: {
    readonly month: Fold;
    readonly day: Fold;
    readonly rows: Rows;
    readonly energy: number;
    readonly told: number;
  },
): void => {
  const { month, day, energy, told } = parts;
  const period = told < 0 ? -1 : (memory[told + 1] as number);
  const add = (cell: number, amount: number): void => {
    memory[cell] = (memory[cell] as number) + amount;
  };
  if (period < 0) {
    add(month.sums + unpriced, energy);
    memory[month.uncertainIndex] = 1;
    memory[day.uncertainIndex] = 1;
    return;
  }
  const cost = energy * (memory[told + 2] as number);
  add(month.sums + 2 * period, cost);
  add(month.sums + 2 * period + 1, energy);
  add(day.sums, cost);
};

/** Cost of the energy taken from the grid, by tariff period. */
export const energyCost = defineKpiTable({
  id: 'energyCost',
  version: 1,
  equipmentClass: 'park',
  group: 'cost',
  description: { en: 'Cost of energy', zh: '电费' },
  formula: { en: 'sum over periods of energy * price', zh: '各时段电量 × 电价之和' },
  standard: { en: 'time-of-use tariff of the site file', zh: '按站点文件中的分时电价' },
  window: monthOfQuarterHours,
  windowRule: { en: "closed quarter hours of the site's month", zh: '站点当月已结束的各刻钟' },
  coverageRule: 'metered time of the quarter hours / time since the month began',
  inputs: {
    ...rowInputs('import'),
    monthStart: calendarInput('monthStart'),
    period: tariffInput('period', 'tariff period', '电价时段'),
    periodStart: tariffInput('periodStart', 'when the period began', '时段起始时刻'),
    price: tariffInput('price', 'price of energy', '电价'),
  },
  parametersSchema: z.strictObject({}),
  columns,
  build: (context) => {
    const rows = quarterRows(context, ['import']);
    const imported = context.one('import');
    const periodOf = rememberPeriods(context);
    const month = calendarFold(context, monthSums, 'monthStart');
    const day = dayFold(context, 1);
    const slots = columns.map(({ point }) => context.column(point));
    const [ofMonth = 0, ofDay = 0, meanPrice = 0, ...byPeriod] = slots.slice(0, -1);
    const coverage = slots.at(-1) as number;
    onRows(context, rows, {
      take: (memory) => {
        const isMonth = foldRow(memory, month, rows);
        const isDay = foldRow(memory, day, rows);
        if (!isMonth || !isDay) return;
        markFold(memory, month, imported);
        const energy = rowValue(memory, imported);
        const told = periodOf(memory, memory[rows.startIndex] as number);
        priced(memory, { month, day, rows, energy, told });
      },
      write: (memory) => {
        let cost = 0;
        let energy = 0;
        for (let period = 0; period < periods.length; period++) {
          cost += memory[month.sums + 2 * period] as number;
          energy += memory[month.sums + 2 * period + 1] as number;
        }
        memory[ofMonth + valueCell] = cost;
        memory[ofDay + valueCell] = memory[day.sums] as number;
        memory[meanPrice + valueCell] = cost / energy;
        for (const [sum, slot] of byPeriod.entries()) {
          memory[slot + valueCell] = memory[month.sums + sum] as number;
        }
        memory[coverage + valueCell] = foldCoverage(memory, month);
        finishResult(memory, { value: ofMonth, coverage }, month.uncertainIndex);
        finishParts(memory, ofMonth, slots.slice(1, -1));
      },
    });
  },
});

const marginInputs: Readonly<Record<string, KpiInput>> = {
  highest: tariffInput('highestPrice', 'highest price of the day', '当日最高电价'),
  lowest: tariffInput('lowestPrice', 'lowest price of the day', '当日最低电价'),
  efficiency: {
    pattern: '{area}/*/*/roundTripEfficiency',
    equipmentClass: 'storage',
    unit: '1',
    count: 'optional',
    description: { en: 'round-trip efficiency of storage', zh: '储能往返效率' },
  },
};

/** What a kWh from storage earns between the cheapest and the dearest period of the day. */
export const arbitrageMargin = defineKpiTable({
  id: 'arbitrageMargin',
  version: 1,
  equipmentClass: 'park',
  group: 'arbitrage',
  description: { en: 'Arbitrage margin', zh: '峰谷套利价差' },
  formula: { en: 'highest - lowest / efficiency', zh: '最高电价 - 最低电价 / 往返效率' },
  standard: { en: 'per kWh discharged, without wear', zh: '每放电 1 kWh，不计损耗折旧' },
  window: { tier: 'c', folds: 'registers', over: 'day' },
  windowRule: { en: 'prices of the day', zh: '当日电价' },
  coverageRule: 'none: prices are known or not',
  inputs: marginInputs,
  parametersSchema: z.strictObject({
    /** Round-trip efficiency while none is measured. */
    efficiency: z.number().min(0.3).max(1).default(0.88),
  }),
  columns: [
    {
      ...{ point: 'arbitrageMargin', kind: 'number', unit: '{CNY}/kWh', decimals: 4 },
      description: { en: 'Arbitrage margin of the day', zh: '当日峰谷套利价差' },
      formula: { en: 'highest - lowest / efficiency', zh: '最高电价 - 最低电价 / 往返效率' },
    },
  ],
  build: (context) => {
    const [highest, lowest] = [context.one('highest').slot, context.one('lowest').slot];
    const measured = context.optional('efficiency')?.slot;
    const assumed = context.parameters.efficiency;
    const out = context.column('arbitrageMargin');
    context.onTick((memory) => {
      const isMeasured = measured !== undefined && isUsableSlot(memory, measured);
      const efficiency = isMeasured ? (memory[measured + valueCell] as number) : assumed;
      const isKnown = isUsableSlot(memory, highest) && isUsableSlot(memory, lowest);
      memory[out + valueCell] = isKnown
        ? (memory[highest + valueCell] as number) -
          (memory[lowest + valueCell] as number) / efficiency
        : 0;
      memory[out + statusCell] = isKnown ? statusCodes.good : statusCodes.badNoData;
      memory[out + measuredCell] = 1;
    });
  },
});
