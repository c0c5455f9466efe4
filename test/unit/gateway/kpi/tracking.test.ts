import { describe, expect, test } from 'vitest';
import { statusCodes } from '../../../../gateway/core/quality.ts';
import { tickProgram } from '../../../support/program-feed.ts';
import { type Line, weldingLine } from './welding-line.ts';

const equipment = 'welding/mpm01/f01';
const kpis = ['trackingRms', 'trackingP95', 'trackingMax'].map((kpi) => ({ kpi, equipment }));
const rms = `${equipment}/trackingRms`;
const p95 = `${equipment}/trackingP95`;
const max = `${equipment}/trackingMax`;

const errors = [0.1, -0.2, 0.3, 0, -0.4, 0.2, 0.1, -0.1, 0.5, -0.3];

const track = (
  line: Line,
  offsets: readonly number[],
  options: {
    readonly startMs?: number;
    readonly arcOn?: number;
    readonly seamFound?: number;
    readonly offsetZ?: number;
  } = {},
): void => {
  for (const [index, offsetY] of offsets.entries()) {
    line.seam((options.startMs ?? 0) + index * 100, {
      offsetY,
      offsetZ: options.offsetZ ?? 0,
      arcOn: options.arcOn ?? 1,
      seamFound: options.seamFound ?? 1,
    });
  }
};

describe('tracking error (section 3.3)', () => {
  test('gives RMS, P95 by interpolation and maximum of the samples of a panel', () => {
    const line = weldingLine(kpis);
    track(line, errors);
    const results = tickProgram(line.program, 1000);
    expect(results[rms]?.value).toBeCloseTo(0.26458, 5);
    expect(results[rms]?.value).toBeCloseTo(Math.sqrt(0.07), 14);
    expect(results[p95]?.value).toBeCloseTo(0.455, 14);
    expect(results[max]?.value).toBe(0.5);
    expect(results[rms]?.status).toBe(statusCodes.good);
    expect(results[`${p95}.coverage`]).toEqual({ value: 1, status: statusCodes.good });
  });

  test('combines both axes', () => {
    const line = weldingLine(kpis);
    track(line, [0.3, -0.3], { offsetZ: -0.4 });
    const results = tickProgram(line.program, 100);
    for (const path of [rms, p95, max]) expect(results[path]?.value).toBeCloseTo(0.5, 14);
  });

  test.each([{ arcOn: 0 }, { seamFound: 0 }])('leaves out samples with %o', (state) => {
    const line = weldingLine(kpis);
    track(line, errors);
    track(line, [9, 9, 9], { startMs: 1000, ...state });
    const results = tickProgram(line.program, 1300);
    expect(results[rms]?.value).toBeCloseTo(Math.sqrt(0.07), 14);
    expect(results[max]?.value).toBe(0.5);
    const lost = 'seamFound' in state;
    expect(results[`${rms}.coverage`]?.value).toBeCloseTo(lost ? 0.75 : 1, 14);
    expect(results[rms]?.status).toBe(lost ? statusCodes.uncertain : statusCodes.good);
  });

  test('has no value before the first sample', () => {
    const line = weldingLine(kpis);
    const results = tickProgram(line.program, 1000);
    for (const path of [rms, p95, max]) {
      expect(results[path]).toEqual({ value: 0, status: statusCodes.badNoData });
    }
  });

  test('a bad offset is no sample', () => {
    const line = weldingLine(kpis);
    track(line, errors);
    const bad = { value: 9, status: statusCodes.badSensorFailure };
    line.seam(1000, { offsetY: bad, offsetZ: 0, arcOn: 1, seamFound: 1 });
    line.seam(1100, { offsetY: 9, offsetZ: bad, arcOn: 1, seamFound: 1 });
    line.seam(1200, { offsetY: 9, offsetZ: 0, arcOn: bad, seamFound: 1 });
    const results = tickProgram(line.program, 1300);
    expect(results[max]?.value).toBe(0.5);
    expect(results[`${max}.coverage`]?.value).toBeCloseTo(0.75, 14);
  });

  test('an uncertain offset makes the panel uncertain', () => {
    const line = weldingLine(kpis);
    track(line, errors);
    const uncertain = { value: 0.1, status: statusCodes.uncertain };
    line.seam(1000, { offsetY: 0.1, offsetZ: uncertain, arcOn: 1, seamFound: 1 });
    expect(tickProgram(line.program, 1000)[rms]?.status).toBe(statusCodes.uncertain);
    line.line(1050, { panelId: 1 });
    line.line(1100, { panelId: 2 });
    track(line, errors, { startMs: 1100 });
    expect(tickProgram(line.program, 2000)[rms]?.status).toBe(statusCodes.good);
  });

  test('an offset that stopped coming is no partner for the other axis', () => {
    const line = weldingLine(kpis);
    track(line, errors);
    for (let timeMs = 1000; timeMs <= 3000; timeMs += 100) line.seam(timeMs, { offsetY: 0.1 });
    // The vertical offset of 900 serves up to 1900.
    expect(tickProgram(line.program, 3000)[`${rms}.coverage`]?.value).toBeCloseTo(1.9 / 3, 14);
  });

  test('begins anew with the next panel, at its first sample or tick', () => {
    const line = weldingLine(kpis);
    line.line(0, { panelId: 1 });
    track(line, errors);
    expect(tickProgram(line.program, 1000)[max]?.value).toBe(0.5);
    line.line(1000, { panelId: 2 });
    expect(tickProgram(line.program, 1050)[max]?.status).toBe(statusCodes.badNoData);
    track(line, [0.1, 0.2], { startMs: 1100 });
    const results = tickProgram(line.program, 1200);
    expect(results[max]?.value).toBe(0.2);
    expect(results[p95]?.value).toBeCloseTo(0.195, 14);
    expect(results[rms]?.value).toBeCloseTo(Math.sqrt(0.025), 14);
    line.line(1250, { panelId: 3 });
    track(line, [0.3, 0.3], { startMs: 1300 });
    for (const path of [rms, p95, max]) {
      expect(tickProgram(line.program, 1500)[path]?.value).toBeCloseTo(0.3, 14);
    }
  });

  test('P95 is exact up to its samples and within a bin beyond', () => {
    const parameters = { exactSamples: 10, binWidthMm: 0.01, rangeMm: 1 };
    const line = weldingLine([{ kpi: 'trackingP95', equipment, parameters }]);
    track(line, errors);
    expect(tickProgram(line.program, 1000)[p95]?.value).toBeCloseTo(0.455, 14);
    track(line, errors, { startMs: 1000 });
    const twice = tickProgram(line.program, 2000)[p95]?.value ?? 0;
    // Rank 18.05 of 20 lies between the two samples of 0.5.
    expect(Math.abs(twice - 0.5)).toBeLessThanOrEqual(0.01);
    track(
      line,
      Array.from({ length: 200 }, () => 7),
      { startMs: 2000 },
    );
    expect(tickProgram(line.program, 22_000)[p95]?.value).toBe(1);
  });
});
