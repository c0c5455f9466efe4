// Goal: the interval of the running prediction holds the outcome as often as it says. Method: panels of the simulated line go
// through the compiled program; what was predicted is compared with the bow that the finished panel has. 300 panels scatter: a
// place may lie outside what is promised of 2000 by two standard deviations. The whole study is a command of its own.
import { expect, test } from 'vitest';
import {
  type CoverageReport,
  predictionCoverage,
  promised,
  promisedPlaces,
} from '../../../../support/prediction-coverage.ts';

/** Two standard deviations of a share that is counted over so many panels. */
const slack = (share: number, panels: number): number =>
  2 * Math.sqrt((share * (1 - share)) / panels);

const expectPromise = (report: CoverageReport): void => {
  const { least, most } = promised;
  for (const { place, coverage } of promisedPlaces(report)) {
    const at = `at ${place} of the length`;
    expect(coverage, at).toBeGreaterThanOrEqual(least - slack(least, report.count));
    expect(coverage, at).toBeLessThanOrEqual(most + slack(most, report.count));
  }
  expect(report.promised).toBeGreaterThanOrEqual(least);
  expect(report.promised).toBeLessThanOrEqual(most);
};

const timeout = 120_000;

test('the 95 % interval holds the outcome of panels of the simulated line, and gets narrower', {
  timeout,
}, () => {
  const report = predictionCoverage({ from: 1, to: 300 });
  expect(report.count).toBe(300);
  expectPromise(report);
  const widths = report.byPlace.map(({ medianWidthMm }) => medianWidthMm);
  expect(widths).toEqual(widths.toSorted((a, b) => b - a));
  expect(widths[1]).toBeLessThan(2.6);
});

test('it holds that of panels with long waves, which it finds out for itself', { timeout }, () => {
  expectPromise(predictionCoverage({ from: 1, to: 120, panels: 'wavy' }));
});

test('independent heights around a parabola would be far too sure of themselves', {
  timeout,
}, () => {
  expect(predictionCoverage({ from: 1, to: 40, method: 'parabola' }).promised).toBeLessThan(0.5);
});
