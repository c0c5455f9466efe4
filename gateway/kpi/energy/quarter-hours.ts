import {
  aggregateCells,
  pushAggregate,
  reserveAggregate,
  resetAggregate,
} from '../../hot-path/operators/aggregate.ts';
import {
  type AggregateRing,
  closeAggregateRing,
  closedUpToIndex,
  findAggregate,
  pushAggregateRing,
  reserveAggregateRing,
  resetAggregateRing,
} from '../../hot-path/operators/aggregate-ring.ts';
import {
  activeFlag,
  intervalStepIndex,
  pushInterval,
  reserveInterval,
  resetInterval,
  usableFlag,
} from '../../hot-path/operators/interval.ts';
import type { Step } from '../../hot-path/program.ts';
import { isMeasuredSlot, isUncertainSlot, timeCell, valueCell } from '../../hot-path/slot.ts';
import type { KpiContext } from '../definition.ts';
import { minimumGoodCoverage } from '../result.ts';

export const quarterMs = 900_000;
export const hourMs = 3_600_000;
/** The newest closed one and the open one. */
const windows = 2;
const none = Number.NEGATIVE_INFINITY;

/**
 * Imported energy by quarter hours of one power, shared by all KPIs that read it: the aggregates of tier (b), and what
 * tier (c) folds from them. Each term is the energy of the time between two samples in kWh, cut where a quarter hour ends.
 */
export type QuarterHours = {
  readonly quarters: AggregateRing;
  /** Folded from closed quarter hours. */
  readonly hours: AggregateRing;
  /** Aggregate of the demands in kW of the day's closed quarter hours that were measured well enough. */
  readonly dayBase: number;
  /** Cells with the start of that day, and 1 when something uncertain went in. */
  readonly dayStartIndex: number;
  readonly dayUncertainIndex: number;
  /** To be called at each tick: closes what the watermark has passed. */
  readonly close: Step;
  /** Whether an uncertain sample went into the newest closed window of `quarters` or `hours`. */
  readonly isNewestUncertain: (memory: Float64Array, ring: AggregateRing) => boolean;
};

/** Cells that tell which of the two newest windows had an uncertain sample: the start of the window, or none. */
type UncertainWindows = { readonly base: number; readonly periodMs: number };

/** `| 0`: as a double, each index would be allocated. */
const markIndex = (marks: UncertainWindows, startMs: number): number =>
  (marks.base + ((startMs / marks.periodMs) % windows)) | 0;

const markUncertain = (memory: Float64Array, marks: UncertainWindows, startMs: number): void => {
  memory[markIndex(marks, startMs)] = startMs;
};

const isUncertainWindow = (
  memory: Float64Array,
  marks: UncertainWindows,
  startMs: number,
): boolean => memory[markIndex(marks, startMs)] === startMs;

/** Energy of an aggregate of terms, in kWh. */
export const energyOf = (memory: Float64Array, aggregate: number): number =>
  (memory[aggregate + aggregateCells.count] as number) *
  (memory[aggregate + aggregateCells.mean] as number);

/** Mean power over the measured time of an aggregate, in kW. */
export const demandOf = (memory: Float64Array, aggregate: number): number =>
  energyOf(memory, aggregate) / ((memory[aggregate + aggregateCells.coveredMs] as number) / hourMs);

/** Base of the aggregate of the newest closed window; -1 when nothing of it was measured. */
export const newestClosed = (memory: Float64Array, ring: AggregateRing): number =>
  memory[closedUpToIndex(ring)] === 0
    ? -1
    : findAggregate(memory, ring, (memory[closedUpToIndex(ring)] as number) - ring.periodMs);

