import { expect, it } from 'vitest';
import { dayRange } from '../../../../dashboard/components/day-range.ts';
import { signalsOf, subgroupsOf } from '../../../../dashboard/line/spc-rules.ts';
import { TrendWindow } from '../../../../dashboard/line/trend-window.ts';
import { lastDay } from '../../../../dashboard/views/overview/last-day.ts';
import {
  axisRange,
  controlChartOption,
} from '../../../../dashboard/views/spc/control-chart-option.ts';
import { trendOption } from '../../../../dashboard/views/torch/torch-options.ts';

it('puts what was before in front of what came live meanwhile, each time once', () => {
  const trend = new TrendWindow(10_000);
  trend.append(5000, 5);
  trend.append(5000, 5);
  trend.append(4000, 4);
  trend.append(6000, null);
  trend.fill([
    [3000, 3],
    [4000, 4],
    [5000, 5],
  ]);
  expect(trend.rows).toEqual([
    [3000, 3],
    [4000, 4],
    [5000, 5],
    [6000, null],
  ]);
});

it('does not join both ends of an outage, and shows what the gateway has of it once that has come', () => {
  const trend = new TrendWindow(10_000);
  trend.append(1000, 1);
  trend.interrupt();
  trend.interrupt();
  trend.append(5000, 5);
  expect(trend.rows).toEqual([
    [1000, 1],
    [1001, null],
    [5000, 5],
  ]);
  trend.fill([
    [1000, 1],
    [5000, 5],
  ]);
  expect(trend.rows).toEqual([
    [1000, 1],
    [1001, null],
    [5000, 5],
  ]);
  trend.fill([
    [1000, 1],
    [3000, 3],
  ]);
  expect(trend.rows).toEqual([
    [1000, 1],
    [3000, 3],
    [5000, 5],
  ]);
});

it('keeps little more than its length, however long it goes on', () => {
  const trend = new TrendWindow(1000);
  for (let timeMs = 0; timeMs < 100_000; timeMs += 100) trend.append(timeMs, timeMs);
  expect(trend.rows.length).toBeLessThan(80);
  expect(trend.rows.at(-1)).toEqual([99_900, 99_900]);
});

it('names the rules by the bits of a chart: 1, 5 and CUSUM of 0b10000010001', () => {
  expect(signalsOf(0b10000010001)).toEqual(['rule1', 'rule5', 'ruleCusum']);
  expect(signalsOf(0)).toEqual([]);
  expect(signalsOf(null)).toEqual([]);
});

it('takes each subgroup of a chart once, though it stands until the next', () => {
  expect(subgroupsOf([1, 2, 3, 4, 5], [228, 228, null, 229, 229])).toEqual([
    { timeMs: 1, value: 228 },
    { timeMs: 4, value: 229 },
  ]);
});

it('takes days by the clocks of the site, also one on which they are changed', () => {
  const range = (from: string, to: string, timeZone = 'Asia/Shanghai') => {
    const { fromMs, toMs } = dayRange(from, to, timeZone);
    return [fromMs, toMs].map((ms) => (ms === undefined ? '' : new Date(ms).toISOString()));
  };
  expect(range('2024-06-20', '2024-06-20')).toEqual([
    ...['2024-06-19T16:00:00.000Z', '2024-06-20T16:00:00.000Z'],
  ]);
  expect(range('2024-03-31', '2024-03-31', 'Europe/Berlin')).toEqual([
    ...['2024-03-30T23:00:00.000Z', '2024-03-31T22:00:00.000Z'],
  ]);
  expect(range('', '20.06.2024')).toEqual(['', '']);
});

it('keeps limits and subgroups on a control chart, whatever lies further out', () => {
  const means = [{ timeMs: 1, value: 231 }];
  expect(axisRange(means, { lcl: 227, ucl: 229 })).toEqual({ min: 226.4, max: 231.6 });
  expect(axisRange([], { lcl: 227, ucl: 229 })).toEqual({ min: 226.7, max: 229.3 });
  expect(axisRange(means, { lcl: null, ucl: null })).toEqual({});
});

const colours = {
  ...{ text: '', muted: '', line: '', panel: '', abnormal: '', warning: '', accent: '' },
  series: [''],
};
type TimeChart = {
  readonly xAxis: {
    readonly axisPointer: { readonly label: { formatter(told: { value: number }): string } };
  };
  readonly tooltip: { valueFormatter(value: unknown): string };
};

it.each([
  [
    'trend',
    trendOption({
      ...{ colours, lines: [], band: undefined, unit: 'A', decimals: 1, language: 'en' },
      timeZone: 'Asia/Shanghai',
    }),
  ],
  [
    'control chart',
    controlChartOption({
      ...{ colours, means: [], ewma: [], centre: null, ucl: null, lcl: null },
      ...{ unit: 'A', decimals: 1, language: 'en', timeZone: 'Asia/Shanghai', t: (key) => key },
    }),
  ],
] as const)(
  'heads the tooltip of a %s in the zone of the site, with values in their unit',
  (_, option) => {
    const { xAxis, tooltip } = option as unknown as TimeChart;
    const head = xAxis.axisPointer.label.formatter({ value: Date.parse('2024-06-20T02:03:04Z') });
    expect(head).toBe('20 Jun 2024, 10:03:04');
    expect(tooltip.valueFormatter(228.04)).toBe('228.0 A');
    expect(tooltip.valueFormatter(null)).toBe('–');
  },
);

it('has the last day end a little ahead of now, however long the page is open', () => {
  const nowMs = Date.parse('2024-06-20T02:03:04Z');
  for (const later of [0, 1000, 86_400_000, 7 * 86_400_000]) {
    const { fromMs, toMs } = lastDay(nowMs + later);
    expect(toMs - fromMs).toBe(86_400_000);
    expect(toMs).toBeGreaterThan(nowMs + later);
    expect(toMs - nowMs - later).toBeLessThanOrEqual(300_000);
  }
  expect(lastDay(nowMs + 1000)).toEqual(lastDay(nowMs));
});
