import { LocalClock } from '../../core/local-clock.ts';
import { isBad, qualityName, statusSymbol } from '../../core/quality.ts';
import type { GatewayView } from '../../runtime/view.ts';
import { describePoint, presentNumber } from './series-desk.ts';

type CsvQuery = {
  /** Places among the points of the site. */
  readonly indices: readonly number[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly signal: AbortSignal;
};

/** Excel takes a table for UTF-8 only by this. */
const byteOrderMark = '\uFEFF';
const mostRows = 1_000_000;
/** A minute each of about two weeks. */
const mostIntervals = 20_000;
const minuteMs = 60_000;
const quarterMs = 900_000;

const two = (number: number): string => String(number).padStart(2, '0');

/** Writes instants as ISO 8601 by the wall clock of a site, with what it is ahead of UTC. */
const isoWriter = (timeZone: string): ((timeMs: number) => string) => {
  const clock = new LocalClock(timeZone);
  let knownFromMs = Number.NaN;
  let offsetMs = 0;
  return (timeMs) => {
    // No zone changes its clock but at a quarter of an hour.
    const quarter = Math.floor(timeMs / quarterMs) * quarterMs;
    if (quarter !== knownFromMs) {
      knownFromMs = quarter;
      offsetMs = clock.offsetMs(quarter);
    }
    const minutes = Math.abs(offsetMs) / minuteMs;
    const sign = offsetMs < 0 ? '-' : '+';
    const local = new Date(timeMs + offsetMs).toISOString().slice(0, -1);
    return `${local}${sign}${two(Math.floor(minutes / 60))}:${two(Math.floor(minutes % 60))}`;
  };
};

/** A spreadsheet takes a text that begins so for a formula. */
const formula = /^[=+\-@\t\r]/;

const cell = (value: number | string | null): string => {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = formula.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

const line = (cells: readonly (number | string | null)[]): string =>
  `${cells.map(cell).join(',')}\r\n`;

/** One line a sample, in the order in which they were journalled; the last one is `truncated` where there are more. */
export async function* sampleRows(view: GatewayView, query: CsvQuery): AsyncIterable<string> {
  const iso = isoWriter(view.site.timeZone);
  const about = query.indices.map((index) => ({ ...describePoint(view, index), index }));
  const points = query.indices.map((index) => view.latest.at(index).pointNumber);
  yield byteOrderMark + line(['time', 'epochMs', 'point', 'value', 'unit', 'quality', 'status']);
  let rows = 0;
  let throughMs = query.fromMs;
  const { fromMs, toMs, signal } = query;
  for await (const part of view.raw({ points, fromMs, toMs, signal })) {
    let text = '';
    for (const [at, point] of part.point.entries()) {
      const of = about[point];
      const [timeMs, value, status] = [part.timeMs[at], part.values[at], part.status[at]];
      if (of === undefined || timeMs === undefined || value === undefined || status === undefined) {
        continue;
      }
      const shown = isBad(status) ? null : presentNumber(view, of.index, value);
      const quality = [qualityName(status), statusSymbol(status)];
      text += line([iso(timeMs), timeMs, of.path, shown, of.unit, ...quality]);
      rows += 1;
    }
    if (text !== '') yield text;
    throughMs = part.throughMs;
    if (rows >= mostRows) break;
  }
  if (rows >= mostRows || signal.aborted) {
    yield line([iso(throughMs), throughMs, null, null, null, 'truncated', null]);
  }
}

/** One line an interval, point by point. */
export async function* rollupRows(view: GatewayView, query: CsvQuery): AsyncIterable<string> {
  const iso = isoWriter(view.site.timeZone);
  const { fromMs, toMs, signal } = query;
  yield byteOrderMark +
    line([
      ...['time', 'epochMs', 'durationMs', 'point', 'mean', 'minimum', 'maximum'],
      ...['count', 'covered', 'unit', 'quality', 'status'],
    ]);
  for (const index of query.indices) {
    if (signal.aborted) return;
    const { path, unit } = describePoint(view, index);
    const point = view.latest.at(index).pointNumber;
    const intervals = await view.history({ point, fromMs, toMs, maxIntervals: mostIntervals });
    let text = '';
    for (const interval of intervals) {
      const { startMs, durationMs, mean, minimum, maximum, count, coveredMs } = interval;
      const covered = Math.min(1, coveredMs / durationMs);
      const quality = [qualityName(interval.lastStatus), statusSymbol(interval.lastStatus)];
      text += line([
        ...[iso(startMs), startMs, durationMs, path, mean, minimum, maximum],
        ...[count, covered, unit, ...quality],
      ]);
    }
    if (text !== '') yield text;
  }
}
