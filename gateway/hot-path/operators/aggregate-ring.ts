import type { ArenaPlan } from '../arena.ts';
import {
  aggregateInitial,
  aggregateSize,
  mergeAggregate,
  pushAggregate,
  resetAggregate,
} from './aggregate.ts';

/**
 * The newest windows of one length (1 or 15 minutes of tier (b), an hour of tier (c)), aligned to the epoch. Samples go to
 * the window of their own time, so they may come out of order as long as the window is open; it closes when the watermark
 * passes its end, and is then folded into the ring of longer windows behind it.
 */
export type AggregateRing = {
  readonly base: number;
  readonly periodMs: number;
  /** Windows that it holds: those kept and those still open. */
  readonly windows: number;
  /** Longer windows, whose length is a multiple, that closed windows are folded into. */
  readonly into?: AggregateRing;
};

const closedUpToCell = 0;
const refusedCell = 1;
/** Start of the window that is asked for: a double handed from function to function would be allocated. */
const startCell = 2;
const headerSize = 3;
/** A window is its start and its aggregate. */
const windowSize = 1 + aggregateSize;

export const reserveAggregateRing = (
  plan: Pick<ArenaPlan, 'reserve'>,
  shape: Omit<AggregateRing, 'base'>,
): AggregateRing => {
  const window = [Number.NEGATIVE_INFINITY, ...aggregateInitial];
  const initial = Array.from({ length: shape.windows }, () => window).flat();
  return {
    base: plan.reserve(headerSize + shape.windows * windowSize, [0, 0, 0, ...initial]),
    ...shape,
  };
};

/** Cells of the window that is asked for. `| 0`: as a double, each index would be allocated. */
const cellsOf = (memory: Float64Array, ring: AggregateRing): number => {
  const index = (memory[ring.base + startCell] as number) / ring.periodMs;
  return (ring.base + headerSize + (index % ring.windows) * windowSize) | 0;
};

/** Forgets all windows, also which are closed. */
export const resetAggregateRing = (memory: Float64Array, ring: AggregateRing): void => {
  memory.fill(0, ring.base, ring.base + headerSize);
  for (let window = 0; window < ring.windows; window++) {
    const base = ring.base + headerSize + window * windowSize;
    memory[base] = Number.NEGATIVE_INFINITY;
    resetAggregate(memory, base + 1);
  }
};

/** Base of the cells of the window that is asked for, begun anew when they held an older one; -1 when it is gone. */
const windowBase = (memory: Float64Array, ring: AggregateRing): number => {
  const base = cellsOf(memory, ring);
  const startMs = memory[ring.base + startCell] as number;
  const heldMs = memory[base] as number;
  if (heldMs > startMs) return -1;
  if (heldMs < startMs) {
    // Whoever was not closed yet must not be lost: samples may be back before the first tick.
    if (heldMs >= (memory[ring.base + closedUpToCell] as number)) foldWindow(memory, ring, base);
    memory[base] = startMs;
    resetAggregate(memory, base + 1);
  }
  return base;
};

const foldWindow = (memory: Float64Array, ring: AggregateRing, base: number): void => {
  if (ring.into === undefined) return;
  const startMs = memory[base] as number;
  memory[ring.into.base + startCell] = startMs - (startMs % ring.into.periodMs);
  const target = windowBase(memory, ring.into);
  if (target >= 0) mergeAggregate(memory, target + 1, base + 1);
};

/** Takes the sample in cell `source`, its covered ms in the cell behind it, at the time in cell `timeIndex`. */
export const pushAggregateRing = (
  memory: Float64Array,
  ring: AggregateRing,
  cells: { readonly source: number; readonly timeIndex: number },
): void => {
  const timeMs = memory[cells.timeIndex] as number;
  const startMs = timeMs - (timeMs % ring.periodMs);
  const isClosed = startMs < (memory[ring.base + closedUpToCell] as number);
  memory[ring.base + startCell] = startMs;
  const base = isClosed ? -1 : windowBase(memory, ring);
  if (base < 0) {
    memory[ring.base + refusedCell] = (memory[ring.base + refusedCell] as number) + 1;
    return;
  }
  pushAggregate(memory, base + 1, cells.source);
};

/** Base of the oldest window held that begins in [fromMs, endMs); -1 when there is none. */
const oldestBase = (
  memory: Float64Array,
  ring: AggregateRing,
  range: { readonly fromMs: number; readonly endMs: number },
): number => {
  let found = -1;
  let foundMs = range.endMs;
  for (let window = 0; window < ring.windows; window++) {
    const base = ring.base + headerSize + window * windowSize;
    const startMs = memory[base] as number;
    if (startMs >= range.fromMs && startMs < foundMs) {
      found = base;
      foundMs = startMs;
    }
  }
  return found;
};

/** Closes the windows that end at or before the watermark in cell `watermarkIndex` and folds each into `into`, oldest first. */
export const closeAggregateRing = (
  memory: Float64Array,
  ring: AggregateRing,
  watermarkIndex: number,
): void => {
  const watermarkMs = memory[watermarkIndex] as number;
  const endMs = watermarkMs - (watermarkMs % ring.periodMs);
  let fromMs = memory[ring.base + closedUpToCell] as number;
  if (!(endMs > fromMs)) return;
  for (;;) {
    const base = oldestBase(memory, ring, { fromMs, endMs });
    if (base < 0) break;
    foldWindow(memory, ring, base);
    fromMs = (memory[base] as number) + ring.periodMs;
  }
  memory[ring.base + closedUpToCell] = endMs;
};

/** Base of the aggregate of the window that begins at `startMs`, for `aggregateCells`; -1 when it is not held. */
export const findAggregate = (
  memory: Float64Array,
  ring: AggregateRing,
  startMs: number,
): number => {
  memory[ring.base + startCell] = startMs;
  const base = cellsOf(memory, ring);
  return memory[base] === startMs ? base + 1 : -1;
};

/** Index of the cell with the time up to which windows are closed; 0 before the first. */
export const closedUpToIndex = (ring: AggregateRing): number => ring.base + closedUpToCell;

/** Index of the cell with the number of samples that came after their window was closed. */
export const refusedSamplesIndex = (ring: AggregateRing): number => ring.base + refusedCell;
