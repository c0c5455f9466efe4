// Goal: the interval of the running prediction holds the outcome as often as it says. Method: panels of the simulated line go
// through the compiled program; what was predicted is compared with the bow that the finished panel has. A few hundred panels
// scatter: they must be such as 93 to 97 % make likely. All of 2000 take a minute, and are for the long run of the tests.
import { describe, expect, test } from 'vitest';
import {
  type CoverageReport,
  isKept,
  predictionCoverage,
  promised,
  promisedPlaces,
  wilson,
} from '../../../../support/prediction-coverage.ts';

const isLong = process.env['SEAMWATT_LONG'] === '1';

const expectPromise = (report: CoverageReport): void => {
  for (const found of promisedPlaces(report)) {
    expect(found.isKept, `${found.coverage} at ${found.place} of the length`).toBe(true);
  }
  expect(report.promised).toBeGreaterThanOrEqual(promised.least);
  expect(report.promised).toBeLessThanOrEqual(promised.most);
};

const timeout = 500_000;

test('the 95 % interval holds the outcome of panels of the simulated line, and gets narrower', {
  timeout,
}, () => {
  const report = predictionCoverage({ from: 1, to: 300 });
  expect(report.count).toBe(300);
  expectPromise(report);
  const widths = report.byPlace.map(({ medianWidthMm }) => medianWidthMm);
  expect(widths).toEqual(widths.toSorted((a, b) => b - a));
  expect(widths[1]).toBeLessThan(1.7);
});

test('it holds that of panels with long waves too, which it has found out for itself by 40 %', {
  timeout,
}, () => {
  const report = predictionCoverage({ from: 1, to: 120, panels: 'wavy' });
  for (const found of report.byPlace.filter(({ place }) => place >= 0.4)) {
    expect(found.isKept, `${found.coverage} at ${found.place} of the length`).toBe(true);
  }
});

test('independent heights around a parabola would be far too sure of themselves', {
  timeout,
}, () => {
  expect(predictionCoverage({ from: 1, to: 40, method: 'parabola' }).promised).toBeLessThan(0.5);
});

if (isLong) {
  test('of 2000 panels each place holds 93 to 97 %', { timeout }, () => {
    const report = predictionCoverage({ from: 1, to: 2000 });
    for (const { place, coverage } of promisedPlaces(report)) {
      expect(coverage, `at ${place} of the length`).toBeGreaterThanOrEqual(0.93);
      expect(coverage, `at ${place} of the length`).toBeLessThanOrEqual(0.97);
    }
  });
}

describe('what a count says of the promise', () => {
  test('is the interval after Wilson', () => {
    // 285 of 300, worked by hand: (0.95 + 0.006403) / 1.012805 +- 0.025476 / 1.012805.
    const [low, high] = wilson(285, 300);
    expect(low).toBeCloseTo(0.9192, 4);
    expect(high).toBeCloseTo(0.9695, 4);
    expect(wilson(20, 20)[1]).toBeCloseTo(1, 12);
    expect(wilson(0, 20)[0]).toBeCloseTo(0, 12);
  });

  test.each([
    [1860, 2000, true],
    [1859, 2000, false],
    [1940, 2000, true],
    [1941, 2000, false],
    [182, 200, true],
    [176, 200, false],
    [198, 200, true],
    [200, 200, false],
    [20, 20, true],
  ])('%i of %i: %s', (held, count, wanted) => {
    expect(isKept(held, count)).toBe(wanted);
  });
});
