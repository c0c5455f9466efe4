import { describe, expect, test } from 'vitest';
import { statusCodes } from '../../../../gateway/core/quality.ts';
import { tickProgram } from '../../../support/program-feed.ts';
import { weldingLine } from './welding-line.ts';

const bad = { value: 1, status: statusCodes.badTimeout };

describe('arc-on ratio', () => {
  const ratio = 'welding/mpm01/f01/arcOnRatio';
  const kpis = [{ kpi: 'arcOnRatio', equipment: 'welding/mpm01/f01' }];

  test('is arc time over cycle time of the panel', () => {
    const line = weldingLine(kpis);
    for (let timeMs = 0; timeMs <= 10_000; timeMs += 100) {
      line.seam(timeMs, { arcOn: timeMs >= 2000 && timeMs < 9500 ? 1 : 0 });
    }
    const results = tickProgram(line.program, 10_000);
    expect(results[ratio]).toEqual({ value: 0.75, status: statusCodes.good });
    expect(results[`${ratio}.coverage`]?.value).toBe(1);
  });

  test('is over the time with a known state', () => {
    const line = weldingLine(kpis);
    for (let timeMs = 0; timeMs <= 1000; timeMs += 100) line.seam(timeMs, { arcOn: 1 });
    for (let timeMs = 1100; timeMs <= 2000; timeMs += 100) line.seam(timeMs, { arcOn: bad });
    const results = tickProgram(line.program, 2000);
    expect(results[ratio]).toEqual({ value: 1, status: statusCodes.uncertain });
    expect(results[`${ratio}.coverage`]?.value).toBe(0.5);
  });

  test('begins anew with the next panel', () => {
    const line = weldingLine(kpis);
    line.line(0, { panelId: 1 });
    for (let timeMs = 0; timeMs <= 1000; timeMs += 100) line.seam(timeMs, { arcOn: 1 });
    expect(tickProgram(line.program, 1000)[ratio]?.value).toBe(1);
    line.line(1050, { panelId: 2 });
    expect(tickProgram(line.program, 1060)[ratio]?.status).toBe(statusCodes.badNoData);
    for (let timeMs = 1100; timeMs <= 2000; timeMs += 100) line.seam(timeMs, { arcOn: 0 });
    expect(tickProgram(line.program, 2000)[ratio]).toEqual({ value: 0, status: statusCodes.good });
  });

  test('an uncertain state makes the panel uncertain', () => {
    const line = weldingLine(kpis);
    line.seam(0, { arcOn: 1 });
    line.seam(100, { arcOn: { value: 1, status: statusCodes.uncertain } });
    expect(tickProgram(line.program, 100)[ratio]).toEqual({
      value: 1,
      status: statusCodes.uncertain,
    });
  });
});

describe('mean travel speed', () => {
  const mean = 'welding/mpm01/line/travelSpeedMean';
  const kpis = [{ kpi: 'travelSpeedMean', equipment: 'welding/mpm01/line' }];

  test('is by time and only while any arc is on', () => {
    const line = weldingLine(kpis);
    line.line(0, { travelSpeed: 5 });
    line.line(500, { travelSpeed: 5 });
    line.second(900, { arcOn: 1 });
    line.line(1000, { travelSpeed: 0.6 });
    line.line(1100, { travelSpeed: 0.6 });
    line.line(1400, { travelSpeed: 1 });
    line.second(1450, { arcOn: 0 });
    line.line(1500, { travelSpeed: 9 });
    const results = tickProgram(line.program, 1500);
    expect(results[mean]?.value).toBeCloseTo((0.6 * 100 + 0.8 * 300) / 400, 14);
    expect(results[mean]?.status).toBe(statusCodes.good);
    expect(results[`${mean}.coverage`]?.value).toBe(1);
  });

  test('a bad speed is not covered', () => {
    const line = weldingLine(kpis);
    line.seam(0, { arcOn: 1 });
    line.line(0, { travelSpeed: 0.8 });
    line.line(100, { travelSpeed: 0.8 });
    line.line(200, { travelSpeed: bad });
    line.line(400, { travelSpeed: 0.8 });
    const results = tickProgram(line.program, 400);
    expect(results[mean]).toEqual({ value: 0.8, status: statusCodes.uncertain });
    expect(results[`${mean}.coverage`]?.value).toBe(0.25);
  });

  test('begins anew with the next panel', () => {
    const line = weldingLine(kpis);
    line.seam(0, { arcOn: 1 });
    line.line(0, { travelSpeed: 0.8, panelId: 1 });
    line.line(100, { travelSpeed: { value: 0.8, status: statusCodes.uncertain }, panelId: 1 });
    expect(tickProgram(line.program, 100)[mean]).toEqual({
      value: 0.8,
      status: statusCodes.uncertain,
    });
    line.line(200, { travelSpeed: 0.5, panelId: 2 });
    expect(tickProgram(line.program, 200)[mean]?.status).toBe(statusCodes.badNoData);
    line.line(300, { travelSpeed: 0.5, panelId: 2 });
    expect(tickProgram(line.program, 300)[mean]).toEqual({ value: 0.5, status: statusCodes.good });
  });
});

