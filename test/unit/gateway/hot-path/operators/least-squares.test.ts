import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ArenaPlan } from '../../../../../gateway/hot-path/arena.ts';
import {
  type LeastSquares,
  lastPivotIndex,
  observationIndex,
  observationsIndex,
  pushLeastSquares,
  reserveLeastSquares,
  resetLeastSquares,
  residualSquaresIndex,
  solveLeastSquares,
} from '../../../../../gateway/hot-path/operators/least-squares.ts';
import { testSeed } from '../../../../support/seed.ts';

type Fitted = {
  readonly memory: Float64Array;
  readonly fit: LeastSquares;
  push(...observation: readonly number[]): void;
  solve(): readonly number[];
};

const fitOf = (columns: number): Fitted => {
  const plan = new ArenaPlan();
  const fit = reserveLeastSquares(plan, columns);
  const out = plan.reserve(columns);
  const memory = plan.allocate();
  return {
    memory,
    fit,
    push: (...observation) => {
      memory.set(observation, observationIndex(fit));
      pushLeastSquares(memory, fit);
    },
    solve: () => {
      solveLeastSquares(memory, fit, out);
      return [...memory.subarray(out, out + columns)];
    },
  };
};

describe('least squares', () => {
  test('the plane of the flatness example (section 3.8)', () => {
    const plane = fitOf(3);
    plane.push(1, 0, 0, 0);
    plane.push(1, 0, 300, 1);
    plane.push(1, 18_000, 0, 2);
    plane.push(1, 18_000, 300, 5);
    const [offset, alongX, alongY] = plane.solve();
    expect(offset).toBeCloseTo(-0.5, 12);
    expect(alongX).toBeCloseTo(1.6667e-4, 8);
    expect(alongY).toBeCloseTo(6.6667e-3, 7);
    // Residuals of +-0.5 at all four points.
    expect(plane.memory[residualSquaresIndex(plane.fit)]).toBeCloseTo(1, 12);
  });

  test('the parabola of the prediction example (section 3.8)', () => {
    const heights = [0, 0.05, 0.03, 0.1, 0.21, 0.25, 0.42, 0.51, 0.7, 0.83];
    const parabola = fitOf(3);
    for (const [x, height] of heights.entries()) parabola.push(1, x - 9, (x - 9) ** 2, height);
    const { memory, fit } = parabola;
    const freedom = (memory[observationsIndex(fit)] as number) - 3;
    const deviation = Math.sqrt((memory[residualSquaresIndex(fit)] as number) / freedom);
    expect(parabola.solve()[2]).toBeCloseTo(0.0096212, 7);
    expect(deviation).toBeCloseTo(0.0267, 5);
    expect(deviation / Math.abs(memory[lastPivotIndex(fit)] as number)).toBeCloseTo(0.0011619, 7);
  });

  test('leaves residuals that are orthogonal to all columns, and knows their squares', () => {
    // Millionths of a plant's unit: squares of denormal numbers vanish, which no signal of a device does.
    const value = fc
      .integer({ min: -100_000_000, max: 100_000_000 })
      .map((millionths) => millionths / 1e6);
    const rows = fc.array(fc.tuple(value, value, value), { minLength: 4, maxLength: 60 });
    fc.assert(
      fc.property(rows, fc.constantFrom(0, 1e3, -1e5), (given, far) => {
        const fitted = fitOf(3);
        for (const [x, y, z] of given) fitted.push(1, x, y, z + far);
        const [a = 0, b = 0, c = 0] = fitted.solve();
        fc.pre([a, b, c].every((coefficient) => Math.abs(coefficient) < 1e7));
        const residuals = given.map(([x, y, z]) => z + far - a - b * x - c * y);
        const scale = 1 + Math.abs(far) + Math.abs(a) + 100 * (Math.abs(b) + Math.abs(c));
        for (const column of [() => 1, (row: number) => given[row]?.[0] ?? 0]) {
          const product = residuals.reduce((sum, residual, row) => sum + residual * column(row), 0);
          expect(Math.abs(product) / scale).toBeLessThan(1e-8 * given.length * 100);
        }
        const squares = residuals.reduce((sum, residual) => sum + residual * residual, 0);
        const known = fitted.memory[residualSquaresIndex(fitted.fit)] as number;
        expect(Math.abs(squares - known)).toBeLessThan(1e-9 * scale * scale * given.length);
      }),
      { seed: testSeed(), numRuns: 300 },
    );
  });

  test('keeps its digits far from zero, where the normal equations lose them', () => {
    const parabola = fitOf(3);
    for (let index = 0; index < 360; index++) {
      const x = 1000 + index * 0.05;
      parabola.push(1, x, x * x, 0.01 * x * x);
    }
    expect(parabola.solve()[2]).toBeCloseTo(0.01, 9);
  });

  test('has no result while the columns are not independent, and none after a reset', () => {
    const plane = fitOf(3);
    plane.push(1, 0, 5, 1);
    plane.push(1, 0, 6, 2);
    expect(plane.solve().every(Number.isFinite)).toBe(false);
    plane.push(1, 4, 6, 3);
    expect(plane.solve().every(Number.isFinite)).toBe(true);
    resetLeastSquares(plane.memory, plane.fit);
    expect(plane.solve().every(Number.isFinite)).toBe(false);
    expect(plane.memory[observationsIndex(plane.fit)]).toBe(0);
  });
});
