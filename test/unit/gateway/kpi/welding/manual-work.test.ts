import { describe, expect, test } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import { planSite } from '../../../../../gateway/kpi/compile-site.ts';
import { kpisSchema } from '../../../../../gateway/kpi/site-schema.ts';
import { testSite } from '../../../../support/program-feed.ts';
import { lineGroup, seamGroup } from '../welding-line.ts';
import { ofLine, ofSeam, wholeLine } from './whole-line.ts';

describe('work by hand', () => {
  test('the unmanned ratio is arc time without intervention over arc time', () => {
    const line = wholeLine([ofLine('unmannedRatio')]);
    for (let timeMs = 0; timeMs <= 12_000; timeMs += 100) {
      line.seam(timeMs, { arcOn: timeMs >= 2000 ? 1 : 0 });
      const isManual = timeMs < 3000 || (timeMs >= 7000 && timeMs < 7500);
      line.line(timeMs, { manualIntervention: isManual ? 1 : 0, panelId: 1 });
    }
    expect(line.at(12_000, 'unmannedRatio', 'line')).toEqual({
      value: 85,
      status: statusCodes.good,
    });
  });

  test('corrections are counted while an arc is on, and by metre of weld', () => {
    const line = wholeLine([
      ofSeam('weldLength'),
      ...['panelWeldLength', 'corrections', 'correctionsPerMetre'].map((kpi) => ofLine(kpi)),
    ]);
    for (let timeMs = 0; timeMs <= 120_000; timeMs += 500) {
      line.line(timeMs, { travelSpeed: 1, correctionCount: Math.floor(timeMs / 2000) });
      line.seam(timeMs, { arcOn: timeMs >= 60_000 ? 1 : 0 });
    }
    expect(line.at(120_000, 'corrections', 'line').value).toBe(30);
    expect(line.at(120_000, 'correctionsPerMetre', 'line').value).toBeCloseTo(30, 0);
  });

  test('the adjustment range is used as far as the slide has moved with the arc on', () => {
    const parameters = { minimumMm: -20, maximumMm: 20 };
    const line = wholeLine([ofSeam('adjustmentRangeUsed', { parameters })]);
    line.line(0, { panelId: 1 });
    const positions = [-3, 1, 4, -1];
    line.seam(0, { slidePosition: 19, arcOn: 0 });
    for (const [index, slidePosition] of positions.entries()) {
      line.seam(100 + index * 100, { slidePosition, arcOn: 1 });
    }
    expect(line.at(500, 'adjustmentRangeUsed').value).toBeCloseTo(17.5, 12);
    line.line(600, { panelId: 2 });
    expect(line.at(610, 'adjustmentRangeUsed').status).toBe(statusCodes.badNoData);
  });

  test('a site without the signals is told which one is missing', () => {
    const { issues } = planSite({
      groups: [seamGroup('f01', 100), lineGroup(100)],
      site: testSite,
      kpis: kpisSchema.parse([
        ofLine('unmannedRatio'),
        ofLine('corrections'),
        ofSeam('adjustmentRangeUsed', { parameters: { minimumMm: 0, maximumMm: 1 } }),
        ofSeam('adjustmentRangeUsed', { parameters: { minimumMm: 1, maximumMm: 1 } }),
      ]),
      calculated: [],
    });
    expect(issues.map(({ path, found }) => `${path.join('.')}: ${found}`).toSorted()).toEqual([
      '0.inputs.manualIntervention: no point welding/mpm01/*/manualIntervention (weld_line)',
      '1.inputs.correctionCount: no point welding/mpm01/*/correctionCount (weld_line)',
      '2.inputs.slidePosition: no point welding/mpm01/f01/slidePosition',
      '3.parameters.maximumMm: not above minimumMm / 须大于 minimumMm',
    ]);
  });
});
