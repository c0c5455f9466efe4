// Goal: KPIs follow the process that the machine tells (numbers of ISO 4063), and fall back to the configured one. Method: two panels by
// hand, the second welded by another process than the first.
import { describe, expect, test } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import type { TestSample } from '../../../../support/entry-batch.ts';
import { ofSeam, type WholeLine, wholeLine } from './whole-line.ts';

const saw = 121;
const mag = 135;
/** Two seconds of weld from `fromMs` on: 5980 W, 7 m/min of wire and 0.8 m/min of travel. */
const weld = (
  line: WholeLine,
  fromMs: number,
  state: { readonly process?: TestSample; readonly panelId?: number } = {},
): void => {
  const { panelId = 1, process } = state;
  line.line(fromMs, { panelId, ...(process === undefined ? {} : { process }) });
  for (let timeMs = fromMs + 100; timeMs <= fromMs + 2000; timeMs += 100) {
    const positionMm = ((timeMs - fromMs) / 1000) * (40 / 3);
    line.line(timeMs, { travelSpeed: 0.8, panelPosition: positionMm });
    line.seam(timeMs, {
      ...{ arcOn: 1, arcPower: 5980, wireFeedSpeed: 7, gasFlow: 18 },
      ...{ current: 230, voltage: 26, manualIntervention: 0 },
    });
  }
};
const stop = (line: WholeLine, timeMs: number): void => {
  line.line(timeMs, { travelSpeed: 0 });
  line.seam(timeMs, { arcOn: 0, arcPower: 0, wireFeedSpeed: 0, gasFlow: 0 });
};

describe('heat input', () => {
  test('has k 1.0 of submerged arc, and that of its own panel once another follows', () => {
    const line = wholeLine([ofSeam('heatInput'), ofSeam('heatInputBin')]);
    weld(line, 0, { process: mag });
    expect(line.at(2000, 'heatInput').value).toBeCloseTo(0.3588, 12);
    expect(line.at(2001, 'heatInput.efficiency').value).toBeCloseTo(0.8, 12);
    stop(line, 2100);
    // The process changes some time before the panel does.
    line.line(2200, { process: saw });
    expect(line.at(2300, 'heatInput').value).toBeCloseTo(0.3588, 12);
    expect(line.at(2301, 'heatInputBin').value).toBeCloseTo(0.3588, 9);
    weld(line, 3000, { panelId: 2 });
    expect(line.at(5000, 'heatInput').value).toBeCloseTo(0.4485, 12);
    expect(line.at(5001, 'heatInput.efficiency').value).toBeCloseTo(1, 12);
    expect(line.at(5002, 'heatInputBin').value).toBeCloseTo(0.4485, 9);
  });

  test('of a bin has the k of when it was opened, in its row and where it is shown', () => {
    const line = wholeLine([ofSeam('heatInputBin'), ofSeam('seamBins')]);
    line.line(0, { panelId: 1, process: mag });
    for (let timeMs = 100; timeMs <= 2000; timeMs += 100) {
      // The bin from 10 to 20 mm is open.
      if (timeMs === 1500) line.line(timeMs - 50, { process: saw });
      line.line(timeMs, { travelSpeed: 0.6, panelPosition: timeMs / 100 });
      line.seam(timeMs, { arcOn: 1, arcPower: 3000 });
    }
    for (let timeMs = 2100; timeMs <= 2200; timeMs += 100) {
      line.line(timeMs, { travelSpeed: 0.6, panelPosition: timeMs / 100 });
      line.seam(timeMs, { arcOn: 1, arcPower: 3000 });
    }
    // Of the rows of one tick it is the newest.
    expect(line.at(2200, 'bin.heatInput').value).toBeCloseTo(0.24, 9);
    expect(line.at(2201, 'heatInputBin').value).toBeCloseTo(0.24, 9);
  });

  test('is that of each part of a panel whose process changes on the way', () => {
    const line = wholeLine([ofSeam('heatInput')]);
    weld(line, 0, { process: mag });
    expect(line.at(2000, 'heatInput').value).toBeCloseTo(0.3588, 12);
    line.line(2050, { process: saw });
    weld(line, 2000);
    // 1.9 s with 0.8; of what follows, 2.1 s with 1.0.
    const k = line.at(4000, 'heatInput.efficiency').value;
    expect(k).toBeCloseTo((1.9 * 0.8 + 2 * 1) / 3.9, 9);
  });

  test.each<[string, TestSample | undefined, object, number]>([
    ['no process is told', undefined, { process: '121' }, 1],
    ['it is bad', { value: saw, status: statusCodes.badSensorFailure }, { process: '141' }, 0.6],
    ['the told one has a k of its own', saw, { thermalEfficiency: 0.7 }, 1],
    ['the configured one is told', mag, { thermalEfficiency: 0.7 }, 0.7],
  ])('takes the k that holds when %s', (_, process, parameters, k) => {
    const line = wholeLine([ofSeam('heatInput', { parameters })]);
    weld(line, 0, process === undefined ? {} : { process });
    expect(line.at(2000, 'heatInput').value).toBeCloseTo(0.4485 * k, 12);
  });

  test('has no result under a process that nobody knows', () => {
    const line = wholeLine([ofSeam('heatInput'), ofSeam('arcEnergy'), ofSeam('wireMass')]);
    weld(line, 0, { process: 999 });
    expect(line.at(2000, 'heatInput').status).toBe(statusCodes.badNoData);
    expect(line.at(2001, 'wireMass').status).toBe(statusCodes.badNoData);
  });

  test('by method A holds for an arc that cannot pulse, and not for one that may', () => {
    const parameters = { method: 'A', process: '121' };
    const line = wholeLine([
      ofSeam('heatInput', { parameters }),
      ofSeam('arcEnergy', { parameters }),
    ]);
    weld(line, 0, { process: saw });
    expect(line.at(2000, 'heatInput').value).toBeCloseTo(0.4485, 12);
    weld(line, 3000, { process: mag, panelId: 2 });
    expect(line.at(5000, 'heatInput').status).toBe(statusCodes.badNoData);
    expect(line.at(5001, 'arcEnergyPerLength').status).toBe(statusCodes.badNoData);
  });
});

