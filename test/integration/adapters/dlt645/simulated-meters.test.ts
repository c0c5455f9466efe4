// Goal: what is read is what the simulated meters counted, and their faults cost no more than they must. Method: the park in
// lock-step, whose truth is asked for beside what comes over the wire, TCP and a pseudo terminal.
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { dlt645Adapter } from '../../../../adapters/dlt645/dlt645-adapter.ts';
import { systemClock } from '../../../../gateway/runtime/system-clock.ts';
import { meterEntry, meterSource, shippedMeterProfile } from '../../../support/dlt645-source.ts';
import { openPtyToServer, ptyProgram } from '../../../support/pty-pair.ts';
import { type Simulator, startSimulator } from '../../../support/simulator.ts';
import { runSource, type SourceRun } from '../../../support/source-run.ts';

type MeterTruth = {
  readonly powerW: number;
  readonly importWh: number;
  readonly importRegisterWh: number;
  readonly exportRegisterWh: number;
  readonly gain: number;
};

const grid = { address: '000000000001', currentRatio: 120, voltageRatio: 100, equipment: 'grid' };
const tenant = { address: '000000000021', currentRatio: 200, equipment: 't01' };
const startMs = Date.parse('2023-06-21T00:00:00Z');
const threePhase = 'dlt645-three-phase';
/** Has no moment as long as nothing was exported. */
const notYet = 'demandExportMaximumTime';

let simulator: Simulator;
let nowMs = startMs;

beforeAll(async () => {
  simulator = await startSimulator([
    ...['--plants', 'park', '--lock-step', '--park-revenue-port', '0'],
  ]);
});
afterAll(() => simulator.stop());
afterEach(async () => {
  await simulator.send('DELETE', '/faults');
});

const park = async (): Promise<Record<string, unknown>> => {
  const { body } = await simulator.send('GET', '/state');
  return (body as { readonly park: Record<string, unknown> }).park;
};
const truthOf = async (address: string): Promise<MeterTruth> => {
  const { revenueMeters } = (await park()) as { revenueMeters: Record<string, MeterTruth> };
  const truth = revenueMeters[address];
  if (truth === undefined) throw new Error(`no meter ${address}`);
  return truth;
};
const advance = async (ms: number): Promise<void> => {
  for (const endMs = nowMs + ms; nowMs < endMs; ) {
    nowMs = Math.min(endMs, nowMs + 900_000);
    await simulator.advance(nowMs);
  }
};
const fault = async (body: Record<string, unknown>): Promise<void> => {
  expect((await simulator.send('POST', '/faults', body)).status).toBe(201);
};

const read = (
  devices: readonly Record<string, unknown>[],
  options: Record<string, unknown> = {},
): SourceRun => {
  const { port } = simulator.address('park.revenue');
  const asked = devices.map((device) => ({ profile: threePhase, periodMs: 200, ...device }));
  const entry = meterEntry(port, asked, { maxClockSkewMs: 86_400_000, ...options });
  const profiles = [shippedMeterProfile(threePhase), shippedMeterProfile('dlt645-single-phase')];
  const running = runSource(meterSource(entry, profiles), systemClock);
  onTestFinished(async () => {
    await running.stop();
  });
  return running;
};

const badOf = (points: Readonly<Record<string, readonly [number, string]>>): readonly string[] =>
  Object.entries(points).flatMap(([point, [, status]]) =>
    status === 'Good' || (point === notYet && status === 'BadNoData') ? [] : [point],
  );

/** All points of an equipment as they stand in frames that came from now on. */
const freshOf = async (
  running: SourceRun,
  equipment: string,
): Promise<Readonly<Record<string, readonly [number, string]>>> => {
  const from = running.frames.length;
  const groups = new Set(['signals', 'electrical', 'reactive-energy', 'demand']);
  const fresh = () => running.frames.slice(from).filter((frame) => frame.equipment === equipment);
  // The first of a group may have been asked before.
  await running.until(() =>
    [...groups].every((name) => fresh().filter(({ group }) => group === name).length >= 2),
  );
  return Object.assign({}, ...fresh().map(({ points }) => points));
};

