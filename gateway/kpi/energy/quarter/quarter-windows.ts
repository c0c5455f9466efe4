import type { BuildContext } from '../../../hot-path/program.ts';
import { quarterMs } from '../quarter-hours.ts';

/** Quarter hours that may be open at once, and that wait until a tick brings them. */
const openWindows = 2;
const heldWindows = 8;
const none = Number.NEGATIVE_INFINITY;

/** Cells of a lane in a window: what was counted, how long that was seen, and whether anything of it is uncertain. */
export const laneCells = { amount: 0, coveredMs: 1, uncertain: 2 } as const;
const laneSize = 3;

/**
 * What meters count, by quarter hours. A lane is one register or one power; each step of a lane is cut where a quarter hour ends.
 * A quarter hour closes when every lane was read after its end, at the latest `lagMs` after the watermark passed it; what
 * comes later for it goes to no quarter hour, and is told as unassigned with the next one.
 */
export type QuarterWindows = {
  readonly lanes: number;
  readonly size: number;
  readonly open: number;
  readonly held: number;
  /** Quarter hours that begin before are closed. */
  readonly closedUpToIndex: number;
  /** Windows that closed, and that were brought, counted on for ever. */
  readonly endedIndex: number;
  readonly broughtIndex: number;
  readonly unassignedIndex: number;
  /** The window that was opened last, where nearly every step goes: its start, and its place. */
  readonly newestMsIndex: number;
  readonly newestBaseIndex: number;
  /** The step to be pushed: its ends, its amount, the rate at its ends per ms, and whether it is uncertain. */
  readonly step: {
    readonly fromMs: number;
    readonly toMs: number;
    readonly amount: number;
    readonly fromRate: number;
    readonly toRate: number;
    readonly uncertain: number;
  };
};

export const reserveQuarterWindows = (
  context: Pick<BuildContext, 'reserve'>,
  lanes: number,
): QuarterWindows => {
  // The start, the lanes, and what could not be assigned.
  const size = 2 + lanes * laneSize;
  const window = [none, ...new Array<number>(size - 1).fill(0)];
  const step = context.reserve(6);
  return {
    lanes,
    size,
    open: context.reserve(
      openWindows * size,
      Array.from({ length: openWindows }, () => window).flat(),
    ),
    held: context.reserve(heldWindows * size),
    closedUpToIndex: context.reserve(1, [none]),
    endedIndex: context.reserve(1),
    broughtIndex: context.reserve(1),
    unassignedIndex: context.reserve(1),
    newestMsIndex: context.reserve(1, [none]),
    newestBaseIndex: context.reserve(1),
    step: {
      fromMs: step,
      toMs: step + 1,
      amount: step + 2,
      fromRate: step + 3,
      toRate: step + 4,
      uncertain: step + 5,
    },
  };
};

/** Place of a lane in a window at `base`. */
export const laneAt = (base: number, lane: number): number => base + 1 + lane * laneSize;

/** Place of what could not be assigned, in a window at `base`. */
export const unassignedAt = ({ size }: QuarterWindows, base: number): number => base + size - 1;

/** `| 0`: as a double, each index would be allocated. */
const openAt = ({ open, size }: QuarterWindows, startMs: number): number =>
  open + (((startMs / quarterMs) % openWindows) | 0) * size;

const heldAt = ({ held, size }: QuarterWindows, count: number): number =>
  held + ((count % heldWindows) | 0) * size;

/** Puts the quarter hour that begins at `startMs` to those that wait, measured or not. */
const finish = (memory: Float64Array, windows: QuarterWindows, startMs: number): void => {
  const base = openAt(windows, startMs);
  if (memory[windows.newestMsIndex] === startMs) memory[windows.newestMsIndex] = none;
  const ended = memory[windows.endedIndex] as number;
  const to = heldAt(windows, ended);
  if (memory[base] === startMs) {
    memory.copyWithin(to, base, base + windows.size);
    memory[base] = none;
  } else {
    memory.fill(0, to, to + windows.size);
    memory[to] = startMs;
  }
  memory[unassignedAt(windows, to)] = memory[windows.unassignedIndex] as number;
  memory[windows.unassignedIndex] = 0;
  memory[windows.endedIndex] = ended + 1;
  memory[windows.closedUpToIndex] = startMs + quarterMs;
};

/** The oldest quarter hour that is open; Infinity when there is none. */
const oldestOpen = (memory: Float64Array, windows: QuarterWindows): number => {
  let oldest = Number.POSITIVE_INFINITY;
  for (let window = 0; window < openWindows; window++) {
    const startMs = memory[windows.open + window * windows.size] as number;
    if (startMs !== none && startMs < oldest) oldest = startMs;
  }
  return oldest;
};

/** Opens the quarter hour at `startMs`; those that have no room beside it close before they were due. */
const begin = (memory: Float64Array, windows: QuarterWindows, startMs: number): void => {
  let oldest = oldestOpen(memory, windows);
  while (oldest <= startMs - openWindows * quarterMs) {
    finish(memory, windows, oldest);
    oldest = oldestOpen(memory, windows);
  }
  const base = openAt(windows, startMs);
  memory.fill(0, base, base + windows.size);
  memory[base] = startMs;
  memory[windows.newestMsIndex] = startMs;
  memory[windows.newestBaseIndex] = base;
};

/** Whether the quarter hour takes anything: it is open, or may be opened beside the one that ends the step. */
const takes = (
  memory: Float64Array,
  windows: QuarterWindows,
  startMs: number,
  lastMs: number,
): boolean => {
  if (startMs < (memory[windows.closedUpToIndex] as number)) return false;
  const heldMs = memory[openAt(windows, startMs)] as number;
  if (heldMs === startMs) return true;
  if (heldMs > startMs || startMs < lastMs - quarterMs) return false;
  begin(memory, windows, startMs);
  return true;
};

