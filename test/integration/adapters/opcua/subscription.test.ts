import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../../gateway/runtime/system-clock.ts';
import {
  createOpcuaTestSource,
  device,
  makePkiFolder,
  plantUri,
  quickly,
} from '../../../support/opcua-source.ts';
import { type OpcuaServer, startOpcuaServer } from '../../../support/peers/opcua-server.ts';
import { runSource, type SourceRun } from '../../../support/source-run.ts';

const folder = makePkiFolder();
let server: OpcuaServer;

beforeAll(async () => {
  server = await startOpcuaServer({
    pkiFolder: join(folder.path, 'server-pki'),
    namespaceUri: plantUri,
    variables: [
      { name: 'Current', type: 'Double', value: 1 },
      { name: 'Voltage', type: 'Float', value: 2 },
      { name: 'Signed', type: 'Int64', value: [0xffff_ffff, 0xffff_fffe] },
      { name: 'Big', type: 'UInt64', value: [0x20_0000, 0] },
      { name: 'Largest', type: 'UInt64', value: [0x1f_ffff, 0xffff_ffff] },
      { name: 'Small', type: 'SByte', value: -5 },
      { name: 'Flag', type: 'Boolean', value: true },
      { name: 'State', type: 'UInt16', value: 4 },
      { name: 'Id', type: 'String', value: 'P-001' },
      { name: 'Title', type: 'LocalizedText', value: { text: '面板', locale: 'zh' } },
      { name: 'Since', type: 'DateTime', value: new Date(1_700_000_000_000) },
      { name: 'Profile', type: 'Float', value: [0.5, 1.5, 2.5], isArray: true },
    ],
  });
});
afterAll(async () => {
  await server.kill();
  folder.remove();
});

const run = (
  points: readonly Record<string, unknown>[],
  entry: Record<string, unknown> = {},
): SourceRun => {
  const running = runSource(
    createOpcuaTestSource(
      {
        endpointUrl: server.url,
        securityMode: 'None',
        read: quickly,
        equipment: [device(points)],
        ...entry,
      },
      join(folder.path, 'gateway'),
    ),
    systemClock,
  );
  onTestFinished(async () => {
    await running.stop();
  });
  return running;
};

/** All samples of a point, in the order in which they came, without those that are absent. */
const samplesOf = (running: SourceRun, point: string): readonly (readonly [number, string])[] =>
  running.frames.flatMap(({ points }) => {
    const sample = points[point];
    return sample === undefined || sample[1] === '0xFFFFFFFF' ? [] : [sample];
  });

const lastOf = (running: SourceRun, point: string): readonly [number, string] | undefined =>
  samplesOf(running, point).at(-1);

const seen = (running: SourceRun, ...points: readonly string[]): Promise<void> =>
  running.until(() => points.every((point) => lastOf(running, point) !== undefined));

describe('values', () => {
  it.each([
    ['Small', {}, [-5, 'Good']],
    ['Signed', {}, [-2, 'Good']],
    ['Largest', {}, [Number.MAX_SAFE_INTEGER, 'Good']],
    ['Flag', { kind: 'boolean' }, [1, 'Good']],
    ['State', { kind: 'enum', labels: { 4: { en: 'weld', zh: '焊接' } } }, [4, 'Good']],
    ['State', { scale: 0.1, offset: 1 }, [1.4, 'Good']],
    ['State', { maximum: 3 }, [4, 'BadOutOfRange']],
    ['Since', {}, [1_700_000_000_000, 'Good']],
    ['Id', {}, [0, 'BadTypeMismatch']],
    ['Profile', {}, [0, 'BadTypeMismatch']],
  ])('reads %s as %j', async (name, options, expected) => {
    const running = run([{ point: 'value', node: `s=${name}`, ...options }]);
    await seen(running, 'value');
    expect(lastOf(running, 'value')).toEqual(expected);
  });

  it('marks an integer beyond 2^53 bad', async () => {
    const running = run([{ point: 'value', node: 's=Big' }]);
    await seen(running, 'value');
    expect(lastOf(running, 'value')?.[1]).toBe('BadOutOfRange');
  });

  it('gives texts a number of the dictionary', async () => {
    const running = run([
      { point: 'id', node: 's=Id', kind: 'string' },
      { point: 'title', node: 's=Title', kind: 'string' },
    ]);
    await seen(running, 'id', 'title');
    const text = (point: string): string | undefined =>
      running.texts[(lastOf(running, point)?.[0] ?? 0) - 1];
    expect([text('id'), text('title')]).toEqual(['P-001', '面板']);
  });

  it('spreads an array over its points, and says which elements are not there', async () => {
    const running = run([{ point: 'z', node: 's=Profile', arrayElements: { count: 4 } }]);
    await seen(running, 'z.04');
    const { points } = running.frames[0] ?? {};
    expect(points).toEqual({
      'z.01': [0.5, 'Good'],
      'z.02': [1.5, 'Good'],
      'z.03': [2.5, 'Good'],
      'z.04': [0, 'BadDataUnavailable'],
    });
  });

  it('finds a node by its browse names', async () => {
    const running = run([{ point: 'value', path: ['State'] }]);
    await seen(running, 'value');
    expect(lastOf(running, 'value')).toEqual([4, 'Good']);
  });
});

