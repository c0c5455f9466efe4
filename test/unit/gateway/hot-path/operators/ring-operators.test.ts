import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ArenaPlan } from '../../../../../gateway/hot-path/arena.ts';
import {
  ewmaIndex,
  pushEwma,
  reserveEwma,
} from '../../../../../gateway/hot-path/operators/ewma.ts';
import {
  pushRingIntegral,
  readRingIntegral,
  reserveRingIntegral,
} from '../../../../../gateway/hot-path/operators/ring-integral.ts';
import {
  pushSlidingExtremes,
  readSlidingExtremes,
  reserveSlidingExtremes,
} from '../../../../../gateway/hot-path/operators/sliding-extremes.ts';
import {
  pushSlidingMoments,
  readSlidingMoments,
  reserveSlidingMoments,
} from '../../../../../gateway/hot-path/operators/sliding-moments.ts';
import { FrameRing } from '../../../../../gateway/hot-path/ring.ts';
import { testSeed } from '../../../../support/seed.ts';
import { expectClose, type Row, rowBatch } from '../ring-feed.ts';

const sample = fc.option(fc.double({ min: -100, max: 100, noNaN: true }), { nil: undefined });
const rowsOf = (maxLength: number): fc.Arbitrary<Row[]> =>
  fc.array(fc.tuple(sample, sample, sample), { minLength: 1, maxLength });

const usable = (rows: readonly Row[], channel: number): readonly number[] =>
  rows.map((row) => row[channel]).filter((value) => value !== undefined);

/** Feeds rows to a ring that holds a window and one frame more, and calls `check` after each push. */
const pushRows = (
  rows: readonly Row[],
  options: {
    readonly window: number;
    readonly timesMs?: readonly number[];
    readonly push: (ring: FrameRing) => void;
    readonly check?: (seen: readonly Row[]) => void;
  },
): void => {
  const ring = new FrameRing({ width: rows[0]?.length ?? 0, minimumCapacity: options.window + 1 });
  const batch = rowBatch(rows, options.timesMs);
  for (let index = 0; index < batch.length; index++) {
    ring.push(batch, index);
    options.push(ring);
    options.check?.(rows.slice(0, index + 1));
  }
};

describe('sliding moments', () => {
  test('agree with a recomputed window after every frame, far from zero and with bad samples', () => {
    fc.assert(
      fc.property(
        rowsOf(60),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(0, 1e9),
        (base, window, offset) => {
          const rows = base.map((row) =>
            row.map((value) => (value === undefined ? undefined : value + offset)),
          );
          const plan = new ArenaPlan();
          const out = plan.reserve(3);
          const moments = reserveSlidingMoments(plan, { channels: [2, 0], window });
          const memory = plan.allocate();
          pushRows(rows, {
            window,
            push: (ring) => {
              pushSlidingMoments(memory, moments, ring);
            },
            check: (seen) => {
              for (const [lane, channel] of [2, 0].entries()) {
                const values = usable(seen.slice(-window), channel).map((value) => value - offset);
                readSlidingMoments(memory, moments, { lane, out });
                const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
                const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
                expect(memory[out]).toBe(values.length);
                if (values.length === 0) expect(memory[out + 1]).toBe(0);
                else expectClose((memory[out + 1] ?? 0) - offset, mean, 3e-7);
                const variance = values.length < 2 ? 0 : squares / (values.length - 1);
                expectClose(memory[out + 2] ?? 0, variance, 1e-9);
              }
            },
          });
        },
      ),
      { seed: testSeed() },
    );
  });

  test('do not drift over a million frames at an offset of 1e9', () => {
    const window = 100;
    const plan = new ArenaPlan();
    const out = plan.reserve(3);
    const moments = reserveSlidingMoments(plan, { channels: [0], window });
    const memory = plan.allocate();
    const ring = new FrameRing({ width: 1, minimumCapacity: 128 });
    const block = Array.from({ length: 1000 }, (_, index) => [1e9 + Math.sin(index) * 3]);
    const batch = rowBatch(block);
    for (let round = 0; round < 1000; round++) {
      for (let index = 0; index < 1000; index++) {
        ring.push(batch, index);
        pushSlidingMoments(memory, moments, ring);
      }
    }
    const last = block.slice(-window).map(([value = 0]) => value - 1e9);
    const mean = last.reduce((sum, value) => sum + value, 0) / window;
    const squares = last.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    readSlidingMoments(memory, moments, { lane: 0, out });
    expectClose(memory[out + 2] ?? 0, squares / (window - 1), 1e-12);
  });
});

