import { absentStatus, isBad, isGood } from '../core/quality.ts';
import type { BinColumn, BinTable } from './bins-file.ts';

/** Over the bins of a seam in which the column has a usable value, each bin counting once. Null without any. */
export type ColumnStatistics = {
  readonly point: string;
  readonly unit: string;
  readonly count: number;
  /** How many of `count` are not Good. */
  readonly uncertain: number;
  readonly sum: number | null;
  readonly mean: number | null;
  /** s, with n - 1; null below two. */
  readonly deviation: number | null;
  readonly minimum: number | null;
  readonly maximum: number | null;
};

/** Of the columns of numbers, from the values as the file of bins has them: whoever has the file can compute them again. */
export const statisticsOf = ({ columns }: BinTable): readonly ColumnStatistics[] =>
  columns.filter(({ texts }) => texts === undefined).map(ofColumn);

const ofColumn = ({ point, unit, values, status }: BinColumn): ColumnStatistics => {
  let count = 0;
  let uncertain = 0;
  let sum = 0;
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  const isUsable = (row: number): boolean => {
    const code = status[row] as number;
    return code !== absentStatus && !isBad(code) && Number.isFinite(values[row]);
  };
  for (let row = 0; row < values.length; row++) {
    if (!isUsable(row)) continue;
    const value = values[row] as number;
    count += 1;
    sum += value;
    if (!isGood(status[row] as number)) uncertain += 1;
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
  }
  if (count === 0) {
    const none = { sum: null, mean: null, deviation: null, minimum: null, maximum: null };
    return { point, unit, count, uncertain, ...none };
  }
  const mean = sum / count;
  let squares = 0;
  for (let row = 0; row < values.length; row++) {
    if (isUsable(row)) squares += ((values[row] as number) - mean) ** 2;
  }
  const deviation = count < 2 ? null : Math.sqrt(squares / (count - 1));
  return { point, unit, count, uncertain, sum, mean, deviation, minimum, maximum };
};
