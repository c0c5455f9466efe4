import { describe, expect, it } from 'vitest';
import type { PointNumber } from '../../../gateway/core/point.ts';
import { testFolder } from '../../support/journal.ts';
import { createSource, emittedBeyond, partsOf, seam, start } from '../../support/numbering-site.ts';

describe('screening over a change of the configuration', () => {
  it('screens by the rules of the configuration that is in force', async () => {
    const [steady, other] = [createSource('a', seam('f01')), createSource('b', seam('f02'))];
    const common = { sources: [steady, other], sinks: [], kpis: [] };
    const before = partsOf({ ...common, name: 'A' });
    const gateway = await start(before, testFolder());
    await emittedBeyond(steady, 20);
    const limit = { points: '*/*/f01/offsetY', minimum: 6000 };
    const screening = { points: [limit] };
    const sections = { ...before.sections, screening };
    const offsetY = gateway.view.groups[0]?.pointNumbers[2] as PointNumber;
    const untouched = gateway.view.groups[1]?.pointNumbers[2] as PointNumber;
    expect(gateway.view.qualityOf(offsetY)).toBeUndefined();
    await gateway.reconfigure({ ...before, configurationId: 'B', sections });
    await emittedBeyond(steady, 20);
    expect(gateway.view.qualityOf(offsetY)?.marks.range).toBeGreaterThanOrEqual(20);
    expect(gateway.view.qualityOf(untouched)).toBeUndefined();
    expect(gateway.view.status().quality.map(({ point }) => point)).toEqual([offsetY]);
    expect(await gateway.view.metrics()).toMatchObject({
      text: expect.stringMatching(
        /quality_marks_total\{point="[^"]*f01\/offsetY",reason="range"\}/,
      ),
    });
    await gateway.reconfigure({ ...before, configurationId: 'C' });
    expect(gateway.view.qualityOf(offsetY)).toBeUndefined();
    expect([steady.runs, other.runs]).toEqual([1, 1]);
  });
});
