import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ArenaPlan } from '../../../../../gateway/hot-path/arena.ts';
import {
  compensatedSumSize,
  pushCompensatedSum,
  readCompensatedSum,
  resetCompensatedSum,
} from '../../../../../gateway/hot-path/operators/compensated-sum.ts';
import {
  maximumIndex,
  mergeExtremes,
  minimumIndex,
  pushExtremes,
  reserveExtremes,
  resetExtremes,
} from '../../../../../gateway/hot-path/operators/extremes.ts';
import {
  mergeMoments,
  momentsCountIndex,
  momentsMeanIndex,
  momentsSize,
  pushMoments,
  readRootMeanSquare,
  readSampleVariance,
  resetMoments,
} from '../../../../../gateway/hot-path/operators/moments.ts';
import { testSeed } from '../../../../support/seed.ts';
import { expectClose } from '../ring-feed.ts';

const source = 0;
const out = 1;
const first = 2;

const arena = (...sizes: readonly number[]): Float64Array =>
  new Float64Array(first + sizes.reduce((sum, size) => sum + size, 0));

const sampleOf = fc.double({ min: -1000, max: 1000, noNaN: true });
const offsets = fc.constantFrom(0, 1e3, -1e6, 1e9);

const meanOf = (samples: readonly number[]): number =>
  samples.reduce((sum, sample) => sum + sample, 0) / samples.length;

describe('compensated sum', () => {
  test('keeps what plain addition loses', () => {
    const memory = arena(compensatedSumSize);
    for (const term of [1, 1e100, 1, -1e100]) {
      memory[source] = term;
      pushCompensatedSum(memory, first, source);
    }
    readCompensatedSum(memory, first, out);
    expect(memory[out]).toBe(2);
    resetCompensatedSum(memory, first);
    readCompensatedSum(memory, first, out);
    expect(memory[out]).toBe(0);
  });

  test('ten million tenths do not drift', () => {
    const memory = arena(compensatedSumSize);
    memory[source] = 1e9;
    pushCompensatedSum(memory, first, source);
    memory[source] = 0.1;
    for (let index = 0; index < 10_000_000; index++) pushCompensatedSum(memory, first, source);
    readCompensatedSum(memory, first, out);
    expect(memory[out]).toBeCloseTo(1_001_000_000, 6);
  });
});

describe('moments', () => {
  const push = (memory: Float64Array, base: number, samples: readonly number[]): void => {
    for (const sample of samples) {
      memory[source] = sample;
      pushMoments(memory, base, source);
    }
  };

  test.each([
    ['current', [230, 232, 229, 231, 228, 233, 230], 0.7457],
    ['voltage', [26, 26.1, 25.9, 26, 26.2, 25.8, 26, 26.1], 0.4792],
  ])('gives the coefficient of variation of the %s', (_, samples, percent) => {
    const memory = arena(momentsSize);
    push(memory, first, samples);
    readSampleVariance(memory, first, out);
    const mean = memory[momentsMeanIndex(first)] ?? 0;
    expect((Math.sqrt(memory[out] ?? 0) / mean) * 100).toBeCloseTo(percent, 4);
  });

  test('gives the bias and the root mean square of tracking errors', () => {
    const memory = arena(momentsSize);
    push(memory, first, [0.1, -0.2, 0.3, 0, -0.4, 0.2, 0.1, -0.1, 0.5, -0.3]);
    readRootMeanSquare(memory, first, out);
    expect(memory[out]).toBeCloseTo(0.26458, 5);
    expect(memory[momentsMeanIndex(first)]).toBeCloseTo(0.02, 14);
    expect(memory[momentsCountIndex(first)]).toBe(10);
  });

  test('have no variance with one sample and nothing with none', () => {
    const memory = arena(momentsSize);
    readSampleVariance(memory, first, out);
    expect(memory[out]).toBe(0);
    readRootMeanSquare(memory, first, out);
    expect(memory[out]).toBe(0);
    push(memory, first, [5]);
    memory[out] = 9;
    readSampleVariance(memory, first, out);
    expect(memory[out]).toBe(0);
    readRootMeanSquare(memory, first, out);
    expect(memory[out]).toBe(5);
    push(memory, first, [7]);
    readSampleVariance(memory, first, out);
    expect(memory[out]).toBe(2);
    resetMoments(memory, first);
    expect([...memory.subarray(first)]).toEqual([0, 0, 0]);
  });

  test('agree with two passes, also far from zero', () => {
    fc.assert(
      fc.property(fc.array(sampleOf, { minLength: 2, maxLength: 200 }), offsets, (base, offset) => {
        const samples = base.map((sample) => sample + offset);
        const memory = arena(momentsSize);
        push(memory, first, samples);
        readSampleVariance(memory, first, out);
        const shifted = samples.map((sample) => sample - offset);
        const mean = meanOf(shifted);
        const squares = shifted.reduce((sum, sample) => sum + (sample - mean) ** 2, 0);
        expectClose((memory[momentsMeanIndex(first)] ?? 0) - offset, mean, 1e-6);
        expectClose(memory[out] ?? 0, squares / (samples.length - 1), 1e-6);
      }),
      { seed: testSeed() },
    );
  });

  test('merge to the same as all samples at once, in any grouping', () => {
    const part = fc.array(sampleOf, { maxLength: 30 });
    fc.assert(
      fc.property(part, part, part, offsets, (a, b, c, offset) => {
        const parts = [a, b, c].map((list) => list.map((sample) => sample + offset));
        const memory = arena(momentsSize * 5);
        const [one, two, three, left, all] = [0, 1, 2, 3, 4].map(
          (place) => first + place * momentsSize,
        ) as [number, number, number, number, number];
        for (const [place, list] of parts.entries())
          push(memory, first + place * momentsSize, list);
        push(memory, all, parts.flat());
        for (const from of [one, two, three]) mergeMoments(memory, left, from);
        mergeMoments(memory, two, three);
        mergeMoments(memory, one, two);
        for (const merged of [left, one]) {
          expect(memory[merged]).toBe(memory[all]);
          expectClose(memory[merged + 1] ?? 0, memory[all + 1] ?? 0, 1e-12);
          expectClose(memory[merged + 2] ?? 0, memory[all + 2] ?? 0, 1e-6);
        }
      }),
      { seed: testSeed() },
    );
  });
});

describe('extremes', () => {
  test('keep and merge the smallest and the largest', () => {
    fc.assert(
      fc.property(
        fc.array(sampleOf, { minLength: 1 }),
        fc.array(sampleOf, { minLength: 1 }),
        (a, b) => {
          const plan = new ArenaPlan();
          plan.reserve(first);
          const left = reserveExtremes(plan);
          const right = reserveExtremes(plan);
          const memory = plan.allocate();
          for (const [base, samples] of [
            [left, a],
            [right, b],
          ] as const) {
            for (const sample of samples) {
              memory[source] = sample;
              pushExtremes(memory, base, source);
            }
          }
          expect(memory[minimumIndex(left)]).toBe(Math.min(...a));
          expect(memory[maximumIndex(left)]).toBe(Math.max(...a));
          mergeExtremes(memory, left, right);
          expect(memory[minimumIndex(left)]).toBe(Math.min(...a, ...b));
          expect(memory[maximumIndex(left)]).toBe(Math.max(...a, ...b));
          resetExtremes(memory, left);
          expect(memory[minimumIndex(left)]).toBe(Number.POSITIVE_INFINITY);
          expect(memory[maximumIndex(left)]).toBe(Number.NEGATIVE_INFINITY);
        },
      ),
      { seed: testSeed() },
    );
  });
});
