// Goal: what the whole gateway computes equals what really happened. Method: an hour of line and park is simulated in
// lock-step, so that every read is made at its instant and nothing depends on the speed of this machine; then every KPI is
// compared with the simulators' truth, which never went through a register, a wire or our code.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eastChina2021 } from '../../gateway/kpi/carbon/emission-factors.ts';
import { runGatewayProcess } from '../support/gateway-process.ts';
import { expectNear, type KpiSample, kpiOf } from '../support/plant-truth.ts';
import {
  accountPeriodSeconds,
  endMs,
  floatShare,
  hourSeconds,
  lastBeginSeconds,
  newestWeldSeconds,
  offsetToleranceMm,
  p95ToleranceMm,
  parkPeriodSeconds,
  recomputedHash,
  registerKwh,
  runSimulatedHour,
  type SimulatedHour,
  scanAndUnloadSeconds,
  stepSeconds,
  wholePanels,
} from '../support/simulated-hour.ts';
import { describeWholePanel } from './whole-panel.ts';

const inverters = 50;
/** Grid and feeders, buildings, tenants, and the controller of the grid connection. */
const meters = 4 + 5 + 12 + 1;
/** What flows at least, either way, in the whole hour, and in the shorter run. */
const leastKwh = hourSeconds === 3600 ? 50 : 10;
const pvToleranceKwh = inverters * registerKwh;
/** What sums of floats may lose. */
const rounding = 1e-9;

const periodSeconds = (path: string): number => {
  if (/^park\/(buildings|tenants)\//.test(path)) return accountPeriodSeconds;
  if (path.startsWith('park/')) return parkPeriodSeconds;
  return /#(line|signals)$/.test(path) ? stepSeconds : 1;
};

let hour: SimulatedHour;

beforeAll(async () => {
  hour = await runSimulatedHour();
}, 240_000);

afterAll(() => hour?.site.remove());

describe('a simulated hour of line and park in lock-step', () => {
  it('ends at its instant, in the middle of a weld, with finished panels behind it', () => {
    const { truth, panelStartMs } = hour;
    expect(truth.nowMs).toBe(endMs);
    expect(truth.line.phase).toBe('weld');
    expect(truth.line.panelsFinished).toBe(wholePanels);
    // Of 18 m at 0.8 m/min.
    expect(Math.abs(truth.line.lastPanel.weldSeconds - 1350)).toBeLessThan(2);
    expect(Math.abs(truth.line.panel.weldSeconds - newestWeldSeconds)).toBeLessThan(4);
    expect(panelStartMs).toBeLessThan(endMs);
  });

  it('read every value once at each instant, and nothing but good ones', () => {
    const { journal } = hour;
    const untold = 'welding/mpm01/line#production';
    const billing = 'park/energy/site#billing';
    const expected = new Map<string, number>();
    for (const path of journal.sourceFrames.keys()) {
      // Nobody tells anything of production or inspects a seam, which is told once.
      const isTold = path === untold || path.endsWith('#inspection');
      expected.set(path, isTold ? 1 : hourSeconds / periodSeconds(path) + 1);
    }
    // Of the tariff and the calendar nothing changes within the hour.
    expected.set(billing, 1);
    expect(journal.sourceFrames).toEqual(expected);
    // The line with its deformation and production, its torches, what is inspected of them and of it, inverters, weather
    // station, storage, chargers, billing.
    const inspected = 20 + 1;
    expect(journal.sourceFrames.size).toBe(3 + 1 + 60 + inspected + 50 + 1 + 2 + 10 + 1 + meters);
    // The state of charge of a vehicle is not known while none is plugged in, and never on AC.
    // A bead is measured once there is one.
    // Nothing is known of what nobody has inspected.
    const mayMiss = (path: string): boolean =>
      path.startsWith('park/chargers/') || /#(bead|inspection)$/.test(path);
    const imperfect = [...journal.imperfectFrames.keys()];
    expect(imperfect.filter((path) => !mayMiss(path))).toEqual([untold]);
  });

  it('never asked a device to write, and never asked wrongly', () => {
    const servers = Object.values(hour.truth.servers);
    expect(servers).toHaveLength(5);
    for (const server of servers) {
      expect(server).toMatchObject({ writesRefused: 0, exceptions: 0, malformed: 0 });
      expect(server.requests).toBeGreaterThan(hourSeconds / parkPeriodSeconds);
    }
  });

  /** The newest, of pulses, and the one before it, at the reference setting. */
  const panels = () => {
    const { panelStartMs, lastPanelTickMs } = hour;
    const { panel, lastPanel } = hour.truth.line;
    const lastCycleSeconds = lastBeginSeconds + lastPanel.weldSeconds + scanAndUnloadSeconds;
    return [
      { panel, tickMs: endMs, cycleStartMs: panelStartMs },
      {
        ...{ panel: lastPanel, tickMs: lastPanelTickMs },
        cycleStartMs: panelStartMs - lastCycleSeconds * 1000,
      },
    ] as const;
  };

  const seams = () =>
    panels().flatMap(({ panel, tickMs, cycleStartMs }) =>
      Object.entries(panel.seams).map(([id, seam]) => ({
        seam,
        cycleSeconds: (tickMs - cycleStartMs) / 1000,
        kpi: (name: string) =>
          kpiOf(hour.journal.computed.get(tickMs), `welding/mpm01/${id.toLowerCase()}/${name}`),
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
      for (const [name, truthMm, toleranceMm] of [
        ['trackingRms', rmsMm, offsetToleranceMm],
        ['trackingP95', p95Mm, p95ToleranceMm(seam)],
        ['trackingMax', maxMm, offsetToleranceMm],
      ] as const) {
        const { value, coverage } = kpi(name);
        expectNear(value, truthMm, toleranceMm);
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
      const samples = hour.journal.computed.get(tickMs);
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
    const samples = hour.journal.computed.get(hour.loadTickMs);
    const { status, coverage } = kpiOf(samples, 'welding/mpm01/line/deformationMax');
    expect(status >>> 31).toBe(1);
    expect(coverage).toBe(0);
  });

  it('has the energies of the park by its registers, and the carbon that follows', () => {
    const { pvEnergyWh, importWh, exportWh, selfConsumption } = hour.truth.park;
    const samples = hour.journal.computed.get(endMs);
    const pvKwh = pvEnergyWh / 1000;
    const exportKwh = exportWh / 1000;
    expect(Math.min(pvKwh, exportKwh, importWh / 1000)).toBeGreaterThan(leastKwh);
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
    const { truth } = hour;
    const samples = hour.journal.computed.get(endMs);
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

  // Both take the journal alone. That of the command equals what was journalled while the hour went on, and so does the other
  // one, byte by byte, as far as it goes: so they equal each other.
  it('is recomputed by `seamwatt replay`, identical in every bit, and to the same bytes once more', async () => {
    const { site, journal } = hour;
    const [{ code, out }, hash] = await Promise.all([
      runGatewayProcess(['replay', '--config', site.file, '--json']),
      recomputedHash(site.journalFolder, journal.computed256.throughSeq),
    ]);
    expect(code).toBe(0);
    const report = JSON.parse(out);
    expect(report).toMatchObject({ ticks: hourSeconds, differingFrames: 0, differences: [] });
    expect(report.identicalFrames).toBe(report.computedFrames);
    // 20 seams, the line, the park and its calculated point.
    expect(report.computedFrames).toBeGreaterThanOrEqual(22 * hourSeconds);
    expect(hash).toBe(journal.computed256.hash);
  }, 120_000);
});

describeWholePanel(() => hour);