describe('the wire', () => {
  const kg = (diameterMm: number): number =>
    ((Math.PI / 4) * diameterMm ** 2 * 7000 * (1.9 / 60) * 7850) / 1e9;

  test.each<[string, object, number, number]>([
    ['usual for the process', {}, mag, 1.2],
    ['usual for the process', {}, saw, 2],
    ['given for all', { wireDiameterMm: 1.6 }, saw, 1.6],
    ['given for the process', { wireDiameterMm: 1, wireDiametersMm: { '121': 3.2 } }, saw, 3.2],
  ])('is the one that is %s %o (%d)', (_, parameters, process, diameterMm) => {
    const line = wholeLine([
      ofSeam('wireMass', { parameters }),
      ofSeam('legLength', { parameters }),
    ]);
    weld(line, 0, { process });
    expect(line.at(2000, 'wireMass').value).toBeCloseTo(kg(diameterMm), 12);
    const areaMm2 = ((7 / 0.8) * Math.PI * diameterMm ** 2 * 0.97) / 4;
    expect(line.at(2001, 'legLength').value).toBeCloseTo(Math.sqrt((2 * areaMm2) / 1.1), 9);
  });
});

describe('the gas', () => {
  const parameters = {
    variables: ['current', 'gasFlow'],
    bands: { current: { minimum: 200 }, gasFlow: { minimum: 20 } },
  };

  test('of a process without any is not judged', () => {
    const line = wholeLine([ofSeam('wpsConformance', { parameters })]);
    weld(line, 0, { process: mag });
    expect(line.at(2000, 'wpsConformance').value).toBe(0);
    expect(line.at(2001, 'wpsConformance.gasFlow')).toEqual({ value: 0, status: statusCodes.good });
    weld(line, 3000, { process: saw, panelId: 2 });
    expect(line.at(5000, 'wpsConformance').value).toBe(100);
    expect(line.at(5001, 'wpsConformance.current').value).toBe(100);
    expect(line.at(5002, 'wpsConformance.gasFlow').status).toBe(statusCodes.badNoData);
  });
});
