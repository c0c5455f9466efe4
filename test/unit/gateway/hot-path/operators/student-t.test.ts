import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  incompleteBeta,
  studentDistribution,
  studentQuantile,
} from '../../../../../gateway/hot-path/operators/student-t.ts';
import { testSeed } from '../../../../support/seed.ts';

describe("Student's t", () => {
  // Percentage points as printed in tables of the distribution.
  test.each([
    [0.975, 1, 12.706],
    [0.975, 2, 4.303],
    [0.975, 5, 2.571],
    [0.975, 7, 2.365],
    [0.975, 10, 2.228],
    [0.975, 30, 2.042],
    [0.975, 120, 1.98],
    [0.95, 1, 6.314],
    [0.95, 7, 1.895],
    [0.95, 60, 1.671],
    [0.995, 3, 5.841],
    [0.995, 20, 2.845],
    [0.9995, 4, 8.61],
  ])('quantile %d with %d degrees of freedom is %d in tables', (probability, freedom, wanted) => {
    expect(Number(studentQuantile(probability, freedom).toFixed(3))).toBe(wanted);
  });

  test('quantile 0.975 with 7 degrees of freedom is 2.36462 (section 3.8)', () => {
    expect(studentQuantile(0.975, 7)).toBeCloseTo(2.36462, 5);
  });

  test('has closed forms for 1 and 2 degrees of freedom', () => {
    for (const t of [-300, -3, -0.2, 0, 0.7, 1, 12, 4000]) {
      expect(studentDistribution(t, 1)).toBeCloseTo(0.5 + Math.atan(t) / Math.PI, 13);
      expect(studentDistribution(t, 2)).toBeCloseTo(0.5 + t / (2 * Math.sqrt(2 + t * t)), 13);
    }
  });

  test('approaches the normal distribution', () => {
    expect(studentQuantile(0.975, 1e7)).toBeCloseTo(1.959_963_984_540_054, 5);
    expect(studentDistribution(1, 1e7)).toBeCloseTo(0.841_344_746_068_543, 7);
  });

  test('a quantile is what the distribution gives back', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.0005, max: 0.9995, noNaN: true }),
        fc.double({ min: 1, max: 5000, noNaN: true }),
        (probability, freedom) => {
          const t = studentQuantile(probability, freedom);
          expect(studentDistribution(t, freedom)).toBeCloseTo(probability, 11);
          expect(studentQuantile(1 - probability, freedom)).toBeCloseTo(-t, 7);
        },
      ),
      { seed: testSeed(), numRuns: 200 },
    );
  });

  test('is not known with less than one degree of freedom', () => {
    expect(studentQuantile(0.975, 0)).toBeNaN();
    expect(studentQuantile(0.975, Number.NaN)).toBeNaN();
  });
});

test('the incomplete beta function at its ends and where it is a power', () => {
  expect(incompleteBeta(0, 2, 3)).toBe(0);
  expect(incompleteBeta(1, 2, 3)).toBe(1);
  expect(incompleteBeta(0.3, 2.5, 1)).toBeCloseTo(0.3 ** 2.5, 14);
  expect(incompleteBeta(0.9, 1, 4)).toBeCloseTo(1 - 0.1 ** 4, 14);
});
