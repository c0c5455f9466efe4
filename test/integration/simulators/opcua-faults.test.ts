import { StatusCodes } from 'node-opcua-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { lineOnly, openLine, ownUri, since, startMs, truthOf } from '../../support/line-opcua.ts';
import { subscribe, watch } from '../../support/opcua-watch.ts';
import { namespaceIndexOf, RawOpcua, readValues } from '../../support/raw-opcua.ts';
import { type Simulator, startSimulator } from '../../support/simulator.ts';

let opcua: RawOpcua;
beforeAll(async () => {
  opcua = await RawOpcua.create();
});
afterAll(() => opcua.close());

describe('faults of the OPC UA server', () => {
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startSimulator(lineOnly);
  });
  afterAll(() => simulator.stop());
  afterEach(() => simulator.send('DELETE', '/faults'));

  const fault = async (kind: string, more: object = {}): Promise<number> =>
    (await simulator.send('POST', '/faults', { device: 'line.opcua', kind, ...more })).status;
  let nowMs = startMs;
  const advance = (byMs: number): Promise<void> => {
    nowMs += byMs;
    return simulator.advance(nowMs);
  };

  it('silent: no new values, old ones on a read, and the newest when it ends', async () => {
    const { session, own } = await openLine(opcua, simulator);
    const subscription = await subscribe(session);
    const nodeId = `ns=${own};s=MPM01.Energy.AcActiveEnergyTotalImportHp`;
    const { arrivals } = await watch(subscription, { nodeId, intervalMs: 100 });
    await fault('silent', { fromMs: nowMs + 200, toMs: nowMs + 700 });
    await advance(600);
    const [held] = await readValues(session, own, ['MPM01.Energy.AcActiveEnergyTotalImportHp']);
    expect(held?.sourceTimestamp?.getTime()).toBe(startMs + 200);
    await advance(200);
    await arrivals.until(({ length }) => length >= 5);
    expect(since(arrivals)).toStrictEqual([0, 100, 200, 700, 800]);
    await subscription.terminate();
  });

  it('bad-node: that node is gone for readers and watchers, and comes back', async () => {
    const { session, own } = await openLine(opcua, simulator);
    const id = 'MPM01.T.F01.Current';
    const subscription = await subscribe(session);
    const { arrivals } = await watch(subscription, {
      nodeId: `ns=${own};s=${id}`,
      intervalMs: 100,
    });
    expect(await fault('bad-node', { node: 'MPM01.Nothing' })).toBe(400);
    expect(await fault('bad-node', { node: id })).toBe(201);
    const statuses = async (): Promise<(string | undefined)[]> =>
      (await readValues(session, own, [id, 'MPM01.T.F01.Voltage'])).map(
        ({ statusCode }) => statusCode.name,
      );
    expect(await statuses()).toStrictEqual(['BadNodeIdUnknown', 'Good']);
    await arrivals.until((values) =>
      values.some(({ statusCode }) => statusCode.equals(StatusCodes.BadNodeIdInvalid)),
    );
    await simulator.send('DELETE', '/faults');
    expect(await statuses()).toStrictEqual(['Good', 'Good']);
    await subscription.terminate();
  });

  it('close: connections break, new ones too, until it ends', async () => {
    const url = simulator.url('line.opcua');
    const client = await opcua.connect(url);
    const broken = new Promise((resolve) => {
      client.once('connection_lost', () => resolve(undefined));
      client.once('close', () => resolve(undefined));
    });
    await fault('close');
    await broken;
    await expect(opcua.open(url)).rejects.toThrow();
    await simulator.send('DELETE', '/faults');
    await expect(opcua.open(url)).resolves.toBeDefined();
  });

  it('restart: comes back with the namespace at another index', async () => {
    const before = await openLine(opcua, simulator);
    await fault('restart', { namespaceShift: 2 });
    await expect
      .poll(async () => (await truthOf(simulator)).servers['line.opcua'], { timeout: 10_000 })
      .toMatchObject({ isUp: true, restarts: 1 });
    const after = await openLine(opcua, simulator);
    expect(after.own).toBe(before.own + 2);
    const [state] = await readValues(after.session, after.own, ['MPM01.State']);
    expect(state?.value.value).toBe(2);
  });

  const restart = async (more: object): Promise<void> => {
    const { restarts = 0 } = (await truthOf(simulator)).servers['line.opcua'];
    await fault('restart', more);
    await expect
      .poll(async () => (await truthOf(simulator)).servers['line.opcua']['restarts'], {
        timeout: 10_000,
      })
      .toBe(restarts + 1);
  };

  it('restart: the session is gone, and the old index is that of another namespace', async () => {
    const before = await openLine(opcua, simulator);
    await restart({ downMs: 200 });
    await expect(readValues(before.session, before.own, ['MPM01.State'])).rejects.toThrow();
    const after = await openLine(opcua, simulator);
    expect(after.own).toBe(before.own + 1);
    const [stale] = await readValues(after.session, before.own, ['MPM01.State']);
    expect(stale?.statusCode.name).toBe('BadNodeIdUnknown');
  });

  it('restart with twins: who keeps the old index reads a wrong value that looks good', async () => {
    const before = await openLine(opcua, simulator);
    await restart({ hasTwins: true });
    const { session, own } = await openLine(opcua, simulator);
    const [stale] = await readValues(session, before.own, ['MPM01.State']);
    expect([stale?.statusCode.name, stale?.value.value]).toStrictEqual(['Good', 0]);
    const [state] = await readValues(session, own, ['MPM01.State']);
    expect(state?.value.value).toBe(2);
  });

  const energyId = 'MPM01.Energy.AcActiveEnergyTotalImportHp';
  const energyOf = async (line: Awaited<ReturnType<typeof openLine>>) => {
    const [value] = await readValues(line.session, line.own, [energyId]);
    return { wh: Number(value?.value.value), timeMs: value?.sourceTimestamp?.getTime() };
  };

  it('stuck: values stand while their timestamps go on', async () => {
    const line = await openLine(opcua, simulator);
    await advance(1000);
    const { wh } = await energyOf(line);
    const profile = async (): Promise<unknown> =>
      (await readValues(line.session, line.own, ['MPM01.DeformationProfile']))[0]?.value.value;
    const heights = await profile();
    await fault('stuck');
    await advance(900_000);
    expect(await energyOf(line)).toStrictEqual({ wh, timeMs: nowMs });
    expect(await profile()).toStrictEqual(heights);
    await simulator.send('DELETE', '/faults');
    expect((await energyOf(line)).wh).toBeGreaterThan(wh);
    expect(await profile()).not.toStrictEqual(heights);
  });

  it('counter-jump: the energy counter restarts, and a watcher sees it fall', async () => {
    const line = await openLine(opcua, simulator);
    const subscription = await subscribe(line.session);
    const nodeId = `ns=${line.own};s=${energyId}`;
    const { arrivals } = await watch(subscription, { nodeId, intervalMs: 100 });
    await arrivals.until(({ length }) => length >= 1);
    const { wh } = await energyOf(line);
    expect(await fault('counter-jump', { to: 0, node: energyId })).toBe(201);
    expect((await energyOf(line)).wh).toBe(0);
    await advance(100);
    await arrivals.until(({ length }) => length >= 2);
    const values = arrivals.values.map(({ value }) => Number(value.value));
    expect(values[0]).toBe(wh);
    expect(values[1]).toBeLessThan(100);
    expect(values[1]).toBeGreaterThan(0);
    await simulator.send('DELETE', '/faults');
    expect((await energyOf(line)).wh).toBeGreaterThan(wh);
    await subscription.terminate();
  });

  it('clock: source timestamps are of a clock that stands at 1970 and drifts', async () => {
    const line = await openLine(opcua, simulator);
    await fault('clock', { readsMs: 0, driftPpm: 1000 });
    await advance(100_000);
    expect((await energyOf(line)).timeMs).toBe(100_100);
    await simulator.send('DELETE', '/faults');
    expect((await energyOf(line)).timeMs).toBe(nowMs);
  });

  it('refuses faults that only Modbus knows', async () => {
    expect(await fault('truncate')).toBe(400);
    expect(
      (await simulator.send('POST', '/faults', { device: 'line.plc', kind: 'bad-node' })).status,
    ).toBe(400);
  });
});

describe('a proxy in front of the OPC UA server', () => {
  it('is read through, holds answers back while it stalls, and ends what it is told to end', async () => {
    const simulator = await startSimulator([...lineOnly, '--proxy', 'machine@0=line.opcua']);
    const device = 'proxy.machine';
    const { port } = simulator.address(device);
    const session = await opcua.open(`opc.tcp://127.0.0.1:${port}/mpm01`);
    const own = await namespaceIndexOf(session, ownUri);
    const state = async (): Promise<unknown> =>
      (await readValues(session, own, ['MPM01.State']))[0]?.value.value;
    expect(await state()).toBe(2);
    await simulator.send('POST', '/faults', { device, kind: 'stall', forMs: 400 });
    const from = performance.now();
    expect(await state()).toBe(2);
    expect(performance.now() - from).toBeGreaterThan(300);
    await simulator.send('POST', '/faults', { device, kind: 'reset' });
    await expect(state()).rejects.toThrow();
    expect(await simulator.stop()).toBe(0);
  });
});
