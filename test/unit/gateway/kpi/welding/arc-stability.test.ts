import { describe, expect, test } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import type { TestSample } from '../../../../support/entry-batch.ts';
import { ofSeam, type WholeLine, wholeLine } from './whole-line.ts';

const kpis = ['arcStability', 'arcStabilityNow', 'arcCurrentVariation', 'arcVoltageVariation'];

const bad: TestSample = { value: 0, status: statusCodes.badSensorFailure };

/** Samples 100 ms apart from the start of a second. */
const second = (
  line: WholeLine,
  startMs: number,
  currents: readonly TestSample[],
  voltages: readonly TestSample[],
  arcOn = 1,
): void => {
  for (const [index, current] of currents.entries()) {
    line.seam(startMs + index * 100, { current, voltage: voltages[index] ?? bad, arcOn });
  }
};

/** Section 3.2: seven means of the current and eight of the voltage. */
const currents = [230, 232, 229, 231, 228, 233, 230, bad];
const voltages = [26, 26.1, 25.9, 26, 26.2, 25.8, 26, 26.1];
const steady = new Array<number>(10).fill(200);
const even = new Array<number>(10).fill(25);

describe('arc stability (section 3.2)', () => {
  test('is 89.35 with CV_I 0.7457 % and CV_U 0.4792 %', () => {
    const line = wholeLine(kpis.map((kpi) => ofSeam(kpi)));
    second(line, 0, currents, voltages);
    expect(line.at(900, 'arcStability').status).toBe(statusCodes.badNoData);
    line.seam(1000, { current: 230, voltage: 26, arcOn: 1 });
    expect(line.at(1000, 'arcCurrentVariation').value).toBeCloseTo(0.7457, 4);
    expect(line.at(1000, 'arcVoltageVariation').value).toBeCloseTo(0.4792, 4);
    expect(line.at(1000, 'arcStability').value).toBeCloseTo(89.35, 2);
    expect(line.at(1000, 'arcStabilityNow').value).toBeCloseTo(89.35, 2);
  });

  test('is the mean of the seconds of the panel, and by the newest one', () => {
    const line = wholeLine(kpis.map((kpi) => ofSeam(kpi)));
    second(line, 0, currents, voltages);
    second(line, 1000, steady, even);
    line.seam(2000, { current: 200, voltage: 25, arcOn: 1 });
    expect(line.at(2000, 'arcCurrentVariation').value).toBeCloseTo(0.7457 / 2, 4);
    expect(line.at(2000, 'arcStability').value).toBeCloseTo(100 - (100 - 89.35) / 2, 2);
    expect(line.at(2000, 'arcStabilityNow').value).toBe(100);
  });

  test('takes the limits of the site, and ends at 0', () => {
    const parameters = { currentLimitPercent: 0.5, voltageLimitPercent: 0.1 };
    const line = wholeLine([ofSeam('arcStability', { parameters })]);
    second(line, 0, currents, voltages);
    line.seam(1000, { current: 230, voltage: 26, arcOn: 1 });
    expect(line.at(1000, 'arcStability').value).toBe(0);
  });

  test('counts no second in which the arc was off or too few samples came', () => {
    const line = wholeLine(kpis.map((kpi) => ofSeam(kpi)));
    second(line, 0, [100, 300, 100, 300], [20, 30, 20, 30]);
    second(line, 1000, [100, 300, 100, 300, 100, 300, 100, 300, 100], [...voltages, 26]);
    line.seam(1900, { current: 0, voltage: 70, arcOn: 0 });
    second(line, 2000, steady, even);
    line.seam(3000, { current: 200, voltage: 25, arcOn: 1 });
    expect(line.at(3000, 'arcCurrentVariation').value).toBe(0);
    expect(line.at(3000, 'arcStability').value).toBe(100);
  });

  test('begins anew with the next panel', () => {
    const line = wholeLine(kpis.map((kpi) => ofSeam(kpi)));
    line.line(0, { panelId: 1 });
    second(line, 0, currents, voltages);
    second(line, 1000, steady, even);
    line.line(1950, { panelId: 2 });
    for (const kpi of kpis) expect(line.at(1960, kpi).status).toBe(statusCodes.badNoData);
    second(line, 2000, steady, even);
    line.seam(3000, { current: 200, voltage: 25, arcOn: 1 });
    expect(line.at(3000, 'arcStability').value).toBe(100);
    expect(line.at(3000, 'arcStability.coverage').value).toBe(1);
  });
});
