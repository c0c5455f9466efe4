import { expect, it } from 'vitest';
import { binStateOf } from '../../../../dashboard/line/bin-state.ts';
import {
  columnOf,
  laneAt,
  moveCursor,
  placeAt,
  runsOf,
  type StripSize,
} from '../../../../dashboard/line/strip-geometry.ts';
import { StripModel } from '../../../../dashboard/line/strip-model.ts';

const wide: StripSize = { widthPx: 3600, heightPx: 200, lanes: 20, lengthMm: 18_000, binMm: 10 };
const narrow: StripSize = { ...wide, widthPx: 900 };
const places = Array.from({ length: 1800 }, (_, index) => index * 10);
const withOne = (row: number, state: number): number[] =>
  places.map((_, index) => (index === row ? state : 0));

it('draws 1800 bins of 10 mm over 18 m, the first at the left edge and the last at the right', () => {
  expect(columnOf(wide, 0)).toBe(0);
  expect(columnOf(wide, 17_990)).toBe(3598);
  expect(runsOf(wide, places, withOne(-1, 0), 0)).toEqual([{ fromPx: 0, toPx: 3600, state: 0 }]);
});

it('shows a single bad bin where several share a pixel', () => {
  for (const row of [0, 1, 2, 3, 901, 1799]) {
    const runs = runsOf(narrow, places, withOne(row, 3), 0);
    const bad = runs.filter(({ state }) => state === 3);
    expect(bad).toEqual([{ fromPx: Math.floor(row / 2), toPx: Math.floor(row / 2) + 1, state: 3 }]);
  }
});

it('lets the worse of two bins in a pixel be seen: no arc before seam lost before out of WPS', () => {
  const states = withOne(-1, 0);
  [states[10], states[11]] = [1, 2];
  [states[20], states[21]] = [3, 2];
  const runs = runsOf(narrow, places, states, 0);
  expect(runs.filter(({ state }) => state !== 0)).toEqual([
    { fromPx: 5, toPx: 6, state: 2 },
    { fromPx: 10, toPx: 11, state: 3 },
  ]);
});

it('draws what is new alone, with the bins before it that share its first pixel', () => {
  const states = withOne(9, 3);
  const runs = runsOf({ ...wide, widthPx: 450 }, places.slice(0, 12), states.slice(0, 12), 10);
  expect(runs).toEqual([{ fromPx: 2, toPx: 3, state: 3 }]);
});

it('leaves what no bin covers as it is', () => {
  expect(runsOf(wide, [0, 10, 40], [0, 0, 0], 0)).toEqual([
    { fromPx: 0, toPx: 4, state: 0 },
    { fromPx: 8, toPx: 10, state: 0 },
  ]);
  expect(runsOf(wide, [], [], 0)).toEqual([]);
});

it('finds bin and lane below a pointer, also at the edges', () => {
  expect(placeAt(wide, 0.5)).toBe(9000);
  expect(placeAt(wide, 1)).toBe(17_990);
  expect(placeAt(wide, -1)).toBe(0);
  expect(laneAt(wide, 105)).toBe(10);
  expect(laneAt(wide, 900)).toBe(19);
});

it.each([
  ['ArrowRight', false, { placeMm: 1010, lane: 3 }],
  ['ArrowLeft', true, { placeMm: 900, lane: 3 }],
  ['ArrowUp', false, { placeMm: 1000, lane: 2 }],
  ['ArrowDown', false, { placeMm: 1000, lane: 4 }],
  ['Home', false, { placeMm: 0, lane: 3 }],
  ['End', false, { placeMm: 17_990, lane: 3 }],
  ['a', false, undefined],
] as const)('moves the cursor by the key %s', (key, isFar, expected) => {
  expect(moveCursor(wide, { placeMm: 1000, lane: 3 }, key, isFar)).toEqual(expected);
});

it('keeps the cursor on the panel', () => {
  expect(moveCursor(wide, { placeMm: 0, lane: 0 }, 'ArrowLeft', false)?.placeMm).toBe(0);
  expect(moveCursor(wide, { placeMm: 0, lane: 19 }, 'ArrowDown', false)?.lane).toBe(19);
});

const rows = (seam: string, positionMm: (number | null)[], state: number[]) => ({
  ...{ seam, fromRow: 0, positionMm, state },
  columns: [{ point: 'bin.current.mean', unit: 'A', values: positionMm }],
});

it('grows by the bins that came, tells which are new, and forgets all with another panel', () => {
  const model = new StripModel();
  const changes: unknown[] = [];
  model.listen(({ isWhole, fromRows }) => changes.push([isWhole, ...fromRows]));
  model.apply([rows('f01', [0, 10], [0, 1])], true);
  model.apply([rows('f01', [20, null], [3, 0])], false);
  expect(model.lane('f01')?.states).toEqual([0, 1, 3]);
  expect(model.rowAt('f01', 25, 10)).toBe(2);
  expect(model.rowAt('f01', 30, 10)).toBeUndefined();
  expect(model.lengthsMm(10)).toEqual([10, 10, 0, 10, 0, 0]);
  model.apply([rows('f01', [0], [0])], true);
  expect(model.lane('f01')?.placesMm).toEqual([0]);
  expect(changes).toEqual([
    [true, ['f01', 0]],
    [false, ['f01', 2]],
    [true, ['f01', 0]],
  ]);
});

it('finds the bin of a place also where bins before it are missing', () => {
  const model = new StripModel();
  model.apply([rows('f01', [0, 50, 60], [0, 0, 0])], true);
  expect(model.rowAt('f01', 65, 10)).toBe(2);
  expect(model.rowAt('f01', 20, 10)).toBeUndefined();
});

it.each([
  [{ lengthMm: 10, arcOnMm: 10, lostMm: 0, deviations: 0 }, 0],
  [{ lengthMm: 10, arcOnMm: 10, lostMm: 0, deviations: 3 }, 1],
  [{ lengthMm: 10, arcOnMm: 10, lostMm: 6, deviations: 1 }, 2],
  [{ lengthMm: 10, arcOnMm: 4, lostMm: 0, deviations: 1 }, 3],
  [{ lengthMm: 10, arcOnMm: null, lostMm: null, deviations: null }, 4],
])('takes %o for state %i', (row, state) => {
  expect(binStateOf(row)).toBe(state);
});