describe('the revenue meters of the simulated park', () => {
  it('are read by the profile that ships, every point of it', async () => {
    await advance(5 * 3_600_000);
    const running = read([grid, tenant]);
    const points = await freshOf(running, 'grid');
    const truth = await truthOf(grid.address);
    expect(badOf(points)).toEqual([]);
    const value = (point: string): number => points[point]?.[0] ?? Number.NaN;
    expect(value('energyImport')).toBeCloseTo(truth.importRegisterWh, 3);
    expect(value('energyExport')).toBeCloseTo(truth.exportRegisterWh, 3);
    const tariffs = ['Sharp', 'Peak', 'Flat', 'Valley'].map((one) => value(`energyImport${one}`));
    const sum = tariffs.reduce((total, wh) => total + wh, 0);
    // Each register lacks less than its last digit, 0.01 kWh before the transformers.
    expect(Math.abs(sum - value('energyImport'))).toBeLessThanOrEqual(3 * 10 * 12_000);
    expect(tariffs[0]).toBe(0);
    // The last digit of the power, 0.1 W, stands for 1.2 kW.
    expect(Math.abs(value('power') - truth.powerW * truth.gain)).toBeLessThanOrEqual(600);
    expect(value('voltageL1') * Math.sqrt(3)).toBeGreaterThan(9500);
    expect(value('voltageL1') * Math.sqrt(3)).toBeLessThan(10_500);
    expect(value('frequency')).toBeCloseTo(50, 0);
    expect(value('demandImportMaximum')).toBeGreaterThan(0);
    expect(running.texts).toContainEqual(expect.stringMatching(/^2023-06-21 \d\d:\d\d$/));
  });

  it('count what flows: the difference of two readings is the energy between them', async () => {
    const running = read([tenant]);
    const before = await freshOf(running, 't01');
    const from = await truthOf(tenant.address);
    await advance(4 * 3_600_000);
    const after = await freshOf(running, 't01');
    const to = await truthOf(tenant.address);
    const counted = (after['energyImport']?.[0] ?? 0) - (before['energyImport']?.[0] ?? 0);
    const trueWh = (to.importWh - from.importWh) * to.gain;
    expect(trueWh).toBeGreaterThan(10_000);
    // One step of the register is 0.01 kWh times 200.
    expect(Math.abs(counted - trueWh)).toBeLessThanOrEqual(2000);
  });

  it.each(['wrong-checksum', 'silent'])(
    'show nothing while %s, and their neighbours go on',
    async (kind) => {
      const running = read([grid, tenant]);
      await freshOf(running, 't01');
      await fault({ device: `park.revenue/${tenant.address}`, kind });
      await running.until(() =>
        /^Bad/.test(running.framesOf('t01', 'signals').at(-1)?.points['energyImport']?.[1] ?? ''),
      );
      const gridPoints = await freshOf(running, 'grid');
      expect(gridPoints['energyImport']?.[1]).toBe('Good');
      await simulator.send('DELETE', '/faults');
      await running.until(
        () => running.framesOf('t01', 'signals').at(-1)?.points['energyImport']?.[1] === 'Good',
      );
    },
  );

  it('are read through noise and duplicates as if there were none', async () => {
    await fault({ device: 'park.revenue', kind: 'noise', bytes: 20 });
    await fault({ device: 'park.revenue', kind: 'duplicate' });
    const running = read([grid, tenant]);
    const points = await freshOf(running, 'grid');
    const truth = await truthOf(grid.address);
    expect(points['energyImport']).toEqual([truth.importRegisterWh, 'Good']);
    expect(running.frames.flatMap(({ points: seen }) => badOf(seen))).toEqual([]);
    expect(running.counters['noise_bytes']).toBeGreaterThan(0);
    expect(running.counters['late_answers']).toBeGreaterThan(0);
  });

  it('count from 0 again after an exchange', async () => {
    await fault({ device: `park.revenue/${tenant.address}`, kind: 'counter-reset' });
    const running = read([tenant]);
    expect((await freshOf(running, 't01'))['energyImport']).toEqual([0, 'Good']);
  });

  it('answer all at once when whoever is there is asked, and the probe says so', async () => {
    const { port } = simulator.address('park.revenue');
    const report = await dlt645Adapter.probes?.['dlt645']?.run({
      target: `127.0.0.1:${port}`,
      arguments: ['--timeout-ms', '300'],
      signal: AbortSignal.timeout(20_000),
      budgetMs: 20_000,
      progress: () => undefined,
      confirm: async () => true,
    });
    expect(report?.lines.at(-1)).toMatchObject({
      zh: '有多块电表应答：请用 --addresses 指定地址。',
    });
  });

  it.each([
    ['--addresses', '12'],
    ['--addresses', '000000000001-000000009999'],
    ['--baud', 'fast'],
    ['--units', '1-5'],
  ])('are not looked for with %s %s', async (...args) => {
    const run = dlt645Adapter.probes?.['dlt645']?.run({
      target: '127.0.0.1:4001',
      arguments: args,
      signal: AbortSignal.timeout(5000),
      budgetMs: 5000,
      progress: () => undefined,
      confirm: async () => true,
    });
    await expect(run).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('are found by the probe, which writes their part of a site file', async () => {
    const { port } = simulator.address('park.revenue');
    const probe = dlt645Adapter.probes?.['dlt645'];
    const announced: string[] = [];
    const report = await probe?.run({
      target: `127.0.0.1:${port}`,
      arguments: ['--addresses', '000000000020-000000000022', '--timeout-ms', '150'],
      signal: AbortSignal.timeout(20_000),
      budgetMs: 20_000,
      progress: () => undefined,
      confirm: async (lines) => {
        announced.push(...lines.map(({ en }) => en));
        return true;
      },
    });
    expect(announced[0]).toContain('reads only (control codes 11H and 13H)');
    expect(report?.data).toMatchObject({
      meters: [
        { address: '000000000021', isThreePhase: true, tariffs: 4, currentRatio: 200 },
        { address: '000000000022' },
      ],
    });
    expect(report?.document).toContain('address: "000000000021"');
    expect(report?.document).toContain('profile: dlt645-three-phase');
    expect(report?.document).toContain('currentRatio: 200');
  });
});

ptyProgram.describe('the revenue meters behind a serial port', () => {
  it('are read over a serial port at 2400 baud, 8E1, which is free again afterwards', async () => {
    const pty = await openPtyToServer(simulator.address('park.revenue').port);
    onTestFinished(() => pty.close());
    const transport = { type: 'serial', path: pty.near, baudRate: 2400 };
    const device = { ...tenant, profile: 'dlt645-single-phase' };
    for (let round = 0; round < 2; round += 1) {
      const running = read([device], { transport });
      await running.until(() => running.framesOf('t01', 'signals').length >= 3);
      const { importRegisterWh } = await truthOf(tenant.address);
      expect(running.framesOf('t01', 'signals').at(-1)?.points['energyImport']).toEqual([
        importRegisterWh,
        'Good',
      ]);
      expect(await running.stop()).toBeUndefined();
    }
  });

  it('are lost with the adapter that is pulled out, and marked bad', async () => {
    const pty = await openPtyToServer(simulator.address('park.revenue').port);
    onTestFinished(() => pty.close());
    const running = read([{ ...tenant, profile: 'dlt645-single-phase' }], {
      transport: { type: 'serial', path: pty.near, baudRate: 2400 },
    });
    await running.until(() => running.framesOf('t01', 'signals').length >= 2);
    await pty.close();
    expect(await running.ended).toMatchObject({ code: 'CONNECTION_LOST', retryable: true });
    expect(running.framesOf('t01', 'signals').at(-1)?.points['energyImport']).toEqual([
      0,
      'BadNoCommunication',
    ]);
  });
});

describe('after all of this, the meters', () => {
  it('were never written to, nor set, nor switched', async () => {
    const { body } = await simulator.send('GET', '/state');
    const { servers } = body as { servers: Record<string, Record<string, number>> };
    expect(servers['park.revenue']).toMatchObject({ writesRefused: 0 });
    expect(servers['park.revenue']?.['requests']).toBeGreaterThan(0);
  });
});
