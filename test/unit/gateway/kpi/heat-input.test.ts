import { describe, expect, test } from 'vitest';
import { statusCodes } from '../../../../gateway/core/quality.ts';
import { processFacts } from '../../../../gateway/kpi/welding/process.ts';
import { tickProgram } from '../../../support/program-feed.ts';
import { type Line, weldingLine } from './welding-line.ts';

const entry = { kpi: 'heatInput', equipment: 'welding/mpm01/f01' };
const point = 'welding/mpm01/f01/heatInput';
const coverage = `${point}.coverage`;

/** Welds from `fromMs` to `toMs` with a frame of line and seam every 100 ms. */
const weld = (
  line: Line,
  options: {
    readonly fromMs: number;
    readonly toMs: number;
    readonly power: number;
    readonly speed?: number;
    readonly arcOn?: number;
    /** Null: the machine tells none. */
    readonly panelId?: number | null;
    readonly position?: (timeMs: number) => number;
  },
): void => {
  for (let timeMs = options.fromMs; timeMs <= options.toMs; timeMs += 100) {
    line.line(timeMs, {
      travelSpeed: options.speed ?? 0.8,
      ...(options.panelId === null ? {} : { panelId: options.panelId ?? 7 }),
      panelPosition: options.position?.(timeMs) ?? (timeMs / 1000) * (0.8 / 0.06),
    });
    line.seam(timeMs, { arcPower: options.power, arcOn: options.arcOn ?? 1 });
  }
};