describe('samples', () => {
  it('keeps source timestamps and status codes end to end', async () => {
    const running = run([{ point: 'value', node: 's=Current' }]);
    await seen(running, 'value');
    // Later than the first sample, which may count from its arrival on.
    const timeMs = Date.now() + 100;
    await server.set({ name: 'Current', value: 7, status: 'UncertainSensorNotAccurate', timeMs });
    await running.until(() => lastOf(running, 'value')?.[0] === 7);
    expect(running.frames.at(-1)).toMatchObject({
      timeMs,
      points: { value: [7, 'UncertainSensorNotAccurate'] },
    });
    await server.set({ name: 'Current', status: 'BadSensorFailure', timeMs: timeMs + 10 });
    await running.until(() => lastOf(running, 'value')?.[1] === 'BadSensorFailure');
    expect(running.frames.at(-1)).toMatchObject({
      timeMs: timeMs + 10,
      points: { value: [0, 'BadSensorFailure'] },
    });
  });

  it('puts what was measured at one time into one frame, other channels absent', async () => {
    const running = run([
      { point: 'current', node: 's=Current' },
      { point: 'voltage', node: 's=Voltage' },
    ]);
    await seen(running, 'current', 'voltage');
    // Later than the first samples, which may count from their arrival on.
    const timeMs = Date.now() + 100;
    await server.set(
      { name: 'Current', value: 100, timeMs },
      { name: 'Voltage', value: 25, timeMs },
    );
    await running.until(() => lastOf(running, 'voltage')?.[0] === 25);
    expect(running.frames.at(-1)).toMatchObject({
      timeMs,
      points: { current: [100, 'Good'], voltage: [25, 'Good'] },
    });
    await server.set({ name: 'Voltage', value: 26, timeMs: timeMs + 1 });
    await running.until(() => lastOf(running, 'voltage')?.[0] === 26);
    expect(running.frames.at(-1)).toMatchObject({
      timeMs: timeMs + 1,
      points: { current: [0, '0xFFFFFFFF'], voltage: [26, 'Good'] },
    });
  });

  it('counts samples that the queue of the server lost, and keeps the newest', async () => {
    const read = { ...quickly, publishingIntervalMs: 1000, queueSize: 2 };
    const running = run([{ point: 'value', node: 's=Current' }], { read });
    await seen(running, 'value');
    // Further apart than the server looks, so that each is queued.
    for (let value = 1000; value < 1006; value += 1) {
      await server.set({ name: 'Current', value });
      await new Promise((resolve) => {
        setTimeout(resolve, 70);
      });
    }
    await running.until(() => lastOf(running, 'value')?.[0] === 1005);
    expect(running.counters['queue_overflows']).toBeGreaterThan(0);
  });

  it('takes gateway time and doubts values when the clock of the device is wrong', async () => {
    const running = run([{ point: 'value', node: 's=Current' }]);
    await seen(running, 'value');
    await server.set({ name: 'Current', value: 31, timeMs: Date.now() + 3_600_000 });
    await running.until(() => lastOf(running, 'value')?.[0] === 31);
    expect(running.frames.at(-1)?.points['value']).toEqual([31, 'Uncertain']);
    expect(Math.abs((running.frames.at(-1)?.timeMs ?? 0) - Date.now())).toBeLessThan(2000);
    await server.set({ name: 'Current', value: 32, timeMs: Date.now() - 3_600_000 });
    await running.until(() => lastOf(running, 'value')?.[0] === 32);
    expect(lastOf(running, 'value')).toEqual([32, 'Uncertain']);
    const codes = running.events.map(({ code }) => code);
    expect(codes.filter((code) => code === 'device-clock-skewed')).toHaveLength(1);
  });

  it('takes a value that has not changed for long as good from now on', async () => {
    await server.set({ name: 'Voltage', value: 24, timeMs: Date.now() - 3_600_000 });
    const running = run([{ point: 'value', node: 's=Voltage' }]);
    await seen(running, 'value');
    expect(running.frames[0]?.points['value']).toEqual([24, 'Good']);
    expect(Math.abs((running.frames[0]?.timeMs ?? 0) - Date.now())).toBeLessThan(2000);
  });
});

