import { describe, expect, test } from 'vitest';
import { kpiCatalogue } from '../../../../gateway/kpi/catalogue.ts';
import {
  chooseWindow,
  dayOfRegisters,
  type KpiWindow,
  longestSampleWindowMs,
  panelWindowOfTierA,
} from '../../../../gateway/kpi/window.ts';

const sliding: KpiWindow = { tier: 'a', lengthMs: 10_000 };

describe('a window that the site file asks for', () => {
  test.each([
    ['1s', 1000],
    ['1500ms', 1500],
    ['90s', 90_000],
    ['10min', 600_000],
  ])('%s of tier (a) applies', (asked, lengthMs) => {
    expect(chooseWindow(sliding, asked)).toEqual({ window: { tier: 'a', lengthMs } });
  });

  test.each(['11min', '601s', '600001ms', '1h', '999ms', '0s', '10', '10 min', '-5s', '1e3s', ''])(
    '%j of tier (a) is refused',
    (asked) => {
      expect(chooseWindow(sliding, asked)).toEqual({
        expected: 'a window of 1s to 10min: it is computed from samples',
      });
    },
  );

  test.each([
    panelWindowOfTierA,
    dayOfRegisters,
    { tier: 'b', lengthMs: 900_000 } as const,
    { tier: 'c', folds: 'b', lengthMs: 3_600_000 } as const,
  ])('is refused where the KPI has its own: %j', (own) => {
    expect(chooseWindow(own, '10s')).toEqual({ expected: 'no window: the KPI has its own' });
    expect(chooseWindow(own, undefined)).toEqual({ window: own });
  });
});

test('no KPI reads samples over more than ten minutes', () => {
  for (const { id, window } of kpiCatalogue) {
    if (window.tier !== 'a' || !('lengthMs' in window)) continue;
    expect(window.lengthMs, id).toBeLessThanOrEqual(longestSampleWindowMs);
  }
});