describe('sliding extremes', () => {
  test('are those of the window after every frame', () => {
    fc.assert(
      fc.property(rowsOf(60), fc.integer({ min: 1, max: 9 }), (rows, window) => {
        const plan = new ArenaPlan();
        const out = plan.reserve(2);
        const extremes = reserveSlidingExtremes(plan, { channels: [1, 2], window });
        const memory = plan.allocate();
        pushRows(rows, {
          window,
          push: (ring) => {
            pushSlidingExtremes(memory, extremes, ring);
          },
          check: (seen) => {
            for (const [lane, channel] of [1, 2].entries()) {
              const values = usable(seen.slice(-window), channel);
              readSlidingExtremes(memory, extremes, { lane, out });
              const none = values.length === 0;
              expect(memory[out]).toBe(none ? Number.NaN : Math.min(...values));
              expect(memory[out + 1]).toBe(none ? Number.NaN : Math.max(...values));
            }
          },
        });
      }),
      { seed: testSeed() },
    );
  });
});

describe('moving average with exponential weights', () => {
  test('follows the worked example', () => {
    const plan = new ArenaPlan();
    const ewma = reserveEwma(plan, { channels: [0], lambda: 0.2, start: 230 });
    const memory = plan.allocate();
    const seen: number[] = [];
    pushRows(
      [232, 233, 231, 234, 233, 235].map((value) => [value]),
      {
        window: 1,
        push: (ring) => {
          pushEwma(memory, ewma, ring);
          seen.push(memory[ewmaIndex(ewma, 0)] ?? 0);
        },
      },
    );
    const wanted = [230.4, 230.92, 230.936, 231.5488, 231.83904, 232.471232];
    for (const [index, value] of wanted.entries()) expect(seen[index]).toBeCloseTo(value, 10);
  });

  test('begins with its first usable sample and passes over bad ones', () => {
    const plan = new ArenaPlan();
    const ewma = reserveEwma(plan, { channels: [1, 0], lambda: 0.5 });
    const memory = plan.allocate();
    pushRows(
      [
        [undefined, 8],
        [4, undefined],
        [2, 4],
      ],
      {
        window: 1,
        push: (ring) => {
          pushEwma(memory, ewma, ring);
        },
      },
    );
    expect([memory[ewmaIndex(ewma, 0)], memory[ewmaIndex(ewma, 1)]]).toEqual([6, 3]);
  });
});

describe('ring integral', () => {
  const integrate = (
    rows: readonly Row[],
    timesMs: readonly number[],
    gapMs: number,
  ): readonly (readonly [number, number])[] => {
    const plan = new ArenaPlan();
    const out = plan.reserve(2);
    const integral = reserveRingIntegral(plan, { channels: [0, 1], gapMs });
    const memory = plan.allocate();
    pushRows(rows, {
      window: 1,
      timesMs,
      push: (ring) => {
        pushRingIntegral(memory, integral, ring);
      },
    });
    return [0, 1].map((lane) => {
      readRingIntegral(memory, integral, { lane, out });
      return [memory[out] ?? 0, memory[out + 1] ?? 0];
    });
  };

  test('adds trapezoids between usable samples that are near enough', () => {
    const rows = [
      [1, 10],
      [3, undefined],
      [5, 30],
      [7, 40],
      [9, 50],
    ];
    expect(integrate(rows, [0, 100, 200, 700, 800], 500)).toEqual([
      [200 + 400 + 3000 + 800, 800],
      [17_500 + 4500, 600],
    ]);
    expect(integrate(rows, [0, 100, 200, 701, 801], 500)).toEqual([
      [1400, 300],
      [4500, 100],
    ]);
    expect(integrate(rows, [0, 0, 100, 50, 150], 500)).toEqual([
      [400 + 800, 200],
      [4500, 100],
    ]);
  });

  test('does not drift with small steps on a large total', () => {
    const rows = Array.from({ length: 100_001 }, () => [0.1, 1e15]);
    const timesMs = rows.map((_, index) => index);
    const [small, large] = integrate(rows, timesMs, 10);
    expect(small?.[0]).toBeCloseTo(10_000, 10);
    expect(large?.[0]).toBe(1e20);
  });
});
