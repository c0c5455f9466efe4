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
};

const closedUpToCell = 0;
const refusedCell = 1;
const headerSize = 2;
/** A window is its start and its aggregate. */
const windowSize = 1 + aggregateSize;

export const reserveAggregateRing = (
  plan: Pick<ArenaPlan, 'reserve'>,
  shape: Omit<AggregateRing, 'base'>,
): AggregateRing => {
  const window = [Number.NEGATIVE_INFINITY, ...aggregateInitial];
  const initial = Array.from({ length: shape.windows }, () => window).flat();
  return {
    base: plan.reserve(headerSize + shape.windows * windowSize, [
      Number.NEGATIVE_INFINITY,
      0,
      ...initial,
    ]),
    ...shape,
  };
};

/** Base of the window's cells that begins at `startMs`, begun anew when it held an older one; -1 when that is gone. */
const windowBase = (memory: Float64Array, ring: AggregateRing, startMs: number): number => {
  const place = (startMs / ring.periodMs) % ring.windows;
  const base = ring.base + headerSize + place * windowSize;
  const heldMs = memory[base] as number;
  if (heldMs > startMs) return -1;
  if (heldMs < startMs) {
    memory[base] = startMs;
    resetAggregate(memory, base + 1);
  }
  return base;
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
  const base = isClosed ? -1 : windowBase(memory, ring, startMs);
  if (base < 0) {
    memory[ring.base + refusedCell] = (memory[ring.base + refusedCell] as number) + 1;
    return;
  }
  pushAggregate(memory, base + 1, cells.source);
};

/** Closes the windows that end at or before the watermark in cell `watermarkIndex` and folds each into `into`, oldest first. */
export const closeAggregateRing = (
  memory: Float64Array,
  ring: AggregateRing,
  options: { readonly watermarkIndex: number; readonly into?: AggregateRing },
): void => {
  const watermarkMs = memory[options.watermarkIndex] as number;
  const endMs = watermarkMs - (watermarkMs % ring.periodMs);
  const closedMs = memory[ring.base + closedUpToCell] as number;
  if (!(endMs > closedMs)) return;
  memory[ring.base + closedUpToCell] = endMs;
  if (options.into === undefined) return;
  const firstMs = Math.max(closedMs, endMs - ring.windows * ring.periodMs);
  for (let startMs = firstMs; startMs < endMs; startMs += ring.periodMs) {
    const base = ring.base + headerSize + ((startMs / ring.periodMs) % ring.windows) * windowSize;
    if (memory[base] === startMs) foldWindow(memory, base, options.into);
  }
};

const foldWindow = (memory: Float64Array, base: number, into: AggregateRing): void => {
  const startMs = memory[base] as number;
  const target = windowBase(memory, into, startMs - (startMs % into.periodMs));
  if (target >= 0) mergeAggregate(memory, target + 1, base + 1);
};

/** Base of the aggregate of the window that begins at `startMs`, for `aggregateCells`; -1 when it is not held. */
export const findAggregate = (
  memory: Float64Array,
  ring: AggregateRing,
  startMs: number,
): number => {
  const base = ring.base + headerSize + ((startMs / ring.periodMs) % ring.windows) * windowSize;
  return memory[base] === startMs ? base + 1 : -1;
};

/** Index of the cell with the number of samples that came after their window was closed. */
export const refusedSamplesIndex = (ring: AggregateRing): number => ring.base + refusedCell;
