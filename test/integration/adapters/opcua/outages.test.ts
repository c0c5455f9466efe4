import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { GatewayError } from '../../../../gateway/core/error.ts';
import type { Source } from '../../../../gateway/core/source.ts';
import { systemClock } from '../../../../gateway/runtime/system-clock.ts';
import { fakeNames } from '../../../support/fake-names.ts';
import { freePort } from '../../../support/free-port.ts';
import {
  createOpcuaTestSource,
  device,
  makePkiFolder,
  plantUri,
  quickly,
} from '../../../support/opcua-source.ts';
import {
  type OpcuaServer,
  type OpcuaServerOptions,
  startOpcuaServer,
} from '../../../support/peers/opcua-server.ts';
import { runSource, type SourceRun } from '../../../support/source-run.ts';
import { startStallingProxy } from '../../../support/stalling-proxy.ts';

const folder = makePkiFolder();
afterAll(() => folder.remove());

const start = (options: Partial<OpcuaServerOptions> = {}): Promise<OpcuaServer> =>
  startOpcuaServer({
    pkiFolder: join(folder.path, 'server-pki'),
    namespaceUri: plantUri,
    variables: [{ name: 'Current', type: 'Double', value: 1 }],
    ...options,
  });

const sourceOf = (port: number, entry: Record<string, unknown> = {}): Source =>
  createOpcuaTestSource(
    {
      endpointUrl: `opc.tcp://127.0.0.1:${port}`,
      securityMode: 'None',
      read: quickly,
      connectTimeoutMs: 1500,
      timeoutMs: 1000,
      equipment: [device([{ point: 'current', node: 's=Current' }])],
      ...entry,
    },
    join(folder.path, 'gateway'),
  );

const run = (source: Source): SourceRun => {
  const running = runSource(source, systemClock);
  onTestFinished(async () => {
    await running.stop();
  });
  return running;
};

const lastOf = (running: SourceRun): readonly [number, string] | undefined =>
  running.frames.at(-1)?.points['current'];

const polling = { read: { mode: 'polling', periodMs: 50 } };

it('ends at once when its server dies, and the same source reads on after a restart', async () => {
  const port = await freePort();
  const server = await start({ port });
  onTestFinished(() => server.kill());
  const sources = [sourceOf(port), sourceOf(port, polling)];
  const first = sources.map(run);
  for (const running of first) await running.until(() => lastOf(running)?.[0] === 1);
  const startMs = performance.now();
  await server.kill();
  for (const running of first) {
    expect(await running.ended).toMatchObject({ code: 'CONNECTION_LOST', retryable: true });
    expect(performance.now() - startMs).toBeLessThan(1500);
    expect(lastOf(running)).toEqual([0, 'BadNoCommunication']);
  }

  const refused = sources.map(run);
  for (const running of refused) {
    const error = await running.ended;
    expect(error).toBeInstanceOf(GatewayError);
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', retryable: true });
    expect(running.connections()).toBe(0);
    // It is known already that nothing comes.
    expect(running.frames).toEqual([]);
  }

  // The namespaces come in another order, so that the node has another index.
  const restarted = await start({
    port,
    otherNamespaces: ['urn:seamwatt:test:first', 'urn:seamwatt:test:second'],
    variables: [{ name: 'Current', type: 'Double', value: 2 }],
  });
  onTestFinished(() => restarted.kill());
  for (const running of sources.map(run)) {
    await running.until(() => lastOf(running)?.[0] === 2);
    expect(running.connections()).toBe(1);
    expect(await running.stop()).toBeUndefined();
  }
});

it('asks for the address of its server anew at every connection', async () => {
  const port = await freePort();
  const old = await start({ port, host: '127.0.0.1' });
  onTestFinished(() => old.kill());
  const moved = await start({
    port,
    host: '127.0.0.2',
    variables: [{ name: 'Current', type: 'Double', value: 2 }],
  });
  onTestFinished(() => moved.kill());
  const names = fakeNames('127.0.0.1');
  const source = sourceOf(port, { endpointUrl: `opc.tcp://welder.plant.example:${port}` });
  const first = run(source);
  await first.until(() => lastOf(first)?.[0] === 1);
  names.address = '127.0.0.2';
  await old.kill();
  await first.ended;
  const again = run(source);
  await again.until(() => lastOf(again)?.[0] === 2);
});

