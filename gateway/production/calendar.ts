import type { MessageOf, ProductionMessage } from './messages.ts';
import { inOrder } from './order-state.ts';

/** A time for which something is planned, UTC epoch ms, up to but without `endMs`. */
export type PlannedWindow = {
  readonly startMs: number;
  readonly endMs: number;
  readonly isBusy: boolean;
  readonly shift: string | null;
};

/**
 * What is planned for which time, from all messages of a line: windows side by side, busy or not. For what is in none of them
 * there is no plan. A later calendar replaces what an earlier one says of its time.
 */
export const plannedWindows = (messages: Iterable<ProductionMessage>): readonly PlannedWindow[] => {
  let windows: readonly PlannedWindow[] = [];
  for (const message of inOrder(messages)) {
    if (message.kind !== 'calendar') continue;
    const { from, to } = message;
    windows = [
      ...windows.flatMap((window) => outside(window, from, to)),
      ...windowsOf(message),
    ].sort((a, b) => a.startMs - b.startMs);
  }
  return windows;
};

const outside = (window: PlannedWindow, fromMs: number, toMs: number): readonly PlannedWindow[] =>
  [
    { ...window, endMs: Math.min(window.endMs, fromMs) },
    { ...window, startMs: Math.max(window.startMs, toMs) },
  ].filter(({ startMs, endMs }) => startMs < endMs);

/** Busy windows that overlap are one after the other: the first has the time that they share. */
const windowsOf = ({ from, to, busy }: MessageOf<'calendar'>): readonly PlannedWindow[] => {
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
