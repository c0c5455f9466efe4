import { z } from 'zod';
import { statusCodes } from '../../core/quality.ts';
import { extremesSize } from '../../hot-path/operators/extremes.ts';
import {
  activeFlag,
  type Interval,
  intervalCoveredIndex,
  intervalElapsedIndex,
  pushInterval,
  reserveInterval,
  usableFlag,
} from '../../hot-path/operators/interval.ts';
import {
  momentsCountIndex,
  momentsMeanIndex,
  momentsSize,
  readSampleVariance,
} from '../../hot-path/operators/moments.ts';
import {
  pushSlidingStatistics,
  readSlidingStatistics,
  reserveSlidingStatistics,
  type SlidingStatistics,
} from '../../hot-path/operators/sliding-statistics.ts';
import type { Step } from '../../hot-path/program.ts';
import type { FrameRing } from '../../hot-path/ring.ts';
import {
  isMeasuredSlot,
  isUncertainSlot,
  isUsableSlot,
  timeCell,
  valueCell,
} from '../../hot-path/slot.ts';
import {
  type AnyKpiDefinition,
  defineKpi,
  type KpiContext,
  type KpiInput,
  type ResolvedInput,
} from '../definition.ts';
import { finishResult } from '../result.ts';
import { arcOnInput, arcStateIndex } from './arc.ts';
import { readInput } from './panel-steps.ts';

const inputs: Readonly<Record<string, KpiInput>> = {
  current: {
    pattern: '{area}/{line}/{equipment}/current',
    unit: 'A',
    count: 'one',
    description: { en: 'arc current', zh: '焊接电流' },
  },
  arcOn: arcOnInput,
};

/** A point without a period may come as often as this: as fast as any source reads. */
const shortestPeriodMs = 100;
/** Channels of the ring: the current, and running totals at its sample, so that a window's are a difference. */
const lanes = { current: 0, elapsedMs: 1, coveredMs: 2, uncertain: 3, count: 4 } as const;

type Window = {
  /** Base of count, mean and squared deviations of the samples in the window, as `read` left them. */
  readonly moments: number;
  readonly coverageIndex: number;
  readonly uncertainIndex: number;
  /** To be called at each tick. */
  readonly read: Step;
};

/** The newest samples of one seam's current with the arc on, shared by the KPIs of one window. */
const currentWindow = (context: KpiContext<unknown>): Window => {
  const current = context.one('current');
  const arcOn = context.one('arcOn');
  const lengthMs = 'lengthMs' in context.window ? context.window.lengthMs : 0;
  const arcIndex = arcStateIndex(context, arcOn);
  return context.shared(`current ${current.key} ${arcOn.key} ${lengthMs}`, () => {
    const timeIndex = current.slot + timeCell;
    const periodMs = current.periodMs ?? shortestPeriodMs;
    const ring = context.ring({
      width: lanes.count,
      minimumCapacity: Math.ceil(lengthMs / periodMs) + 2,
    });
    const statistics = reserveSlidingStatistics(context, { firstChannel: 0, lanes: 1, ring });
    const interval = reserveInterval(context, { timeIndex, gapMs: current.staleMs });
    const rowIndex = context.reserve(lanes.count);
    const rowStatusIndex = context.reserve(1);
    const moments = context.reserve(momentsSize + extremesSize);
    const coverageIndex = context.reserve(1);
    const uncertainIndex = context.reserve(1);
    const fromMsIndex = context.reserve(1);
    const sampling: Sampling = {
      ...{ current, arcSlot: arcOn.slot, arcIndex, timeIndex, interval, ring, statistics },
      row: { source: rowIndex, timeIndex, statusIndex: rowStatusIndex },
      coveredIndex: intervalCoveredIndex(interval),
      elapsedIndex: intervalElapsedIndex(interval),
    };
    context.onSample(current.slot, (memory) => {
      takeCurrent(memory, sampling);
    });

    const read: Step = (memory) => {
      const nowMs = memory[context.tickMsIndex] as number;
      memory[fromMsIndex] = nowMs - lengthMs;
      const count = ring.countAfter(memory, fromMsIndex);
      readSlidingStatistics(memory, statistics, { ring, lane: 0, window: count, out: moments });
      memory[coverageIndex] = 0;
      memory[uncertainIndex] = 0;
      if (count === 0) return;
      const passed = (lane: number): number => difference(ring, { lane, count });
      const silentMs = nowMs - (ring.timeMs[ring.newestRow] as number);
      const isSilent = memory[arcIndex] === 1 && silentMs > interval.gapMs;
      const elapsedMs = passed(lanes.elapsedMs) + (isSilent ? silentMs : 0);
      if (elapsedMs > 0) memory[coverageIndex] = passed(lanes.coveredMs) / elapsedMs;
      const isCut = count === ring.capacity;
      const isOldestUncertain = firstUncertain(ring, count);
      if (isCut || isOldestUncertain || passed(lanes.uncertain) > 0) memory[uncertainIndex] = 1;
    };
    return { moments, coverageIndex, uncertainIndex, read };
  });
};

