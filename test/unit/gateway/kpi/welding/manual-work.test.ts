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
    line.line(0, { panelId: 1 });
    for (let timeMs = 0; timeMs <= 12_000; timeMs += 100) {
      const isManual = timeMs < 3000 || (timeMs >= 7000 && timeMs < 7500);
      line.seam(timeMs, { arcOn: timeMs >= 2000 ? 1 : 0, manualIntervention: isManual ? 1 : 0 });
    }
    expect(line.at(12_000, 'unmannedRatio', 'line')).toEqual({
      value: 85,
      status: statusCodes.good,
    });
    expect(line.at(12_000, 'unmannedRatio.arcTime', 'line')).toEqual({
      value: 10 / 60,
      status: statusCodes.good,
    });
  });

  test('the line is manned while any of its torches is in hand, and unknown while one does not tell', () => {
    const line = wholeLine([ofLine('unmannedRatio')], ['b01', 'f01', 'f02']);
    line.line(0, { panelId: 1 });
    for (let timeMs = 0; timeMs <= 10_000; timeMs += 100) {
      const isIn = (fromMs: number, toMs: number): number =>
        timeMs >= fromMs && timeMs < toMs ? 1 : 0;
      line.seam(timeMs, { arcOn: 1, manualIntervention: isIn(6000, 6500) }, 'f02');
      line.seam(timeMs, { arcOn: 1, manualIntervention: isIn(6200, 7000) }, 'f01');
      line.seam(timeMs, { arcOn: 1, manualIntervention: 0 }, 'b01');
    }
    expect(line.at(10_000, 'unmannedRatio', 'line')).toEqual({
      value: 90,
      status: statusCodes.good,
    });
    for (let timeMs = 10_100; timeMs <= 20_000; timeMs += 100) {
      const known = { arcOn: 1, manualIntervention: 0 };
      line.seam(
        timeMs,
        { ...known, manualIntervention: { value: 0, status: statusCodes.bad } },
        'f02',
      );
      line.seam(timeMs, known, 'f01');
      line.seam(timeMs, known, 'b01');
    }
    const { value, status } = line.at(20_000, 'unmannedRatio', 'line');
    expect(value).toBe(90);
    expect(status).toBe(statusCodes.uncertain);
    expect(line.at(20_000, 'unmannedRatio.coverage', 'line').value).toBe(0.5);
  });

  test('interventions are counted where they begin with the arc on, each with its place', () => {
    const line = wholeLine([ofSeam('interventions'), ofLine('panelInterventions')], ['f01', 'f02']);
    const at = (
      timeMs: number,
      positionMm: number,
      values: Readonly<Record<string, number>>,
    ): void => {
      line.line(timeMs, { panelId: 1, panelPosition: positionMm });
      line.seam(timeMs, { arcOn: 1, manualIntervention: 0, ...values }, 'f01');
      line.seam(timeMs, { arcOn: 1, manualIntervention: 0 }, 'f02');
    };
    at(0, 0, { arcOn: 0, manualIntervention: 1 });
    at(100, 1, {});
    at(200, 2, {});
    expect(line.at(250, 'interventions')).toEqual({ value: 0, status: statusCodes.good });
    expect(line.at(260, 'interventions.position').status).toBe(statusCodes.badNoData);
    at(300, 400, { manualIntervention: 1 });
    at(400, 410, { manualIntervention: 1 });
    expect(line.at(450, 'interventions.position').value).toBe(400);
    at(500, 420, {});
    at(600, 900, { manualIntervention: 1 });
    at(700, 910, {});
    expect(line.at(750, 'interventions')).toEqual({ value: 2, status: statusCodes.good });
    expect(line.at(760, 'interventions.position')).toEqual({
      value: 900,
      status: statusCodes.good,
    });
    expect(line.at(770, 'panelInterventions', 'line')).toEqual({
      value: 2,
      status: statusCodes.good,
    });
    line.line(800, { panelId: 2, panelPosition: 0 });
    line.seam(800, { arcOn: 1, manualIntervention: 0 }, 'f01');
    line.seam(900, { arcOn: 1, manualIntervention: 0 }, 'f01');
    expect(line.at(950, 'interventions')).toEqual({ value: 0, status: statusCodes.good });
    expect(line.at(960, 'interventions.position').status).toBe(statusCodes.badNoData);
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
      '0.inputs.manualIntervention: no point welding/mpm01/*/manualIntervention',
      '1.inputs.correctionCount: no point welding/mpm01/*/correctionCount (weld_line)',
      '2.inputs.slidePosition: no point welding/mpm01/f01/slidePosition',
      '3.parameters.maximumMm: more than minimumMm / 大于 minimumMm 的数',
    ]);
  });
});
