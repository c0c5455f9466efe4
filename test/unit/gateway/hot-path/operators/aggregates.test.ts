import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ArenaPlan } from '../../../../../gateway/hot-path/arena.ts';
import {
  aggregateCells,
  aggregateSize,
  mergeAggregate,
  pushAggregate,
  reserveAggregate,
  resetAggregate,
} from '../../../../../gateway/hot-path/operators/aggregate.ts';
import {
  closeAggregateRing,
  findAggregate,
  pushAggregateRing,
  refusedSamplesIndex,
  reserveAggregateRing,
} from '../../../../../gateway/hot-path/operators/aggregate-ring.ts';
import { testSeed } from '../../../../support/seed.ts';
import { expectClose } from '../ring-feed.ts';

const sampleOf = fc.double({ min: -1000, max: 1000, noNaN: true });

const expectSame = (memory: Float64Array, found: number, wanted: number): void => {
  for (let cell = 0; cell < aggregateSize; cell++) {
    const value = memory[wanted + cell] ?? 0;
    if (Number.isFinite(value)) expectClose(memory[found + cell] ?? Number.NaN, value, 1e-9);
    else expect(memory[found + cell]).toBe(value);
  }
};

describe('aggregate', () => {
  const make = (count: number) => {
    const plan = new ArenaPlan();
    const source = plan.reserve(2);
    const bases = Array.from({ length: count }, () => reserveAggregate(plan));
    const memory = plan.allocate();
    const push = (base: number, samples: readonly number[], coveredMs = 100): void => {
      for (const sample of samples) {
        memory[source] = sample;
        memory[source + 1] = coveredMs;
        pushAggregate(memory, base, source);
      }
    };
    return { memory, bases: bases as [number, number, number, number], push };
  };

  test('keeps count, mean, deviations, extremes, cover, first and last', () => {
    const { memory, bases, push } = make(1);
    push(bases[0], [3, 1, 5, 7]);
    const at = (cell: keyof typeof aggregateCells) => memory[bases[0] + aggregateCells[cell]];
    expect([at('count'), at('mean'), at('squares')]).toEqual([4, 4, 20]);
    expect([at('minimum'), at('maximum'), at('coveredMs')]).toEqual([1, 7, 400]);
    expect([at('first'), at('last')]).toEqual([3, 7]);
    resetAggregate(memory, bases[0]);
    expect([at('count'), at('mean'), at('squares')]).toEqual([0, 0, 0]);
    expect([at('minimum'), at('maximum')]).toEqual([
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]);
    expect([at('coveredMs'), at('first'), at('last')]).toEqual([0, Number.NaN, Number.NaN]);
  });

  test('merges in any grouping to that of all samples', () => {
    const list = fc.array(sampleOf, { maxLength: 20 });
    fc.assert(
      fc.property(list, list, list, (a, b, c) => {
        const left = make(4);
        const right = make(4);
        for (const { bases, push } of [left, right]) {
          push(bases[0], a);
          push(bases[1], b);
          push(bases[2], c);
          push(bases[3], [...a, ...b, ...c]);
        }
        mergeAggregate(left.memory, left.bases[0], left.bases[1]);
        mergeAggregate(left.memory, left.bases[0], left.bases[2]);
        expectSame(left.memory, left.bases[0], left.bases[3]);
        mergeAggregate(right.memory, right.bases[1], right.bases[2]);
        mergeAggregate(right.memory, right.bases[0], right.bases[1]);
        expectSame(right.memory, right.bases[0], right.bases[3]);
      }),
      { seed: testSeed() },
    );
  });
});

const minuteMs = 60_000;

const makeRings = () => {
  const plan = new ArenaPlan();
  const source = plan.reserve(2);
  const timeIndex = plan.reserve(1);
  const watermarkIndex = plan.reserve(1);
  const hours = reserveAggregateRing(plan, { periodMs: 60 * minuteMs, windows: 3 });
  const minutes = reserveAggregateRing(plan, { periodMs: minuteMs, windows: 4, into: hours });
  const direct = reserveAggregate(plan);
  const memory = plan.allocate();
  return {
    memory,
    minutes,
    hours,
    direct,
    push: (timeMs: number, value: number): void => {
      memory[source] = value;
      memory[source + 1] = 500;
      memory[timeIndex] = timeMs;
      pushAggregateRing(memory, minutes, { source, timeIndex });
    },
    pushDirect: (value: number): void => {
      memory[source] = value;
      memory[source + 1] = 500;
      pushAggregate(memory, direct, source);
    },
    close: (watermarkMs: number): void => {
      memory[watermarkIndex] = watermarkMs;
      closeAggregateRing(memory, minutes, watermarkIndex);
    },
    closeHours: (watermarkMs: number): void => {
      memory[watermarkIndex] = watermarkMs;
      closeAggregateRing(memory, hours, watermarkIndex);
    },
    count: (ring: typeof minutes, startMs: number): number | undefined => {
      const base = findAggregate(memory, ring, startMs);
      return base < 0 ? undefined : memory[base];
    },
    refused: () => memory[refusedSamplesIndex(minutes)],
  };
};

