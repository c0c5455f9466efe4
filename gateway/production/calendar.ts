import type { MessageOf } from './messages.ts';

/** A time for which something is planned, UTC epoch ms, up to but without `endMs`. */
export type PlannedWindow = {
  readonly startMs: number;
  readonly endMs: number;
  readonly isBusy: boolean;
  readonly shift: string | null;
};

/**
 * One plan above another: windows of `over` replace what `under` says of their time. Both are side by side in the order of their
 * times, and so is what comes out, in one pass. Windows that stay as they were are the same objects.
 */
export const overlay = <Window extends PlannedWindow>(
  under: readonly Window[],
  over: readonly Window[],
): readonly Window[] => {
  const plan: Window[] = [];
  let next = 0;
  for (const window of under) {
    let { startMs } = window;
    for (let above = over[next]; above !== undefined; above = over[next]) {
      if (above.startMs >= window.endMs) break;
      if (above.startMs > startMs) plan.push({ ...window, startMs, endMs: above.startMs });
      startMs = Math.max(startMs, above.endMs);
      if (above.endMs > window.endMs) break;
      plan.push(above);
      next += 1;
    }
    if (startMs === window.startMs) plan.push(window);
    else if (startMs < window.endMs) plan.push({ ...window, startMs });
  }
  return [...plan, ...over.slice(next)];
};

/** What one calendar plans, without gaps. Busy windows that overlap are one after the other: the first has what they share. */
export const windowsOf = ({ from, to, busy }: MessageOf<'calendar'>): readonly PlannedWindow[] => {
  const windows: PlannedWindow[] = [];
  let atMs = from;
  const plan = (untilMs: number, isBusy: boolean, shift: string | null): void => {
    if (untilMs > atMs) windows.push({ startMs: atMs, endMs: untilMs, isBusy, shift });
    atMs = Math.max(atMs, untilMs);
  };
  const sorted = busy.toSorted((a, b) => a.start - b.start || a.end - b.end);
  for (const { start, end, shift } of sorted) {
    plan(Math.min(start, to), false, null);
    plan(Math.min(end, to), true, shift ?? null);
  }
  plan(to, false, null);
  return windows;
};

/** A shift goes on behind a break of at most this. */
export const longestBreakMs = 4 * 3_600_000;

/** Planned busy time of one line under one name, with its breaks. */
export type PlannedShift = {
  readonly line: string;
  /** Null where the plan gives none. */
  readonly name: string | null;
  readonly startMs: number;
  readonly endMs: number;
};

/** The shifts of plans that are each in the order of its times; those of a line and name that only a break parts are one. */
export const plannedShifts = (
  windows: Iterable<PlannedWindow & { readonly line: string }>,
): readonly PlannedShift[] => {
  const shifts: PlannedShift[] = [];
  const last = new Map<string, number>();
  for (const { line, shift: name, startMs, endMs, isBusy } of windows) {
    if (!isBusy) continue;
    const key = JSON.stringify([line, name]);
    const at = last.get(key);
    const before = at === undefined ? undefined : shifts[at];
    if (at !== undefined && before !== undefined && startMs - before.endMs <= longestBreakMs) {
      shifts[at] = { ...before, endMs };
    } else last.set(key, shifts.push({ line, name, startMs, endMs }) - 1);
  }
  return shifts;
};

/** The window that contains an instant. */
export const windowAt = (
  windows: readonly PlannedWindow[],
  timeMs: number,
): PlannedWindow | undefined =>
  windows.find(({ startMs, endMs }) => startMs <= timeMs && timeMs < endMs);

/** Planned busy time between two instants, in ms; undefined where there is no plan for a part of it. */
export const busyMs = (
  windows: readonly PlannedWindow[],
  fromMs: number,
  toMs: number,
): number | undefined => {
  let planned = 0;
  let busy = 0;
  for (const { startMs, endMs, isBusy } of windows) {
    const sharedMs = Math.min(endMs, toMs) - Math.max(startMs, fromMs);
    if (sharedMs <= 0) continue;
    planned += sharedMs;
    if (isBusy) busy += sharedMs;
  }
  return planned === toMs - fromMs ? busy : undefined;
};
