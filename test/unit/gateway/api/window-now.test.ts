import { describe, expect, it } from 'vitest';
import { factorsIn } from '../../../../gateway/api/why/factors.ts';
import { windowNow } from '../../../../gateway/api/why/window-now.ts';
import { noText } from '../../../../gateway/core/point.ts';
import type { KpiExplanation } from '../../../../gateway/runtime/view.ts';

/** A Tuesday, 15:07:30 in Shanghai. */
const nowMs = Date.UTC(2026, 2, 3, 7, 7, 30);

const spanOf = (
  window: Omit<KpiExplanation['window'], 'rule'>,
  { kpi = 'any', panelStartMs }: { readonly kpi?: string; readonly panelStartMs?: number } = {},
): readonly (string | null)[] => {
  const at = { nowMs, timeZone: 'Asia/Shanghai', panelStartMs };
  const { fromMs, toMs } = windowNow({ kpi, window: { ...window, rule: noText } }, at);
  return [fromMs, toMs].map((ms) => (ms === null ? null : new Date(ms).toISOString().slice(0, 19)));
};

describe('the window of a KPI', () => {
  it('is the time before now where it is of samples', () => {
    const now = '2026-03-03T07:07:30';
    expect(spanOf({ tier: 'a', lengthMs: 10_000 })).toEqual(['2026-03-03T07:07:20', now]);
    expect(spanOf({ tier: 'a', over: 'now' })).toEqual([null, now]);
    expect(spanOf({ tier: 'a', over: 'panel' })).toEqual([null, now]);
    const panelStartMs = Date.UTC(2026, 2, 3, 7);
    const ofPanel = spanOf({ tier: 'a', over: 'panel' }, { panelStartMs });
    expect(ofPanel).toEqual(['2026-03-03T07:00:00', now]);
  });

  it('is the newest closed part of the clock, or for a forecast the one that runs', () => {
    const quarter = { tier: 'b', lengthMs: 900_000 } as const;
    expect(spanOf(quarter)).toEqual(['2026-03-03T06:45:00', '2026-03-03T07:00:00']);
    const forecast = spanOf(quarter, { kpi: 'demandForecast' });
    expect(forecast).toEqual(['2026-03-03T07:00:00', '2026-03-03T07:07:30']);
  });

  it('begins with the day, six days before, the month or the year of the site', () => {
    const from = (over: 'day' | 'week' | 'month' | 'year' | 'always') =>
      spanOf({ tier: 'c', folds: 'registers', over })[0];
    expect([from('day'), from('week'), from('month'), from('year'), from('always')]).toEqual([
      '2026-03-02T16:00:00',
      '2026-02-24T16:00:00',
      '2026-02-28T16:00:00',
      '2025-12-31T16:00:00',
      null,
    ]);
  });
});

describe('the factors of a KPI', () => {
  it('are whatever parameters say where it is from, however deep', () => {
    const grid = { id: 'cn-2023', value: 0.62, source: 'China' };
    expect(
      factorsIn({
        ...{ grid, share: 0.18, process: '135' },
        materials: { tube: { value: 2.5, unit: 'kg', source: 'EPD' }, none: null },
        hourly: { id: 'h', values: [1, 2], source: 'assumed' },
      }),
    ).toEqual([
      { parameter: 'grid', id: 'cn-2023', value: 0.62, unit: null, source: 'China' },
      { parameter: 'materials.tube', id: null, value: 2.5, unit: 'kg', source: 'EPD' },
      { parameter: 'hourly', id: 'h', value: null, unit: null, source: 'assumed' },
    ]);
  });
});
