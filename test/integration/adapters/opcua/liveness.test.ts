import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Source } from '../../../../gateway/core/source.ts';
import { systemClock } from '../../../../gateway/runtime/system-clock.ts';
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

const folder = makePkiFolder();
afterAll(() => folder.remove());

const start = async (options: Partial<OpcuaServerOptions> = {}): Promise<OpcuaServer> => {
  const server = await startOpcuaServer({
    pkiFolder: join(folder.path, 'server-pki'),
    namespaceUri: plantUri,
    variables: [
      { name: 'Current', type: 'Double', value: 1 },
      { name: 'Still', type: 'Double', value: 5 },
    ],
    ...options,
  });
  onTestFinished(() => server.kill());
  return server;
};

const sourceOf = (server: OpcuaServer, entry: Record<string, unknown> = {}): Source =>
  createOpcuaTestSource(
    {
      endpointUrl: server.url,
      securityMode: 'None',
      read: quickly,
      timeoutMs: 1000,
      equipment: [
        device([
          { point: 'current', node: 's=Current' },
          { point: 'still', node: 's=Still' },
        ]),
      ],
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

const lastOf = (running: SourceRun, point: string): readonly [number, string] | undefined =>
  running.frames.findLast(
    ({ points }) => points[point] !== undefined && points[point][1] !== '0xFFFFFFFF',
  )?.points[point];

/** The states of the equipment, leaving out the server as a whole. */
const statesOf = (running: SourceRun): SourceRun['members'] =>
  running.members.filter(({ member }) => member.startsWith('area/'));

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('a subscription that lives but tells nothing', () => {
  const checking = { ...quickly, valueCheckMs: 100 };

  it('is found out by reading, made anew, and made anew less often while that does not help', async () => {
    const server = await start();
    const source = sourceOf(server, { read: checking });
    const running = run(source);
    await running.until(() => lastOf(running, 'still')?.[0] === 5);
    await server.deafen(true);
    await server.set({ name: 'Current', value: 2 });
    const startMs = performance.now();
    const error = await running.ended;
    expect(error).toMatchObject({ code: 'TIMEOUT', retryable: true });
    expect(String(error)).toContain('device/current (s=Current) has changed');
    expect(running.counters).toMatchObject({ unheard_changes: 1 });
    expect(lastOf(running, 'current')).toEqual([0, 'BadNoCommunication']);
    // Three looks on beats of a second.
    const firstMs = performance.now() - startMs;
    expect(firstMs).toBeGreaterThan(2000);
    expect(firstMs).toBeLessThan(8000);

    await server.deafen(false);
    const again = run(source);
    await again.until(() => lastOf(again, 'current')?.[0] === 2);
    await server.set({ name: 'Current', value: 3 });
    await again.until(() => lastOf(again, 'current')?.[0] === 3);
    expect(await again.stop()).toBeUndefined();
  });

  it('is not suspected while its values rightly stay as they are', async () => {
    const server = await start();
    const running = run(sourceOf(server, { read: checking }));
    await running.until(() => lastOf(running, 'still')?.[0] === 5);
    const { requests } = await server.counts();
    await pause(6000);
    const later = await server.counts();
    expect((later.requests['ReadRequest'] ?? 0) - (requests['ReadRequest'] ?? 0)).toBeGreaterThan(
      3,
    );
    expect(running.counters['unheard_changes']).toBeUndefined();
    await server.set({ name: 'Still', value: 6 });
    await running.until(() => lastOf(running, 'still')?.[0] === 6);
  });

  it('is not looked for where the site says so', async () => {
    const server = await start();
    const running = run(sourceOf(server, { read: { ...quickly, valueCheckMs: 0 } }));
    await running.until(() => lastOf(running, 'still')?.[0] === 5);
    await server.deafen(true);
    await server.set({ name: 'Current', value: 2 });
    await pause(5000);
    expect(lastOf(running, 'current')).toEqual([1, 'Good']);
    expect(await running.stop()).toBeUndefined();
  });
});

const names = Array.from({ length: 10 }, (_, i) => `Node${i}`);
const many = {
  variables: names.map((name, i) => ({ name, type: 'Double' as const, value: i })),
};
const manyPoints = {
  equipment: [device(names.map((name, i) => ({ point: `p${i}`, node: `s=${name}` })))],
};
const modes = [
  ['subscription', quickly],
  ['polling', { mode: 'polling', periodMs: 50 }],
] as const;

describe.each(modes)('a request that is refused as a whole, by %s', (_name, read) => {
  it('costs only the node that spoils it, until the server takes that one, too', async () => {
    const server = await start(many);
    await server.poison('Node3');
    const running = run(sourceOf(server, { ...manyPoints, read }));
    const others = [...names.keys()].filter((i) => i !== 3);
    for (const i of others) await running.until(() => lastOf(running, `p${i}`)?.[1] === 'Good');
    await running.until(() => lastOf(running, 'p3')?.[1] === '0x80020000');
    await running.until(() => statesOf(running).at(-1)?.state === 'degraded');
    expect(statesOf(running).at(-1)?.reason.en).toContain('1 of 10 nodes missing: device/p3');
    expect(running.counters['split_requests']).toBeGreaterThan(0);
    await server.set({ name: 'Node4', value: 44 });
    await running.until(() => lastOf(running, 'p4')?.[0] === 44);
    await server.poison();
    await running.until(() => lastOf(running, 'p3')?.[1] === 'Good');
    await running.until(() => statesOf(running).at(-1)?.state === 'up');
    expect(running.connections()).toBe(1);
  });

  it('because it is too large is asked in smaller ones, also from then on', async () => {
    const server = await start({ ...many, maxItemsPerCall: 4 });
    const running = run(sourceOf(server, { ...manyPoints, read }));
    for (const i of names.keys()) {
      await running.until(() => lastOf(running, `p${i}`)?.[1] === 'Good');
    }
    const splits = running.counters['split_requests'] ?? 0;
    expect(splits).toBeGreaterThan(0);
    expect(splits).toBeLessThan(6);
    await server.set({ name: 'Node9', value: 99 });
    await running.until(() => lastOf(running, 'p9')?.[0] === 99);
    await pause(500);
    expect(running.counters['split_requests']).toBe(splits);
    expect(running.counters['node_failures']).toBeUndefined();
  });
});

it.each(modes)(
  'a node that is never there is looked for less and less often, by %s',
  async (_name, read) => {
    const server = await start();
    const points = ['Current', 'Missing'].map((name) => ({
      point: name.toLowerCase(),
      node: `s=${name}`,
    }));
    const running = run(sourceOf(server, { equipment: [device(points)], read }));
    await running.until(() => lastOf(running, 'missing')?.[1] === 'BadNodeIdUnknown');
    await pause(9000);
    // After 1 to 2 s, then 2 to 4, then 4 to 8.
    expect(running.counters['node_retries']).toBeLessThanOrEqual(4);
    expect(running.counters['node_retries']).toBeGreaterThan(0);
    expect(statesOf(running).map(({ state }) => state)).toEqual(['degraded']);
    await server.add({ name: 'Missing', type: 'Double', value: 7 });
    await running.until(() => lastOf(running, 'missing')?.[0] === 7);
    await running.until(() => statesOf(running).at(-1)?.state === 'up');
    expect(running.connections()).toBe(1);
  },
);

it.each(modes)(
  'a session that the server ends is not made anew behind our back, by %s',
  async (name, read) => {
    const server = await start();
    const source = sourceOf(server, { read });
    const running = run(source);
    await running.until(() => lastOf(running, 'current')?.[0] === 1);
    await server.endSessions();
    const error = await running.ended;
    expect(error).toMatchObject({ retryable: true });
    // A subscription may be found silent before its session is found ended.
    expect(String(error)).toMatch(
      name === 'polling' ? /the server has ended the session/ : /ended|silent/,
    );
    const again = run(source);
    await again.until(() => lastOf(again, 'current')?.[1] === 'Good');
  },
);

/** Both ways of reading, over so long a time; neither may lose its connection. */
const readFor = async (
  server: OpcuaServer,
  entries: readonly Record<string, unknown>[],
  durationMs: number,
): Promise<void> => {
  const runs = entries.map((entry) => run(sourceOf(server, entry)));
  for (const running of runs) await running.until(() => lastOf(running, 'current')?.[0] === 1);
  await pause(durationMs);
  await server.set({ name: 'Current', value: 2 });
  for (const running of runs) await running.until(() => lastOf(running, 'current')?.[0] === 2);
  for (const running of runs) {
    expect(running.connections()).toBe(1);
    expect(running.counters['missed_notifications']).toBeUndefined();
    expect(await running.stop()).toBeUndefined();
  }
};

it('outlives a session that may be quiet only for a moment', async () => {
  const server = await start({ longestSessionMs: 2000 });
  // Of their own accord, they would say nothing for minutes and for seconds.
  const reads = [
    { ...quickly, publishingIntervalMs: 10_000, keepAliveMs: 600_000, valueCheckMs: 0 },
    { mode: 'polling', periodMs: 5000 },
  ];
  await readFor(
    server,
    reads.map((read) => ({ read })),
    7000,
  );
});

it('outlives the keys of its channel, one after the other', async () => {
  const server = await start({ policies: ['Basic256Sha256'], channelLifetimeMs: 8000 });
  const secured = {
    securityMode: 'SignAndEncrypt',
    trustServerCertificate: server.certificateFile,
  };
  // Silence is waited for a little longer than elsewhere: signing takes its time on a busy machine.
  const reads = [{ ...quickly, silenceFactor: 10 }, modes[1][1]];
  const entries = reads.map((read) => ({ ...secured, read }));
  await readFor(server, entries, 20_000);
  // One by the first look at the server, one at the beginning, and one each six seconds.
  expect((await server.counts()).channelKeys).toBeGreaterThanOrEqual(2 * (2 + 3));
});
