import { z } from 'zod';
import { isBad } from '../../../core/quality.ts';
import { isUsableSlot, statusCell, valueCell } from '../../../hot-path/slot.ts';
import { defineKpi, type KpiContext, type KpiInput } from '../../definition.ts';
import { finishParts, finishResult, minimumGoodCoverage } from '../../result.ts';
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
  rowCoverage,
  rowInputs,
  rowValue,
} from '../quarter/rows.ts';

const quartersPerHour = 4;

/** Places of the sums of a fold of demands. */
const sums = { largest: 0, atMs: 1, energy: 2, hours: 3 } as const;
const sumCount = 4;

const inputs: Readonly<Record<string, KpiInput>> = {
  ...rowInputs('import'),
  monthStart: calendarInput('monthStart'),
};

type Demands = { readonly month: Fold; readonly day: Fold };

/**
 * Demands of the day and of the month, from the register of the grid meter. A quarter hour that was not fully metered has no
 * demand: what was counted in a part of it may be far from what all of it had.
 */
const foldDemands = (
  context: KpiContext<unknown>,
  write: (memory: Float64Array, demands: Demands) => void,
  parts: readonly number[],
): void => {
  const rows = quarterRows(context, ['import']);
  const imported = context.one('import');
  const month = calendarFold(context, sumCount, 'monthStart');
  const day = dayFold(context, sumCount);
  const take = (memory: Float64Array, fold: Fold): void => {
    if (!foldRow(memory, fold, rows) || isBad(memory[imported.slot + statusCell] as number)) return;
    const covered = rowCoverage(memory, rows);
    const energy = rowValue(memory, imported);
    markFold(memory, fold, imported);
    const at = (sum: number): number => fold.sums + sum;
    memory[at(sums.energy)] = (memory[at(sums.energy)] as number) + energy;
    memory[at(sums.hours)] = (memory[at(sums.hours)] as number) + covered / quartersPerHour;
    const demand = energy * quartersPerHour;
    if (covered < minimumGoodCoverage || demand <= (memory[at(sums.largest)] as number)) return;
    memory[at(sums.largest)] = demand;
    memory[at(sums.atMs)] = memory[rows.startIndex] as number;
  };
  onRows(context, rows, {
    take: (memory) => {
      take(memory, month);
      take(memory, day);
    },
    write: (memory) => {
      write(memory, { month, day });
      memory[context.coverage + valueCell] = foldCoverage(memory, month);
      finishResult(memory, context, month.uncertainIndex);
      finishParts(memory, context.value, parts);
    },
  });
};

const common = {
  version: 1,
  equipmentClass: 'park',
  window: monthOfQuarterHours,
  windowRule: {
    en: "closed quarter hours of the site's month",
    zh: '站点当月已结束的各刻钟',
  },
  coverageRule: 'metered time of the quarter hours / time since the month began',
} as const;

/** Largest quarter-hour demand of the month and of the day, from the register. */
export const maximumDemand = defineKpi({
  ...common,
  id: 'maximumDemand',
  point: 'maximumDemand',
  unit: 'kW',
  decimals: 1,
  description: { en: 'Maximum demand of the month', zh: '当月最大需量' },
  formula: { en: 'max of import / 0.25 h', zh: '各刻钟购电量 / 0.25 h 的最大值' },
  standard: {
    en: 'fixed 15-minute blocks, as Chinese two-part tariffs bill them',
    zh: '固定 15 分钟区间，与两部制电价计费一致',
  },
  inputs,
  parts: {
    day: { decimals: 1, description: { en: 'of the day', zh: '当日最大需量' } },
    at: {
      ...{ unit: 'ms', decimals: 0 },
      description: { en: 'when its quarter hour began (UTC)', zh: '出现刻钟的起始时刻（UTC）' },
    },
  },
  parametersSchema: z.strictObject({}),
  build: (context) => {
    const [ofDay, at] = [context.part('day'), context.part('at')];
    foldDemands(
      context,
      (memory, { month, day }) => {
        memory[context.value + valueCell] = memory[month.sums + sums.largest] as number;
        memory[ofDay + valueCell] = memory[day.sums + sums.largest] as number;
        memory[at + valueCell] = memory[month.sums + sums.atMs] as number;
      },
      [ofDay, at],
    );
  },
});

/** Mean import of the month over its largest. */
export const loadFactor = defineKpi({
  ...common,
  id: 'loadFactor',
  point: 'loadFactor',
  unit: '1',
  decimals: 3,
  description: { en: 'Load factor of the month', zh: '当月负荷率' },
  formula: { en: 'mean import / maximum demand', zh: '平均购电功率 / 最大需量' },
  standard: { en: 'usual definition, over metered time', zh: '通用定义，按有效计量时间' },
  inputs,
  parametersSchema: z.strictObject({}),
  build: (context) => {
    foldDemands(
      context,
      (memory, { month }) => {
        const of = (sum: number): number => memory[month.sums + sum] as number;
        memory[context.value + valueCell] = of(sums.energy) / of(sums.hours) / of(sums.largest);
      },
      [],
    );
  },
});

const priceInput = (point: string, en: string, zh: string): KpiInput => ({
  pattern: `{area}/{line}/{equipment}/tariff.${point}`,
  count: 'one',
  description: { en, zh },
});

const money = '{CNY}';

/** What the month's maximum demand costs, beside what the capacity of the connection would. */
export const demandCharge = defineKpi({
  ...common,
  id: 'demandCharge',
  point: 'demandCharge',
  unit: money,
  decimals: 1,
  description: { en: 'Demand charge of the month so far', zh: '当月截至目前的需量电费' },
  formula: {
    en: 'maximum demand * price; capacity: kVA * price',
    zh: '最大需量 × 需量电价；容量电费：容量 × 容量电价',
  },
  standard: { en: 'two-part tariff', zh: '两部制电价' },
  inputs: {
    ...inputs,
    demandPrice: priceInput('demandPrice', 'price of maximum demand', '需量电价'),
    capacityPrice: priceInput('capacityPrice', 'price of capacity', '容量电价'),
  },
  parts: {
    capacity: { decimals: 1, description: { en: 'charge by capacity instead', zh: '按容量计费' } },
    saving: {
      decimals: 1,
      description: { en: 'what demand saves against capacity', zh: '按需量计费节省' },
    },
  },
  parametersSchema: z.strictObject({
    /** Of the transformers, kVA. */
    capacityKva: z.number().positive(),
  }),
  build: (context) => {
    const { capacityKva } = context.parameters;
    const price = context.one('demandPrice').slot;
    const capacityPrice = context.one('capacityPrice').slot;
    const parts = [context.part('capacity'), context.part('saving')] as const;
    const [capacity, saving] = parts;
    const priceIn: (memory: Float64Array, slot: number) => number = (memory, slot) =>
      isUsableSlot(memory, slot) ? (memory[slot + valueCell] as number) : Number.NaN;
    foldDemands(
      context,
      (memory, { month }) => {
        const largest = memory[month.sums + sums.largest] as number;
        const charge = largest * priceIn(memory, price);
        memory[context.value + valueCell] = charge;
        memory[capacity + valueCell] = capacityKva * priceIn(memory, capacityPrice);
        memory[saving + valueCell] = (memory[capacity + valueCell] as number) - charge;
      },
      parts,
    );
  },
});
