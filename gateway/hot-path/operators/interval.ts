import type { ArenaPlan } from '../arena.ts';

/**
 * Decides which time between two samples counts. A window is `active` where it applies (the arc is on) and a sample is
 * `usable` where its inputs may be used. Between two samples
 * - not further apart than `gapMs`: the time is elapsed when active at both ends, and measured when also usable at both;
 * - further apart: the time is elapsed when active before it, and never measured (nobody saw whether it stayed so).
 * A sample that is not later than the one before starts anew: the clock was set back.
 * Of what holds until it changes (`isHeld`), the time between is what it was before, whatever comes then; samples of several
 * points may be a little out of order, and only one that is earlier by more than `gapMs` tells that the clock was set back.
 */
export type Interval = {
  readonly base: number;
  /** Cell with the time of the newest sample. */
  readonly timeIndex: number;
  readonly gapMs: number;
  readonly isHeld: boolean;
};

/** Flags of a sample, to be or-ed. */
export const activeFlag = 1;
export const usableFlag = 2;

const size = 5;
const lastMsCell = 0;
const flagsCell = 1;
const elapsedCell = 2;
const coveredCell = 3;
const stepCell = 4;

export const reserveInterval = (
  plan: Pick<ArenaPlan, 'reserve'>,
  source: { readonly timeIndex: number; readonly gapMs: number; readonly isHeld?: boolean },
): Interval => ({
  base: plan.reserve(size, [Number.NEGATIVE_INFINITY]),
  timeIndex: source.timeIndex,
  gapMs: source.gapMs,
  isHeld: source.isHeld ?? false,
});

/** Forgets the window and the last sample. */
export const resetInterval = (memory: Float64Array, interval: Interval): void => {
  memory.fill(0, interval.base, interval.base + size);
  memory[interval.base + lastMsCell] = Number.NEGATIVE_INFINITY;
};

/** Takes the sample at the time in cell `timeIndex`; `flags` says whether it is active and usable. */
export const pushInterval = (memory: Float64Array, interval: Interval, flags: number): void => {
  const { base } = interval;
  const timeMs = memory[interval.timeIndex] as number;
  const passedMs = timeMs - (memory[base + lastMsCell] as number);
  const before = memory[base + flagsCell] as number;
  const isGap = passedMs > interval.gapMs;
  const both = interval.isHeld ? before : before & flags;
  let stepMs = 0;
  if (passedMs > 0 && ((isGap ? before : both) & activeFlag) !== 0) {
    memory[base + elapsedCell] = (memory[base + elapsedCell] as number) + passedMs;
    if (!isGap && (both & usableFlag) !== 0) stepMs = passedMs;
  }
  memory[base + coveredCell] = (memory[base + coveredCell] as number) + stepMs;
  memory[base + stepCell] = stepMs;
  const isJitter = interval.isHeld && passedMs < 0 && passedMs >= -interval.gapMs;
  if (!isJitter) memory[base + lastMsCell] = timeMs;
  memory[base + flagsCell] = flags;
};

/** Whether the time in cell `timeIndex` is later than the newest sample. */
export const isLaterThanInterval = (memory: Float64Array, { base, timeIndex }: Interval): boolean =>
  (memory[timeIndex] as number) > (memory[base + lastMsCell] as number);

/** Index of the cell with the measured time in ms that the last push added: what integrals multiply with. */
export const intervalStepIndex = (interval: Interval): number => interval.base + stepCell;
/** Index of the cell with the measured time in ms. */
export const intervalCoveredIndex = (interval: Interval): number => interval.base + coveredCell;
/** Index of the cell with the elapsed time in ms up to the newest sample. */
export const intervalElapsedIndex = (interval: Interval): number => interval.base + elapsedCell;

/**
 * Writes measured / elapsed time (0..1) at the time in cell `nowIndex` to cell `outIndex`; 0 while nothing has elapsed. An
 * active window without a sample for longer than the gap limit goes on elapsing.
 */
export const readCoverage = (
  memory: Float64Array,
  interval: Interval,
  cells: { readonly nowIndex: number; readonly outIndex: number },
): void => {
  const { base } = interval;
  let elapsedMs = memory[base + elapsedCell] as number;
  const openMs = (memory[cells.nowIndex] as number) - (memory[base + lastMsCell] as number);
  const isActive = ((memory[base + flagsCell] as number) & activeFlag) !== 0;
  if (isActive && openMs > interval.gapMs) elapsedMs += openMs;
  memory[cells.outIndex] = elapsedMs > 0 ? (memory[base + coveredCell] as number) / elapsedMs : 0;
};
