import { expect, it } from 'vitest';
import type { ColumnStatistics } from '../../../../gateway/records/bin-statistics.ts';
import { formatStatistic } from '../../../../gateway/reports/panel-dossier/formats.ts';

const current = (uncertain: number): ColumnStatistics => ({
  ...{ point: 'bin.current.mean', unit: 'A', count: 100, uncertain },
  ...{ sum: 23_000, mean: 230, deviation: 1.25, minimum: 226, maximum: 235 },
});

it('a statistic over bins has a question mark where more than 5 % of them are uncertain', () => {
  expect(formatStatistic(current(5), 'mean', 1)).toBe('230.0');
  expect(formatStatistic(current(6), 'mean', 1)).toBe('230.0?');
  expect(formatStatistic(current(6), 'deviation', 2)).toBe('1.25?');
  expect(formatStatistic(undefined, 'mean', 1)).toBe('—');
});
