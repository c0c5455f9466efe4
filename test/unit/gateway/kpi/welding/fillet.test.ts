import { expect, test } from 'vitest';
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
  expect(wireAreaMm2({ wireDiameterMm: 1.2 })).toBeCloseTo(1.13097, 5);
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
