import { LocalClock } from '../../core/local-clock.ts';
import type { PointNumber } from '../../core/point.ts';
import type { Window } from './figure.ts';

/** One interval of a point's history, as far as figures need it. */
export type HistorySpan = {
  readonly startMs: number;
  readonly durationMs: number;
  readonly coveredMs: number;
  readonly first: number | null;
  readonly last: number | null;
};

export type ReadHistory = (
  query: Window & { readonly point: PointNumber; readonly maxIntervals: number },
) => Promise<readonly HistorySpan[]>;

const minuteMs = 60_000;
const quarterMs = 15 * minuteMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const daysAtOnce = 30;

/** A part of a window that is read at once: days of the site in whole, or a part of one. */
type Piece = Window & { readonly intervalMs: number };

/** First instants of the site's days within a window. */
const midnightsIn = ({ fromMs, toMs }: Window, clock: LocalClock): readonly number[] => {
  const midnights: number[] = [];
  const first = Math.ceil(clock.localMs(fromMs) / dayMs);
  for (let day = first; ; day++) {
    const midnight = clock.utcMs(day * dayMs);
    if (midnight >= toMs) return midnights;
    if (midnight >= fromMs) midnights.push(midnight);
  }
};

/**
 * A window in pieces whose intervals no midnight falls into. History keeps hours for good and minutes for a year: hours are asked
 * for where the site's days begin with one, quarters elsewhere (every zone has its days begin with one), minutes of the days that
 * the window has a part of.
 */
export const piecesOf = (window: Window, clock: LocalClock): readonly Piece[] => {
  const { fromMs, toMs } = window;
  const midnights = midnightsIn(window, clock);
  const [first = toMs, last = first] = [midnights[0], midnights.at(-1)];
  const pieces: Piece[] = [{ fromMs, toMs: first, intervalMs: minuteMs }];
  for (let at = 0; at < midnights.length - 1; at += daysAtOnce) {
    const days = midnights.slice(at, at + daysAtOnce + 1);
    const intervalMs = days.every((midnight) => midnight % hourMs === 0) ? hourMs : quarterMs;
    pieces.push({ fromMs: days[0] ?? first, toMs: days.at(-1) ?? last, intervalMs });
  }
  pieces.push({ fromMs: last, toMs, intervalMs: minuteMs });
  return pieces.filter((piece) => piece.fromMs < piece.toMs);
};

/** History in intervals of at most the length asked for; of hours where minutes are gone. */
const readPiece = async (
  history: ReadHistory,
  point: PointNumber,
  { fromMs, toMs, intervalMs }: Piece,
): Promise<readonly HistorySpan[]> => {
  const ask = (lengthMs: number): Promise<readonly HistorySpan[]> =>
    // A piece that begins within an interval has one more.
    history({ point, fromMs, toMs, maxIntervals: Math.ceil((toMs - fromMs) / lengthMs) + 1 });
  const spans = await ask(intervalMs);
  return spans.length > 0 || intervalMs === hourMs ? spans : ask(hourMs);
};

/**
 * Hours that a register of minutes, which begins anew with each day of the site, counted in the window; null where it has no
 * history. Of a day that had begun before, what it had then does not count.
 */
export const registerHours = async (
  history: ReadHistory,
  point: PointNumber,
  window: Window,
  timeZone: string,
): Promise<number | null> => {
  const clock = new LocalClock(timeZone);
  const dayOf = (timeMs: number): number => Math.floor(clock.localMs(timeMs) / dayMs);
  const days = new Map<number, { readonly first: number; readonly last: number }>();
  for (const piece of piecesOf(window, clock)) {
    for (const { startMs, first, last } of await readPiece(history, point, piece)) {
      if (first === null || last === null) continue;
      // The first interval of a window may begin ahead of it.
      const day = dayOf(Math.max(startMs, window.fromMs));
      days.set(day, { first: days.get(day)?.first ?? first, last });
    }
  }
  if (days.size === 0) return null;
  const { fromMs } = window;
  const partial = clock.utcMs(dayOf(fromMs) * dayMs) === fromMs ? undefined : dayOf(fromMs);
  let minutes = 0;
  for (const [day, { first, last }] of days) minutes += last - (day === partial ? first : 0);
  return minutes / 60;
};
