import { expect } from 'vitest';
import type { JournalledSample, SamplesByPath } from './journal-samples.ts';

export type KpiSample = JournalledSample & { readonly coverage: number };

/** A journalled KPI by `area/line/equipment/point`, with its coverage. */
export const kpiOf = (samples: SamplesByPath | undefined, path: string): KpiSample => {
  const sample = samples?.get(path);
  const coverage = samples?.get(`${path}.coverage`);
  if (sample === undefined || coverage === undefined) throw new Error(`no ${path}`);
  return { ...sample, coverage: coverage.value };
};

export const expectNear = (found: number, truth: number, tolerance: number): void => {
  expect(
    Math.abs(found - truth),
    `found ${found}, truth ${truth}, tolerance ${tolerance}`,
  ).toBeLessThanOrEqual(tolerance);
};
