// Goal: accounts count of a register what its KPIs do, whatever it shows, at every step. Method: readings with the faults of counters
// go sample by sample through the accumulator, its minutes are folded and read by minutes, quarter hours, hours and as a day, beside
// the counter of the hot path.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { counterLimits } from '../../../../../gateway/hot-path/operators/counter-step.ts';
import { Accumulator } from '../../../../../gateway/journal/history/accumulator.ts';
import { IntervalFold } from '../../../../../gateway/journal/history/interval-fold.ts';
import type { RollupRow } from '../../../../../gateway/journal/history/protocol.ts';
import {
  RegisterFold,
  registerRowOf,
} from '../../../../../gateway/journal/history/register-fold.ts';
import {
  decodeRollup,
  RollupEncoder,
} from '../../../../../gateway/journal/history/rollup-codec.ts';
import { EntryBatchBuilder, testDirectory, testGroup } from '../../../../support/entry-batch.ts';
import { type CounterReading, countOnHotPath } from '../../../../support/hot-path-counter.ts';
import { runsOf, testSeed } from '../../../../support/seed.ts';

const secondMs = 1_000;
const minuteMs = 60_000;
const quarterMs = 15 * minuteMs;
const hourMs = 4 * quarterMs;
const dayMs = 24 * hourMs;
/** Begins a day. */
const startMs = 20_000 * dayMs;
const rolloverAt = 100_000;
/** 3 600 kW. */
const limits = counterLimits({ unit: 'kW.h', rolloverAt, maximumRatePerSecond: 1 });
const stepsPerUnit = 1e6;

const [group] = testDirectory([testGroup({ channels: ['p'] })]).groups;
if (group === undefined) throw new Error('no group');

/** Minutes as they are stored, flushed now and then in the middle of one. */
const minutesOf = (readings: readonly CounterReading[], flushEvery: number): RollupRow[] => {
  const rules = { holdMs: () => 3 * secondMs, registers: () => [{ limits, stepsPerUnit }] };
  const accumulator = new Accumulator(rules, []);
  const rows = new Map<number, IntervalFold>();
  for (let at = 0; at < readings.length; at += flushEvery) {
    const batch = new EntryBatchBuilder();
    for (const { timeMs, value } of readings.slice(at, at + flushEvery)) {
      batch.frame(group, { timeMs, values: { p: { value, status: 0 } } });
    }
    accumulator.add(batch.build());
    for (const row of accumulator.take().rows) {
      const fold = rows.get(row.startMs) ?? new IntervalFold(row.startMs);
      fold.add(row);
      rows.set(row.startMs, fold);
    }
  }
  return [...rows.values()].flatMap((fold) => [...fold.rows(1)]);
};

const folded = (minutes: readonly RollupRow[], lengthMs: number): RollupRow[] => {
  const folds = new Map<number, IntervalFold>();
  for (const row of minutes) {
    const start = row.startMs - (row.startMs % lengthMs);
    const fold = folds.get(start) ?? new IntervalFold(start);
    fold.add(row);
    folds.set(start, fold);
  }
  return [...folds.values()].flatMap((fold) => [...fold.rows(1)]);
};

const read = (rows: readonly RollupRow[], stepMs: number) => {
  const count = dayMs / stepMs;
  const fold = new RegisterFold({
    boundariesMs: Float64Array.from({ length: count + 1 }, (_, at) => startMs + at * stepMs),
    ...{ limits, stepsPerUnit, holdMs: 3 * secondMs, expectedMs: secondMs },
  });
  const encoder = new RollupEncoder();
  for (const row of rows) {
    const bytes = encoder.encode(row.fields, row.startMs).slice();
    fold.take(registerRowOf(row.startMs, decodeRollup(bytes, row.startMs)));
  }
  const sum = { increase: 0, breaks: 0, rollovers: 0, unknownMs: 0 };
  for (const interval of fold.intervals()) {
    sum.increase += interval.increase ?? 0;
    sum.breaks += interval.breaks;
    sum.rollovers += interval.rollovers;
    sum.unknownMs += interval.unknownMs;
  }
  return sum;
};