/** Adds the step to its lane, cut where quarter hours end; the parts add up to the step. */
export const pushQuarterStep = (
  memory: Float64Array,
  windows: QuarterWindows,
  lane: number,
): void => {
  const { step } = windows;
  const newestMs = memory[windows.newestMsIndex] as number;
  const isWithin =
    (memory[step.fromMs] as number) >= newestMs &&
    (memory[step.toMs] as number) <= newestMs + quarterMs;
  if (!isWithin) {
    pushCutStep(memory, windows, lane);
    return;
  }
  const cells = laneAt((memory[windows.newestBaseIndex] as number) | 0, lane);
  memory[cells] = (memory[cells] as number) + (memory[step.amount] as number);
  memory[cells + laneCells.coveredMs] =
    (memory[cells + laneCells.coveredMs] as number) +
    ((memory[step.toMs] as number) - (memory[step.fromMs] as number));
  if (memory[step.uncertain] !== 0) memory[cells + laneCells.uncertain] = 1;
};

/** Doubles are handed from function to function here, which allocates: a quarter hour ends seldom. */
const pushCutStep = (memory: Float64Array, windows: QuarterWindows, lane: number): void => {
  const { step } = windows;
  const fromMs = memory[step.fromMs] as number;
  const toMs = memory[step.toMs] as number;
  const spanMs = toMs - fromMs;
  const fromRate = memory[step.fromRate] as number;
  const slope = ((memory[step.toRate] as number) - fromRate) / spanMs;
  const lastMs = Math.ceil(toMs / quarterMs) * quarterMs - quarterMs;
  let left = memory[step.amount] as number;
  let atMs = fromMs;
  while (atMs < toMs) {
    const startMs = atMs - (atMs % quarterMs);
    const endMs = Math.min(startMs + quarterMs, toMs);
    const partMs = endMs - atMs;
    const rate = fromRate + slope * (atMs - fromMs + partMs / 2);
    const part = endMs === toMs ? left : rate * partMs;
    left -= part;
    atMs = endMs;
    if (!takes(memory, windows, startMs, lastMs)) {
      memory[windows.unassignedIndex] = (memory[windows.unassignedIndex] as number) + part;
      continue;
    }
    const cells = laneAt(openAt(windows, startMs), lane);
    memory[cells] = (memory[cells] as number) + part;
    memory[cells + laneCells.coveredMs] = (memory[cells + laneCells.coveredMs] as number) + partMs;
    if (memory[step.uncertain] !== 0) memory[cells + laneCells.uncertain] = 1;
  }
};

/** Marks the quarter hour that `timeMs` is in, of a lane whose register began anew. */
export const markQuarterUncertain = (
  memory: Float64Array,
  windows: QuarterWindows,
  at: { readonly lane: number; readonly timeIndex: number },
): void => {
  const timeMs = memory[at.timeIndex] as number;
  const startMs = timeMs - (timeMs % quarterMs);
  if (!takes(memory, windows, startMs, startMs)) return;
  memory[laneAt(openAt(windows, startMs), at.lane) + laneCells.uncertain] = 1;
};

/** The clock was set back: without this, everything would be refused until time has caught up. */
const forget = (memory: Float64Array, windows: QuarterWindows): void => {
  for (let window = 0; window < openWindows; window++) {
    memory[windows.open + window * windows.size] = none;
  }
  memory[windows.unassignedIndex] = 0;
  memory[windows.newestMsIndex] = none;
  memory[windows.closedUpToIndex] = none;
};

const areAllRead = (
  memory: Float64Array,
  lastMsIndexes: readonly number[],
  endMs: number,
): boolean => {
  for (let lane = 0; lane < lastMsIndexes.length; lane++) {
    if (!((memory[lastMsIndexes[lane] as number] as number) >= endMs)) return false;
  }
  return true;
};

/** To be called at each tick. A quarter hour in which the gateway stood still, of which nothing is known, is not told of. */
export const closeQuarterWindows = (
  memory: Float64Array,
  windows: QuarterWindows,
  clock: {
    readonly nowIndex: number;
    readonly watermarkIndex: number;
    readonly lastMsIndexes: readonly number[];
    readonly lagMs: number;
  },
): void => {
  const watermarkMs = memory[clock.watermarkIndex] as number;
  if ((memory[windows.closedUpToIndex] as number) > (memory[clock.nowIndex] as number) + quarterMs)
    forget(memory, windows);
  if (memory[windows.closedUpToIndex] === none) {
    const oldest = oldestOpen(memory, windows);
    if (oldest === Number.POSITIVE_INFINITY) return;
    memory[windows.closedUpToIndex] = oldest;
  }
  for (;;) {
    const startMs = memory[windows.closedUpToIndex] as number;
    const overdueMs = watermarkMs - startMs - quarterMs;
    if (overdueMs < 0) return;
    const isDue =
      overdueMs >= clock.lagMs || areAllRead(memory, clock.lastMsIndexes, startMs + quarterMs);
    if (!isDue) return;
    const isSkipped =
      memory[openAt(windows, startMs)] !== startMs && overdueMs > clock.lagMs + quarterMs;
    if (!isSkipped) finish(memory, windows, startMs);
    else memory[windows.closedUpToIndex] = startMs + quarterMs;
  }
};

/** Base of the next window that closed, which is then taken for brought; -1 when there is none. */
export const nextClosedWindow = (memory: Float64Array, windows: QuarterWindows): number => {
  const ended = memory[windows.endedIndex] as number;
  const next = Math.max(memory[windows.broughtIndex] as number, ended - heldWindows);
  if (next >= ended) return -1;
  memory[windows.broughtIndex] = next + 1;
  return heldAt(windows, next);
};
