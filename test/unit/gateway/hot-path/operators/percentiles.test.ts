import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ArenaPlan } from '../../../../../gateway/hot-path/arena.ts';
import {
  type Histogram,
  mergeHistogram,
  pushHistogram,
  readHistogramPercentile,
  reserveHistogram,
  resetHistogram,
} from '../../../../../gateway/hot-path/operators/histogram.ts';
import { percentile } from '../../../../../gateway/hot-path/operators/percentile.ts';
import {
  pushSampleWindow,
  readWindowPercentile,
  reserveSampleWindow,
  resetSampleWindow,
} from '../../../../../gateway/hot-path/operators/sample-window.ts';
import { testSeed } from '../../../../support/seed.ts';

const naive = (samples: readonly number[], p: number): number => {
  const sorted = [...samples].sort((a, b) => a - b);
  const rank = (sorted.length - 1) * p;
  const low = sorted[Math.floor(rank)] ?? Number.NaN;
  const high = sorted[Math.ceil(rank)] ?? Number.NaN;
  return low + (rank - Math.floor(rank)) * (high - low);
};

const shares = fc.oneof(
  fc.constantFrom(0, 0.05, 0.5, 0.95, 0.99, 1),
  fc.double({ min: 0, max: 1, noNaN: true }),
);

describe('percentile', () => {
  test('interpolates as in the worked example', () => {
    const errors = Float64Array.of(0.1, 0.2, 0.3, 0, 0.4, 0.2, 0.1, 0.1, 0.5, 0.3);
    expect(percentile(errors, 10, 0.95)).toBeCloseTo(0.455, 14);
  });

  test('takes only the first samples, and NaN when there are none', () => {
    expect(percentile(Float64Array.of(3, 1, 2, -9), 3, 0)).toBe(1);
    expect(percentile(Float64Array.of(3, 1, 2, 99), 3, 1)).toBe(3);
    expect(percentile(Float64Array.of(1), 0, 0.5)).toBeNaN();
  });

  test('agrees with sorting, also with many equal samples', () => {
    const samplesOf = fc.oneof(
      fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 80 }),
      fc.array(
        // Sorting and selecting may order 0 and -0 differently.
        fc.double({ noNaN: true, min: -1e6, max: 1e6 }).map((sample) => sample + 0),
        { minLength: 1, maxLength: 200 },
      ),
    );
    fc.assert(
      fc.property(samplesOf, shares, (samples, p) => {
        expect(percentile(Float64Array.from(samples), samples.length, p)).toBe(naive(samples, p));
      }),
      { seed: testSeed(), numRuns: 500 },
    );
  });
});

const shape = { lowest: -1, width: 0.25, bins: 8 };

const makeHistograms = (count: number) => {
  const plan = new ArenaPlan();
  const source = plan.reserve(1);
  const out = plan.reserve(1);
  const histograms = Array.from({ length: count }, () => reserveHistogram(plan, shape));
  const memory = plan.allocate();
  return {
    memory,
    histograms: histograms as [Histogram, ...Histogram[]],
    push: (histogram: Histogram, samples: readonly number[]): void => {
      for (const sample of samples) {
        memory[source] = sample;
        pushHistogram(memory, histogram, source);
      }
    },
    percentile: (histogram: Histogram, p: number): number => {
      readHistogramPercentile(memory, histogram, { p, out });
      return memory[out] ?? 0;
    },
  };
};