describe('nodes that are not there', () => {
  it('isolates a bad node, reads the rest, and takes the node up when it appears', async () => {
    const running = run([
      { point: 'current', node: 's=Current' },
      { point: 'late', node: 's=Late' },
    ]);
    await seen(running, 'current', 'late');
    expect(lastOf(running, 'late')).toEqual([0, 'BadNodeIdUnknown']);
    await running.until(() => running.members.length > 0);
    expect(running.members.at(-1)).toMatchObject({
      member: 'area/line/device#signals',
      state: 'degraded',
      reason: {
        en: '1 of 2 nodes missing: device/late (s=Late): BadNodeIdUnknown',
        zh: '2 个节点中缺少 1 个：device/late (s=Late): BadNodeIdUnknown',
      },
    });
    await server.add({ name: 'Late', type: 'Double', value: 5 });
    await running.until(() => lastOf(running, 'late')?.[0] === 5);
    expect(running.members.at(-1)?.state).toBe('up');
    await server.remove('Late');
    await running.until(() => running.members.at(-1)?.state === 'degraded');
    expect(lastOf(running, 'late')?.[0]).toBe(0);
    await server.add({ name: 'Late', type: 'Double', value: 6 });
    await running.until(() => lastOf(running, 'late')?.[0] === 6);
    await server.set({ name: 'Current', value: 44 });
    await running.until(() => lastOf(running, 'current')?.[0] === 44);
    await server.remove('Late');
  });

  it('knows no node in a namespace that the server has not, nor by a path that leads nowhere', async () => {
    const running = run([
      { point: 'current', node: 's=Current' },
      { point: 'elsewhere', node: 's=Current', namespaceUri: 'urn:elsewhere' },
      { point: 'nowhere', path: ['Missing', 'Current'] },
    ]);
    await seen(running, 'current', 'elsewhere', 'nowhere');
    expect(lastOf(running, 'elsewhere')).toEqual([0, 'BadNodeIdUnknown']);
    expect(lastOf(running, 'nowhere')).toEqual([0, 'BadNodeIdUnknown']);
    expect(lastOf(running, 'current')?.[1]).toBe('Good');
  });
});

it('asks the server for nothing but to browse, read and subscribe', async () => {
  const running = run([
    { point: 'current', node: 's=Current' },
    { point: 'state', path: ['State'] },
  ]);
  await seen(running, 'current', 'state');
  await running.stop();
  const { requests } = await server.counts();
  const harmless = [
    ...['GetEndpointsRequest', 'CreateSessionRequest', 'ActivateSessionRequest'],
    ...['CloseSessionRequest', 'ReadRequest', 'TranslateBrowsePathsToNodeIdsRequest'],
    ...['CreateSubscriptionRequest', 'DeleteSubscriptionsRequest', 'PublishRequest'],
    ...['CreateMonitoredItemsRequest', 'DeleteMonitoredItemsRequest', 'BrowseRequest'],
  ];
  expect(Object.keys(requests).filter((name) => !harmless.includes(name))).toEqual([]);
  expect(requests['CreateMonitoredItemsRequest']).toBeGreaterThan(0);
});