/** Read at every step, from each table that can tell it: all say the same, and what the KPIs say. */
const expectAlike = (readings: readonly CounterReading[], flushEvery: number) => {
  const minutes = minutesOf(readings, flushEvery);
  const quarters = folded(minutes, quarterMs);
  const hours = folded(minutes, hourMs);
  const day = read(minutes, dayMs);
  const others = [
    ...[read(minutes, minuteMs), read(minutes, quarterMs), read(minutes, hourMs)],
    ...[read(quarters, quarterMs), read(quarters, hourMs), read(quarters, dayMs)],
    ...[read(hours, hourMs), read(hours, dayMs)],
  ];
  for (const other of others) expect(other).toEqual(day);
  const { total, ...turns } = countOnHotPath(readings, limits);
  expect(day).toMatchObject(turns);
  // Each reading is rounded to a mWh.
  expect(Math.abs(day.increase - total * stepsPerUnit)).toBeLessThan(2 + turns.breaks);
  return day;
};

const kWhASecond = 0.1;
const counting = (seconds: number, shown: (second: number, kWh: number) => number) =>
  Array.from({ length: seconds }, (_, second) => ({
    timeMs: startMs + hourMs - 130 * secondMs + second * secondMs,
    value: shown(second, 5_000 + second * kWhASecond),
  }));

describe('a register in the accounts', () => {
  test.each([
    ['counts on', (_: number, kWh: number) => kWh, 0],
    ['is reset', (s: number, kWh: number) => (s < 200 ? kWh : kWh - 5_020), 1],
    [
      'is replaced by one that shows more',
      (s: number, kWh: number) => (s < 200 ? kWh : kWh + 999),
      1,
    ],
    [
      'is replaced by one that shows less',
      (s: number, kWh: number) => (s < 200 ? kWh : kWh - 999),
      1,
    ],
    [
      'jumps up a little within a minute',
      (s: number, kWh: number) => (s < 200 ? kWh : kWh + 50),
      1,
    ],
    ['shows too much for one sample', (s: number, kWh: number) => (s === 200 ? kWh + 70 : kWh), 2],
    ['shows 0 between two good readings', (s: number, kWh: number) => (s === 200 ? 0 : kWh), 2],
    [
      'jumps up with the first sample of an hour',
      (s: number, kWh: number) => (s < 130 ? kWh : kWh + 50),
      1,
    ],
    [
      'shows 0 with the last sample of an hour',
      (s: number, kWh: number) => (s === 129 ? 0 : kWh),
      2,
    ],
  ])('that %s has what was counted without that', (_, shown, breaks) => {
    const day = expectAlike(counting(400, shown), 77);
    expect(day.breaks).toBe(breaks);
    expect(day.increase).toBe(Math.round((399 - breaks) * kWhASecond * stepsPerUnit));
    expect(day.unknownMs).toBe(dayMs - (399 - breaks) * secondMs);
  });

  test.each([100, 130, 250])('that passes its end at second %i goes on', (second) => {
    const shift = rolloverAt - 5_000 - second * kWhASecond;
    const day = expectAlike(
      counting(400, (_, kWh) => (kWh + shift) % rolloverAt),
      400,
    );
    expect(day).toMatchObject({ breaks: 0, rollovers: 1 });
    expect(day.increase).toBeCloseTo(399 * kWhASecond * stepsPerUnit, -1);
  });

  test('has at every step what its KPIs have, whatever it shows', () => {
    const piece = fc.record({
      readings: fc.integer({ min: 1, max: 90 }),
      everyMs: fc.constantFrom(1_000, 7_000, 61_000, quarterMs),
      gapMs: fc.constantFrom(1_000, 30_000, 10 * minuteMs, 3 * hourMs),
      perSecond: fc.constantFrom(0, 0, 0.01, 0.25, 0.9),
      jump: fc.oneof(
        fc.constant(0),
        fc.constantFrom(0.5, 30, -30, 3_000, -3_000, 90_000),
        fc.constant(Number.NEGATIVE_INFINITY),
      ),
      isSpike: fc.boolean(),
    });
    const pieces = fc.array(piece, { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(pieces, fc.integer({ min: 1, max: 200 }), (all, flushEvery) => {
        let [timeMs, kWh] = [startMs, 99_000.123_456];
        const readings: CounterReading[] = [];
        for (const { readings: count, everyMs, gapMs, perSecond, jump, isSpike } of all) {
          timeMs += gapMs;
          const before = kWh;
          kWh = Math.max(0, kWh + jump) % rolloverAt;
          for (let index = 0; index < count && timeMs < startMs + dayMs; index++) {
            readings.push({ timeMs, value: kWh });
            if (index === 0 && isSpike) kWh = before;
            timeMs += everyMs;
            kWh = (kWh + (perSecond * everyMs) / 1_000) % rolloverAt;
          }
        }
        expectAlike(readings, flushEvery);
      }),
      { seed: testSeed(), numRuns: runsOf(150) },
    );
  });
});