describe('histogram', () => {
  test('is off by at most a bin width inside of its range', () => {
    const inside = fc.double({ min: -1, max: 0.999_999, noNaN: true });
    fc.assert(
      fc.property(fc.array(inside, { minLength: 1, maxLength: 100 }), shares, (samples, p) => {
        const { histograms, push, percentile: read } = makeHistograms(1);
        push(histograms[0], samples);
        const found = read(histograms[0], p);
        const sorted = [...samples].sort((a, b) => a - b);
        const below = sorted[Math.floor((sorted.length - 1) * p)] ?? Number.NaN;
        expect(Math.abs(found - below)).toBeLessThanOrEqual(shape.width + 1e-12);
      }),
      { seed: testSeed() },
    );
  });

  test('spreads samples over their bin', () => {
    const { histograms, push, percentile: read } = makeHistograms(1);
    push(histograms[0], [0.1, 0.1, 0.1, 0.1, 0.1]);
    expect(read(histograms[0], 0.5)).toBeCloseTo(0.125, 14);
    expect(read(histograms[0], 0)).toBeCloseTo(0.025, 14);
    expect(read(histograms[0], 1)).toBeCloseTo(0.225, 14);
  });

  test('gives the edges of its range for what lies outside', () => {
    const { histograms, push, percentile: read } = makeHistograms(1);
    push(histograms[0], [-5, -4, 0, 5, 6]);
    expect([0, 0.25, 0.75, 1].map((p) => read(histograms[0], p))).toEqual([-1, -1, 1, 1]);
    expect(read(histograms[0], 0.5)).toBeCloseTo(0.125, 14);
  });

  test('counts the edges in the range from below', () => {
    const { histograms, push, percentile: read } = makeHistograms(1);
    push(histograms[0], [-1]);
    expect(read(histograms[0], 0.5)).toBeCloseTo(-0.875, 14);
    const other = makeHistograms(1);
    other.push(other.histograms[0], [1]);
    expect(other.percentile(other.histograms[0], 0.5)).toBe(1);
  });

  test('has no percentile without samples', () => {
    const { histograms, percentile: read } = makeHistograms(1);
    expect(read(histograms[0], 0.5)).toBeNaN();
  });

  test('merged is the histogram of all samples; a reset one is empty', () => {
    const list = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { maxLength: 40 });
    fc.assert(
      fc.property(list, list, (a, b) => {
        const { memory, histograms, push } = makeHistograms(3);
        const [left, right, all] = histograms as [Histogram, Histogram, Histogram];
        push(left, a);
        push(right, b);
        push(all, [...a, ...b]);
        mergeHistogram(memory, left, right);
        const size = right.base - left.base;
        const cells = (histogram: Histogram) => [
          ...memory.subarray(histogram.base, histogram.base + size),
        ];
        expect(cells(left)).toEqual(cells(all));
        resetHistogram(memory, left);
        expect(cells(left)).toEqual(Array.from({ length: size }, () => 0));
        expect(cells(right).reduce((sum, cell) => sum + cell, 0)).toBe(2 * b.length);
      }),
      { seed: testSeed() },
    );
  });
});

describe('sample window', () => {
  const makeWindow = (capacity: number, p: number) => {
    const plan = new ArenaPlan();
    const source = plan.reserve(1);
    const out = plan.reserve(1);
    const window = reserveSampleWindow(plan, { capacity, p, histogram: shape });
    const end = plan.reserve(1, [42]);
    const memory = plan.allocate();
    return {
      memory,
      window,
      push: (samples: readonly number[]): void => {
        for (const sample of samples) {
          memory[source] = sample;
          pushSampleWindow(memory, window, source);
        }
      },
      read: (): number => {
        memory[out] = 99;
        readWindowPercentile(memory, window, out);
        expect(memory[end]).toBe(42);
        return memory[out] ?? 0;
      },
    };
  };

  test('is exact while the samples fit and from the histogram beyond', () => {
    const { memory, window, push, read } = makeWindow(4, 0.5);
    expect(read()).toBeNaN();
    push([0.9, 0.1, 0.3]);
    expect(read()).toBe(0.3);
    expect(read()).toBe(0.3);
    push([0.2]);
    expect(read()).toBeCloseTo(0.25, 14);
    // Nothing has come since: the samples are not looked at again.
    memory[window.base + 3] = 77;
    expect(read()).toBeCloseTo(0.25, 14);
    push([0.2]);
    expect(read()).toBeCloseTo(0.208_333_333, 8);
    expect(read()).toBeCloseTo(0.208_333_333, 8);
  });

  test('is exact for samples anywhere, in the range or outside of it', () => {
    const sampleOf = fc.oneof(
      fc.double({ min: -1.5, max: 1.5, noNaN: true }),
      fc.constantFrom(-5, -1, -0.75, 0.1, 0.25, 0.75, 1, 7),
    );
    fc.assert(
      fc.property(fc.array(sampleOf, { minLength: 1, maxLength: 60 }), shares, (samples, p) => {
        const { push, read } = makeWindow(60, p);
        push(samples);
        expect(read() === naive(samples, p)).toBe(true);
      }),
      { seed: testSeed(), numRuns: 500 },
    );
  });

  test('begins anew after a reset', () => {
    const { memory, window, push, read } = makeWindow(2, 1);
    push([0.9, 0.8, 0.7]);
    expect(read()).toBeCloseTo(0.9375, 14);
    resetSampleWindow(memory, window);
    expect(read()).toBeNaN();
    const cells = memory.subarray(window.base + 3, window.base + 5);
    expect([...cells]).toEqual([0, 0]);
    push([0.1, 0.2, 0.1]);
    expect(read()).toBeLessThanOrEqual(0.25);
    resetSampleWindow(memory, window);
    push([0.1, 0.7, 0.1]);
    expect(read()).toBeGreaterThan(0.5);
  });
});
