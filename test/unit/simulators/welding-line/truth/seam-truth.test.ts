import { describe, expect, it } from 'vitest';
import { percentile, SeamTruth } from '../../../../../simulators/welding-line/truth/seam-truth.ts';

describe('truth of a seam', () => {
  it('interpolates the 95th percentile between order statistics', () => {
    const errors = Float64Array.of(0, 0.1, 0.1, 0.1, 0.2, 0.2, 0.3, 0.3, 0.4, 0.5);
    expect(percentile(errors, 0.95)).toBeCloseTo(0.455, 12);
    expect(percentile(errors, 1)).toBe(0.5);
    expect(percentile(new Float64Array(0), 0.95)).toBe(0);
  });

  it('gives RMS, P95 and maximum of all errors, also past its first thousand', () => {
    const truth = new SeamTruth();
    for (const error of [0.1, 0.2, 0.3, 0, 0.4, 0.2, 0.1, 0.1, 0.5, 0.3]) {
      truth.addTrackingError(error);
    }
    const { tracking } = truth.summary() as { tracking: Record<string, number> };
    expect(tracking['rmsMm']).toBeCloseTo(0.26458, 5);
    expect(tracking['p95Mm']).toBeCloseTo(0.455, 12);
    expect(tracking['maxMm']).toBe(0.5);
    for (let index = 0; index < 3000; index += 1) truth.addTrackingError(0.25);
    const grown = truth.summary() as { tracking: Record<string, number> };
    expect(grown.tracking['samples']).toBe(3010);
    expect(grown.tracking['maxMm']).toBe(0.5);
    expect(grown.tracking['p95Mm']).toBe(0.25);
  });
});
