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
  pushSlidingStatistics,
  readSlidingStatistics,
  reserveSlidingStatistics,
} from '../../../../../gateway/hot-path/operators/sliding-statistics.ts';
import { FrameRing } from '../../../../../gateway/hot-path/ring.ts';
import { testSeed } from '../../../../support/seed.ts';
import { expectClose, type Row, rowBatch } from '../ring-feed.ts';

const sample = fc.option(fc.double({ min: -100, max: 100, noNaN: true }), { nil: undefined });
const rowsOf = (maxLength: number): fc.Arbitrary<Row[]> =>
  fc.array(fc.tuple(sample, sample, sample), { minLength: 1, maxLength });

const usable = (rows: readonly Row[], channel: number): readonly number[] =>
  rows.map((row) => row[channel]).filter((value) => value !== undefined);

const pushRows = (
  rows: readonly Row[],
  options: {
    readonly ring?: FrameRing;
    readonly timesMs?: readonly number[];
    readonly push: (ring: FrameRing) => void;
    readonly check?: (seen: readonly Row[]) => void;
  },
): void => {
  const ring = options.ring ?? new FrameRing({ width: rows[0]?.length ?? 0, minimumCapacity: 2 });
  const batch = rowBatch(rows, options.timesMs);
  for (let index = 0; index < batch.length; index++) {
    ring.push(batch, index);
    options.push(ring);
    options.check?.(rows.slice(0, index + 1));
  }
};

const makeStatistics = (minimumCapacity: number) => {
  const plan = new ArenaPlan();
  const out = plan.reserve(5);
  const ring = new FrameRing({ width: 3, minimumCapacity });
  const statistics = reserveSlidingStatistics(plan, { firstChannel: 1, lanes: 2, ring });
  const end = plan.reserve(1, [42]);
  const memory = plan.allocate();
  return {
    ring,
    push: (): void => {
      pushSlidingStatistics(memory, statistics, ring);
    },
    read: (lane: number, window: number): readonly number[] => {
      readSlidingStatistics(memory, statistics, { ring, lane, window, out });
      expect(memory[end]).toBe(42);
      return [...memory.subarray(out, out + 5)];
    },
  };
};

describe('sliding statistics', () => {
  test('agree with a recomputed window after every frame, far from zero and with bad samples', () => {
    fc.assert(
      fc.property(
        rowsOf(90),
        fc.constantFrom(1, 2, 8, 16, 32, 64),
        fc.integer({ min: 1, max: 70 }),
        fc.constantFrom(0, 1e9),
        (base, capacity, window, offset) => {
          const rows = base.map((row) =>
            row.map((value) => (value === undefined ? undefined : value + offset)),
          );
          const { ring, push, read } = makeStatistics(capacity);
          pushRows(rows, {
            ring,
            push,
            check: (seen) => {
              for (const lane of [0, 1]) {
                const frames = seen.slice(-Math.min(window, capacity));
                const values = usable(frames, 1 + lane).map((value) => value - offset);
                const [count, mean, squares, minimum, maximum] = read(lane, window);
                const wantedMean = values.reduce((sum, value) => sum + value, 0) / values.length;
                expect(count).toBe(values.length);
                expect(minimum).toBe(Math.min(...values) + offset);
                expect(maximum).toBe(Math.max(...values) + offset);
                if (values.length === 0) continue;
                expectClose((mean ?? 0) - offset, wantedMean, 1e-6);
                const wanted = values.reduce((sum, value) => sum + (value - wantedMean) ** 2, 0);
                expectClose(squares ?? 0, wanted, offset === 0 ? 1e-12 : 1e-6);
              }
            },
          });
        },
      ),
      { seed: testSeed() },
    );
  });

  test('do not drift over a million frames at an offset of 1e9, nor after an outlier', () => {
    const window = 100;
    const { ring, push, read } = makeStatistics(128);
    const block = Array.from({ length: 1000 }, (_, index) => {
      const value = index === 500 ? 1e15 : 1e9 + Math.sin(index) * 3;
      return [0, value, 0];
    });
    const batch = rowBatch(block);
    for (let round = 0; round < 1000; round++) {
      for (let index = 0; index < 1000; index++) {
        ring.push(batch, index);
        push();
      }
    }
    const last = block.slice(-window).map(([, value = 0]) => value - 1e9);
    const mean = last.reduce((sum, value) => sum + value, 0) / window;
    const wanted = last.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    expectClose(read(0, window)[2] ?? 0, wanted, 1e-7);
  });
});

describe('moving average with exponential weights', () => {
  test('follows the worked example', () => {
    const plan = new ArenaPlan();
    const ewma = reserveEwma(plan, { firstChannel: 0, lanes: 1, lambda: 0.2, start: 230 });
    const memory = plan.allocate();
    const seen: number[] = [];
    pushRows(
      [232, 233, 231, 234, 233, 235].map((value) => [value]),
      {
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
    const ewma = reserveEwma(plan, { firstChannel: 1, lanes: 2, lambda: 0.5 });
    const end = plan.reserve(1, [42]);
    const memory = plan.allocate();
    pushRows(
      [
        [1, undefined, 8],
        [1, 4, undefined],
        [1, 2, 4],
      ],
      {
        push: (ring) => {
          pushEwma(memory, ewma, ring);
        },
      },
    );
    expect([memory[ewmaIndex(ewma, 0)], memory[ewmaIndex(ewma, 1)]]).toEqual([3, 6]);
    expect(memory[end]).toBe(42);
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
    const integral = reserveRingIntegral(plan, { firstChannel: 1, lanes: 2, gapMs });
    const end = plan.reserve(3, [42, 43, 44]);
    const memory = plan.allocate();
    pushRows(
      rows.map((row) => [5, ...row, 6]),
      {
        timesMs,
        push: (ring) => {
          pushRingIntegral(memory, integral, ring);
        },
      },
    );
    expect([...memory.subarray(end)]).toEqual([42, 43, 44]);
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

  test('asks the newest status of each sample, not one that stood in its row before', () => {
    const rows = [
      [undefined, 1],
      [2, 2],
      [4, 4],
      [6, undefined],
      [8, 8],
    ];
    expect(integrate(rows, [0, 10, 20, 30, 40], 10)).toEqual([
      [30 + 50 + 70, 30],
      [15 + 30, 20],
    ]);
  });

  test('a time of 0 is a time, and a first frame has none before it', () => {
    expect(integrate([[7, 7]], [100], 1000)).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  test('does not drift with small steps on a large total', () => {
    const rows = Array.from({ length: 10_001 }, (_, index) => [0.1, index < 2 ? 1e15 : 0.25]);
    const timesMs = rows.map((_, index) => index);
    const [small, large] = integrate(rows, timesMs, 10);
    expect(small?.[0]).toBeCloseTo(1000, 11);
    expect(large?.[0]).toBe(1e15 + 5e14 + 0.125 + 9998 * 0.25);
  });
});
