import type { ArenaPlan } from '../arena.ts';
import {
  compensatedSumSize,
  pushCompensatedSum,
  readCompensatedSum,
  resetCompensatedSum,
} from './compensated-sum.ts';
import { classifyCounterStep, counterSteps, countingMs, firstStandMs } from './counter-step.ts';

/**
 * Sums the steps of a register that only counts up. Where the register was reset or replaced, a new segment starts: what
 * was counted between the two readings is unknown, so it is not invented and the time between them is not covered. A gap
 * between two readings of one segment is covered, because the register counted through it.
 */
export type Counter = {
  readonly base: number;
  /** Cells with the newest reading and its time. */
  readonly valueIndex: number;
  readonly timeIndex: number;
  /** Value at which the register starts again at 0; Infinity: never. */
  readonly rolloverAt: number;
  /** Steps faster than this, per hour, are taken for a replaced register. */
  readonly maximumPerHour: number;
};

const lastValueCell = 0;
const lastMsCell = 1;
const windowStartCell = 2;
const coveredCell = 3;
const resetsCell = 4;
const rolloversCell = 5;
const stepCell = 6;
/** What was added since the last tick: a tick that starts a window tells afterwards where it began. */
const recentTotalCell = 7;
const recentCoveredCell = 8;
/** When the register was seen to change: a coarse one stands for long and then steps. */
const changedMsCell = 9;
const totalCell = 10;
const size = totalCell + compensatedSumSize;

const none = Number.NEGATIVE_INFINITY;
const initial: readonly number[] = [Number.NaN, none, none, 0, 0, 0, 0, 0, 0, none];

export const reserveCounter = (
  plan: Pick<ArenaPlan, 'reserve'>,
  source: {
    readonly valueIndex: number;
    readonly timeIndex: number;
    readonly rolloverAt?: number | undefined;
    readonly maximumPerHour?: number | undefined;
  },
): Counter => ({
  base: plan.reserve(size, initial),
  valueIndex: source.valueIndex,
  timeIndex: source.timeIndex,
  rolloverAt: source.rolloverAt ?? Number.POSITIVE_INFINITY,
  maximumPerHour: source.maximumPerHour ?? Number.POSITIVE_INFINITY,
});

/** Takes the newest reading, which must be usable. */
export const pushCounter = (memory: Float64Array, counter: Counter): void => {
  const { base, rolloverAt } = counter;
  const value = memory[counter.valueIndex] as number;
  const timeMs = memory[counter.timeIndex] as number;
  const last = memory[base + lastValueCell] as number;
  const lastMs = memory[base + lastMsCell] as number;
  const isFirst = Number.isNaN(last);
  memory[base + lastValueCell] = value;
  memory[base + lastMsCell] = timeMs;
  memory[base + stepCell] = 0;
  // How long the register stood before the first reading is not known.
  if (isFirst) memory[base + changedMsCell] = timeMs - firstStandMs;
  if (isFirst) return;
  const changedMs = memory[base + changedMsCell] as number;
  if (value !== last) memory[base + changedMsCell] = timeMs;
  const passedMs = countingMs(changedMs, lastMs, timeMs);
  const kind = timeMs > lastMs ? classifyCounterStep(counter, last, value, passedMs) : -1;
  if (kind !== counterSteps.forward && kind !== counterSteps.rollover) {
    memory[base + resetsCell] = (memory[base + resetsCell] as number) + 1;
    return;
  }
  const isRollover = kind === counterSteps.rollover;
  const step = isRollover ? rolloverAt - last + value : value - last;
  if (isRollover) memory[base + rolloversCell] = (memory[base + rolloversCell] as number) + 1;
  const coveredMs = timeMs - Math.max(lastMs, memory[base + windowStartCell] as number);
  memory[base + stepCell] = step;
  memory[base + recentTotalCell] = (memory[base + recentTotalCell] as number) + step;
  pushCompensatedSum(memory, base + totalCell, base + stepCell);
  memory[base + recentCoveredCell] = (memory[base + recentCoveredCell] as number) + timeMs - lastMs;
  memory[base + coveredCell] = (memory[base + coveredCell] as number) + Math.max(0, coveredMs);
};

/**
 * To be called at each tick with the cell that holds the start of the window. When it changed, the totals begin anew; steps
 * since the last tick belong to the new window when the newest reading is later than its start, so that what a register
 * counted over a boundary, or over a stop of the gateway, is in one of the two windows.
 */
export const tickCounter = (memory: Float64Array, counter: Counter, startIndex: number): void => {
  const { base } = counter;
  const startMs = memory[startIndex] as number;
  if (memory[base + windowStartCell] !== startMs) {
    const sinceStartMs = (memory[base + lastMsCell] as number) - startMs;
    resetCompensatedSum(memory, base + totalCell);
    memory[base + coveredCell] = 0;
    memory[base + resetsCell] = 0;
    memory[base + rolloversCell] = 0;
    memory[base + windowStartCell] = startMs;
    if (sinceStartMs > 0) {
      const recentMs = memory[base + recentCoveredCell] as number;
      pushCompensatedSum(memory, base + totalCell, base + recentTotalCell);
      memory[base + coveredCell] = Math.min(recentMs, sinceStartMs);
    }
  }
  memory[base + recentTotalCell] = 0;
  memory[base + recentCoveredCell] = 0;
};

/**
 * Adds the covered time of the window, in ms at the time in cell `nowIndex`, to cell `sumIndex`. Time since the last reading
 * counts as long as it is not longer than `staleMs`.
 */
export const addCounterCoverage = (
  memory: Float64Array,
  counter: Counter,
  cells: { readonly nowIndex: number; readonly sumIndex: number; readonly staleMs: number },
): void => {
  const { base } = counter;
  const nowMs = memory[cells.nowIndex] as number;
  const lastMs = memory[base + lastMsCell] as number;
  let coveredMs = memory[base + coveredCell] as number;
  if (nowMs - lastMs <= cells.staleMs) {
    const fromMs = Math.max(lastMs, memory[base + windowStartCell] as number);
    coveredMs += Math.max(0, nowMs - fromMs);
  }
  memory[cells.sumIndex] = (memory[cells.sumIndex] as number) + coveredMs;
};

/** Index of the cell with the amount that the last reading added. */
export const counterStepIndex = (counter: Counter): number => counter.base + stepCell;
/** Writes the amount of the window, in the register's unit, to cell `out`. */
export const readCounterTotal = (memory: Float64Array, counter: Counter, out: number): void => {
  readCompensatedSum(memory, counter.base + totalCell, out);
};
/** Index of the cell with the number of resets and replacements in the window. */
export const counterResetsIndex = (counter: Counter): number => counter.base + resetsCell;
/** Index of the cell with the number of rollovers in the window. */
export const counterRolloversIndex = (counter: Counter): number => counter.base + rolloversCell;
