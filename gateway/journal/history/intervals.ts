import {
  countField,
  coveredField,
  firstField,
  lastField,
  maximumField,
  minimumField,
  statusField,
  statusMsField,
  sumField,
} from './aggregate.ts';
import { hourMs, minuteMs } from './lengths.ts';

/** One interval of a point; mean and extremes are over good and uncertain samples, null without any. */
export type HistoryInterval = {
  readonly startMs: number;
  readonly durationMs: number;
  readonly count: number;
  /** How much of the interval was measured. */
  readonly coveredMs: number;
  readonly minimum: number | null;
  readonly maximum: number | null;
  /** Of the samples, each counting the same. */
  readonly mean: number | null;
  readonly first: number | null;
  readonly last: number | null;
  /** Status of the newest sample. */
  readonly lastStatus: number;
  /** 0 until samples come late or it is aggregated anew; from then on higher with each change. */
  readonly revision: number;
};

const lengthsMs = [
  minuteMs,
  5 * minuteMs,
  15 * minuteMs,
  hourMs,
  3 * hourMs,
  6 * hourMs,
  12 * hourMs,
  24 * hourMs,
  7 * 24 * hourMs,
];

/** The shortest usual length with which a range has at most so many intervals, also where it begins in the middle of one. */
export const intervalFor = (query: {
  readonly fromMs: number;
  readonly toMs: number;
  readonly maxIntervals: number;
}): number => {
  const { fromMs, toMs, maxIntervals } = query;
  const fits = (lengthMs: number): boolean =>
    Math.ceil(toMs / lengthMs) - Math.floor(fromMs / lengthMs) <= maxIntervals;
  const usual = lengthsMs.find(fits);
  if (usual !== undefined) return usual;
  let lengthMs = 7 * 24 * hourMs;
  while (!fits(lengthMs) && lengthMs < toMs) lengthMs *= 2;
  return lengthMs;
};

/** Nothing when the interval has no sample at all. */
export const presentInterval = (
  { startMs, durationMs, revision }: Pick<HistoryInterval, 'startMs' | 'durationMs' | 'revision'>,
  fields: Float64Array,
): readonly HistoryInterval[] => {
  const count = fields[countField] as number;
  const coveredMs = fields[coveredField] as number;
  const seen = Number.isFinite(fields[statusMsField] ?? Number.NaN);
  if (!seen && coveredMs === 0) return [];
  const value = (field: number): number | null => (count === 0 ? null : (fields[field] as number));
  return [
    {
      startMs,
      durationMs,
      count,
      coveredMs,
      minimum: value(minimumField),
      maximum: value(maximumField),
      mean: count === 0 ? null : (fields[sumField] as number) / count,
      first: value(firstField),
      last: value(lastField),
      lastStatus: fields[statusField] as number,
      revision,
    },
  ];
};
