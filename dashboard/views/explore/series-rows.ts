import type { SeriesOfPoint } from '../../api/types.ts';

const severityShift = 30;
const bad = 2;
const uncertain = 1;

const severityOf = (status: number): number => status >>> severityShift;

export type Row = readonly [timeMs: number, value: number | null];

const numeric = (value: number | string | null | undefined): number | null =>
  typeof value === 'number' ? value : null;

/** A divisor by which powers and energies are read in thousands, as everywhere on the page. */
export type Scale = (value: number | null) => number | null;

/** The line: broken where there is a gap, which nothing is drawn over. Roll-ups stand at the middles of their intervals. */
export const lineRows = (series: SeriesOfPoint, scale: Scale): Row[] => {
  const half = (series.durationMs ?? 0) / 2;
  return series.timeMs.map((timeMs, index) => [
    timeMs + half,
    severityOf(series.status[index] ?? 0) >= bad ? null : scale(numeric(series.values[index])),
  ]);
};

/** Values between two gaps, which no line goes through. */
export const lonelyRows = (rows: readonly Row[]): Row[] =>
  rows.filter(
    ([, value], index) =>
      value !== null &&
      (rows[index - 1]?.[1] ?? null) === null &&
      (rows[index + 1]?.[1] ?? null) === null,
  );

/** What is marked apart: values that are uncertain, on the line. */
export const uncertainRows = (series: SeriesOfPoint, scale: Scale): Row[] =>
  lineRows(series, scale).filter(
    ([, value], index) => value !== null && severityOf(series.status[index] ?? 0) === uncertain,
  );

/** Times without a good value, to be hatched: from the first bad one to the next that is not, or to the end. */
export const badSpans = (
  series: SeriesOfPoint,
  toMs: number,
): readonly (readonly [fromMs: number, toMs: number])[] => {
  const spans: [number, number][] = [];
  let since: number | undefined;
  for (const [index, timeMs] of series.timeMs.entries()) {
    const isBad = severityOf(series.status[index] ?? 0) >= bad;
    if (isBad && since === undefined) since = timeMs;
    if (!isBad && since !== undefined) {
      spans.push([since, timeMs]);
      since = undefined;
    }
  }
  if (since !== undefined) spans.push([since, toMs]);
  return spans;
};

/** Least and height of the band of roll-ups, to be stacked; undefined of samples, which have none. */
export const bandRows = (
  series: SeriesOfPoint,
  scale: Scale,
): { readonly least: Row[]; readonly height: Row[] } | undefined => {
  const { minimum, maximum } = series;
  if (minimum === undefined || maximum === undefined) return undefined;
  const half = (series.durationMs ?? 0) / 2;
  const least: Row[] = [];
  const height: Row[] = [];
  for (const [index, timeMs] of series.timeMs.entries()) {
    const low = scale(minimum[index] ?? null);
    const high = scale(maximum[index] ?? null);
    const isKnown = low !== null && high !== null;
    least.push([timeMs + half, isKnown ? low : null]);
    height.push([timeMs + half, isKnown ? high - low : null]);
  }
  return { least, height };
};

/** The newest row at or before a time, that is not a gap; undefined where there is none. */
export const rowAt = (series: SeriesOfPoint, timeMs: number): number | undefined => {
  let low = 0;
  let high = series.timeMs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((series.timeMs[middle] ?? 0) <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? undefined : low - 1;
};
