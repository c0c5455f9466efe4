import { beforeAll, describe, expect, it } from 'vitest';
import { WeldingLine } from '../../../../simulators/welding-line/model.ts';
import { PlcImage } from '../../../../simulators/welding-line/plc-image.ts';
import type { TorchReadings } from '../../../../simulators/welding-line/readings.ts';

const startMs = Date.parse('2023-06-21T00:00:00Z');
const findMs = 3000;

const createLine = (options: { seed?: number; panelLengthMm?: number } = {}): WeldingLine =>
  new WeldingLine({ seed: 2023, startMs, panelLengthMm: 18_000, ...options });

const imageBytes = (line: WeldingLine): Buffer => {
  const { holding } = new PlcImage(line);
  const blocks = [holding.read(0, 100), holding.read(1000, 480), holding.read(2000, 16)];
  return Buffer.concat(blocks.map((block) => block ?? Buffer.alloc(0)));
};

type SeamSummary = {
  arcEnergyJ: number;
  arcOnSeconds: number;
  arcOnLengthMm: number;
  heatInputKjPerMm: number;
  seamLostSeconds: number;
  tracking: { samples: number; rmsMm: number; p95Mm: number; maxMm: number };
};
type PanelSummary = {
  id: string;
  positionMm: number;
  heatBalanceIndex: number;
  profileFrames: number;
  maxAbsZMm: number;
  seams: Record<string, SeamSummary>;
};
type Truth = {
  panelsStarted: number;
  panelsFinished: number;
  panel: PanelSummary;
  lastPanel: PanelSummary | null;
};
const truthOf = (line: WeldingLine): Truth => line.truth() as unknown as Truth;

describe('welding line', () => {
  it('gives the same bytes for the same seed, whatever the steps it is advanced by', () => {
    const jumping = createLine({ panelLengthMm: 300 });
    const stepping = createLine({ panelLengthMm: 300 });
    jumping.advanceTo(startMs + 400_000);
    for (let ms = 37; ms < 400_000; ms += 37) stepping.advanceTo(startMs + ms);
    stepping.advanceTo(startMs + 400_000);
    expect(imageBytes(stepping).equals(imageBytes(jumping))).toBe(true);
    expect(stepping.truth()).toStrictEqual(jumping.truth());
  });

  it('gives other bytes for another seed', () => {
    const one = createLine();
    const other = createLine({ seed: 2024 });
    for (const line of [one, other]) line.advanceTo(startMs + 10_000);
    expect(imageBytes(one).equals(imageBytes(other))).toBe(false);
  });

  it('holds the step that contains the instant, and never goes back', () => {
    const line = createLine();
    line.advanceTo(startMs + 1299);
    expect(line.line.timeMs).toBe(startMs + 1200);
    line.advanceTo(startMs);
    expect(line.line.step).toBe(12);
  });

  it('tells a listener of every step within a jump', () => {
    const line = createLine();
    const steps: number[] = [];
    const unsubscribe = line.onStep(() => steps.push(line.line.step));
    line.advanceTo(startMs + 300);
    unsubscribe();
    line.advanceTo(startMs + 400);
    expect(steps).toStrictEqual([1, 2, 3]);
  });

  it('runs through its cycle and loads the next panel', () => {
    const line = createLine({ panelLengthMm: 200 });
    const phases: string[] = [line.line.phase];
    line.onStep(() => {
      if (line.line.phase !== phases.at(-1)) phases.push(line.line.phase);
    });
    line.advanceTo(startMs + 290_000);
    expect(phases).toStrictEqual('find ignite weld crater scan unload load find'.split(' '));
    expect(line.line.panelId).toBe('MPM01-20230621-002');
    expect(truthOf(line)).toMatchObject({ panelsStarted: 2, panelsFinished: 1 });
    expect(truthOf(line).lastPanel?.id).toBe('MPM01-20230621-001');
  });

  it('lights one torch after the other, each with an overshoot', () => {
    const line = createLine();
    line.advanceTo(startMs + findMs + 500);
    expect(line.torches.map(({ arcOn }) => arcOn)).toStrictEqual(
      Array.from({ length: 20 }, (_, index) => index <= 5),
    );
    expect(line.torches[5]?.currentA).toBeGreaterThan(280);
    expect(line.torches[6]).toMatchObject({ currentA: 0, voltageV: 0, arcPowerW: 0 });
  });

  it('couples stick-out into the current', () => {
    const far = createLine();
    const near = createLine();
    const inputs = far.torchInputs('F01');
    if (inputs !== undefined) inputs.stickOutMm = 14;
    for (const line of [far, near]) line.advanceTo(startMs + findMs + 10_000);
    const lost = (near.torches[0]?.currentA ?? 0) - (far.torches[0]?.currentA ?? 0);
    expect(lost).toBeGreaterThan(5);
    expect(lost).toBeLessThan(6.5);
  });

  it('bows beyond 6 mm when a back torch stays dark for a whole panel', () => {
    const line = createLine();
    const inputs = line.torchInputs('B04');
    if (inputs !== undefined) inputs.isEnabled = false;
    line.advanceTo(startMs + 1_360_000);
    expect(truthOf(line).lastPanel?.maxAbsZMm).toBeGreaterThan(10);
    expect(line.line.alarms.deformation).toBe(true);
    expect(truthOf(line).lastPanel?.seams['B04']?.arcEnergyJ).toBe(0);
  });
});