describe('largest deformation', () => {
  const deformation = 'welding/mpm01/line/deformationMax';
  const kpis = [{ kpi: 'deformationMax', equipment: 'welding/mpm01/line' }];

  test('is the largest |z| of any profile point of the panel', () => {
    const line = weldingLine(kpis);
    line.line(0, { 'deformation.z.01': 1, 'deformation.z.02': 2 });
    line.line(500, { 'deformation.z.01': 0.5, 'deformation.z.02': -5 });
    line.line(1000, { 'deformation.z.01': 3, 'deformation.z.02': 0 });
    const results = tickProgram(line.program, 1000);
    expect(results[deformation]).toEqual({ value: 5, status: statusCodes.good });
    expect(results[`${deformation}.coverage`]?.value).toBe(1);
  });

  test('leaves out bad heights and is uncertain with uncertain ones', () => {
    const line = weldingLine(kpis);
    line.line(0, { 'deformation.z.01': 1, 'deformation.z.02': { ...bad, value: 99 } });
    line.line(500, { 'deformation.z.01': 1, 'deformation.z.02': 1 });
    expect(tickProgram(line.program, 500)[deformation]).toEqual({
      value: 1,
      status: statusCodes.good,
    });
    line.line(1000, {
      'deformation.z.01': 1,
      'deformation.z.02': { value: 2, status: statusCodes.uncertain },
    });
    expect(tickProgram(line.program, 1000)[deformation]).toEqual({
      value: 2,
      status: statusCodes.uncertain,
    });
  });

  test('is covered while profiles come', () => {
    const line = weldingLine(kpis);
    line.line(0, { 'deformation.z.01': 1 });
    line.line(1000, { 'deformation.z.01': bad });
    line.line(2000, { 'deformation.z.01': 1 });
    line.line(3000, { 'deformation.z.01': 1 });
    const results = tickProgram(line.program, 3000);
    expect(results[`${deformation}.coverage`]?.value).toBeCloseTo(1 / 3, 14);
  });

  test('begins anew with the next panel', () => {
    const line = weldingLine(kpis);
    line.line(0, { 'deformation.z.01': 4, panelPosition: 17_000 });
    line.line(500, { 'deformation.z.01': 4, panelPosition: 18_000 });
    expect(tickProgram(line.program, 500)[deformation]?.value).toBe(4);
    line.line(1000, { 'deformation.z.01': 1, panelPosition: 0 });
    line.line(1500, { 'deformation.z.01': 2, panelPosition: 10 });
    expect(tickProgram(line.program, 1500)[deformation]?.value).toBe(2);
  });

  test('does not count the last profile of the panel before, which stays readable', () => {
    const line = weldingLine(kpis);
    line.line(0, { 'deformation.x': 18_000, 'deformation.z.01': 9, panelId: 1 });
    line.line(100, { 'deformation.x': 18_000, 'deformation.z.01': 9, panelId: 1 });
    expect(tickProgram(line.program, 100)[deformation]?.value).toBe(9);
    line.line(200, { 'deformation.x': 18_000, 'deformation.z.01': 9, panelId: 2 });
    line.line(300, { 'deformation.x': 18_000, 'deformation.z.01': 9, panelId: 2 });
    expect(tickProgram(line.program, 300)[deformation]?.status).toBe(statusCodes.badNoData);
    line.line(400, { 'deformation.x': 50, 'deformation.z.01': 1, panelId: 2 });
    line.line(500, { 'deformation.x': 50, 'deformation.z.01': 2, panelId: 2 });
    const results = tickProgram(line.program, 500);
    expect(results[deformation]).toEqual({ value: 2, status: statusCodes.good });
    expect(results[`${deformation}.coverage`]?.value).toBe(1);
    line.line(600, { 'deformation.x': 18_000, 'deformation.z.01': 3, panelId: 2 });
    expect(tickProgram(line.program, 600)[deformation]?.value).toBe(3);
  });
});