describe('heat input', () => {
  test('is k times the arc energy of method A when the arc is not pulsed', () => {
    const line = weldingLine([entry]);
    weld(line, { fromMs: 0, toMs: 10_000, power: 26 * 230 });
    const results = tickProgram(line.program, 10_000);
    expect(results[point]?.value).toBeCloseTo(0.3588, 10);
    expect(results[point]?.status).toBe(statusCodes.good);
    expect(results[coverage]).toEqual({ value: 1, status: statusCodes.good });
  });

  test('uses the instantaneous power of a pulsed arc (method C)', () => {
    const line = weldingLine([{ ...entry, parameters: { process: '121' } }]);
    weld(line, { fromMs: 0, toMs: 10_000, power: 6668.8 });
    expect((tickProgram(line.program, 10_000)[point]?.value ?? 0) * 1000).toBeCloseTo(500.16, 10);
  });

  test.each([
    ['135', 0.8],
    ['121', 1],
    ['141', 0.6],
  ] as const)('knows the efficiency of process %s', (process, k) => {
    expect(processFacts[process].thermalEfficiency).toBe(k);
    const line = weldingLine([{ ...entry, parameters: { process } }]);
    weld(line, { fromMs: 0, toMs: 1000, power: 5980 });
    expect(tickProgram(line.program, 1000)[point]?.value).toBeCloseTo(0.4485 * k, 10);
  });

  test('takes an efficiency from the site before that of the process', () => {
    const line = weldingLine([{ ...entry, parameters: { thermalEfficiency: 0.5 } }]);
    weld(line, { fromMs: 0, toMs: 1000, power: 5980 });
    expect(tickProgram(line.program, 1000)[point]?.value).toBeCloseTo(0.22425, 10);
  });

  test('weighs power and speed by time: energy over length', () => {
    const line = weldingLine([{ ...entry, parameters: { process: '121' } }]);
    line.line(0, { travelSpeed: 0.6 });
    line.seam(0, { arcPower: 4000, arcOn: 1 });
    line.line(100, { travelSpeed: 1.2 });
    line.seam(100, { arcPower: 8000, arcOn: 1 });
    line.line(400, { travelSpeed: 1.2 });
    line.seam(400, { arcPower: 8000, arcOn: 1 });
    // 600 J + 2400 J over 1.5 mm + 6 mm
    expect(tickProgram(line.program, 400)[point]?.value).toBeCloseTo(3000 / 7.5 / 1000, 12);
  });

  test('has no value before the arc was on', () => {
    const line = weldingLine([entry]);
    weld(line, { fromMs: 0, toMs: 1000, power: 0, arcOn: 0 });
    const results = tickProgram(line.program, 1000);
    expect(results[point]).toEqual({ value: 0, status: statusCodes.badNoData });
    expect(results[coverage]).toEqual({ value: 0, status: statusCodes.good });
  });

  test('leaves out the time with the arc off', () => {
    const line = weldingLine([entry]);
    weld(line, { fromMs: 0, toMs: 1000, power: 5980 });
    weld(line, { fromMs: 1100, toMs: 5000, power: 300, arcOn: 0 });
    weld(line, { fromMs: 5100, toMs: 6000, power: 5980 });
    const results = tickProgram(line.program, 6000);
    expect(results[point]?.value).toBeCloseTo(0.3588, 10);
    expect(results[coverage]?.value).toBe(1);
  });

  test('begins anew with the next panel id', () => {
    const line = weldingLine([entry]);
    weld(line, { fromMs: 0, toMs: 1000, power: 9000, panelId: 7, position: () => 50 });
    expect(tickProgram(line.program, 1000)[point]?.value).toBeCloseTo(0.54, 10);
    weld(line, { fromMs: 1100, toMs: 2000, power: 5980, panelId: 8, position: () => 50 });
    expect(tickProgram(line.program, 2000)[point]?.value).toBeCloseTo(0.3588, 10);
  });

  test('begins anew where no id is told when the position restarts, but not for encoder noise', () => {
    const line = weldingLine([entry]);
    const panelId = null;
    weld(line, { fromMs: 0, toMs: 1000, power: 9000, panelId, position: () => 500 });
    weld(line, { fromMs: 1100, toMs: 2000, power: 3000, panelId, position: () => 400 });
    const mixed = tickProgram(line.program, 2000)[point]?.value ?? 0;
    expect(mixed).toBeGreaterThan(0.18);
    expect(mixed).toBeLessThan(0.54);
    weld(line, { fromMs: 2100, toMs: 3000, power: 5980, panelId, position: () => 399 });
    expect(tickProgram(line.program, 3000)[point]?.value).toBeCloseTo(0.3588, 10);
  });

  test('goes on where the position restarts under the same id', () => {
    const line = weldingLine([entry]);
    weld(line, { fromMs: 0, toMs: 1000, power: 9000, position: () => 500 });
    weld(line, { fromMs: 1100, toMs: 2000, power: 3000, position: () => 300 });
    expect(tickProgram(line.program, 2000)[point]?.value).toBeGreaterThan(0.19);
  });

  test('a new panel at a tick has no value yet', () => {
    const line = weldingLine([entry]);
    weld(line, { fromMs: 0, toMs: 1000, power: 9000, panelId: 7 });
    line.line(1100, { panelId: 8 });
    expect(tickProgram(line.program, 1100)[point]?.status).toBe(statusCodes.badNoData);
  });

  test('a bad panel id or position changes nothing', () => {
    const line = weldingLine([entry]);
    weld(line, { fromMs: 0, toMs: 1000, power: 9000, position: () => 900 });
    const bad = { value: 0, status: statusCodes.badTimeout };
    line.line(1100, { panelId: bad, panelPosition: bad });
    expect(tickProgram(line.program, 1100)[point]?.value).toBeCloseTo(0.54, 10);
  });

  test('a gap covers less and biases nothing', () => {
    const line = weldingLine([entry]);
    weld(line, { fromMs: 0, toMs: 2000, power: 5980 });
    weld(line, { fromMs: 4000, toMs: 6000, power: 5980 });
    const results = tickProgram(line.program, 6000);
    expect(results[point]?.value).toBeCloseTo(0.3588, 10);
    expect(results[point]?.status).toBe(statusCodes.uncertain);
    expect(results[coverage]?.value).toBeCloseTo(4 / 6, 12);
  });

  test('a device that has died lowers the coverage while its last arc was on', () => {
    const line = weldingLine([entry]);
    weld(line, { fromMs: 0, toMs: 2000, power: 5980 });
    expect(tickProgram(line.program, 3000)[coverage]?.value).toBe(1);
    expect(tickProgram(line.program, 3001)[coverage]?.value).toBeCloseTo(2000 / 3001, 12);
  });

  test('bad samples of a dead device count as elapsed, not as arc off', () => {
    const line = weldingLine([entry]);
    weld(line, { fromMs: 0, toMs: 2000, power: 5980 });
    const bad = { value: 0, status: statusCodes.badTimeout };
    for (let timeMs = 2100; timeMs <= 4000; timeMs += 100) {
      line.line(timeMs, { travelSpeed: 0.8 });
      line.seam(timeMs, { arcPower: bad, arcOn: bad });
    }
    const results = tickProgram(line.program, 4000);
    expect(results[coverage]?.value).toBe(0.5);
    expect(results[point]?.value).toBeCloseTo(0.3588, 10);
    expect(results[point]?.status).toBe(statusCodes.uncertain);
  });

  test('needs a speed that is usable and not out of date', () => {
    const line = weldingLine([entry]);
    line.line(0, { travelSpeed: 0.8 });
    for (let timeMs = 0; timeMs <= 2000; timeMs += 100) {
      line.seam(timeMs, { arcPower: 5980, arcOn: 1 });
    }
    // The speed of time 0 serves up to 1000 ms.
    expect(tickProgram(line.program, 2000)[coverage]?.value).toBe(0.5);
    line.line(2000, { travelSpeed: { value: 0.8, status: statusCodes.badSensorFailure } });
    for (let timeMs = 2100; timeMs <= 4000; timeMs += 100) {
      line.seam(timeMs, { arcPower: 5980, arcOn: 1 });
    }
    expect(tickProgram(line.program, 4000)[coverage]?.value).toBe(0.25);
  });

  test('estimated samples do not count as measured', () => {
    const line = weldingLine([entry]);
    weld(line, { fromMs: 0, toMs: 1000, power: 5980 });
    for (let timeMs = 1100; timeMs <= 2000; timeMs += 100) {
      line.line(timeMs, { travelSpeed: 0.8 });
      line.seam(timeMs, { arcPower: 1, arcOn: 1 }, 'estimated');
    }
    const results = tickProgram(line.program, 2000);
    expect(results[coverage]?.value).toBe(0.5);
    expect(results[point]?.value).toBeCloseTo(0.3588, 10);
  });

  test.each(['arcPower', 'travelSpeed'])('an uncertain %s makes the panel uncertain', (name) => {
    const line = weldingLine([entry]);
    const uncertain = (value: number) => ({ value, status: statusCodes.uncertain });
    const at = (timeMs: number, isUncertain: boolean): void => {
      line.line(timeMs, {
        travelSpeed: isUncertain && name === 'travelSpeed' ? uncertain(0.8) : 0.8,
        panelId: timeMs < 1000 ? 1 : 2,
      });
      line.seam(timeMs, {
        arcPower: isUncertain && name === 'arcPower' ? uncertain(5980) : 5980,
        arcOn: 1,
      });
    };
    at(0, false);
    at(100, true);
    at(200, false);
    const results = tickProgram(line.program, 200);
    expect(results[point]?.status).toBe(statusCodes.uncertain);
    expect(results[point]?.value).toBeCloseTo(0.3588, 10);
    expect(results[coverage]?.value).toBe(1);
    at(1000, false);
    at(1100, false);
    expect(tickProgram(line.program, 1100)[point]?.status).toBe(statusCodes.good);
  });

  test('a line that stands gives no heat input instead of an infinite one', () => {
    const line = weldingLine([entry]);
    weld(line, { fromMs: 0, toMs: 1000, power: 5980, speed: 0 });
    expect(tickProgram(line.program, 1000)[point]).toEqual({
      value: 0,
      status: statusCodes.badNoData,
    });
  });
});
