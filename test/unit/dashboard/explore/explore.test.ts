import { describe, expect, it } from 'vitest';
import type { Point, SeriesOfPoint } from '../../../../dashboard/api/types.ts';
import {
  instantOf,
  partOf,
  queryOf,
  rangeAt,
  stateOf,
  widened,
} from '../../../../dashboard/views/explore/explore-state.ts';
import { searchPoints } from '../../../../dashboard/views/explore/point-search.ts';
import { lengthIn } from '../../../../dashboard/views/explore/range-words.ts';
import {
  badSpans,
  bandRows,
  lineRows,
  lonelyRows,
  rowAt,
  uncertainRows,
} from '../../../../dashboard/views/explore/series-rows.ts';
import { axesOf, roomOf } from '../../../../dashboard/views/explore/value-axes.ts';

const zone = 'Asia/Shanghai';
const bad = 0x80000000;
const uncertain = 0x40000000;

describe('what the address says', () => {
  it('is a moving range of an hour unless it says more', () => {
    expect(stateOf({}, zone)).toEqual({ points: [], range: '1h' });
    expect(stateOf({ points: '1,2,1,,x/y/z/p', last: '7d' }, zone)).toEqual({
      ...{ points: ['1', '2', 'x/y/z/p'], range: '7d' },
    });
  });

  it('takes epoch ms and the wall clock of the site', () => {
    const range = { fromMs: Date.UTC(2026, 5, 16, 16), toMs: Date.UTC(2026, 5, 17, 16) };
    const query = { from: '2026-06-17', to: String(range.toMs) };
    expect(stateOf(query, zone).range).toEqual(range);
    expect(instantOf('2026-06-17T11:30', zone)).toBe(Date.UTC(2026, 5, 17, 3, 30));
  });

  it.each([
    [{ from: '2026-06-18', to: '2026-06-17' }],
    [{ from: 'x', to: '2026-06-17' }],
    [{ from: '2026-06-18' }],
    [{ last: '3y' }],
  ])('leaves out %o, which cannot be', (query) => {
    expect(stateOf(query, zone).range).toBe('1h');
  });

  it('says what it said again', () => {
    for (const state of [
      { points: ['3', '4'], range: '6h' as const },
      { points: ['3'], range: { fromMs: 1_781_000_000_000, toMs: 1_781_000_100_000 } },
    ])
      expect(stateOf(queryOf(state), zone)).toEqual(state);
  });

  it('takes no more points than the gateway', () => {
    const points = Array.from({ length: 30 }, (_, index) => index).join(',');
    expect(stateOf({ points }, zone).points).toHaveLength(20);
  });
});

describe('a range', () => {
  const range = { fromMs: 1_000_000, toMs: 2_000_000 };

  it('ends now, or stands', () => {
    expect(rangeAt('15m', 5_000_000)).toEqual({ fromMs: 4_100_000, toMs: 5_000_000 });
    expect(rangeAt(range, 5_000_000)).toBe(range);
  });

  it('can be taken a part of, and never becomes nothing', () => {
    expect(partOf(range, 0.25, 0.75)).toEqual({ fromMs: 1_250_000, toMs: 1_750_000 });
    expect(partOf({ fromMs: 0, toMs: 1000 }, 0.5, 0.5)).toEqual({ fromMs: 500, toMs: 1500 });
  });

  it('gets wider, but not into the future', () => {
    expect(widened(range, 9_000_000)).toEqual({ fromMs: 500_000, toMs: 2_500_000 });
    expect(widened(range, 2_100_000)).toEqual({ fromMs: 500_000, toMs: 2_100_000 });
  });

  it('has a length in words', () => {
    expect(lengthIn(900_000)).toEqual({ unit: 'minutes', count: 15 });
    expect(lengthIn(86_400_000)).toEqual({ unit: 'days', count: 1 });
    expect(lengthIn(1500)).toEqual({ unit: 'seconds', count: 1.5 });
  });
});

const series = (more: Partial<SeriesOfPoint>): SeriesOfPoint => ({
  ...{ number: 1, path: 'e/s/a/l/m/power', unit: 'W', kind: 'number' },
  ...{ description: { en: '', zh: '' }, timeMs: [], values: [], status: [], samples: 0 },
  ...{ isReduced: false, endedMs: null, takenByRetention: false },
  ...more,
});
const kilo = (value: number | null) => (value === null ? null : value / 1000);

