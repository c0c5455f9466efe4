import type { BuildContext } from '../../../hot-path/program.ts';
import { quarterMs } from '../quarter-hours.ts';

/**
 * Sums of several quantities, the lanes, by quarter hours (tier b), folded into the day (tier c). The newest two quarter hours
 * are held, so that what looks at a closed one still finds it; an older one is folded into the day when its place is needed.
 * The day is what was folded and what is held of it. A quarter hour belongs to the day that it begins in.
 */
export type QuarterSums = {
  readonly base: number;
  readonly lanes: number;
  readonly dayStartMsIndex: number;
};

const held = 2;
const none = Number.NEGATIVE_INFINITY;
const windowsCell = 1;

/** A held quarter hour is its start and its lanes. */
const windowSize = (sums: QuarterSums): number => 1 + sums.lanes;
const dayBase = (sums: QuarterSums): number => sums.base + windowsCell + held * windowSize(sums);

export const reserveQuarterSums = (
  context: Pick<BuildContext, 'reserve' | 'dayStartMsIndex'>,
  lanes: number,
): QuarterSums => {
  const window = [none, ...Array.from({ length: lanes }, () => 0)];
  const size = windowsCell + held * window.length + lanes;
  const initial = [none, ...window, ...window];
  return { base: context.reserve(size, initial), lanes, dayStartMsIndex: context.dayStartMsIndex };
};

/** Base of the place of the quarter hour that begins at the time in cell `startIndex`. `| 0`: a double would be allocated. */
const placeOf = (memory: Float64Array, sums: QuarterSums, startIndex: number): number =>
  (sums.base +
    windowsCell +
    (((memory[startIndex] as number) / quarterMs) % held) * windowSize(sums)) |
  0;

const foldInto = (memory: Float64Array, sums: QuarterSums, window: number): void => {
  const startMs = memory[window] as number;
  if (startMs === none || startMs < (memory[sums.base] as number)) return;
  const day = dayBase(sums);
  for (let lane = 0; lane < sums.lanes; lane++) {
    memory[day + lane] = (memory[day + lane] as number) + (memory[window + 1 + lane] as number);
  }
};

const addShare = (
  memory: Float64Array,
  sums: QuarterSums,
  terms: { readonly startIndex: number; readonly source: number; readonly shareIndex: number },
): void => {
  const window = placeOf(memory, sums, terms.startIndex);
  const startMs = memory[terms.startIndex] as number;
  if (memory[window] !== startMs) {
    foldInto(memory, sums, window);
    memory[window] = startMs;
    memory.fill(0, window + 1, window + 1 + sums.lanes);
  }
  const share = memory[terms.shareIndex] as number;
  for (let lane = 0; lane < sums.lanes; lane++) {
    const cell = window + 1 + lane;
    memory[cell] = (memory[cell] as number) + share * (memory[terms.source + lane] as number);
  }
};

/** Cells of a step: the time at which it ends, how long it is in ms (0: all of it is at its end), and its term for each lane. */
export type SumStep = {
  readonly timeIndex: number;
  readonly stepMsIndex: number;
  readonly source: number;
};

/** Returns what adds a step; one that a quarter hour ends in is cut there, each lane in proportion to time. */
export const quarterSumsAdder = (
  context: Pick<BuildContext, 'reserve'>,
  sums: QuarterSums,
  { timeIndex, stepMsIndex, source }: SumStep,
): ((memory: Float64Array) => void) => {
  const startIndex = context.reserve(1);
  const shareIndex = context.reserve(1);
  const terms = { startIndex, source, shareIndex };
  return (memory) => {
    const timeMs = memory[timeIndex] as number;
    const stepMs = memory[stepMsIndex] as number;
    const edgeMs = timeMs - (timeMs % quarterMs);
    const beforeMs = Math.min(stepMs, Math.max(0, stepMs - (timeMs - edgeMs)));
    if (beforeMs > 0) {
      memory[startIndex] = edgeMs - quarterMs;
      memory[shareIndex] = beforeMs / stepMs;
      addShare(memory, sums, terms);
    }
    if (beforeMs < stepMs || stepMs === 0) {
      memory[startIndex] = edgeMs;
      memory[shareIndex] = stepMs === 0 ? 1 : (stepMs - beforeMs) / stepMs;
      addShare(memory, sums, terms);
    }
  };
};

/** To be called at each tick: begins anew with the day of the site. */
export const turnQuarterSums = (memory: Float64Array, sums: QuarterSums): void => {
  const startMs = memory[sums.dayStartMsIndex] as number;
  if (memory[sums.base] === startMs) return;
  memory[sums.base] = startMs;
  const day = dayBase(sums);
  memory.fill(0, day, day + sums.lanes);
};

/** Adds the sums of the day to the cells from `out` on. */
export const addDaySums = (memory: Float64Array, sums: QuarterSums, out: number): void => {
  const day = dayBase(sums);
  const startMs = memory[sums.base] as number;
  for (let lane = 0; lane < sums.lanes; lane++) {
    memory[out + lane] = (memory[out + lane] as number) + (memory[day + lane] as number);
  }
  for (let place = 0; place < held; place++) {
    const window = sums.base + windowsCell + place * windowSize(sums);
    if ((memory[window] as number) === none || (memory[window] as number) < startMs) continue;
    for (let lane = 0; lane < sums.lanes; lane++) {
      memory[out + lane] = (memory[out + lane] as number) + (memory[window + 1 + lane] as number);
    }
  }
};

/** Base of the lanes of the quarter hour that begins at the time in cell `startIndex`; -1 when it is not held. */
export const findQuarter = (
  memory: Float64Array,
  sums: QuarterSums,
  startIndex: number,
): number => {
  const window = placeOf(memory, sums, startIndex);
  return memory[window] === memory[startIndex] ? window + 1 : -1;
};
