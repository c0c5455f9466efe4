import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type DispatchSituation,
  dispatchPowerKw,
  storedAfterKwh,
} from '../../../../simulators/park/battery.ts';
import { testSeed } from '../../../support/seed.ts';

const situation = (overrides: Partial<DispatchSituation>): DispatchSituation => ({
  netLoadKw: 1000,
  storedKwh: 1500,
  hour: 12,
  stepHours: 1 / 12,
  ...overrides,
});

describe('§6 battery dispatch', () => {
  it('takes the PV surplus up to its rated power', () => {
    expect(dispatchPowerKw(situation({ netLoadKw: -400 }))).toBe(400);
    expect(dispatchPowerKw(situation({ netLoadKw: -4000 }))).toBe(1500);
  });

  it('feeds the net load at the peak, never more', () => {
    expect(dispatchPowerKw(situation({ hour: 18, netLoadKw: 900 }))).toBe(-900);
    expect(dispatchPowerKw(situation({ hour: 9, netLoadKw: 2500 }))).toBe(-1500);
  });

  it('charges at half power in the valley, up to 75 percent', () => {
    expect(dispatchPowerKw(situation({ hour: 3 }))).toBe(750);
    expect(dispatchPowerKw(situation({ hour: 3, storedKwh: 2250 }))).toBe(0);
    expect(dispatchPowerKw(situation({ hour: 3, storedKwh: 2700 }))).toBe(0);
  });

  it('charges gently in the flat afternoon, up to 90 percent, and rests at noon', () => {
    expect(dispatchPowerKw(situation({ hour: 14 }))).toBeCloseTo(525, 9);
    expect(dispatchPowerKw(situation({ hour: 14, storedKwh: 2700 }))).toBe(0);
    expect(dispatchPowerKw(situation({ hour: 12 }))).toBe(0);
    expect(dispatchPowerKw(situation({ hour: 23 }))).toBe(0);
  });

  it('stops at the edges of its window within the step', () => {
    const stepHours = 1;
    const fullKw = dispatchPowerKw(situation({ netLoadKw: -5000, storedKwh: 2800, stepHours }));
    expect(storedAfterKwh(2800, fullKw, stepHours)).toBeCloseTo(2850, 9);
    const emptyKw = dispatchPowerKw(situation({ hour: 18, storedKwh: 400, stepHours }));
    expect(storedAfterKwh(400, emptyKw, stepHours)).toBeCloseTo(300, 9);
  });

  it('loses six percent each way', () => {
    expect(storedAfterKwh(1000, 500, 1)).toBe(1470);
    expect(storedAfterKwh(1000, -470, 1)).toBeCloseTo(500, 9);
  });

  it('guards the demand only when a target is set', () => {
    const night = { hour: 3, netLoadKw: 1400 };
    expect(dispatchPowerKw(situation({ ...night, demandTargetKw: 2000 }))).toBe(600);
    expect(dispatchPowerKw(situation({ ...night, demandTargetKw: 1400 }))).toBe(0);
    expect(dispatchPowerKw(situation({ ...night, demandTargetKw: 1000 }))).toBe(-400);
    expect(dispatchPowerKw(situation({ hour: 18, netLoadKw: 900, demandTargetKw: 800 }))).toBe(
      -900,
    );
    expect(dispatchPowerKw(situation({ netLoadKw: -400, demandTargetKw: 800 }))).toBe(400);
  });

  it('stays in its window, within its power, and never exports, whatever comes', () => {
    const anySituation = fc.record({
      netLoadKw: fc.double({ min: -5000, max: 5000, noNaN: true }),
      storedKwh: fc.double({ min: 300, max: 2850, noNaN: true }),
      hour: fc.double({ min: 0, max: 24, noNaN: true }),
      stepHours: fc.constantFrom(1 / 3600, 1 / 60, 1 / 12, 1),
      demandTargetKw: fc.option(fc.double({ min: 0, max: 4000, noNaN: true }), { nil: undefined }),
    });
    fc.assert(
      fc.property(anySituation, (s) => {
        const powerKw = dispatchPowerKw(s);
        const storedKwh = storedAfterKwh(s.storedKwh, powerKw, s.stepHours);
        expect(Math.abs(powerKw)).toBeLessThanOrEqual(1500);
        expect(storedKwh).toBeGreaterThanOrEqual(300 - 1e-9);
        expect(storedKwh).toBeLessThanOrEqual(2850 + 1e-9);
        if (powerKw < 0) expect(s.netLoadKw + powerKw).toBeGreaterThanOrEqual(0);
        if (powerKw > 0 && s.demandTargetKw !== undefined && s.netLoadKw >= 0) {
          expect(s.netLoadKw + powerKw).toBeLessThanOrEqual(s.demandTargetKw + 1e-9);
        }
      }),
      { seed: testSeed(), numRuns: 2000 },
    );
  });
});
