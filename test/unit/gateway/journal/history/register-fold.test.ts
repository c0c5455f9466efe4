import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { counterLimits } from '../../../../../gateway/hot-path/operators/counter-step.ts';
import {
  addSample,
  coveredField,
  emptyAggregates,
} from '../../../../../gateway/journal/history/aggregate.ts';
import {
  type FoldedInterval,
  RegisterFold,
  type RegisterRow,
  registerRowOf,
} from '../../../../../gateway/journal/history/register-fold.ts';
import {
  emptyStands,
  RegisterTrack,
} from '../../../../../gateway/journal/history/register-track.ts';
import { runsOf, testSeed } from '../../../../support/seed.ts';

const minuteMs = 60_000;
const quarterMs = 15 * minuteMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const stepsPerUnit = 1e6;

type Reading = readonly [timeMs: number, kWh: number];

/** The roll-ups of readings by a minute or an hour, each reading covering up to `holdMs`. */
const rowsOf = (
  readings: readonly Reading[],
  lengthMs: number,
  { holdMs = 3_000, rolloverAt }: { readonly holdMs?: number; readonly rolloverAt?: number } = {},
): RegisterRow[] => {
  const spec = { limits: limitsOf(rolloverAt), stepsPerUnit };
  const track = new RegisterTrack([spec], emptyStands(1));
  const rows = new Map<number, Float64Array>();
  const rowAt = (timeMs: number): Float64Array => {
    const startMs = timeMs - (timeMs % lengthMs);
    const fields = rows.get(startMs) ?? emptyAggregates(1);
    rows.set(startMs, fields);
    return fields;
  };
  for (const [index, [timeMs, value]] of readings.entries()) {
    const place = { fields: rowAt(timeMs), at: 0 };
    track.take(0, timeMs, value, place);
    addSample(place, { timeMs, value, status: 0 });
    const toMs = Math.min(readings[index + 1]?.[0] ?? timeMs, timeMs + holdMs);
    for (let atMs = timeMs; atMs < toMs; ) {
      const endMs = Math.min(toMs, atMs - (atMs % lengthMs) + lengthMs);
      const fields = rowAt(atMs);
      fields[coveredField] = (fields[coveredField] ?? 0) + endMs - atMs;
      atMs = endMs;
    }
  }
  const starts = [...rows.keys()].sort((a, b) => a - b);
  return starts.map((startMs) => registerRowOf(startMs, rows.get(startMs) as Float64Array));
};

const limitsOf = (rolloverAt?: number) =>
  counterLimits({ unit: 'kW.h', rolloverAt, maximumRatePerSecond: 1 });

const boundaries = (fromMs: number, toMs: number, stepMs: number): Float64Array =>
  Float64Array.from(
    { length: (toMs - fromMs) / stepMs + 1 },
    (_, index) => fromMs + index * stepMs,
  );

const fold = (
  rows: readonly RegisterRow[],
  boundariesMs: Float64Array,
  more: { readonly rolloverAt?: number; readonly holdMs?: number } = {},
): readonly FoldedInterval[] => {
  const registers = new RegisterFold({
    ...{ boundariesMs, stepsPerUnit, holdMs: more.holdMs ?? 3_000, expectedMs: 1_000 },
    limits: limitsOf(more.rolloverAt),
  });
  for (const row of rows) registers.take(row);
  return registers.intervals();
};

const total = (intervals: readonly FoldedInterval[]): number =>
  intervals.reduce((sum, { increase }) => sum + (increase ?? 0), 0);

/** Readings each second of a register that counts `kW`. */
const steady = (fromMs: number, toMs: number, kW: number, startKwh = 0): Reading[] => {
  const readings: Reading[] = [];
  for (let ms = fromMs; ms <= toMs; ms += 1_000) {
    readings.push([ms, startKwh + (kW * (ms - fromMs)) / hourMs]);
  }
  return readings;
};

