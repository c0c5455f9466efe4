// Goal: what the whole gateway computes equals what really happened. Method: an hour of line and park is simulated in
// lock-step, so that every read is made at its instant and nothing depends on the speed of this machine; then every KPI is
// compared with the simulators' truth, which never went through a register, a wire or our code.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eastChina2021 } from '../../gateway/kpi/carbon/emission-factors.ts';
import { replayJournal } from '../../gateway/runtime/replay.ts';
import { type TestSite, writeDemoSite } from '../support/demo-site.ts';
import { runGatewayProcess, startGatewayProcess } from '../support/gateway-process.ts';
import {
  type JournalContent,
  type JournalledSample,
  readSamples,
  type SamplesByPath,
} from '../support/journal-samples.ts';
import { type Simulator, startSimulator } from '../support/simulator.ts';

// A broken sky over a holiday, with the battery full: PV exceeds the demand at times and falls short at others, so that
// both import and export are more than nothing.
const start = '2023-06-22T03:00:00Z';
const startMs = Date.parse(start);
/** Where 03:00 UTC is midnight: the daily totals then begin with the simulation. */
const timeZone = 'Etc/GMT+3';
const hourSeconds = 3600;
const endMs = startMs + hourSeconds * 1000;
/** Of the instantaneous power over the product of mean current and mean voltage: method A would be wrong by 15 %. */
const pulsePowerRatio = 1.15;

const stepSeconds = 0.1;
/** The parts of a panel's cycle whose durations the line keeps exactly, in seconds. */
const loadAndFindSeconds = 150 + 3;
const scanAndUnloadSeconds = 30 + 90;

/** A 32-bit float keeps 24 bits. */
const floatShare = 2 ** -24;
/** Offsets are below 8 mm, so that a float of them is right to half of 2^-21 mm; both of them go into the error. */
const offsetToleranceMm = 2 ** -21;
/** A register of whole Wh shows between nothing and 1 Wh less than was counted, from a start at a whole Wh. */
const registerKwh = 0.001;
const inverters = 50;
const pvToleranceKwh = inverters * registerKwh;
/** What sums of floats may lose. */
const rounding = 1e-9;

type SeamTruth = {
  readonly arcOnSeconds: number;
  readonly arcStarts: number;
  readonly heatInputKjPerMm: number;
  readonly seamLostSeconds: number;
  readonly tracking: { readonly rmsMm: number; readonly p95Mm: number; readonly maxMm: number };
};

type PanelTruth = {
  readonly weldSeconds: number;
  readonly meanTravelSpeedMPerMin: number;
  readonly maxAbsZMm: number;
  readonly profileFrames: number;
  readonly seams: Readonly<Record<string, SeamTruth>>;
};

type Truth = {
  readonly nowMs: number;
  readonly servers: Readonly<
    Record<
      string,
      Readonly<Record<'requests' | 'exceptions' | 'malformed' | 'writesRefused', number>>
    >
  >;
  readonly line: {
    readonly phase: string;
    readonly panelsFinished: number;
    readonly panel: PanelTruth;
    readonly lastPanel: PanelTruth;
  };
  readonly park: {
    readonly pvEnergyWh: number;
    readonly importWh: number;
    readonly exportWh: number;
    readonly selfConsumption: number;
  };
};

type KpiSample = JournalledSample & { readonly coverage: number };

const kpiOf = (samples: SamplesByPath | undefined, path: string): KpiSample => {
  const sample = samples?.get(path);
  const coverage = samples?.get(`${path}.coverage`);
  if (sample === undefined || coverage === undefined) throw new Error(`no ${path}`);
  return { ...sample, coverage: coverage.value };
};

const expectNear = (found: number, truth: number, tolerance: number): void => {
  expect(
    Math.abs(found - truth),
    `found ${found}, truth ${truth}, tolerance ${tolerance}`,
  ).toBeLessThanOrEqual(tolerance);
};

