import { describe, expect, it } from 'vitest';
import {
  ambientShare,
  ambientTargetCelsius,
  arcCurrentA,
  axialShrinkageMm,
  bowMm,
  heatInputKjPerMm,
  panelCurvature,
  synergicVoltageV,
} from '../../../../simulators/welding-line/physics.ts';
import { processes, wireMassKg } from '../../../../simulators/welding-line/process.ts';

const mag = processes['135'];
const saw = processes['121'];

describe('settings of the processes', () => {
  it('welds with 230 A and 26 V at the reference setting of process 135', () => {
    const current = arcCurrentA(mag.referenceWireFeedMPerMin, mag.stickOutMm, mag.melting);
    expect(current).toBeCloseTo(230, 2);
    expect(synergicVoltageV(current, mag)).toBeCloseTo(26, 3);
  });

  it('welds with 380 A and 31 V under flux, without gas, on the top face, k = 1', () => {
    const current = arcCurrentA(saw.wireFeedMPerMin, saw.stickOutMm, saw.melting);
    expect(current).toBeCloseTo(380, 0);
    expect(synergicVoltageV(current, saw)).toBeCloseTo(31, 1);
    expect(saw).toMatchObject({ gasFlowLPerMin: 0, hasBackFace: false, fluxPerWireKg: 1 });
    const speedMmPerS = saw.travelSpeedMPerMin / 0.06;
    expect(heatInputKjPerMm(380 * 31, speedMmPerS, saw.thermalEfficiency)).toBeCloseTo(0.7068, 4);
  });

  it('uses 27.966 kg of wire for 20 seams of 18 m', () => {
    const lengthMm = (mag.wireFeedMPerMin / 0.06) * 22.5 * 60;
    expect(20 * wireMassKg(mag.wireDiameterMm, lengthMm)).toBeCloseTo(27.966, 2);
  });
});

describe('heat of the panel', () => {
  it('bows 2.02 mm with 2 % less heat on the back, and 10.11 mm with one of its torches dark', () => {
    const one = 358.8;
    const restraint = 0.08;
    expect(bowMm(panelCurvature(10 * one * 0.02, restraint), 18_000)).toBeCloseTo(2.02, 2);
    expect(bowMm(panelCurvature(one, restraint), 18_000)).toBeCloseTo(10.11, 2);
  });

  it('shortens 18 m by 29.5 mm', () => {
    expect(axialShrinkageMm(20 * 358.8 * 18_000)).toBeCloseTo(29.5, 1);
  });

  it('warms the air to 44.3 degC in 22.5 min of 20 arcs', () => {
    const target = ambientTargetCelsius(24, 20);
    expect(target).toBe(48);
    expect(24 + (target - 24) * ambientShare(22.5 * 60)).toBeCloseTo(44.3, 1);
    expect(ambientTargetCelsius(24, 0)).toBe(24);
  });
});
