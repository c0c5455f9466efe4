// Goal: the filter is the best linear forecast under its model. Method: the same forecast from the covariances of all heights at
// once (generalised least squares with prediction), which is another way to compute it.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ArenaPlan } from '../../../../../gateway/hot-path/arena.ts';
import {
  type CurvatureNoise,
  filterEvidence,
  filterFactor,
  filterFreedom,
  forecastCovariance,
  forecastHeight,
  pushCurvatureFilter,
  reserveCurvatureFilter,
  resetCurvatureFilter,
} from '../../../../../gateway/hot-path/operators/curvature-filter.ts';
import { foldedLower } from '../../../../../gateway/hot-path/operators/folded-interval.ts';
import { testSeed } from '../../../../support/seed.ts';

const typical: CurvatureNoise = {
  ...{ measurement: 0.05, waviness: 0.1, wavinessLength: 0.8 },
  ...{ curvatureDrift: 0.02, slopeDrift: 0.03, trust: 0 },
};

const filterOf = (noise: CurvatureNoise, samples: readonly (readonly [number, number])[]) => {
  const plan = new ArenaPlan();
  const filter = reserveCurvatureFilter(plan, noise);
  const sample = plan.reserve(2);
  const memory = plan.allocate();
  for (const [x, z] of samples) {
    memory.set([x, z], sample);
    pushCurvatureFilter(memory, filter, sample);
  }
  return { memory, filter };
};

/** Covariance of the drift and waviness parts of the heights at `s` and `t`, drift counted from 0. */
const covarianceOf = (noise: CurvatureNoise, s: number, t: number): number => {
  const [low, high] = s < t ? [s, t] : [t, s];
  const apart = (high - low) / noise.wavinessLength;
  const wavy = noise.waviness ** 2 * (1 + apart) * Math.exp(-apart);
  const step = high - low;
  const bend = low ** 5 / 20 + (step * low ** 4) / 8 + (step ** 2 * low ** 3) / 12;
  const turn = low ** 3 / 3 + (step * low ** 2) / 2;
  return wavy + noise.curvatureDrift ** 2 * bend + noise.slopeDrift ** 2 * turn;
};

const solve = (matrix: readonly (readonly number[])[], right: readonly number[]): number[] => {
  const rows = matrix.map((row, index) => [...row, right[index] ?? 0]);
  for (let column = 0; column < rows.length; column++) {
    const rest = rows.slice(column);
    const pivot = rest.reduce((best, row) =>
      Math.abs(row[column] ?? 0) > Math.abs(best[column] ?? 0) ? row : best,
    );
    rows.splice(rows.indexOf(pivot), 1);
    rows.splice(column, 0, pivot);
    for (const row of rows) {
      if (row === pivot) continue;
      const factor = (row[column] ?? 0) / (pivot[column] ?? 1);
      for (let at = column; at < row.length; at++) {
        row[at] = (row[at] ?? 0) - factor * (pivot[at] ?? 0);
      }
    }
  }
  return rows.map((row, index) => (row.at(-1) ?? 0) / (row[index] ?? 1));
};

/** Weights of the heights at `xs` in the best unbiased forecast of the height at `at`. */
const weightsOf = (noise: CurvatureNoise, xs: readonly number[], at: number): number[] => {
  const powers = (x: number): readonly number[] => [1, x, x * x];
  const heights = xs.map((x, row) => [
    ...xs.map(
      (y, column) => covarianceOf(noise, x, y) + (row === column ? noise.measurement ** 2 : 0),
    ),
    ...powers(x),
  ]);
  const constraints = [0, 1, 2].map((power) => [
    ...xs.map((x) => powers(x)[power] ?? 0),
    ...[0, 0, 0],
  ]);
  const right = [...xs.map((x) => covarianceOf(noise, x, at)), ...powers(at)];
  return solve([...heights, ...constraints], right).slice(0, xs.length);
};

/** Covariance of the errors of two such forecasts of measured heights. */
const errorCovariance = (
  noise: CurvatureNoise,
  xs: readonly number[],
  at: readonly [number, number],
): number => {
  const [left, right] = at.map((x) => weightsOf(noise, xs, x)) as [number[], number[]];
  let sum = covarianceOf(noise, ...at) + (at[0] === at[1] ? noise.measurement ** 2 : 0);
  for (const [row, x] of xs.entries()) {
    sum -= (left[row] ?? 0) * covarianceOf(noise, x, at[1]);
    sum -= (right[row] ?? 0) * covarianceOf(noise, x, at[0]);
    for (const [column, y] of xs.entries()) {
      const same = row === column ? noise.measurement ** 2 : 0;
      sum += (left[row] ?? 0) * (right[column] ?? 0) * (covarianceOf(noise, x, y) + same);
    }
  }
  return sum;
};