describe('what a register counted', () => {
  test('3600 kW for a quarter hour are 900 kWh, with its readings at both ends', () => {
    const [quarter] = fold(
      rowsOf(steady(-minuteMs + dayMs, dayMs + quarterMs + minuteMs, 3600, 100), minuteMs),
      boundaries(dayMs, dayMs + quarterMs, quarterMs),
    );
    expect(quarter).toMatchObject({
      ...{ increase: 900e6, estimated: 0, measuredMs: quarterMs, unknownMs: 0, breaks: 0 },
    });
    expect(quarter?.opening).toBeCloseTo(160, 9);
    expect(quarter?.closing).toBeCloseTo(1060, 9);
  });

  test('a gap is shared out evenly and said to be estimated, but the time that has all of it knows its sum', () => {
    const readings = [
      ...steady(dayMs, dayMs + 10 * minuteMs, 60),
      ...steady(dayMs + 40 * minuteMs, dayMs + hourMs, 60, 100),
    ];
    const rows = rowsOf(readings, minuteMs);
    const quarters = fold(rows, boundaries(dayMs, dayMs + hourMs, quarterMs));
    // 10 kWh by minute 10, 100 at minute 40, so 3 kWh a minute between.
    expect(quarters.map(({ increase }) => increase)).toEqual([25e6, 45e6, 35e6, 15e6]);
    expect(quarters.map(({ estimated }) => estimated)).toEqual([15e6, 45e6, 30e6, 0]);
    expect(quarters[1]).toMatchObject({ measuredMs: 0, unknownMs: 0 });
    const [hour] = fold(rows, boundaries(dayMs, dayMs + hourMs, hourMs));
    expect(hour).toMatchObject({ increase: 120e6, estimated: 0 });
    expect(hour?.measuredMs).toBe(30 * minuteMs + 3_000);
  });

  test('before the first reading and after the last nothing is known, and nothing is made up', () => {
    const rows = rowsOf(steady(dayMs + 20 * minuteMs, dayMs + 25 * minuteMs, 60), minuteMs);
    const quarters = fold(rows, boundaries(dayMs, dayMs + hourMs, quarterMs));
    expect(quarters.map(({ increase }) => increase)).toEqual([null, 5e6, null, null]);
    expect(quarters.map(({ unknownMs }) => unknownMs / minuteMs)).toEqual([15, 10, 15, 15]);
    expect(quarters.map(({ opening }) => opening)).toEqual([null, null, null, null]);
  });

  test.each([
    ['within a minute', 30_000],
    ['between two minutes', 60_000],
  ])(
    'a reset %s breaks the segment: what was before and after counts, the jump does not',
    (_, atMs) => {
      const readings: Reading[] = [
        ...steady(dayMs, dayMs + 5 * minuteMs + atMs - 1_000, 60, 500),
        ...steady(dayMs + 5 * minuteMs + atMs, dayMs + 15 * minuteMs, 60),
      ];
      const [quarter] = fold(
        rowsOf(readings, minuteMs),
        boundaries(dayMs, dayMs + quarterMs, quarterMs),
      );
      expect(quarter).toMatchObject({ breaks: 1, rollovers: 0 });
      // A second is missing: 60 kW for it.
      expect(quarter?.increase).toBeCloseTo(15e6 - 60e6 / 3600, -2);
    },
  );

  test('a replaced meter that shows more than the old one could is a break', () => {
    const readings: Reading[] = [
      ...steady(dayMs, dayMs + 5 * minuteMs, 60, 500),
      ...steady(dayMs + 6 * minuteMs, dayMs + 15 * minuteMs, 60, 90_000),
    ];
    const [quarter] = fold(
      rowsOf(readings, minuteMs),
      boundaries(dayMs, dayMs + quarterMs, quarterMs),
    );
    expect(quarter).toMatchObject({ breaks: 1, increase: 14e6, unknownMs: minuteMs });
  });

  test('a register of 32 bits passes its end (section 3.1: 4 294 960 000 to 1 500 are 8 796)', () => {
    const readings: Reading[] = [
      [dayMs, 4_294_960],
      [dayMs + 1_000, 1.5],
    ];
    for (const lengthMs of [minuteMs, 1_000]) {
      const [minute] = fold(
        rowsOf(readings, lengthMs, { rolloverAt: 4_294_967.296 }),
        boundaries(dayMs, dayMs + minuteMs, minuteMs),
        { rolloverAt: 4_294_967.296 },
      );
      expect(minute).toMatchObject({ rollovers: 1, breaks: 0, increase: 8.796e6 });
    }
  });

  test('one that passes its end behind the last boundary has counted up to it', () => {
    const rolloverAt = 4_294_967.296;
    const readings: Reading[] = [
      [dayMs, rolloverAt - 20],
      [dayMs + quarterMs - minuteMs, rolloverAt - 10],
      [dayMs + quarterMs + minuteMs, 10],
    ];
    const rows = rowsOf(readings, minuteMs, { rolloverAt });
    const of = (minutes: number) =>
      fold(rows, boundaries(dayMs, dayMs + minutes * minuteMs, quarterMs), {
        ...{ rolloverAt, holdMs: quarterMs },
      });
    const [first] = of(15);
    expect(first).toMatchObject({ increase: 20e6, breaks: 0, unknownMs: 0 });
    expect(first?.closing).toBeCloseTo(0, 6);
    const [same, second] = of(30);
    expect(same?.increase).toBe(first?.increase);
    expect(second).toMatchObject({ increase: 10e6, rollovers: 1, breaks: 0 });
  });

  test('quarter hours add up to the day, hours say what minutes say, and all of it is what the register counted', () => {
    const segment = fc.record({
      gapMs: fc.integer({ min: 1, max: 5 * hourMs }),
      readings: fc.integer({ min: 1, max: 300 }),
      everyMs: fc.integer({ min: 500, max: 90_000 }),
      kW: fc.integer({ min: 0, max: 3_000_000 }).map((watts) => watts / 1000),
      isReset: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 8 }), (segments) => {
        let [timeMs, kWh, counted] = [dayMs - 2 * hourMs, 77.123_456, 0];
        const readings: Reading[] = [];
        const push = (): void => {
          readings.push([timeMs, kWh]);
        };
        for (const { gapMs, readings: count, everyMs, kW, isReset } of segments) {
          const before = Math.round(kWh * stepsPerUnit);
          timeMs += gapMs;
          // So far that nobody could take it for counting on.
          if (isReset && readings.length > 0 && kWh > 10) kWh = 0;
          else {
            kWh += (kW * gapMs) / hourMs;
            if (readings.length > 0) counted += Math.round(kWh * stepsPerUnit) - before;
          }
          push();
          for (let index = 1; index < count; index++) {
            const last = Math.round(kWh * stepsPerUnit);
            timeMs += everyMs;
            kWh += (kW * everyMs) / hourMs;
            counted += Math.round(kWh * stepsPerUnit) - last;
            push();
          }
        }
        const toMs = Math.ceil((timeMs + 1) / dayMs) * dayMs;
        const span = [0, toMs] as const;
        const minutes = rowsOf(readings, minuteMs);
        const quarters = fold(minutes, boundaries(...span, quarterMs));
        const days = fold(minutes, boundaries(...span, dayMs));
        const byHours = fold(minutes, boundaries(...span, hourMs));
        expect(total(quarters)).toBe(total(days));
        expect(total(byHours)).toBe(total(days));
        for (const [index, day] of days.entries()) {
          expect(total(quarters.slice(index * 96, (index + 1) * 96))).toBe(day.increase ?? 0);
        }
        // Hours of which no register turned within say the same as their minutes.
        const turned = segments.filter(({ isReset }) => isReset).length > 0;
        if (!turned) {
          expect(total(days)).toBe(counted);
          const fromHours = fold(rowsOf(readings, hourMs), boundaries(...span, dayMs));
          expect(fromHours.map(({ increase }) => increase)).toEqual(
            days.map(({ increase }) => increase),
          );
        } else expect(total(days)).toBeLessThanOrEqual(counted + 1);
        for (const { increase, estimated, unknownMs, startMs, endMs } of quarters) {
          expect(increase ?? 0).toBeGreaterThanOrEqual(0);
          expect(estimated).toBeLessThanOrEqual(increase ?? 0);
          expect(unknownMs).toBeGreaterThanOrEqual(0);
          expect(unknownMs).toBeLessThanOrEqual(endMs - startMs);
        }
      }),
      { seed: testSeed(), numRuns: runsOf(200) },
    );
  });
});