const recomputedHash = async (folder: string): Promise<string> => {
  const hash = createHash('sha256');
  await replayJournal({
    folder,
    onFrame: ({ group, timeMs, values, status }) => {
      hash.update(Float64Array.of(group.number, timeMs)).update(values).update(status);
    },
  });
  return hash.digest('hex');
};

describe('a simulated hour of line and park in lock-step', () => {
  let simulator: Simulator;
  let site: TestSite;
  let truth: Truth;
  let journal: JournalContent;
  /** Where the panel that is welded at the end began, and the last tick of the panel before. */
  let panelStartMs: number;
  let lastPanelTickMs: number;
  /** While the next panel is being loaded. */
  let loadTickMs: number;

  beforeAll(async () => {
    simulator = await startSimulator([
      ...['--lock-step', '--start', start],
      ...['--park-meter-error', 'off', '--panel-length-mm', '3000'],
    ]);
    const inputs = { 'line.pulsePowerRatio': pulsePowerRatio, 'park.storage.soc': 0.95 };
    expect((await simulator.send('POST', '/state', inputs)).status).toBe(200);
    site = await writeDemoSite(simulator, (demo) => {
      demo.site = { ...demo.site, timeZone };
    });
    const gateway = await startGatewayProcess([
      ...['run', '--config', site.file],
      ...['--clock', simulator.control, '--for', String(hourSeconds)],
    ]);
    expect(await gateway.ended, gateway.log()).toBe(0);
    truth = (await simulator.send('GET', '/state')).body as Truth;
    panelStartMs = endMs - (loadAndFindSeconds + truth.line.panel.weldSeconds) * 1000;
    lastPanelTickMs = Math.ceil(panelStartMs / 1000) * 1000 - 1000;
    loadTickMs = lastPanelTickMs + 20_000;
    journal = await readSamples(site.journalFolder, [endMs, lastPanelTickMs, loadTickMs]);
  }, 240_000);

  afterAll(async () => {
    await simulator.stop();
    await site.remove();
  });

  it('ends at its instant, in the middle of a weld, with finished panels behind it', () => {
    expect(truth.nowMs).toBe(endMs);
    expect(truth.line.phase).toBe('weld');
    expect(truth.line.panelsFinished).toBeGreaterThan(5);
  });

  it('read every value once at each instant, and nothing but good ones', () => {
    const untold = 'welding/mpm01/line#production';
    const expected = new Map<string, number>();
    for (const path of journal.sourceFrames.keys()) {
      const isFast = path.startsWith('welding/') && !path.endsWith('#deformation');
      expected.set(path, hourSeconds * (isFast ? 10 : 1) + 1);
    }
    // Nobody tells anything of production, which is told once.
    expected.set(untold, 1);
    expect(journal.sourceFrames).toEqual(expected);
    expect(journal.sourceFrames.size).toBe(22 + 1 + 50 + 4 + 2 + 10);
    // The state of charge of a vehicle is not known while none is plugged in, and never on AC.
    const imperfect = [...journal.imperfectFrames.keys()];
    expect(imperfect.filter((path) => !path.startsWith('park/chargers/'))).toEqual([untold]);
  });

  it('never asked a device to write, and never asked wrongly', () => {
    expect(Object.keys(truth.servers)).toHaveLength(5);
    for (const server of Object.values(truth.servers)) {
      expect(server).toMatchObject({ writesRefused: 0, exceptions: 0, malformed: 0 });
      expect(server.requests).toBeGreaterThan(hourSeconds);
    }
  });

  const panels = () =>
    [
      { panel: truth.line.panel, tickMs: endMs, cycleStartMs: panelStartMs },
      {
        panel: truth.line.lastPanel,
        tickMs: lastPanelTickMs,
        cycleStartMs:
          panelStartMs -
          (loadAndFindSeconds + truth.line.lastPanel.weldSeconds + scanAndUnloadSeconds) * 1000,
      },
    ] as const;

  const seams = () =>
    panels().flatMap(({ panel, tickMs, cycleStartMs }) =>
      Object.entries(panel.seams).map(([id, seam]) => ({
        seam,
        cycleSeconds: (tickMs - cycleStartMs) / 1000,
        kpi: (name: string) =>
          kpiOf(journal.computed.get(tickMs), `welding/mpm01/${id.toLowerCase()}/${name}`),
      })),
    );

  it('has the heat input of every seam, by instantaneous power', () => {
    expect(seams()).toHaveLength(40);
    for (const { seam, kpi } of seams()) {
      const { value, status, coverage } = kpi('heatInput');
      // The truth sums means over steps, the KPI integrates between samples by trapezoids: of the first and of the last
      // step of each burning, when current and speed are far from their means, half goes in. That is at most one step's
      // share of the whole, each time.
      const steps = seam.arcOnSeconds / stepSeconds;
      expectNear(value, seam.heatInputKjPerMm, seam.heatInputKjPerMm * (seam.arcStarts / steps));
      expect(status).toBe(0);
      expect(coverage).toBeGreaterThan(1 - (2 * seam.arcStarts) / steps);
      expect(coverage).toBeLessThanOrEqual(1);
    }
  });

  it('has the tracking errors of every seam over exactly the samples that count', () => {
    for (const { seam, kpi } of seams()) {
      const { rmsMm, p95Mm, maxMm } = seam.tracking;
      for (const [name, truthMm] of [
        ['trackingRms', rmsMm],
        ['trackingP95', p95Mm],
        ['trackingMax', maxMm],
      ] as const) {
        const { value, coverage } = kpi(name);
        expectNear(value, truthMm, offsetToleranceMm);
        // Time counts as covered where the vision sees the seam at both its ends: each loss takes a step more.
        const lost = seam.seamLostSeconds / seam.arcOnSeconds;
        const losses = seam.seamLostSeconds === 0 ? 0 : 10;
        expectNear(coverage, 1 - lost, (losses * stepSeconds) / seam.arcOnSeconds + rounding);
      }
    }
  });

  it('has the arc-on ratio of every seam', () => {
    for (const { seam, kpi, cycleSeconds } of seams()) {
      const { value, status, coverage } = kpi('arcOnRatio');
      // A state holds until the next sample: at either end of burning and of the cycle, one step may be outside.
      expectNear(value, seam.arcOnSeconds / cycleSeconds, (2 * stepSeconds) / cycleSeconds);
      expect(status).toBe(0);
      expect(coverage).toBeCloseTo(1, 9);
    }
  });

  it('has the mean travel speed and the largest deformation of both panels', () => {
    for (const { panel, tickMs } of panels()) {
      const samples = journal.computed.get(tickMs);
      const speed = kpiOf(samples, 'welding/mpm01/line/travelSpeedMean');
      // In the last step the line has stopped before its arcs are seen to be out: a trapezoid from full speed to none.
      const steps = panel.weldSeconds / stepSeconds;
      expectNear(
        speed.value,
        panel.meanTravelSpeedMPerMin,
        panel.meanTravelSpeedMPerMin * (1 / steps + floatShare),
      );
      const deformation = kpiOf(samples, 'welding/mpm01/line/deformationMax');
      // Profiles have steps of 0.01 mm, in the register as in the truth.
      expectNear(deformation.value, panel.maxAbsZMm, rounding);
      expect(panel.profileFrames).toBeGreaterThan(20);
      for (const { status, coverage } of [speed, deformation]) {
        expect(status).toBe(0);
        expect(coverage).toBeCloseTo(1, 9);
      }
    }
  });

  it('has no deformation of a panel before its first profile', () => {
    const samples = journal.computed.get(loadTickMs);
    const { status, coverage } = kpiOf(samples, 'welding/mpm01/line/deformationMax');
    expect(status >>> 31).toBe(1);
    expect(coverage).toBe(0);
  });

  it('has the energies of the park by its registers, and the carbon that follows', () => {
    const { pvEnergyWh, importWh, exportWh, selfConsumption } = truth.park;
    const samples = journal.computed.get(endMs);
    const pvKwh = pvEnergyWh / 1000;
    const exportKwh = exportWh / 1000;
    expect(Math.min(pvKwh, exportKwh, importWh / 1000)).toBeGreaterThan(50);
    const selfUseToleranceKwh = pvToleranceKwh + registerKwh;
    for (const [name, truthValue, tolerance] of [
      ['pvEnergy', pvKwh, pvToleranceKwh],
      ['gridImport', importWh / 1000, registerKwh],
      ['gridExport', exportKwh, registerKwh],
      ['selfConsumption', selfConsumption, selfUseToleranceKwh / pvKwh],
      [
        'avoidedCo2',
        (pvKwh - exportKwh) * eastChina2021.value,
        selfUseToleranceKwh * eastChina2021.value,
      ],
    ] as const) {
      const { value, status, coverage } = kpiOf(samples, `park/energy/site/${name}`);
      expectNear(value, truthValue, tolerance + rounding);
      expect(status).toBe(0);
      expect(coverage).toBeCloseTo(1, 9);
    }
  });

  it('has the bins, sliding windows and quarter hours of what was welded and drawn', () => {
    const samples = journal.computed.get(endMs);
    const known = (path: string): KpiSample => {
      const sample = kpiOf(samples, path);
      expect(sample.status, path).toBe(0);
      expect(sample.coverage, path).toBeGreaterThan(0.99);
      return sample;
    };
    for (const id of Object.keys(truth.line.panel.seams).map((name) => name.toLowerCase())) {
      const seam = `welding/mpm01/${id}`;
      // The last 10 mm differ from the panel by the noise of power, and by the encoder's at both edges.
      const whole = kpiOf(samples, `${seam}/heatInput`).value;
      const bin = kpiOf(samples, `${seam}/heatInputBin`);
      expectNear(bin.value, whole, 0.15 * whole);
      expect(bin.coverage).toBeGreaterThan(0.9);
      const { value: current } = known(`${seam}/arcCurrentMean`);
      const { value: deviation } = known(`${seam}/arcCurrentDeviation`);
      expect(current).toBeGreaterThan(100);
      expect(current).toBeLessThan(400);
      expect(deviation).toBeGreaterThan(0);
      expect(deviation).toBeLessThan(current / 2);
    }
    const demandKw = known('park/energy/site/gridDemand').value;
    const peakKw = kpiOf(samples, 'park/energy/site/gridDemandPeak').value;
    expect(peakKw).toBeGreaterThanOrEqual(demandKw);
    // No quarter hour took more than the whole hour did, nor is their mean above the largest.
    expect(peakKw / 4).toBeLessThanOrEqual(truth.park.importWh / 1000 + registerKwh);
    expect(peakKw).toBeGreaterThan(0);
  });

  it('is recomputed by `seamwatt replay`, identical in every bit', async () => {
    const { code, out } = await runGatewayProcess(['replay', '--config', site.file, '--json']);
    expect(code).toBe(0);
    const report = JSON.parse(out);
    expect(report).toMatchObject({ ticks: hourSeconds, differingFrames: 0, differences: [] });
    expect(report.identicalFrames).toBe(report.computedFrames);
    // 20 seams, the line, the park and its calculated point.
    expect(report.computedFrames).toBeGreaterThanOrEqual(22 * hourSeconds);
  }, 120_000);

  it('recomputes to the same bytes twice', async () => {
    const first = await recomputedHash(site.journalFolder);
    expect(await recomputedHash(site.journalFolder)).toBe(first);
  }, 120_000);
});