describe('aggregate ring', () => {
  test('puts samples into the window of their own time, also out of order', () => {
    const rings = makeRings();
    rings.push(60_000, 1);
    rings.push(119_999, 2);
    rings.push(120_000, 3);
    rings.push(61_000, 4);
    expect(rings.count(rings.minutes, 60_000)).toBe(3);
    expect(rings.count(rings.minutes, 120_000)).toBe(1);
    expect(rings.count(rings.minutes, 0)).toBeUndefined();
    expect(rings.refused()).toBe(0);
  });

  test('refuses and counts samples of closed windows', () => {
    const rings = makeRings();
    rings.push(60_000, 1);
    rings.close(119_999);
    rings.push(61_000, 1);
    expect(rings.count(rings.minutes, 60_000)).toBe(2);
    rings.close(120_000);
    rings.push(62_000, 1);
    expect(rings.count(rings.minutes, 60_000)).toBe(2);
    expect(rings.refused()).toBe(1);
    rings.push(120_000, 1);
    expect(rings.count(rings.minutes, 120_000)).toBe(1);
  });

  test('keeps as many windows as it has and refuses what is older', () => {
    const rings = makeRings();
    rings.push(0, 1);
    rings.push(4 * minuteMs, 1);
    expect(rings.count(rings.minutes, 0)).toBeUndefined();
    rings.push(1, 1);
    expect(rings.refused()).toBe(1);
    expect(rings.count(rings.minutes, 4 * minuteMs)).toBe(1);
  });

  test('folds each closed minute once into its hour', () => {
    const rings = makeRings();
    rings.push(59 * minuteMs, 5);
    rings.push(60 * minuteMs, 7);
    rings.close(60 * minuteMs);
    expect(rings.count(rings.hours, 0)).toBe(1);
    expect(rings.count(rings.hours, 60 * minuteMs)).toBeUndefined();
    rings.close(60 * minuteMs);
    rings.close(61 * minuteMs - 1);
    expect(rings.count(rings.hours, 0)).toBe(1);
    rings.close(61 * minuteMs);
    expect(rings.count(rings.hours, 0)).toBe(1);
    expect(rings.count(rings.hours, 60 * minuteMs)).toBe(1);
    rings.closeHours(120 * minuteMs);
    expect(rings.count(rings.hours, 60 * minuteMs)).toBe(1);
  });

  test('a watermark that goes back closes nothing again', () => {
    const rings = makeRings();
    rings.push(0, 1);
    rings.close(minuteMs);
    rings.close(0);
    rings.close(minuteMs);
    expect(rings.count(rings.hours, 0)).toBe(1);
  });

  test('folds windows of before a long silence, also when samples are back before a tick', () => {
    const rings = makeRings();
    rings.push(minuteMs, 1);
    rings.push(2 * minuteMs, 2);
    rings.push(3 * minuteMs, 3);
    rings.push(121 * minuteMs, 4);
    expect(rings.count(rings.hours, 0)).toBe(1);
    rings.close(122 * minuteMs);
    expect(rings.count(rings.hours, 0)).toBe(3);
    expect(rings.count(rings.hours, 120 * minuteMs)).toBe(1);
    rings.close(500 * minuteMs);
    expect(rings.count(rings.hours, 0)).toBe(3);
    expect(rings.memory[rings.direct]).toBe(0);
  });

  test('a window that was closed is not folded again when it makes room', () => {
    const rings = makeRings();
    rings.push(minuteMs, 1);
    rings.close(2 * minuteMs);
    rings.push(5 * minuteMs, 1);
    expect(rings.count(rings.hours, 0)).toBe(1);
  });

  test('the fold of minutes is the hour of all samples', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(60 * 60_000 - 1), sampleOf), { minLength: 1, maxLength: 200 }),
        (samples) => {
          const rings = makeRings();
          const ordered = samples.toSorted(([a], [b]) => a - b);
          for (const [timeMs, value] of ordered) {
            rings.close(Math.max(0, timeMs - 30_000));
            rings.push(timeMs, value);
            rings.pushDirect(value);
          }
          rings.close(60 * minuteMs);
          expect(rings.refused()).toBe(0);
          expectSame(rings.memory, findAggregate(rings.memory, rings.hours, 0), rings.direct);
        },
      ),
      { seed: testSeed() },
    );
  });
});
