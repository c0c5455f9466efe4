import type { ChannelSpec, EquipmentPath, GroupSpec } from '../core/point.ts';
import { busyMs, windowAt } from './calendar.ts';
import { type CountedName, countedNames, type LineTold } from './protocol.ts';

/** Produces the points of production; no source may have this id. */
export const productionProducer = 'production';

const msPerMinute = 60_000;

const counted = (point: string, unit: string, en: string, zh: string): ChannelSpec => ({
  ...{ point, kind: 'number', unit, decimals: unit === '1' ? 0 : 1 },
  description: { en: `${en} of the day so far`, zh: `当日截至目前的${zh}` },
});

/** Sums of what was counted on the day. */
const countedChannels: Readonly<Record<CountedName, ChannelSpec>> = {
  produced: counted('producedQuantity', '1', 'Produced quantity (PQ)', '产出数量（PQ）'),
  good: counted('goodQuantity', '1', 'Good quantity (GQ)', '合格数量（GQ）'),
  scrap: counted('scrapQuantity', '1', 'Scrapped quantity (SQ)', '报废数量（SQ）'),
  rework: counted('reworkQuantity', '1', 'Quantity to be repaired (RQ)', '返修数量（RQ）'),
  inspected: counted('inspectedQuantity', '1', 'Inspected quantity', '检验数量'),
  goodFirstTime: counted(
    ...(['goodFirstTimeQuantity', '1'] as const),
    ...(['Quantity good at the first inspection', '首检合格数量'] as const),
  ),
  workTimeMin: counted('workTime', 'min', 'Personnel work time (APWT)', '人员作业时间（APWT）'),
  attendanceTimeMin: counted(
    ...(['attendanceTime', 'min'] as const),
    ...(['Personnel attendance time (APAT)', '人员出勤时间（APAT）'] as const),
  ),
};

/** What the KPIs of ISO 22400-2 need beside the machine. All are bad (BadNoData) while nobody has told them. */
const channels: readonly ChannelSpec[] = [
  {
    ...{ point: 'orderRegistered', kind: 'boolean', unit: '1' },
    description: { en: 'A job order is released or started', zh: '有已下达或已开工的生产订单' },
  },
  {
    ...{ point: 'plannedBusy', kind: 'boolean', unit: '1' },
    description: { en: 'The calendar plans to be busy', zh: '日历计划为占用' },
  },
  {
    ...{ point: 'plannedBusyTime', kind: 'number', unit: 'min', decimals: 1 },
    description: {
      en: 'Planned busy time of the day so far (PBT)',
      zh: '当日截至目前的计划占用时间（PBT）',
    },
  },
  {
    ...{ point: 'plannedRunTimePerItem', kind: 'number', unit: 'min', decimals: 2 },
    description: {
      en: 'Planned run time per item of the order started last (PRI)',
      zh: '最近开工订单的单件计划运行时间（PRI）',
    },
  },
  {
    ...{ point: 'orderExecutionTime', kind: 'number', unit: 'min', decimals: 1 },
    description: {
      en: 'Time of the day so far with an order at work (AOET)',
      zh: '当日截至目前有订单在执行的时间（AOET）',
    },
  },
  ...countedNames.map((name) => countedChannels[name]),
];

/** The points of production of a line, beside those of its machine. Frames come on change. */
export const productionGroup = (equipment: EquipmentPath, equipmentClass: string): GroupSpec => ({
  ...{ equipment, equipmentClass, name: 'production', producer: productionProducer },
  comesOnChange: true,
  channels,
});

/** The values at an instant of a day, in the order of the channels; NaN where nobody has told it. */
export const pointsAt = (
  { windows, isOrderRegistered, plannedRunTimePerItemMin, counts, executions }: LineTold,
  { timeMs, dayStartMs }: { readonly timeMs: number; readonly dayStartMs: number },
): readonly number[] => {
  const window = windowAt(windows, timeMs);
  const busy = busyMs(windows, dayStartMs, timeMs);
  const ofDay = counts.filter((count) => count.timeMs >= dayStartMs && count.timeMs <= timeMs);
  return [
    isOrderRegistered === null ? Number.NaN : Number(isOrderRegistered),
    window === undefined ? Number.NaN : Number(window.isBusy),
    busy === undefined ? Number.NaN : busy / msPerMinute,
    plannedRunTimePerItemMin ?? Number.NaN,
    isOrderRegistered === null
      ? Number.NaN
      : executedMs(executions, dayStartMs, timeMs) / msPerMinute,
    ...countedNames.map((name) => sumOf(ofDay.map((count) => count[name]))),
  ];
};

const executedMs = (executions: LineTold['executions'], fromMs: number, toMs: number): number =>
  executions.reduce(
    (executed, span) =>
      executed + Math.max(0, Math.min(span.toMs ?? toMs, toMs) - Math.max(span.fromMs, fromMs)),
    0,
  );

const sumOf = (numbers: readonly (number | null)[]): number => {
  const told = numbers.filter((number) => number !== null);
  return told.length === 0 ? Number.NaN : told.reduce((sum, number) => sum + number, 0);
};
