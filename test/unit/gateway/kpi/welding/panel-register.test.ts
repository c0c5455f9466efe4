// Goal: the energy of a panel is what its register counted, with what is known of it. Method: readings by hand, through the KPIs
// panelEnergy and weldingEnergy.
import { describe, expect, test } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import type { TestSample } from '../../../../support/entry-batch.ts';
import { ofLine, type WholeLine, wholeLine } from './whole-line.ts';

const kpis = ['panelEnergy', 'weldingEnergy'].map((kpi) => ofLine(kpi));

const read = (line: WholeLine, timeMs: number, lineEnergy: TestSample, more: object = {}): void => {
  line.line(timeMs, { lineEnergy, ...more });
};
const arc = (line: WholeLine, timeMs: number, arcOn: number): void => {
  line.seam(timeMs, { arcOn });
};
const kwhOf = (line: WholeLine, timeMs: number, point: string): number =>
  line.at(timeMs, point, 'line').value;
const coverageOf = (line: WholeLine, timeMs: number, point: string): number =>
  line.at(timeMs, `${point}.coverage`, 'line').value;
const statusOf = (line: WholeLine, timeMs: number, point: string): number =>
  line.at(timeMs, point, 'line').status;

describe('the register of the line', () => {
  test('counts from the first reading on, in kWh, the arc burning or not', () => {
    const line = wholeLine(kpis);
    read(line, 0, 5000, { panelId: 1 });
    expect(statusOf(line, 10, 'panelEnergy')).toBe(statusCodes.badNoData);
    read(line, 1000, 5100);
    arc(line, 1500, 1);
    read(line, 2000, 5250);
    read(line, 3000, 5300);
    arc(line, 3500, 0);
    read(line, 4000, 5350);
    read(line, 5000, 5420);
    expect(kwhOf(line, 5000, 'panelEnergy')).toBeCloseTo(0.42, 12);
    expect(coverageOf(line, 5001, 'panelEnergy')).toBe(1);
    // From 2 s, the first reading with the arc on, to 4 s, the first without.
    expect(kwhOf(line, 5002, 'weldingEnergy')).toBeCloseTo(0.1, 12);
    expect(coverageOf(line, 5003, 'weldingEnergy')).toBe(1);
    expect(statusOf(line, 5004, 'weldingEnergy')).toBe(statusCodes.good);
  });

  test('counts on through a silence that the arc burns through', () => {
    const line = wholeLine(kpis);
    arc(line, 0, 1);
    read(line, 1000, 0, { panelId: 1 });
    read(line, 2000, 100);
    // Silence costs coverage as long as it lasts, and none when it has ended.
    expect(coverageOf(line, 2900, 'weldingEnergy')).toBe(1);
    expect(coverageOf(line, 4000, 'weldingEnergy')).toBeCloseTo(1 / 3, 12);
    read(line, 12_000, 1100);
    expect(kwhOf(line, 12_000, 'weldingEnergy')).toBeCloseTo(1.1, 12);
    expect(coverageOf(line, 12_001, 'weldingEnergy')).toBe(1);
  });

  test('is not believed over a silence in which the arc went out', () => {
    const line = wholeLine(kpis);
    arc(line, 0, 1);
    read(line, 1000, 0, { panelId: 1 });
    read(line, 1900, 100);
    arc(line, 2000, 0);
    read(line, 4900, 1100);
    expect(kwhOf(line, 5000, 'weldingEnergy')).toBeCloseTo(0.1, 12);
    expect(coverageOf(line, 5001, 'weldingEnergy')).toBeCloseTo(0.9 / 3.9, 12);
    // The whole panel has it all the same.
    expect(kwhOf(line, 5002, 'panelEnergy')).toBeCloseTo(1.1, 12);
  });

  test('gives the step from one panel into the next to the next', () => {
    const line = wholeLine(kpis);
    read(line, 0, 0, { panelId: 1 });
    read(line, 1000, 100);
    read(line, 2000, 300, { panelId: 2 });
    expect(kwhOf(line, 2000, 'panelEnergy')).toBeCloseTo(0.2, 12);
    read(line, 3000, 350);
    expect(kwhOf(line, 3000, 'panelEnergy')).toBeCloseTo(0.25, 12);
    expect(coverageOf(line, 3001, 'panelEnergy')).toBe(1);
  });

  test('has nothing of a panel of which it has not been read', () => {
    const line = wholeLine(kpis);
    read(line, 0, 0, { panelId: 1 });
    read(line, 1000, 100);
    line.line(1500, { panelId: 2 });
    expect(statusOf(line, 1600, 'panelEnergy')).toBe(statusCodes.badNoData);
  });

  test('that began anew is uncertain for its panel, which lacks that time', () => {
    const line = wholeLine(kpis);
    read(line, 0, 5000, { panelId: 1 });
    read(line, 1000, 5100);
    read(line, 2000, 20);
    read(line, 3000, 70);
    expect(kwhOf(line, 3000, 'panelEnergy')).toBeCloseTo(0.15, 12);
    expect(coverageOf(line, 3001, 'panelEnergy')).toBeCloseTo(2 / 3, 12);
    for (let timeMs = 4000; timeMs <= 90_000; timeMs += 1000) read(line, timeMs, timeMs / 100);
    expect(coverageOf(line, 90_000, 'panelEnergy')).toBeGreaterThan(0.95);
    expect(statusOf(line, 90_001, 'panelEnergy')).toBe(statusCodes.uncertain);
    read(line, 91_000, 920, { panelId: 2 });
    read(line, 92_000, 930);
    expect(statusOf(line, 92_001, 'panelEnergy')).toBe(statusCodes.good);
  });

  test('with uncertain readings is uncertain, where they are in its window', () => {
    const line = wholeLine(kpis);
    const uncertain = (value: number) => ({ value, status: statusCodes.uncertain });
    read(line, 0, 0, { panelId: 1 });
    read(line, 1000, uncertain(10));
    read(line, 2000, 20);
    arc(line, 2500, 1);
    read(line, 3000, 30);
    read(line, 4000, 40);
    expect(statusOf(line, 4000, 'weldingEnergy')).toBe(statusCodes.good);
    expect(statusOf(line, 4001, 'panelEnergy')).toBe(statusCodes.uncertain);
    arc(line, 4500, 0);
    // It ends the window, and so counts in it.
    read(line, 5000, uncertain(50));
    expect(statusOf(line, 5000, 'weldingEnergy')).toBe(statusCodes.uncertain);
  });

  test('is not read where it is bad: what lies between counts with the next reading', () => {
    const line = wholeLine(kpis);
    read(line, 0, 0, { panelId: 1 });
    read(line, 500, { value: 999, status: statusCodes.badSensorFailure });
    read(line, 1000, 100);
    expect(line.at(1000, 'panelEnergy', 'line')).toEqual({ value: 0.1, status: statusCodes.good });
  });
});