export const quarterHours = (context: KpiContext<unknown>): QuarterHours => {
  const power = context.one('power');
  return context.shared(`quarter hours ${power.key}`, () => {
    const timeIndex = power.slot + timeCell;
    const interval = reserveInterval(context, { timeIndex, gapMs: power.staleMs });
    const stepIndex = intervalStepIndex(interval);
    const hours = reserveAggregateRing(context, { periodMs: hourMs, windows });
    const quarters = reserveAggregateRing(context, { periodMs: quarterMs, windows, into: hours });
    const uncertainQuarters = { base: context.reserve(windows, [none, none]), periodMs: quarterMs };
    const uncertainHours = { base: context.reserve(windows, [none, none]), periodMs: hourMs };
    const dayBase = reserveAggregate(context);
    const dayStartIndex = context.reserve(1, [none]);
    const dayUncertainIndex = context.reserve(1);
    const openQuarterIndex = context.reserve(1, [none]);
    const lastKwIndex = context.reserve(1);
    const beforeKwIndex = context.reserve(1);
    const edgeIndex = context.reserve(1);
    /** Whether the newest sample is uncertain, and whether one of the newest two is. */
    const sampleUncertainIndex = context.reserve(1);
    const stepUncertainIndex = context.reserve(1);
    /** Start of a term; its energy, and behind it its length. */
    const termMsIndex = context.reserve(1);
    const termIndex = context.reserve(2);
    const demandIndex = context.reserve(2);
    const termCells = { source: termIndex, timeIndex: termMsIndex };

    /** A quarter hour belongs to the day that it begins in; the old day's result stays until the new day has one. */
    const turnDay = (memory: Float64Array, startMs: number): void => {
      const dayMs = memory[context.dayStartMsIndex] as number;
      if (startMs < dayMs || memory[dayStartIndex] === dayMs) return;
      memory[dayStartIndex] = dayMs;
      memory[dayUncertainIndex] = 0;
      resetAggregate(memory, dayBase);
    };

    const foldIntoDay = (memory: Float64Array, startMs: number): void => {
      const quarter = findAggregate(memory, quarters, startMs);
      if (quarter < 0) return;
      const coveredMs = memory[quarter + aggregateCells.coveredMs] as number;
      // The mean of a few minutes may be far above any quarter hour: no peak is made of it.
      if (coveredMs < minimumGoodCoverage * quarterMs) return;
      memory[demandIndex] = demandOf(memory, quarter);
      memory[demandIndex + 1] = coveredMs;
      pushAggregate(memory, dayBase, demandIndex);
      if (isUncertainWindow(memory, uncertainQuarters, startMs)) memory[dayUncertainIndex] = 1;
    };

    const closeOpenQuarter: Step = (memory) => {
      const startMs = memory[openQuarterIndex] as number;
      if (startMs === none) return;
      turnDay(memory, startMs);
      foldIntoDay(memory, startMs);
      if (isUncertainWindow(memory, uncertainQuarters, startMs)) {
        markUncertain(memory, uncertainHours, startMs - (startMs % hourMs));
      }
      memory[openQuarterIndex] = none;
      memory[edgeIndex] = startMs + quarterMs;
      closeAggregateRing(memory, quarters, edgeIndex);
      closeAggregateRing(memory, hours, edgeIndex);
    };

    const pushTerm: Step = (memory) => {
      const termMs = memory[termMsIndex] as number;
      const startMs = termMs - (termMs % quarterMs);
      // Samples of one point only go forward: nothing will come for the quarter hours before.
      if (startMs > (memory[openQuarterIndex] as number)) closeOpenQuarter(memory);
      if (startMs >= (memory[closedUpToIndex(quarters)] as number)) {
        memory[openQuarterIndex] = startMs;
        if (memory[stepUncertainIndex] !== 0) markUncertain(memory, uncertainQuarters, startMs);
      }
      pushAggregateRing(memory, quarters, termCells);
    };

    /** Takes the step from the sample before up to the newest sample as one term, or as two when a quarter hour ends in it. */
    const pushStep: Step = (memory) => {
      const beforeKw = memory[beforeKwIndex] as number;
      const stepMs = memory[stepIndex] as number;
      const toMs = memory[timeIndex] as number;
      const nowKw = memory[lastKwIndex] as number;
      const edgeMs = Math.max(toMs - (toMs % quarterMs), toMs - stepMs);
      const firstMs = edgeMs - (toMs - stepMs);
      const edgeKw = beforeKw + ((nowKw - beforeKw) * firstMs) / stepMs;
      if (firstMs > 0) {
        memory[termMsIndex] = toMs - stepMs;
        memory[termIndex] = (((beforeKw + edgeKw) / 2) * firstMs) / hourMs;
        memory[termIndex + 1] = firstMs;
        pushTerm(memory);
      }
      if (toMs > edgeMs) {
        memory[termMsIndex] = edgeMs;
        memory[termIndex] = (((edgeKw + nowKw) / 2) * (toMs - edgeMs)) / hourMs;
        memory[termIndex + 1] = toMs - edgeMs;
        pushTerm(memory);
      }
    };

    context.onSample(power.slot, (memory) => {
      pushInterval(
        memory,
        interval,
        activeFlag | (isMeasuredSlot(memory, power.slot) ? usableFlag : 0),
      );
      const value = memory[power.slot + valueCell] as number;
      memory[beforeKwIndex] = memory[lastKwIndex] as number;
      memory[lastKwIndex] = Math.max(0, (value * power.multiply) / power.divide);
      const wasUncertain = memory[sampleUncertainIndex] as number;
      memory[sampleUncertainIndex] = isUncertainSlot(memory, power.slot) ? 1 : 0;
      memory[stepUncertainIndex] = Math.max(wasUncertain, memory[sampleUncertainIndex]);
      if ((memory[stepIndex] as number) > 0) pushStep(memory);
    });

    /** The clock was set back: without this, everything would be refused until time has caught up. */
    const forget: Step = (memory) => {
      resetInterval(memory, interval);
      resetAggregateRing(memory, quarters);
      resetAggregateRing(memory, hours);
      resetAggregate(memory, dayBase);
      memory[dayStartIndex] = none;
      memory[openQuarterIndex] = none;
    };

    const close: Step = (memory) => {
      const nowMs = memory[context.tickMsIndex] as number;
      if ((memory[closedUpToIndex(quarters)] as number) > nowMs + quarterMs) forget(memory);
      const watermarkMs = memory[context.watermarkMsIndex] as number;
      if (watermarkMs >= (memory[openQuarterIndex] as number) + quarterMs) closeOpenQuarter(memory);
      closeAggregateRing(memory, quarters, context.watermarkMsIndex);
      closeAggregateRing(memory, hours, context.watermarkMsIndex);
      turnDay(memory, (memory[closedUpToIndex(quarters)] as number) - quarterMs);
    };

    const isNewestUncertain = (memory: Float64Array, ring: AggregateRing): boolean =>
      isUncertainWindow(
        memory,
        ring === hours ? uncertainHours : uncertainQuarters,
        (memory[closedUpToIndex(ring)] as number) - ring.periodMs,
      );

    return {
      quarters,
      hours,
      dayBase,
      dayStartIndex,
      dayUncertainIndex,
      close,
      isNewestUncertain,
    };
  });
};
