// Goal: the interval of the running prediction holds the outcome as often as it says. Method: panels bent by the physics of the
// line go through the compiled program; what was predicted is compared with the bow that the finished panel has.
import { expect, test } from 'vitest';
import { predictionCoverage } from '../../../../support/prediction-coverage.ts';

test('the 95 % interval holds the outcome of 2000 panels 93 to 97 % of the time', {
  timeout: 300_000,
}, () => {
  const report = predictionCoverage(1, 2000);
  expect(report.panels).toBe(2000);
  expect(report.promised).toBeGreaterThanOrEqual(0.93);
  expect(report.promised).toBeLessThanOrEqual(0.97);
  for (const { place, coverage } of report.byPlace.filter(({ place: at }) => at >= 0.3)) {
    expect(coverage, `at ${place} of the length`).toBeGreaterThanOrEqual(0.93);
    expect(coverage, `at ${place} of the length`).toBeLessThanOrEqual(0.97);
  }
  const widths = report.byPlace.map(({ medianWidthMm }) => medianWidthMm);
  expect(widths).toEqual(widths.toSorted((a, b) => b - a));
});

test('independent heights around a parabola would be far too sure of themselves', () => {
  expect(predictionCoverage(1, 100, 'parabola').promised).toBeLessThan(0.5);
});