describe('a line whose curvature drifts', () => {
  const steps = fc.array(
    fc.tuple(
      fc.double({ min: 0.1, max: 1, noNaN: true }),
      fc.double({ min: -2, max: 2, noNaN: true }),
    ),
    { minLength: 5, maxLength: 12 },
  );
  const ahead = fc.tuple(
    fc.double({ min: 0.01, max: 3, noNaN: true }),
    // Two places that differ by less than a rounding are one place or two, as the sum is rounded.
    fc.oneof(fc.constant(0), fc.double({ min: 0.001, max: 3, noNaN: true })),
  );

  test('is forecast, with its errors, as from all heights at once', () => {
    fc.assert(
      fc.property(steps, ahead, (given, [near, further]) => {
        let x = -(given[0]?.[0] ?? 0);
        const samples = given.map(([step, z]) => {
          x += step;
          return [x, z] as const;
        });
        const xs = samples.map(([place]) => place);
        const far = near + further;
        const { memory, filter } = filterOf(typical, samples);
        const weights = weightsOf(typical, xs, x + far);
        const wanted = samples.reduce((sum, [, z], row) => sum + z * (weights[row] ?? 0), 0);
        const size = weights.reduce((sum, weight) => sum + Math.abs(weight), 1);
        expect(Math.abs(forecastHeight(memory, filter, far) - wanted) / size).toBeLessThan(1e-4);
        for (const at of [
          { near, far },
          { near: far, far },
        ]) {
          const places = [x + at.near, x + at.far] as const;
          const expected = errorCovariance(typical, xs, places);
          const found = forecastCovariance(memory, filter, at);
          expect(Math.abs(found - expected) / expected).toBeLessThan(1e-3);
        }
      }),
      { seed: testSeed(), numRuns: 100 },
    );
  });

  test('without drift and waviness is the parabola, its error that of least squares', () => {
    const noise = { ...typical, waviness: 0, curvatureDrift: 0, slopeDrift: 0 };
    const heights = [0, 0.05, 0.03, 0.1, 0.21, 0.25, 0.42, 0.51, 0.7, 0.83];
    const { memory, filter } = filterOf(
      noise,
      heights.map((z, x) => [x, z]),
    );
    // Section 3.8: s = 0.02670 with n - 3 degrees of freedom.
    expect(filterFreedom(memory, filter)).toBe(7);
    expect(Math.sqrt(filterFactor(memory, filter)) * noise.measurement).toBeCloseTo(0.0267, 5);
    const [first, second, third] = [0, 1, 2].map((d) => forecastHeight(memory, filter, d));
    const curvature = ((third ?? 0) - 2 * (second ?? 0) + (first ?? 0)) / 2;
    expect(curvature).toBeCloseTo(0.0096212, 6);
  });

  test('trusts the given noise as much as it says', () => {
    const { memory, filter } = filterOf({ ...typical, trust: 1e6 }, [
      ...[[0, 0] as const, [1, 1] as const, [2, -1] as const, [3, 9] as const],
    ]);
    expect(filterFactor(memory, filter)).toBeCloseTo(1, 1);
    expect(filterFreedom(memory, filter)).toBe(1e6 + 1);
  });

  test('finds the heights likelier by the waviness that they have', () => {
    const short = { ...typical, waviness: 0.03, wavinessLength: 0.2, trust: 20 };
    const long = { ...short, waviness: 0.2, wavinessLength: 1 };
    const likelierLong = (pitch: number, size: number): number => {
      const samples = Array.from({ length: 80 }, (_, index) => {
        const noise = 0.05 * Math.sqrt(2) * Math.sin(index * 2.4);
        return [index / 20, size * Math.sin((index / 20 / pitch) * 2 * Math.PI) + noise] as const;
      });
      const [a, b] = [short, long].map((kind) => filterOf(kind, samples)) as [
        ...[ReturnType<typeof filterOf>, ReturnType<typeof filterOf>],
      ];
      return filterEvidence(b.memory, b.filter) - filterEvidence(a.memory, a.filter);
    };
    expect(likelierLong(2, 0.3)).toBeGreaterThan(2);
    expect(likelierLong(0.5, 0.04)).toBeLessThan(-2);
  });

  test('has for evidence the density of what it saw, whatever the common factor', () => {
    const heights = [0, 0.3, -0.2, 0.5, 0.1, 0.4, -0.3, 0.2].map((z, x) => [x, z] as const);
    const doubled = {
      ...typical,
      ...{ measurement: 0.1, waviness: 0.2, curvatureDrift: 0.04, slopeDrift: 0.06 },
    };
    const [once, twice] = [typical, doubled].map((noise) => {
      const { memory, filter } = filterOf(noise, heights);
      return filterEvidence(memory, filter);
    });
    expect(twice).toBeCloseTo(once ?? Number.NaN, 6);
  });

  test('begins anew', () => {
    const { memory, filter } = filterOf(typical, [
      [0, 5],
      [1, 7],
      [2, 5],
      [3, 6],
    ]);
    resetCurvatureFilter(memory, filter);
    expect(memory.every((cell, index) => cell === 0 || index >= memory.length - 2)).toBe(true);
  });
});

test('the interval of a size reaches down to zero until its two-sided half-width', () => {
  const spread = { twoSided: 1.96, oneSided: 1.645 };
  expect(foldedLower(0.5, spread)).toBe(0);
  expect(foldedLower(1.96, spread)).toBe(0);
  expect(foldedLower(2, spread)).toBeCloseTo(0.355, 12);
  expect(foldedLower(3.8, spread)).toBe(1.96);
  expect(foldedLower(4, spread)).toBeCloseTo(2.04, 12);
});