describe('the rows of a series', () => {
  const samples = series({
    ...{ timeMs: [10, 20, 30, 40], values: [1000, null, 3000, 4000] },
    status: [0, bad, uncertain, 0],
  });

  it('break where there is a gap', () => {
    expect(lineRows(samples, kilo)).toEqual([
      [10, 1],
      [20, null],
      [30, 3],
      [40, 4],
    ]);
    expect(badSpans(samples, 50)).toEqual([[20, 30]]);
    expect(badSpans(series({ timeMs: [10], values: [null], status: [bad] }), 50)).toEqual([
      [10, 50],
    ]);
  });

  it('show no number that a bad value came with', () => {
    expect(lineRows(series({ timeMs: [1], values: [7], status: [bad] }), kilo)).toEqual([
      [1, null],
    ]);
  });

  it('mark what is uncertain, and what stands alone', () => {
    expect(uncertainRows(samples, kilo)).toEqual([[30, 3]]);
    expect(lonelyRows(lineRows(samples, kilo))).toEqual([[10, 1]]);
  });

  it('of roll-ups stand at the middles, with a band from least to greatest', () => {
    const rollups = series({
      ...{ timeMs: [0, 100], values: [2000, null], status: [0, bad], durationMs: 100 },
      ...{ minimum: [1000, null], maximum: [5000, null], covered: [1, 0] },
    });
    expect(lineRows(rollups, kilo)[0]).toEqual([50, 2]);
    expect(bandRows(rollups, kilo)).toEqual({
      least: [
        [50, 1],
        [150, null],
      ],
      height: [
        [50, 4],
        [150, null],
      ],
    });
    expect(bandRows(samples, kilo)).toBeUndefined();
  });

  it('are found by the time under the cursor', () => {
    expect(rowAt(samples, 5)).toBeUndefined();
    expect(rowAt(samples, 30)).toBe(2);
    expect(rowAt(samples, 39)).toBe(2);
    expect(rowAt(samples, Infinity)).toBe(3);
  });
});

describe('axes', () => {
  const number = (unit: string) => ({ unit, kind: 'number' });

  it('are one for each unit, left and right in turn, and one for all states', () => {
    const { axes, axisOf } = axesOf([
      ...[number('kW'), number('A'), number('kW'), { unit: '1', kind: 'enum' }],
      ...[{ unit: '1', kind: 'boolean' }, number('V')],
    ]);
    expect(axisOf).toEqual([0, 1, 0, 2, 2, 3]);
    expect(axes.map(({ unit, kind, side }) => `${unit} ${kind} ${side}`)).toEqual([
      ...['kW quantity left', 'A quantity right', ' state left', 'V quantity right'],
    ]);
    expect(axes.map(({ offset }) => offset)).toEqual([0, 0, 62, 62]);
    expect(roomOf(axes, 'left')).toBe(124);
    expect(roomOf([], 'right')).toBe(20);
  });

  it('tell a number without unit from a state', () => {
    expect(axesOf([number('1'), { unit: '1', kind: 'enum' }]).axes).toHaveLength(2);
  });
});

describe('the search for points', () => {
  const point = (path: string, en: string, zh: string) =>
    ({
      ...{ path: `e/s/${path}`, description: { en, zh }, equipmentClass: 'meter', unit: 'W' },
    }) as unknown as Point;
  const points = [
    point('park/meters/load/power', 'Active power', '有功功率'),
    point('park/meters/grid/power', 'Active power', '有功功率'),
    point('park/pv/inv01/dcCurrent', 'DC current of the grid side', '直流电流'),
  ];
  const found = (text: string) => searchPoints(points, text, 10).map(({ path }) => path.slice(4));

  it('goes by path and by description in both languages', () => {
    expect(found('有功')).toHaveLength(2);
    expect(found('active POWER')).toHaveLength(2);
    expect(found('inv01')).toEqual(['park/pv/inv01/dcCurrent']);
  });

  it('wants every word, and puts first whose path has them', () => {
    expect(found('grid')).toEqual(['park/meters/grid/power', 'park/pv/inv01/dcCurrent']);
    expect(found('grid power')).toEqual(['park/meters/grid/power']);
    expect(found('  ')).toEqual([]);
    expect(searchPoints(points, 'park', 2)).toHaveLength(2);
  });
});
