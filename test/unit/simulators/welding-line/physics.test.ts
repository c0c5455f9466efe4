import { describe, expect, it } from 'vitest';
import {
  arcCurrentA,
  bowMm,
  currentPerStickOut,
  heatBalanceIndex,
  heatInputKjPerMm,
  linePowerW,
  meltedWireFeedMPerMin,
  panelCurvature,
  synergicVoltageV,
} from '../../../../simulators/welding-line/physics.ts';

describe('physics of the welding line', () => {
  it('melts 7.0 m/min at 228.4 A with 13 mm of stick-out', () => {
    expect(arcCurrentA(7.0, 13)).toBeCloseTo(228.4, 1);
    expect(synergicVoltageV(228.4)).toBeCloseTo(25.92, 2);
  });

  it('inverts the melting equation', () => {
    for (const wireFeed of [5, 7, 11]) {
      expect(meltedWireFeedMPerMin(arcCurrentA(wireFeed, 15), 15)).toBeCloseTo(wireFeed, 10);
    }
  });

  it('loses 5.84 A per mm of stick-out at 230 A', () => {
    expect(currentPerStickOut(230, 13)).toBeCloseTo(-5.84, 2);
    const slope = (arcCurrentA(7, 13.001) - arcCurrentA(7, 12.999)) / 0.002;
    expect(slope).toBeCloseTo(currentPerStickOut(arcCurrentA(7, 13), 13), 4);
  });

  it('draws 160.706 kW with 20 arcs of 230 A and 26 V', () => {
    expect(linePowerW(20 * 230 * 26) / 1000).toBeCloseTo(160.706, 3);
  });

  it('puts 0.3588 kJ/mm into the seam at 26 V, 230 A and 0.80 m/min', () => {
    const speedMmPerS = 0.8 / 0.06;
    expect(heatInputKjPerMm(26 * 230, speedMmPerS)).toBeCloseTo(0.3588, 4);
    expect(heatInputKjPerMm(0, 0)).toBe(0);
  });

  it('bows an unrestrained panel welded on one face by 1264 mm', () => {
    expect(bowMm(panelCurvature(10 * 358.8, 1), 18_000)).toBeCloseTo(1264, 0);
  });

  it('breaches 6 mm by 5.93 % of one face heat under hold-down, and by one dead torch', () => {
    expect(bowMm(panelCurvature(0.0593 * 3588, 0.08), 18_000)).toBeCloseTo(6, 1);
    expect(bowMm(panelCurvature(358.8, 0.08), 18_000)).toBeCloseTo(10.11, 2);
  });

  it('balances the heat of both faces', () => {
    expect(100 * heatBalanceIndex(10 * 0.362, 10 * 0.356)).toBeCloseTo(0.836, 3);
    expect(heatBalanceIndex(0, 0)).toBe(0);
  });
});