describe('a whole panel', () => {
  const line = createLine();
  const samples: { readonly torch: TorchReadings; readonly travelMm: number }[][] = [];
  let importedKwh = 0;
  const energyAtStartWh = line.line.energyWh;

  // The values are copied step by step, as a reader in lock-step sees them.
  beforeAll(() => {
    line.onStep(() => {
      importedKwh += line.line.linePowerKw / 36_000;
      const travelMm = line.line.travelSpeedMPerMin / 0.6;
      if (line.line.phase === 'scan') return;
      for (const [index, torch] of line.torches.entries()) {
        samples[index] ??= [];
        samples[index].push({ torch: { ...torch }, travelMm });
      }
    });
    line.advanceTo(startMs + findMs + 1_356_000);
  });

  it('shows in its steps exactly what the truth adds up', () => {
    const { lastPanel } = truthOf(line);
    for (const [index, series] of samples.entries()) {
      const id = line.torches[index]?.id ?? '';
      const burning = series.filter(({ torch }) => torch.arcOn);
      const energyJ = burning.reduce((sum, { torch }) => sum + torch.arcPowerW * 0.1, 0);
      const lengthMm = burning.reduce((sum, { travelMm }) => sum + travelMm, 0);
      const errors = burning
        .filter(({ torch }) => torch.seamFound)
        .map(({ torch }) => Math.hypot(torch.offsetYMm, torch.offsetZMm));
      const rmsMm = Math.sqrt(errors.reduce((sum, e) => sum + e * e, 0) / errors.length);
      const truth = lastPanel?.seams[id];
      expect(truth?.arcEnergyJ).toBeCloseTo(energyJ, 3);
      expect(truth?.arcOnLengthMm).toBeCloseTo(lengthMm, 6);
      expect(truth?.arcOnSeconds).toBeCloseTo(burning.length / 10, 6);
      expect(truth?.heatInputKjPerMm).toBeCloseTo((0.8 * energyJ) / lengthMm / 1000, 9);
      expect(truth?.tracking.samples).toBe(errors.length);
      expect(truth?.tracking.rmsMm).toBeCloseTo(rmsMm, 9);
      expect(truth?.tracking.maxMm).toBe(Math.max(...errors));
    }
    expect((line.line.energyWh - energyAtStartWh) / 1000).toBeCloseTo(importedKwh, 3);
  });

  it('has the means and deviations of its signals', () => {
    const settled = (samples[0] ?? []).slice(50, -20).map(({ torch }) => torch);
    const check = (
      key: 'currentA' | 'voltageV' | 'arcPowerW' | 'wireFeedMPerMin' | 'offsetZMm',
      [mean, sigma]: readonly [number, number],
    ): void => {
      const values = settled.map((torch) => torch[key]);
      const average = values.reduce((sum, value) => sum + value, 0) / values.length;
      const square = values.reduce((sum, value) => sum + (value - average) ** 2, 0);
      expect(Math.abs(average - mean), `mean of ${key}`).toBeLessThan(0.2 * sigma);
      const ratio = Math.sqrt(square / values.length) / sigma;
      expect(Math.abs(ratio - 1), `sigma of ${key}`).toBeLessThan(0.08);
    };
    check('currentA', [228.4, 2.3]);
    check('voltageV', [25.92, 0.15]);
    check('arcPowerW', [5920, 80]);
    check('wireFeedMPerMin', [7, 0.03]);
    check('offsetZMm', [0, 0.1]);
    const confidence = settled.reduce((sum, torch) => sum + torch.confidence, 0) / settled.length;
    expect(confidence).toBeCloseTo(40 / 42, 2);
  });

  it('runs 18 m at 0.8 m/min, with 2 % less heat on the back and within 6 mm', () => {
    const { lastPanel } = truthOf(line);
    expect(lastPanel?.positionMm).toBeGreaterThanOrEqual(18_000);
    expect(lastPanel?.positionMm).toBeLessThan(18_001.5);
    expect(lastPanel?.profileFrames).toBe(360);
    expect(lastPanel?.heatBalanceIndex).toBeCloseTo(0.0101, 3);
    expect(lastPanel?.maxAbsZMm).toBeGreaterThan(1.5);
    expect(lastPanel?.maxAbsZMm).toBeLessThan(4);
    expect(lastPanel?.seams['F01']?.heatInputKjPerMm).toBeCloseTo(0.3552, 3);
  });

  it('warms the air at the torches to 44.3 degC', () => {
    expect(line.line.ambientCelsius).toBeCloseTo(44.3, 0);
  });

  it('gets too warm at the torches where the fume extraction draws too little', () => {
    const lines = [1, 0.4].map((share) => {
      const line = createLine();
      line.inputs.fumeExtractionShare = share;
      line.advanceTo(startMs + 1_300_000);
      return line.line;
    });
    const [whole, weak] = lines;
    expect(whole?.alarms.ambientHigh).toBe(false);
    expect(weak?.fumeFlowM3PerHour).toBeCloseTo(2400, -2);
    expect(weak?.fumeFilterPa).toBeCloseTo(0.16 * (whole?.fumeFilterPa ?? 0), -2);
    // 24 K over 0.4 + 0.6 x 0.4 = 37.5 K, of which 1297 s leave 83.5 %.
    expect(weak?.ambientCelsius).toBeCloseTo(24 + 37.5 * 0.835, 0);
    expect(weak?.alarms.ambientHigh).toBe(true);
  });
});
