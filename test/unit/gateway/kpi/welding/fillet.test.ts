import { describe, expect, test } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import { wireAreaMm2 } from '../../../../../gateway/kpi/welding/wire.ts';
import type { TestSample } from '../../../../support/entry-batch.ts';
import { ofSeam, type WholeLine, wholeLine } from './whole-line.ts';

const kpis = [ofSeam('legLength'), ofSeam('throat')];

const weld = (line: WholeLine, gap?: TestSample): void => {
  for (let timeMs = 0; timeMs <= 1000; timeMs += 100) {
    line.line(timeMs, { travelSpeed: 0.8 });
    line.seam(timeMs, { wireFeedSpeed: 7, arcOn: 1, ...(gap === undefined ? {} : { gap }) });
  }
};

test('leg 4.178 and throat 2.954 mm come of 7 m/min of 1.2 mm wire at 0.8 m/min (section 3.7)', () => {
  expect(wireAreaMm2(1.2)).toBeCloseTo(1.13097, 5);
  const line = wholeLine(kpis);
  weld(line);
  const leg = line.at(1000, 'legLength');
  expect((leg.value ** 2 * 1.1) / 2).toBeCloseTo(9.599, 3);
  expect(leg.value).toBeCloseTo(4.178, 3);
  expect(line.at(1000, 'throat').value).toBeCloseTo(2.954, 3);
  expect(leg.status).toBe(statusCodes.good);
});

test('a gap of 0.5 mm leaves a leg of 3.678 mm (section 3.7)', () => {
  const line = wholeLine(kpis);
  weld(line, 0.5);
  expect(line.at(1000, 'legLength').value).toBeCloseTo(3.678, 3);
  expect(line.at(1000, 'throat').value).toBeCloseTo(3.678 * Math.SQRT1_2, 3);
});

test('a gap that is not measured corrects nothing', () => {
  const line = wholeLine(kpis);
  weld(line, { value: 0.5, status: statusCodes.badSensorFailure });
  expect(line.at(1000, 'legLength').value).toBeCloseTo(4.178, 3);
});

test('wire, efficiency and reinforcement are those of the site', () => {
  const parameters = { wireDiameterMm: 1, depositionEfficiency: 1, reinforcementRatio: 0 };
  const line = wholeLine([ofSeam('legLength', { parameters })]);
  weld(line);
  expect(line.at(1000, 'legLength').value).toBeCloseTo(Math.sqrt((2 * 7 * Math.PI) / 4 / 0.8), 12);
});

test('without travel or arc there is no leg', () => {
  const line = wholeLine(kpis);
  for (let timeMs = 0; timeMs <= 1000; timeMs += 100) {
    line.line(timeMs, { travelSpeed: 0.8 });
    line.seam(timeMs, { wireFeedSpeed: 7, arcOn: 0 });
  }
  expect(line.at(1000, 'legLength').status).toBe(statusCodes.badNoData);
});

describe('a measured bead', () => {
  const weldMeasured = (line: WholeLine, untilMs: number): void => {
    for (let timeMs = 0; timeMs <= 1000; timeMs += 100) {
      line.line(timeMs, { travelSpeed: 0.8 });
      const status = timeMs < untilMs ? statusCodes.good : statusCodes.badNoData;
      const beadLeg = { value: timeMs < 500 ? 4.4 : 4.6, status };
      line.seam(timeMs, { wireFeedSpeed: 7, arcOn: 1, gap: 0.5, beadLeg });
    }
  };

  test('goes before the wire balance, and its gap is taken off as well (section 3.7)', () => {
    const line = wholeLine(kpis);
    weldMeasured(line, 2000);
    // Five samples of 4.4 and six of 4.6.
    const measured = (5 * 4.4 + 6 * 4.6) / 11;
    expect(line.at(1000, 'legLength').value).toBeCloseTo(measured - 0.5, 9);
    expect(line.at(1001, 'throat').value).toBeCloseTo((measured - 0.5) * Math.SQRT1_2, 9);
    expect(line.at(1002, 'legLength.measured').value).toBeCloseTo(measured, 9);
    expect(line.at(1003, 'legLength.balance').value).toBeCloseTo(4.178, 3);
    expect(line.at(1004, 'legLength.gap').value).toBeCloseTo(0.5, 9);
  });

  test('that was known of less than half of the arc time is shown, and not taken', () => {
    const line = wholeLine(kpis);
    weldMeasured(line, 500);
    expect(line.at(1000, 'legLength').value).toBeCloseTo(3.678, 3);
    expect(line.at(1001, 'legLength.measured').value).toBeCloseTo(4.4, 9);
  });

  test('is that of its own panel', () => {
    const line = wholeLine(kpis);
    line.line(0, { panelId: 1 });
    weldMeasured(line, 2000);
    line.line(1500, { panelId: 2, travelSpeed: 0.8 });
    line.seam(1600, { wireFeedSpeed: 7, arcOn: 1, beadLeg: { value: 9, status: statusCodes.bad } });
    line.seam(1700, { wireFeedSpeed: 7, arcOn: 1, beadLeg: { value: 9, status: statusCodes.bad } });
    expect(line.at(1800, 'legLength.measured').status).toBe(statusCodes.badNoData);
    expect(line.at(1801, 'legLength').value).toBeCloseTo(3.678, 3);
  });
});