describe('a server that stays', () => {
  let server: OpcuaServer;
  beforeAll(async () => {
    server = await start();
  });
  afterEach(() => server.thaw());
  afterAll(() => server.kill());
  const reading = async (entry: Record<string, unknown> = {}): Promise<SourceRun> => {
    const running = run(sourceOf(server.port, entry));
    await running.until(() => lastOf(running)?.[1] === 'Good');
    return running;
  };

  it('is given up when its subscription is silent, though the connection stands', async () => {
    const running = await reading();
    const startMs = performance.now();
    server.freeze();
    const error = await running.ended;
    // Keep-alives come every 200 ms, and three may be missed; then follows a second of politeness.
    expect(performance.now() - startMs).toBeGreaterThan(400);
    expect(performance.now() - startMs).toBeLessThan(4000);
    expect(error).toMatchObject({ code: 'TIMEOUT', retryable: true });
    expect(String(error)).toContain('silent');
  });

  it('is kept while nothing changes', async () => {
    const running = await reading();
    await new Promise((resolve) => {
      setTimeout(resolve, 1500);
    });
    await server.set({ name: 'Current', value: 3 });
    await running.until(() => lastOf(running)?.[0] === 3);
    expect(running.counters['missed_notifications']).toBeUndefined();
  });

  it('is given up when it answers no reads', async () => {
    const running = await reading({ ...polling, timeoutMs: 200 });
    server.freeze();
    expect(await running.ended).toMatchObject({ code: 'TIMEOUT', retryable: true });
  });

  it('has told nothing since the first read that it did not answer, and is believed when it answers again', async () => {
    const changedMs = Date.now();
    await server.set({ name: 'Current', value: 4, timeMs: changedMs });
    const running = await reading({ ...polling, timeoutMs: 300 });
    server.freeze();
    await running.until(() => lastOf(running)?.[1] === 'BadNoCommunication');
    const lostMs = running.frames.at(-1)?.timeMs ?? Number.NaN;
    server.thaw();
    // The value has not changed, and is told again all the same.
    await running.until(() => lastOf(running)?.[1] === 'Good');
    expect(lastOf(running)?.[0]).toBe(4);
    expect(running.frames.at(-1)?.timeMs).toBeGreaterThan(lostMs);
    expect(running.connections()).toBe(1);
  });

  it.each([
    ['behind', -1000],
    ['ahead', 2000],
  ])('tells a loss and what comes after it in turn by a clock that is %s', async (_, offMs) => {
    const timeMs = Date.now() + offMs;
    await server.set({ name: 'Current', value: 5, timeMs });
    const proxy = await startStallingProxy(server.port);
    onTestFinished(() => proxy.close());
    const source = sourceOf(proxy.port);
    const first = run(source);
    await first.until(() => lastOf(first)?.[0] === 5);
    proxy.cut();
    await first.ended;
    const lost = first.frames.at(-1);
    expect(lost?.points['current']).toEqual([0, 'BadNoCommunication']);
    expect(lost?.timeMs).toBeGreaterThan(timeMs);
    const again = run(source);
    await again.until(() => lastOf(again)?.[0] === 5);
    expect(again.frames[0]?.points['current']).toEqual([5, 'Good']);
    expect(again.frames[0]?.timeMs).toBeGreaterThan(lost?.timeMs ?? Number.NaN);
  });

  it('is given up when it takes the connection and says nothing', async () => {
    server.freeze();
    const startMs = performance.now();
    const error = await run(sourceOf(server.port)).ended;
    expect(performance.now() - startMs).toBeLessThan(4000);
    expect(error).toMatchObject({ code: 'TIMEOUT', retryable: true });
  });

  it('does not hold up a stop while it says nothing', async () => {
    server.freeze();
    const running = run(sourceOf(server.port, { connectTimeoutMs: 60_000 }));
    await new Promise((resolve) => {
      setTimeout(resolve, 300);
    });
    const startMs = performance.now();
    expect(await running.stop()).toBeUndefined();
    expect(performance.now() - startMs).toBeLessThan(2000);
  });

  it('is lost when the network cuts the connection', async () => {
    const proxy = await startStallingProxy(server.port);
    onTestFinished(() => proxy.close());
    const running = run(sourceOf(proxy.port));
    await running.until(() => lastOf(running)?.[1] === 'Good');
    proxy.cut();
    expect(await running.ended).toMatchObject({ code: 'CONNECTION_LOST', retryable: true });
  });
});
