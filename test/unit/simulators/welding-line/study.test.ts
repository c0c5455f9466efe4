// Goal: what the panel costs at the reference setting, and that the quick profiles are those of the model.
import { beforeAll, describe, expect, it } from 'vitest';
import type { WeldingLine } from '../../../../simulators/welding-line/model.ts';
import {
  finishedPanel,
  panelProfiles,
  simulatePanel,
} from '../../../../simulators/welding-line/study.ts';

type Profile = { x: number[]; z: number[][]; bowMm: number[] };
const profileOf = (line: WeldingLine): Profile =>
  line.profileTruth('lastPanel') as unknown as Profile;

describe('a whole panel at the reference setting', () => {
  let line: WeldingLine;
  beforeAll(() => {
    line = simulatePanel({ seed: 2023, setting: 'reference' });
  }, 60_000);

  it('takes 60.3 kWh, about 28 kg of wire and 8.1 m3 of gas', () => {
    const panel = finishedPanel(line) as Record<string, number>;
    expect(Math.abs((panel['weldEnergyKwh'] ?? 0) - 60.3)).toBeLessThan(0.2);
    expect(Math.abs((panel['wireKg'] ?? 0) - 28.1)).toBeLessThan(0.3);
    expect(panel['gasM3']).toBeCloseTo(8.1, 1);
    expect(panel['arcEnergyKwh']).toBeCloseTo(20 * 2.2425, 0);
    expect(panel['shrinkageMm']).toBeCloseTo(29.5, 0);
    expect(panel['fluxKg']).toBe(0);
  });

  it('has even heat on both faces, and so no bow', () => {
    const panel = finishedPanel(line) as Record<string, number>;
    expect(Math.abs(panel['heatBalanceIndex'] ?? 1)).toBeLessThan(0.001);
    expect(Math.abs(panel['bowMm'] ?? 9)).toBeLessThan(0.2);
  });

  it('adds its bins up to its seams', () => {
    const seams = (finishedPanel(line) as { seams?: Record<string, Record<string, number>> }).seams;
    // The last torch is lit when the panel has already moved by 25 mm.
    for (const [id, binCount] of [
      ['F01', 1800],
      ['B10', 1798],
    ] as const) {
      const bins = line.binTruth(id, 'lastPanel') as unknown as Record<string, number[]>;
      expect(bins['x']).toHaveLength(binCount);
      const lengths = bins['arcOnMm'] ?? [];
      const energy = (bins['heatInputKjPerMm'] ?? []).reduce(
        (sum, heat, index) => sum + (heat * 1000 * (lengths[index] ?? 0)) / 0.8,
        0,
      );
      const length = lengths.reduce((sum, one) => sum + one, 0);
      expect(length).toBeCloseTo(seams?.[id]?.['arcOnLengthMm'] ?? 0, 6);
      expect(energy).toBeCloseTo(seams?.[id]?.['arcEnergyJ'] ?? 0, 2);
    }
  });
});

describe('panels under flux', () => {
  it('weld the top face only, without gas, with as much flux as wire', () => {
    const line = simulatePanel({ seed: 3, process: '121', panelLengthMm: 1000 });
    const panel = finishedPanel(line) as Record<string, unknown>;
    expect(panel).toMatchObject({ process: '121', gasM3: 0 });
    expect(panel['fluxKg']).toBe(panel['wireKg']);
    const seams = panel['seams'] as Record<string, { arcOnSeconds: number }>;
    expect(seams['F10']?.arcOnSeconds).toBeGreaterThan(50);
    expect(seams['B01']?.arcOnSeconds).toBe(0);
    expect(line.line.travelSpeedSetpointMPerMin).toBe(1);
  });
});

describe('quick profiles', () => {
  it('are those of the model, but for the noise of its arcs', () => {
    const line = simulatePanel({ seed: 11, panelLengthMm: 6000 });
    const quick = panelProfiles({ seed: 11, panelLengthMm: 6000 });
    const { x, z, bowMm } = profileOf(line);
    expect([...quick.xMm]).toStrictEqual(x);
    const worst = z.flat().map((height, index) => Math.abs(height - (quick.zMm[index] ?? 99)));
    expect(Math.max(...worst)).toBeLessThan(0.06);
    expect(quick.bowMm).toBeCloseTo(bowMm.at(-1) ?? 99, 1);
  });

  it('are the same for the same seed and others for another panel', () => {
    const one = panelProfiles({ seed: 5 });
    expect(panelProfiles({ seed: 5 })).toStrictEqual(one);
    expect(panelProfiles({ seed: 5, panelNumber: 2 }).zMm).not.toStrictEqual(one.zMm);
  });

  it('drift from even heat to a bow that is spread by the drift that is asked for', () => {
    const bows = Array.from(
      { length: 200 },
      (_, seed) => panelProfiles({ seed, panelLengthMm: 18_000, driftSigma: 0.02 }).bowMm,
    );
    const mean = bows.reduce((sum, bow) => sum + bow, 0) / bows.length;
    const square = bows.reduce((sum, bow) => sum + (bow - mean) ** 2, 0) / bows.length;
    // Curvature counts by 4 min(u, 1 - u) at the share u of the length: of a random walk that leaves 0.619 of its end.
    expect(Math.abs(Math.sqrt(square) - 2.02 * 0.619)).toBeLessThan(0.15);
    expect(Math.abs(mean - 2.08)).toBeLessThan(0.35);
  });

  it('waver with the noise of the arcs, which the travel evens out', () => {
    const calm = panelProfiles({ seed: 5 });
    const noisy = panelProfiles({ seed: 5, arcNoiseSigma: 0.003 });
    expect(noisy.zMm).not.toStrictEqual(calm.zMm);
    expect(Math.abs(noisy.bowMm - calm.bowMm)).toBeLessThan(0.06);
  });

  it('head for the bow that they end with, spread by the imbalance that is asked for', () => {
    const bows = Array.from(
      { length: 60 },
      (_, seed) => panelProfiles({ seed, panelLengthMm: 18_000, imbalanceSigma: 0.02 }).bowMm,
    );
    const mean = bows.reduce((sum, bow) => sum + bow, 0) / bows.length;
    const square = bows.reduce((sum, bow) => sum + (bow - mean) ** 2, 0) / bows.length;
    // 2 % of one face's heat is 2.02 mm of bow.
    expect(Math.abs(mean - 2.08)).toBeLessThan(0.7);
    expect(Math.abs(Math.sqrt(square) - 2.02)).toBeLessThan(0.6);
  });
});