type Sampling = {
  readonly current: ResolvedInput;
  readonly arcSlot: number;
  readonly arcIndex: number;
  readonly timeIndex: number;
  readonly interval: Interval;
  readonly coveredIndex: number;
  readonly elapsedIndex: number;
  readonly ring: FrameRing;
  readonly statistics: SlidingStatistics;
  readonly row: {
    readonly source: number;
    readonly timeIndex: number;
    readonly statusIndex: number;
  };
};

const takeCurrent = (memory: Float64Array, sampling: Sampling): void => {
  const { current, interval, ring, row } = sampling;
  const isOn = memory[sampling.arcIndex] === 1;
  const isMeasured = isMeasuredSlot(memory, current.slot) && isUsableSlot(memory, sampling.arcSlot);
  pushInterval(memory, interval, (isOn ? activeFlag : 0) | (isMeasured ? usableFlag : 0));
  const counts = isOn && isMeasured;
  readInput(memory, current, row.source + lanes.current);
  memory[row.source + lanes.elapsedMs] = memory[sampling.elapsedIndex] as number;
  memory[row.source + lanes.coveredMs] = memory[sampling.coveredIndex] as number;
  if (counts && isUncertainSlot(memory, current.slot)) {
    memory[row.source + lanes.uncertain] = (memory[row.source + lanes.uncertain] as number) + 1;
  }
  memory[row.statusIndex] = counts ? statusCodes.good : statusCodes.badNoData;
  // The clock was set back: what is in the ring has not happened yet.
  if ((memory[sampling.timeIndex] as number) < (ring.timeMs[ring.newestRow] as number))
    ring.clear();
  ring.pushCells(memory, row);
  pushSlidingStatistics(memory, sampling.statistics, ring);
};

/** What a running total grew by between the oldest of the newest `count` frames and the newest. */
const difference = (
  ring: FrameRing,
  { lane, count }: { readonly lane: number; readonly count: number },
): number => {
  const newest = ring.values[ring.newestRow * ring.width + lane] as number;
  return newest - (ring.values[ring.rowAt(count - 1) * ring.width + lane] as number);
};

/** Whether the oldest of the newest `count` frames is itself uncertain: the total grew just before the window. */
const firstUncertain = (ring: FrameRing, count: number): boolean =>
  count < ring.length
    ? difference(ring, { lane: lanes.uncertain, count: count + 1 }) >
      difference(ring, { lane: lanes.uncertain, count })
    : (ring.values[ring.rowAt(count - 1) * ring.width + lanes.uncertain] as number) > 0;

const buildCurrent = (
  context: KpiContext<unknown>,
  compute: (memory: Float64Array, moments: number) => void,
): void => {
  const window = currentWindow(context);
  context.onTick((memory) => {
    window.read(memory);
    compute(memory, window.moments);
    memory[context.coverage + valueCell] = memory[window.coverageIndex] as number;
    finishResult(memory, context, window.uncertainIndex);
  });
};

const common = {
  version: 1,
  equipmentClass: 'weld_seam',
  unit: 'A',
  decimals: 2,
  standard: { en: 'own definition; samples of equal weight', zh: '本项目定义；各采样等权' },
  window: { tier: 'a', lengthMs: 10_000 },
  windowRule: { en: 'up to now, arc on', zh: '截至当前，燃弧期间' },
  coverageRule:
    'measured arc-on time / elapsed arc-on time, from the first sample in the window on',
  inputs,
  parametersSchema: z.strictObject({}),
} as const;

/** Mean arc current over the newest seconds. */
export const arcCurrentMean: AnyKpiDefinition = defineKpi({
  ...common,
  id: 'arcCurrentMean',
  point: 'arcCurrentMean',
  description: { en: 'Mean arc current, sliding', zh: '焊接电流滑动均值' },
  formula: { en: 'mean(I) over the window, arc on', zh: '窗口内燃弧期间 I 的均值' },
  build: (context) => {
    buildCurrent(context, (memory, moments) => {
      memory[context.value + valueCell] = memory[momentsMeanIndex(moments)] as number;
    });
  },
});

/** Standard deviation of the arc current over the newest seconds: how steady the arc burns. */
export const arcCurrentDeviation: AnyKpiDefinition = defineKpi({
  ...common,
  id: 'arcCurrentDeviation',
  point: 'arcCurrentDeviation',
  description: { en: 'Standard deviation of the arc current, sliding', zh: '焊接电流滑动标准差' },
  formula: {
    en: 's = sqrt(sum((I - mean)^2) / (n - 1)) over the window, arc on',
    zh: 's = sqrt(Σ(I - 均值)^2 / (n - 1))，窗口内燃弧期间',
  },
  build: (context) => {
    const varianceIndex = context.reserve(1);
    buildCurrent(context, (memory, moments) => {
      readSampleVariance(memory, moments, varianceIndex);
      const isKnown = (memory[momentsCountIndex(moments)] as number) > 1;
      memory[context.value + valueCell] = isKnown
        ? Math.sqrt(memory[varianceIndex] as number)
        : Number.NaN;
    });
  },
});
