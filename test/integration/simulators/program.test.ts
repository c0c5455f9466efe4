import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { RawModbus } from '../../support/raw-modbus.ts';
import { type Simulator, startSimulator } from '../../support/simulator.ts';

const running: Simulator[] = [];
const start = async (...args: readonly string[]): Promise<Simulator> => {
  const simulator = await startSimulator(args);
  running.push(simulator);
  return simulator;
};

afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.stop('SIGKILL')));
});

const startMs = Date.parse('2023-06-21T00:00:00Z');
const line = (body: unknown): Record<string, unknown> =>
  (body as { line: Record<string, unknown> }).line;

describe('the simulators', () => {
  it('announce every server of every plant and are healthy', async () => {
    const simulator = await start('--lock-step');
    for (const name of ['line.plc', 'park.pv', 'park.meters', 'park.storage', 'park.chargers']) {
      expect(simulator.address(name).port).toBeGreaterThan(0);
    }
    expect(await simulator.send('GET', '/healthz')).toStrictEqual({
      status: 200,
      body: { simulated: true, status: 'ok' },
    });
    const { body } = await simulator.send('GET', '/state');
    expect(body).toMatchObject({ simulated: true, seed: 2023, nowMs: startMs, lockStep: true });
    expect(Object.keys(body as object)).toStrictEqual(
      expect.arrayContaining(['servers', 'line', 'park']),
    );
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('end with 0 within a second of %s', async (signal) => {
    const simulator = await start('--plants', 'line');
    const client = await RawModbus.open(simulator.address('line.plc'));
    const from = performance.now();
    expect(await simulator.stop(signal)).toBe(0);
    expect(performance.now() - from).toBeLessThan(1000);
    client.close();
  });

  it('end with 0 with their standard input, and so with whoever started them', async () => {
    const simulator = await start('--plants', 'line');
    const exited = once(simulator.process, 'exit');
    simulator.process.stdin?.end();
    expect((await exited)[0]).toBe(0);
  });

  it('end with 0 when asked to over HTTP', async () => {
    const simulator = await start('--plants', 'line');
    const exited = once(simulator.process, 'exit');
    expect((await simulator.send('POST', '/shutdown')).status).toBe(200);
    expect((await exited)[0]).toBe(0);
  });

  it('say which port is taken and end with 1', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const address = blocker.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(startSimulator(['--line-plc-port', String(port)])).rejects.toThrow(
      new RegExp(`ended \\(1\\): simulators: line\\.plc: .*EADDRINUSE.*:${port}`),
    );
    blocker.close();
  });

  it('name a wrong option and end with 2', async () => {
    await expect(startSimulator(['--seed', 'x'])).rejects.toThrow(/ended \(2\): .*--seed x/);
  });

  it('run with the wall clock when not in lock-step', async () => {
    const simulator = await start('--plants', 'line');
    const client = await RawModbus.open(simulator.address('line.plc'));
    const before = Date.now();
    const header = await client.readHolding(1, 0, 44);
    const deviceMs = header.readUInt32BE(8) * 1000 + header.readUInt16BE(12);
    expect(deviceMs).toBeGreaterThan(before - 200);
    expect(deviceMs).toBeLessThanOrEqual(Date.now());
    expect((await simulator.send('POST', '/advance', { toMs: before })).status).toBe(409);
    client.close();
  });

  it('run as fast as asked from the instant asked', async () => {
    const fromMs = performance.now();
    const simulator = await start(
      '--plants',
      'line',
      '--start',
      '2024-01-01T00:00:00Z',
      '--speed',
      '500',
    );
    const origin = Date.parse('2024-01-01T00:00:00Z');
    const passedMs = async (): Promise<number> => {
      const { body } = await simulator.send('GET', '/state');
      return (body as { nowMs: number }).nowMs - origin;
    };
    // In real time that takes a minute, longer than a poll waits.
    await expect.poll(passedMs).toBeGreaterThan(60_000);
    const passed = await passedMs();
    expect(passed).toBeLessThanOrEqual(500 * (performance.now() - fromMs));
  });
});

describe('lock-step time', () => {
  it('shows a reader every step exactly once, the values adding up to the truth', async () => {
    const simulator = await start('--plants', 'line', '--lock-step', '--panel-length-mm', '200');
    const client = await RawModbus.open(simulator.address('line.plc'));
    let energyJ = 0;
    let lengthMm = 0;
    let arcSteps = 0;
    for (let step = 0; step < 220; step += 1) {
      await simulator.advance(startMs + 100 * step);
      const header = await client.readHolding(1, 0, 44);
      const torch = await client.readHolding(1, 1000, 24);
      expect(header.readUInt16BE(86)).toBe(step);
      if ((torch.readUInt16BE(0) & 1) === 0) continue;
      arcSteps += 1;
      energyJ += torch.readFloatBE(44) * 0.1;
      lengthMm += header.readFloatBE(62) / 0.6;
    }
    const { body } = await simulator.send('GET', '/state');
    const { lastPanel } = line(body) as {
      lastPanel: { seams: Record<string, Record<string, number>> };
    };
    const truth = lastPanel.seams['F01'] ?? {};
    expect(truth['arcOnSeconds']).toBeCloseTo(arcSteps / 10, 6);
    expect((truth['arcEnergyJ'] ?? 0) / energyJ).toBeCloseTo(1, 6);
    expect((truth['arcOnLengthMm'] ?? 0) / lengthMm).toBeCloseTo(1, 6);
    expect(truth['heatInputKjPerMm']).toBeCloseTo((0.8 * energyJ) / lengthMm / 1000, 6);
    client.close();
  });

  it('gives the same state and registers to two processes with the same seed', async () => {
    const both = await Promise.all([start('--lock-step'), start('--lock-step')]);
    const seen = await Promise.all(
      both.map(async (simulator) => {
        await simulator.advance(startMs + 123_400);
        const client = await RawModbus.open(simulator.address('line.plc'));
        const torches = await client.readHolding(1, 1000, 120);
        client.close();
        const { body } = await simulator.send('GET', '/state');
        const { servers: _, ...rest } = body as Record<string, unknown>;
        return [torches.toString('hex'), rest];
      }),
    );
    expect(seen[1]).toStrictEqual(seen[0]);
  });

  it('refuses to go back, too far, and what is no instant', async () => {
    const simulator = await start('--plants', 'line', '--lock-step');
    const advance = async (body: unknown): Promise<number> =>
      (await simulator.send('POST', '/advance', body)).status;
    expect(await advance({ toMs: startMs - 1 })).toBe(409);
    expect(await advance({ toMs: startMs + 3_600_001 })).toBe(400);
    expect(await advance({ toMs: 'now' })).toBe(400);
    expect(await advance('{')).toBe(400);
    expect(await advance({ toMs: startMs + 5 })).toBe(200);
  });
});

describe('the control port', () => {
  it('makes the weld fail at a place, for as long as is asked, and has the truth of it by place', async () => {
    const simulator = await start('--plants', 'line', '--lock-step', '--panel-length-mm', '300');
    const fault = { device: 'line.weld', kind: 'arc-out', torches: ['F02'], fromMm: 100 };
    const bad = await simulator.send('POST', '/faults', { ...fault, torches: ['F11'] });
    expect(bad.status).toBe(400);
    const { status } = await simulator.send('POST', '/faults', { ...fault, forMm: 40, id: 'gap' });
    expect(status).toBe(201);
    await simulator.advance(startMs + 40_000);
    const { body } = await simulator.send('GET', '/state/line/lastPanel/bins/F02');
    const bins = body as { simulated: boolean; x: number[] };
    expect(bins.simulated).toBe(true);
    const lost = [110, 120, 130].filter((x) => bins.x.includes(x));
    expect(lost).toStrictEqual([]);
    expect(bins.x).toEqual(expect.arrayContaining([0, 90, 150, 290]));
    const state = await simulator.send('GET', '/state');
    const { lastPanel } = line(state.body) as { lastPanel: { events: { list: object[] } } };
    expect(lastPanel.events.list).toContainEqual(
      expect.objectContaining({ kind: 'arc-out', failure: 'gap' }),
    );
    const profile = await simulator.send('GET', '/state/line/lastPanel/profile');
    expect(profile.body).toMatchObject({ x: [50, 100, 150, 200, 250, 300] });
    for (const path of ['line/bins/F11', 'line/nothing', 'park/bins/F01', 'line/bins']) {
      expect((await simulator.send('GET', `/state/${path}`)).status).toBe(404);
    }
  });

  it('overrides documented inputs, all of a request or none', async () => {
    const simulator = await start('--plants', 'line', '--lock-step');
    const wrong = await simulator.send('POST', '/state', {
      'line.torch.F01.isEnabled': false,
      'line.torch.F99.isEnabled': false,
    });
    expect(wrong).toStrictEqual({
      status: 400,
      body: { error: 'unknown path line.torch.F99.isEnabled' },
    });
    const tooFast = await simulator.send('POST', '/state', {
      'line.travelSpeedSetpointMPerMin': 2,
    });
    expect(tooFast.status).toBe(400);
    const right = await simulator.send('POST', '/state', {
      'line.torch.B10.isEnabled': false,
      'line.travelSpeedSetpointMPerMin': 0.6,
    });
    expect(right).toStrictEqual({ status: 200, body: { applied: 2 } });
    await simulator.advance(startMs + 10_000);
    const client = await RawModbus.open(simulator.address('line.plc'));
    expect((await client.readHolding(1, 33, 2)).readFloatBE(0)).toBeCloseTo(0.6, 6);
    expect((await client.readHolding(1, 1000, 1)).readUInt16BE(0) & 1).toBe(1);
    expect((await client.readHolding(1, 1456, 1)).readUInt16BE(0) & 0b100001).toBe(0);
    client.close();
  });

  it('overrides inputs at an instant, where one is given', async () => {
    const simulator = await start('--plants', 'line', '--lock-step');
    const input = { 'line.travelSpeedSetpointMPerMin': 0.6 };
    const at = new Date(startMs + 5000).toISOString();
    expect((await simulator.send('POST', '/state?at=noon', input)).status).toBe(400);
    const later = await simulator.send('POST', `/state?at=${at}`, input);
    expect(later).toStrictEqual({ status: 200, body: { applied: 1 } });
    const setpoint = async (): Promise<number> => {
      const { line } = (await simulator.send('GET', '/state')).body as {
        readonly line: { readonly travelSpeedSetpointMPerMin: number };
      };
      return line.travelSpeedSetpointMPerMin;
    };
    await simulator.advance(startMs + 5000);
    expect(await setpoint()).toBe(0.8);
    await simulator.advance(startMs + 5100);
    expect(await setpoint()).toBe(0.6);
  });

  it('answers 404, 405, 403 and 413 with an error in words', async () => {
    const simulator = await start('--plants', 'line', '--lock-step');
    const error = { error: expect.any(String) as string };
    expect(await simulator.send('GET', '/nothing')).toStrictEqual({ status: 404, body: error });
    expect(await simulator.send('DELETE', '/state')).toStrictEqual({ status: 405, body: error });
    expect(await simulator.send('POST', '/faults', `"${'x'.repeat(70_000)}"`)).toStrictEqual({
      status: 413,
      body: error,
    });
    const fromPage = await fetch(`${simulator.control}/state`, {
      headers: { origin: 'http://example.com' },
    });
    expect(fromPage.status).toBe(403);
  });
});
