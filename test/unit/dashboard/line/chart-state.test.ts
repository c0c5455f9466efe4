import { expect, it } from 'vitest';
import { chartStandingOf } from '../../../../dashboard/line/chart-state.ts';

const good = (value: number) => ({ value, status: 0 });
const noData = { value: null, status: 0x809b_0000 };
const unreachable = { value: null, status: 0x8031_0000 };
const judged = { value: good(228), signals: good(0), limit: good(231) };
const kindOf = (change: Partial<typeof judged> | Record<string, unknown>) =>
  chartStandingOf({ ...judged, ...change }).kind;

it('says that a chart is in control only of a subgroup that was judged', () => {
  expect(kindOf({})).toBe('inControl');
  expect(kindOf({ signals: unreachable })).toBe('unknown');
  expect(kindOf({ signals: undefined })).toBe('unknown');
  expect(kindOf({ signals: { value: 0, status: 0x8031_0000 } })).toBe('unknown');
  expect(kindOf({ value: unreachable })).toBe('unknown');
  expect(kindOf({ limit: unreachable })).toBe('unknown');
});

it('tells apart what has not come yet from what cannot be had', () => {
  expect(kindOf({ value: noData, signals: noData, limit: noData })).toBe('learning');
  expect(kindOf({ signals: noData, limit: noData })).toBe('noLimits');
});

it('names the rules that are broken before all else', () => {
  expect(chartStandingOf({ ...judged, signals: good(0b10001) })).toEqual({
    ...{ kind: 'signals', signals: ['rule1', 'rule5'] },
  });
});
