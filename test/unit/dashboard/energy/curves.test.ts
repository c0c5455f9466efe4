import { describe, expect, it } from 'vitest';
import type { History } from '../../../../dashboard/api/types.ts';
import { meanCurve } from '../../../../dashboard/views/energy/curves.ts';

const interval = (startMs: number, mean: number | null, coveredMs: number, last = mean) => ({
  ...{ startMs, durationMs: 300, count: mean === null ? 0 : 1, coveredMs },
  ...{ minimum: mean, maximum: mean, mean, first: mean, last, revision: 0 },
});

const historyOf = (intervals: History['intervals'], unit = 'W'): History => ({
  ...{ number: 1, path: 'a/b/c/d/e/power', unit, intervals },
});

describe('the curve of a history', () => {
  it('stands where a sample left it while it still holds, and breaks where nothing was measured', () => {
    const history = historyOf([
      interval(0, -2000, 300, -1000),
      interval(300, null, 300),
      interval(600, null, 0),
      interval(900, null, 300),
      interval(1200, -3000, 300),
    ]);
    expect(meanCurve(history, -1)).toEqual([
      [150, 2],
      [450, 1],
      [750, null],
      [1050, null],
      [1350, 3],
    ]);
  });

  it('is in kilowatts, whatever the unit of the point', () => {
    expect(meanCurve(historyOf([interval(0, 5, 300)], 'kW'))).toEqual([[150, 5]]);
    expect(meanCurve(historyOf([interval(0, 5, 300)], 'MW'))).toEqual([[150, 5000]]);
    expect(meanCurve(undefined)).toEqual([]);
  });
});
