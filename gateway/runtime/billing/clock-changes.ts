import type { LocalClock } from '../../core/local-clock.ts';
import { tariffAt } from '../../kpi/tariff/tariff-calendar.ts';
import type { Tariff } from '../../kpi/tariff/tariff-schema.ts';

const dayMs = 86_400_000;
/** Steps in which a change is looked for: no zone changes its clock more often. */
const weekMs = 7 * dayMs;
const weeksPerYear = 53;

/** How far the wall clock is ahead of UTC, in ms: now, before its newest change, and since when. */
export type OffsetSpan = {
  readonly nowMs: number;
  readonly beforeMs: number;
  /** 0 where the clock was not changed for a year. */
  readonly sinceMs: number;
  /** What was found holds from, and until. */
  readonly fromMs: number;
  readonly untilMs: number;
};

/** The newest change of the wall clock at an instant; a day on, it is to be looked for anew. */
export const offsetSpan = (clock: LocalClock, timeMs: number): OffsetSpan => {
  const nowMs = clock.offsetMs(timeMs);
  const untilMs = clock.changeMs(timeMs, timeMs + dayMs) ?? timeMs + dayMs;
  for (let week = 0; week < weeksPerYear; week += 1) {
    const toMs = timeMs - week * weekMs;
    const sinceMs = clock.changeMs(toMs - weekMs, toMs);
    if (sinceMs === undefined) continue;
    const beforeMs = clock.offsetMs(toMs - weekMs);
    return { nowMs, beforeMs, sinceMs, fromMs: Math.max(sinceMs, timeMs - dayMs), untilMs };
  }
  return { nowMs, beforeMs: nowMs, sinceMs: 0, fromMs: timeMs, untilMs };
};

/**
 * From when until when, UTC, the tariff period holds that holds at an instant; NaN where none does. Where the clock is put on or back
 * within it, the period ends there unless the clock shows a time of the same period then.
 */
export const periodSpan = (
  clock: LocalClock,
  tariffs: readonly Tariff[],
  timeMs: number,
): { readonly start: number; readonly end: number } => {
  const moment = tariffAt(tariffs, clock.localMs(timeMs));
  if (moment === undefined) return { start: Number.NaN, end: Number.NaN };
  const { startLocalMs, endLocalMs } = moment;
  const offsetMs = clock.offsetMs(timeMs);
  const isSamePeriod = (atMs: number): boolean => {
    const other = tariffAt(tariffs, clock.localMs(atMs));
    return other?.startLocalMs === startLocalMs && other.tariff === moment.tariff;
  };
  const edge = (localMs: number, changeMs: number | undefined, besideMs: number): number => {
    if (changeMs === undefined) return localMs - offsetMs;
    return isSamePeriod(besideMs) ? localMs - clock.offsetMs(besideMs) : changeMs;
  };
  const [startMs, endMs] = [startLocalMs - offsetMs, endLocalMs - offsetMs];
  const before = clock.changeMs(startMs, timeMs);
  const after = clock.changeMs(timeMs, endMs);
  return {
    start: edge(startLocalMs, before, (before ?? 0) - 1),
    end: edge(endLocalMs, after, after ?? 0),
  };
};
