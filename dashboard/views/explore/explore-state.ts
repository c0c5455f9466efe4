import { timeOfWall } from '../../components/zone-time.ts';

/** How far back a range that moves along reaches. */
export const quickRanges = ['15m', '1h', '6h', '24h', '7d', '30d'] as const;
export type QuickRange = (typeof quickRanges)[number];

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const units: Readonly<Record<string, number>> = { m: minuteMs, h: hourMs, d: dayMs };

export type Range = { readonly fromMs: number; readonly toMs: number };

/** What is looked at; it stands in the address, so that it can be sent to others and linked to. */
export type ExploreState = {
  /** Numbers or paths, as they were given. */
  readonly points: readonly string[];
  /** Ends now and moves along, or stands still. */
  readonly range: QuickRange | Range;
};

/** As the gateway takes at most. */
export const mostPoints = 20;
const usualRange: QuickRange = '1h';
const shortestMs = 1000;

export const lengthOf = (range: QuickRange): number =>
  Number(range.slice(0, -1)) * (units[range.slice(-1)] ?? hourMs);

const isQuick = (text: unknown): text is QuickRange => quickRanges.some((range) => range === text);

/** UTC epoch ms or the wall clock of the site; undefined for anything else. */
export const instantOf = (text: unknown, timeZone: string): number | undefined => {
  if (typeof text !== 'string' || text === '') return undefined;
  return /^\d{9,16}$/.test(text) ? Number(text) : timeOfWall(text, timeZone);
};

type Query = Readonly<Record<string, unknown>>;

/** Whatever an address says that cannot be understood is left out, rather than shown as something else. */
export const stateOf = (query: Query, timeZone: string): ExploreState => {
  const { points } = query;
  const asked = typeof points === 'string' ? points.split(',').filter(Boolean) : [];
  const state = { points: [...new Set(asked)].slice(0, mostPoints) };
  const fromMs = instantOf(query['from'], timeZone);
  const toMs = instantOf(query['to'], timeZone);
  if (fromMs !== undefined && toMs !== undefined && toMs - fromMs >= shortestMs)
    return { ...state, range: { fromMs, toMs } };
  return { ...state, range: isQuick(query['last']) ? query['last'] : usualRange };
};

export const queryOf = ({ points, range }: ExploreState): Record<string, string> => ({
  ...(points.length === 0 ? {} : { points: points.join(',') }),
  ...(typeof range === 'string'
    ? { last: range }
    : { from: String(Math.floor(range.fromMs)), to: String(Math.ceil(range.toMs)) }),
});

export const rangeAt = (range: ExploreState['range'], nowMs: number): Range =>
  typeof range === 'string' ? { fromMs: nowMs - lengthOf(range), toMs: nowMs } : range;

/** The part of a range that two shares of it enclose, whole ms, never empty. */
export const partOf = ({ fromMs, toMs }: Range, start: number, end: number): Range => {
  const length = toMs - fromMs;
  const from = Math.floor(fromMs + start * length);
  return { fromMs: from, toMs: Math.max(from + shortestMs, Math.ceil(fromMs + end * length)) };
};

/** Twice as long around the same middle, but not beyond now. */
export const widened = ({ fromMs, toMs }: Range, nowMs: number): Range => {
  const half = (toMs - fromMs) / 2;
  return {
    fromMs: Math.floor(fromMs - half),
    toMs: Math.ceil(Math.min(toMs + half, Math.max(nowMs, toMs))),
  };
};
