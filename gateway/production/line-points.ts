import type { ChannelSpec, EquipmentPath, GroupSpec } from '../core/point.ts';
import { busyMs, windowAt } from './calendar.ts';
import type { LineTold } from './protocol.ts';

/** Produces the points of production; no source may have this id. */
export const productionProducer = 'production';

const msPerMinute = 60_000;

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
    ...{ point: 'producedQuantity', kind: 'number', unit: '1', decimals: 0 },
    description: {
      en: 'Produced quantity of the day so far (PQ)',
      zh: '当日截至目前的产出数量（PQ）',
    },
  },
  {
    ...{ point: 'goodQuantity', kind: 'number', unit: '1', decimals: 0 },
    description: { en: 'Good quantity of the day so far (GQ)', zh: '当日截至目前的合格数量（GQ）' },
  },
];

/** The points of production of a line, beside those of its machine. Frames come on change. */
export const productionGroup = (equipment: EquipmentPath, equipmentClass: string): GroupSpec => ({
  ...{ equipment, equipmentClass, name: 'production', producer: productionProducer },
  comesOnChange: true,
  channels,
});

/** The values at an instant of a day, in the order of the channels; NaN where nobody has told it. */
export const pointsAt = (
  { windows, isOrderRegistered, plannedRunTimePerItemMin, counts }: LineTold,
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
    sumOf(ofDay.map(({ produced }) => produced)),
    sumOf(ofDay.map(({ good }) => good)),
  ];
};

const sumOf = (numbers: readonly (number | null)[]): number => {
  const told = numbers.filter((number) => number !== null);
  return told.length === 0 ? Number.NaN : told.reduce((sum, number) => sum + number, 0);
};
