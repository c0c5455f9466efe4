import { GatewayError } from '../../core/error.ts';
import { formatPointPath } from '../../core/point.ts';
import { isBad, statusCodes } from '../../core/quality.ts';
import type { GatewayView, HistoryInterval } from '../../runtime/view.ts';
import type { SeriesOfPoint } from '../series-contract.ts';
import { SampleColumns } from './sample-columns.ts';

export type SeriesQuery = {
  /** Places among the points of the site. */
  readonly indices: readonly number[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly maxRows: number;
  readonly source: 'auto' | 'samples' | 'rollups';
};

type SampleQuery = Pick<SeriesQuery, 'fromMs' | 'toMs' | 'maxRows'>;

type Sample = { readonly timeMs: number; readonly value: number; readonly status: number };

export type SeriesAnswer = {
  readonly source: 'samples' | 'rollups';
  readonly series: SeriesOfPoint[];
};

/** Everything of a time is read through to find the samples of a point in it. */
const longestSamplesMs = 900_000;
const readWithinMs = 10_000;
const mostAtWork = 3;
/** As in the roll-ups: a sample stands for so many of its periods, or for a minute. */
const holdPeriods = 3;
const holdWithoutPeriodMs = 60_000;

const busyWords = {
  en: `${mostAtWork} readings of the journal are under way; ask again in a moment`,
  zh: `已有 ${mostAtWork} 个日志读取在进行，请稍后再试`,
};

/** Reads what points were; so many at a time that nobody else is kept waiting by it. */
export class SeriesDesk {
  readonly #view: GatewayView;
  #atWork = 0;

  constructor(view: GatewayView) {
    this.#view = view;
  }

  /** Says when the work is done. @throws GatewayError UNAVAILABLE when too much is under way */
  begin(): () => void {
    if (this.#atWork >= mostAtWork) {
      throw new GatewayError('UNAVAILABLE', busyWords, { retryable: true, retryAfterMs: 1000 });
    }
    this.#atWork += 1;
    let isAtWork = true;
    return () => {
      if (isAtWork) this.#atWork -= 1;
      isAtWork = false;
    };
  }

  /** @throws GatewayError UNAVAILABLE, STORE_FAILED */
  async read(query: SeriesQuery, signal: AbortSignal): Promise<SeriesAnswer> {
    const end = this.begin();
    try {
      const { source, fromMs, toMs } = query;
      const isShort = toMs - fromMs <= longestSamplesMs;
      if (source === 'samples' || (source === 'auto' && isShort)) {
        const series = await this.#samples(query, signal);
        const isThere = series.some(({ takenByRetention }) => !takenByRetention);
        if (source === 'samples' || isThere) return { source: 'samples', series };
      }
      return { source: 'rollups', series: await this.#rollups(query) };
    } finally {
      end();
    }
  }

  /** The first samples of a point, as they were journalled. @throws GatewayError UNAVAILABLE, STORE_FAILED */
  async first(
    { index, ...query }: SampleQuery & { readonly index: number },
    signal: AbortSignal,
  ): Promise<SeriesOfPoint> {
    const end = this.begin();
    try {
      const rows: Sample[] = [];
      const read = await this.#eachSample({ ...query, indices: [index] }, signal, (_, sample) => {
        rows.push(sample);
        return rows.length <= query.maxRows;
      });
      const surplus = rows.length > query.maxRows ? rows.pop() : undefined;
      rows.sort((a, b) => a.timeMs - b.timeMs);
      return {
        ...describePoint(this.#view, index),
        timeMs: rows.map(({ timeMs }) => timeMs),
        values: rows.map(({ value, status }) =>
          isBad(status) ? null : presentNumber(this.#view, index, value),
        ),
        status: rows.map(({ status }) => status),
        ...{ samples: rows.length, isReduced: false, takenByRetention: read.isCut },
        endedMs: surplus?.timeMs ?? read.endedMs,
      };
    } finally {
      end();
    }
  }

  async #samples(query: SeriesQuery, signal: AbortSignal): Promise<SeriesOfPoint[]> {
    const { fromMs, toMs, maxRows, indices } = query;
    const columns = indices.map((index) => {
      const holdMs = holdMsOf(this.#view, index);
      return new SampleColumns({ fromMs, toMs, maxRows, holdMs });
    });
    const read = await this.#eachSample(query, signal, (point, { timeMs, value, status }) => {
      columns[point]?.add(timeMs, value, status);
      return true;
    });
    return indices.map((index, at) => {
      const column = columns[at] as SampleColumns;
      const { timeMs, values, status } = column.rows();
      return {
        ...describePoint(this.#view, index),
        ...{ timeMs: [...timeMs], status: [...status] },
        values: values.map((value) => presentNumber(this.#view, index, value)),
        ...{ samples: column.count, isReduced: column.isReduced },
        ...{ endedMs: read.endedMs, takenByRetention: read.isCut },
      };
    });
  }

  /** Until `take` has enough, the end of the time asked for, or for ten seconds. */
  async #eachSample(
    query: Pick<SeriesQuery, 'indices' | 'fromMs' | 'toMs'>,
    signal: AbortSignal,
    take: (point: number, sample: Sample) => boolean,
  ): Promise<{ readonly endedMs: number | null; readonly isCut: boolean }> {
    const { fromMs, toMs, indices } = query;
    const timeout = AbortSignal.timeout(readWithinMs);
    const points = indices.map((index) => this.#view.latest.at(index).pointNumber);
    const reading = { points, fromMs, toMs, signal: AbortSignal.any([signal, timeout]) };
    let throughMs = fromMs;
    let isCut = false;
    for await (const part of this.#view.raw(reading)) {
      throughMs = part.throughMs;
      isCut = isCut || part.isCut;
      for (const [at, point] of part.point.entries()) {
        const [timeMs = 0, value = 0, status = 0] = [
          ...[part.timeMs[at], part.values[at], part.status[at]],
        ];
        if (!take(point, { timeMs, value, status })) return { endedMs: null, isCut };
      }
    }
    return { endedMs: timeout.aborted ? throughMs : null, isCut };
  }

  async #rollups({ indices, fromMs, toMs, maxRows }: SeriesQuery): Promise<SeriesOfPoint[]> {
    const series: SeriesOfPoint[] = [];
    for (const index of indices) {
      const point = this.#view.latest.at(index).pointNumber;
      // Every second row may be one that breaks the line.
      const maxIntervals = Math.max(1, Math.floor(maxRows / 2));
      const intervals = await this.#view.history({ point, fromMs, toMs, maxIntervals });
      series.push({ ...describePoint(this.#view, index), ...rollupColumns(intervals) });
    }
    return series;
  }
}

type Described = Pick<
  SeriesOfPoint,
  'number' | 'path' | 'unit' | 'kind' | 'description' | 'decimals' | 'labels'
>;

/** What a point is, beside its values. */
export const describePoint = (view: GatewayView, index: number): Described => {
  const { group, channel } = view.latest.points[index] ?? {};
  const spec = group?.channels[channel ?? -1];
  if (group === undefined || spec === undefined) throw new RangeError(`no point at ${index}`);
  const { kind, unit, description, labels, decimals } = spec;
  return {
    number: view.latest.at(index).pointNumber,
    path: formatPointPath(group.equipment, spec.point),
    ...{ unit, kind, description },
    ...(decimals === undefined ? {} : { decimals }),
    ...(labels === undefined ? {} : { labels }),
  };
};

export const holdMsOf = (view: GatewayView, index: number): number => {
  const group = view.latest.points[index]?.group;
  if (group?.comesOnChange === true) return Number.POSITIVE_INFINITY;
  return group?.periodMs === undefined ? holdWithoutPeriodMs : group.periodMs * holdPeriods;
};

/** A text stands behind the number of a string point. */
export const presentNumber = (
  view: GatewayView,
  index: number,
  value: number,
): number | string | null => {
  if (!Number.isFinite(value)) return null;
  const { group, channel } = view.latest.points[index] ?? {};
  const isText = group?.channels[channel ?? -1]?.kind === 'string';
  return isText ? (view.text(value) ?? null) : value;
};

type RollupColumns = Omit<SeriesOfPoint, keyof Described>;

/** Where intervals without any sample lie between, a row breaks the line. */
export const rollupColumns = (intervals: readonly HistoryInterval[]): RollupColumns => {
  const columns = {
    ...{ timeMs: [] as number[], values: [] as (number | null)[], status: [] as number[] },
    ...{ minimum: [] as (number | null)[], maximum: [] as (number | null)[] },
    covered: [] as number[],
  };
  let endMs: number | undefined;
  let samples = 0;
  for (const interval of intervals) {
    const { startMs, durationMs, coveredMs, count, mean, minimum, maximum, lastStatus } = interval;
    if (endMs !== undefined && startMs > endMs) {
      columns.timeMs.push(endMs);
      columns.values.push(null);
      columns.status.push(statusCodes.badNoData);
      columns.minimum.push(null);
      columns.maximum.push(null);
      columns.covered.push(0);
    }
    endMs = startMs + durationMs;
    samples += count;
    columns.timeMs.push(startMs);
    columns.values.push(mean);
    columns.status.push(lastStatus);
    columns.minimum.push(minimum);
    columns.maximum.push(maximum);
    columns.covered.push(Math.min(1, coveredMs / durationMs));
  }
  const durationMs = intervals[0]?.durationMs;
  return {
    ...columns,
    ...(durationMs === undefined ? {} : { durationMs }),
    ...{ samples, isReduced: false, endedMs: null, takenByRetention: false },
  };
};
