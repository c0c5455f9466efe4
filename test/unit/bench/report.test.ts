import { expect, test } from 'vitest';
import { baselineOf, goalText, table, worsened } from '../../bench/report.ts';
import { benchRow, isGoalMet, median, pairedFigures, percentile } from '../../bench/row.ts';

const faster = benchRow({
  name: 'a time',
  ours: 20,
  reference: 50,
  unit: 'ns',
  better: 'less',
  goal: { ratio: 2, atMost: 25 },
});
const slower = benchRow({
  name: 'a rate',
  ours: 30,
  reference: 40,
  unit: 'reads/s',
  better: 'more',
  goal: { ratio: 0.8 },
});
const alone = benchRow({ name: 'alone', ours: 3, unit: 'MiB', better: 'less' });

test('a ratio says how many times better ours is, for times as for rates', () => {
  expect(faster.ratio).toBe(2.5);
  expect(slower.ratio).toBe(0.75);
  expect(alone.ratio).toBeUndefined();
});

test('every part of a goal must be met', () => {
  expect(isGoalMet(faster)).toBe(true);
  expect(isGoalMet({ ...faster, ours: 26 })).toBe(false);
  expect(isGoalMet(slower)).toBe(false);
  expect(isGoalMet({ ...alone, goal: { atLeast: 4 } })).toBe(false);
  expect(isGoalMet(alone)).toBeUndefined();
});

test('a row without a ratio misses a goal of one', () => {
  expect(isGoalMet({ ...alone, goal: { ratio: 1 } })).toBe(false);
});

test('the table lines up and says what was missed', () => {
  const lines = table([faster, slower, alone]).split('\n');
  expect(lines).toHaveLength(4);
  expect(lines[1]).toMatch(/^a time +20 +50 +ns +2\.5 x +>= 2 x, <= 25 ns +met$/);
  expect(lines[2]).toMatch(/0\.75 x +>= 0\.8 x +MISSED$/);
  expect(lines[3]).toMatch(/^alone +3 +MiB$/);
  expect(goalText(alone)).toBe('');
});

test('pairs are compared within themselves', () => {
  const pairs = [
    { ours: 10, reference: 20 },
    { ours: 100, reference: 200 },
    { ours: 12, reference: 24 },
  ];
  expect(pairedFigures(pairs)).toEqual({ ours: 12, reference: 24 });
});

test('middle and tail of values', () => {
  const values = Array.from({ length: 100 }, (_, index) => 99 - index);
  expect(median(values)).toBe(50);
  expect(percentile(values, 0.99)).toBe(99);
  expect(percentile([7], 0.99)).toBe(7);
});

test('only rows of both runs are compared, and a fifth is forgiven', () => {
  const baseline = baselineOf([faster, slower, alone]);
  expect(baseline).toEqual({ 'a time': 2.5, 'a rate': 0.75 });
  const now = (ratio: number) => [{ ...faster, ratio }, slower, alone];
  expect(worsened(now(2.01), baseline)).toEqual([]);
  expect(worsened(now(1.9), baseline)).toEqual([{ name: 'a time', ratio: 1.9, before: 2.5 }]);
  expect(worsened(now(0.1), {})).toEqual([]);
});
