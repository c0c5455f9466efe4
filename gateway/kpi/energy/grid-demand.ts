import { z } from 'zod';
import { aggregateCells } from '../../hot-path/operators/aggregate.ts';
import { closedUpToIndex } from '../../hot-path/operators/aggregate-ring.ts';
import { valueCell } from '../../hot-path/slot.ts';
import { type AnyKpiDefinition, defineKpi, type KpiContext, type KpiInput } from '../definition.ts';
import { finishResult } from '../result.ts';
import {
  demandOf,
  energyOf,
  newestClosed,
  type QuarterHours,
  quarterHours,
} from './quarter-hours.ts';

const inputs: Readonly<Record<string, KpiInput>> = {
  power: {
    pattern: '{area}/*/grid/power',
    equipmentClass: 'meter',
    unit: 'kW',
    count: 'one',
    description: {
      en: 'power of the grid meter, positive in import',
      zh: '关口表有功功率，受电为正',
    },
  },
};

/** Value and coverage of the newest closed window of `ring`, which stay until the next one closes. */
const buildClosed = (
  context: KpiContext<unknown>,
  ring: 'quarters' | 'hours',
  compute: (memory: Float64Array, aggregate: number) => number,
): void => {
  const state = quarterHours(context);
  const { [ring]: windows, close, isNewestUncertain } = state;
  const uncertainIndex = context.reserve(1);
  context.onTick((memory) => {
    close(memory);
    const aggregate = newestClosed(memory, windows);
    memory[uncertainIndex] = aggregate >= 0 && isNewestUncertain(memory, windows) ? 1 : 0;
    memory[context.value + valueCell] = aggregate < 0 ? 0 : compute(memory, aggregate);
    memory[context.coverage + valueCell] =
      aggregate < 0
        ? 0
        : (memory[aggregate + aggregateCells.coveredMs] as number) / windows.periodMs;
    finishResult(memory, context, uncertainIndex);
  });
};

/** Share of the day's closed quarter hours that went into the peak. */
const dayCoverage = (memory: Float64Array, state: QuarterHours): number => {
  const { quarters, dayBase, dayStartIndex } = state;
  const elapsedMs =
    (memory[closedUpToIndex(quarters)] as number) - (memory[dayStartIndex] as number);
  const coveredMs = memory[dayBase + aggregateCells.coveredMs] as number;
  return coveredMs > 0 ? Math.min(1, coveredMs / elapsedMs) : 0;
};

const common = {
  version: 1,
  equipmentClass: 'park',
  decimals: 1,
  inputs,
  parametersSchema: z.strictObject({}),
} as const;

/** Demand of the newest full quarter hour. */
export const gridDemand: AnyKpiDefinition = defineKpi({
  ...common,
  id: 'gridDemand',
  point: 'gridDemand',
  unit: 'kW',
  description: { en: 'Grid demand of the last quarter hour', zh: '上一刻钟需量' },
  formula: {
    en: 'D = integral(max(0, P) dt) / measured time, over a quarter hour',
    zh: 'D = ∫max(0, P) dt / 有效测量时间，取一刻钟',
  },
  standard: {
    en: 'block demand, as the demand register of IEC 62056-6-2 keeps it',
    zh: '区间式需量，同 IEC 62056-6-2 需量寄存器',
  },
  window: { tier: 'b', lengthMs: 900_000 },
  windowRule: { en: 'the newest closed quarter hour', zh: '最近结束的一刻钟' },
  coverageRule: 'measured time / 15 min',
  build: (context) => {
    buildClosed(context, 'quarters', demandOf);
  },
});

/** Energy of the newest full hour, folded from its quarter hours. */
export const gridImportHour: AnyKpiDefinition = defineKpi({
  ...common,
  id: 'gridImportHour',
  point: 'gridImportHour',
  unit: 'kWh',
  description: { en: 'Energy taken from the grid in the last hour', zh: '上一小时电网购电量' },
  formula: {
    en: 'E = sum of the measured energies of the four quarter hours',
    zh: 'E = 四个刻钟有效测量电能之和',
  },
  standard: {
    en: 'own definition; from power, beside the register of gridImport',
    zh: '本项目定义；由功率求得，可与 gridImport 的计数器互校',
  },
  window: { tier: 'c', folds: 'b', lengthMs: 3_600_000 },
  windowRule: { en: 'the newest closed hour', zh: '最近结束的一小时' },
  coverageRule: 'measured time / 1 h',
  build: (context) => {
    buildClosed(context, 'hours', energyOf);
  },
});

/** Largest quarter-hour demand of the day. */
export const gridDemandPeak: AnyKpiDefinition = defineKpi({
  ...common,
  id: 'gridDemandPeak',
  point: 'gridDemandPeak',
  unit: 'kW',
  description: { en: 'Peak grid demand of the day', zh: '当日最大需量' },
  formula: {
    en: 'max of the quarter-hour demands of the day',
    zh: '当日各刻钟需量的最大值',
  },
  standard: {
    en: 'maximum demand of a day of 15-minute blocks, as tariffs bill it',
    zh: '按 15 分钟区间计的当日最大需量，与电价计费口径一致',
  },
  window: { tier: 'c', folds: 'b', over: 'day' },
  windowRule: {
    en: "closed quarter hours of the site's day that the newest of them is in",
    zh: '最近结束的刻钟所在站点日内已结束的各刻钟',
  },
  coverageRule:
    'time measured in quarter hours of at least 95 % coverage / time of the closed quarter hours of the day',
  build: (context) => {
    const state = quarterHours(context);
    context.onTick((memory) => {
      state.close(memory);
      memory[context.value + valueCell] = memory[state.dayBase + aggregateCells.maximum] as number;
      memory[context.coverage + valueCell] = dayCoverage(memory, state);
      finishResult(memory, context, state.dayUncertainIndex);
    });
  },
});
