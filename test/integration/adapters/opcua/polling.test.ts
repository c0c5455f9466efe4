import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { Clock } from '../../../../gateway/core/clock.ts';
import { LockStepClock } from '../../../../gateway/runtime/lock-step-clock.ts';
import { systemClock } from '../../../../gateway/runtime/system-clock.ts';
import {
  createOpcuaTestSource,
  device,
  makePkiFolder,
  plantUri,
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
      { name: 'Current', type: 'Double', value: 0 },
      { name: 'Voltage', type: 'Double', value: 0 },
      { name: 'Profile', type: 'Float', value: [1, 2], isArray: true },
    ],
  });
});
afterAll(async () => {
  await server.kill();
  folder.remove();
});

const run = (clock: Clock, entry: Record<string, unknown> = {}): SourceRun => {
  const running = runSource(
    createOpcuaTestSource(
      {
        endpointUrl: server.url,
        securityMode: 'None',
        read: { mode: 'polling', periodMs: 100 },
        maxItemsPerCall: 2,
        equipment: [
          device([
            { point: 'current', node: 's=Current' },
            { point: 'voltage', node: 's=Voltage' },
            { point: 'z', node: 's=Profile', arrayElements: { count: 2 } },
          ]),
        ],
        ...entry,
      },
      join(folder.path, 'gateway'),
    ),
    clock,
  );
  onTestFinished(async () => {
    await running.stop();
  });
  return running;
};

it('sees each instant of lock-step exactly once', async () => {
  const startMs = Date.UTC(2023, 5, 21);
  const untilMs = startMs + 3000;
  const show = (timeMs: number): Promise<void> => {
    const value = timeMs - startMs;
    return server.set(
      { name: 'Current', value, timeMs },
      { name: 'Voltage', value: value + 0.5, timeMs },
      { name: 'Profile', value: [value, value + 1], timeMs },
    );
  };
  await show(startMs);
  const clock = new LockStepClock({
    startMs,
    untilMs,
    advance: show,
    drain: () => Promise.resolve(),
  });
  const running = run(clock);
  await clock.finished;
  const expected = Array.from({ length: 31 }, (_, i) => ({
    timeMs: startMs + 100 * i,
    receivedMs: startMs + 100 * i,
    current: [100 * i, 'Good'],
    voltage: [100 * i + 0.5, 'Good'],
    z: [100 * i + 1, 'Good'],
  }));
  // Two requests a cycle, so that each frame comes in two parts.
  const merged = new Map<number, Record<string, unknown>>();
  for (const { timeMs, receivedMs, points } of running.frames) {
    const known = merged.get(timeMs) ?? { timeMs, receivedMs };
    for (const [point, name] of [
      ['current', 'current'],
      ['voltage', 'voltage'],
      ['z.02', 'z'],
    ] as const) {
      const sample = points[point];
      if (sample !== undefined && sample[1] !== '0xFFFFFFFF') known[name] = sample;
    }
    merged.set(timeMs, known);
  }
  expect([...merged.values()]).toEqual(expected);
  expect(running.counters).toEqual({ polls: 31 });
});

it('tells a value that stays with its time only once', async () => {
  const nowMs = Date.now();
  await server.set(
    { name: 'Current', value: 10, timeMs: nowMs },
    { name: 'Voltage', value: 20, timeMs: nowMs },
    { name: 'Profile', value: [3, 4], timeMs: nowMs },
  );
  const running = run(systemClock, {
    maxItemsPerCall: 10,
    read: { mode: 'polling', periodMs: 20 },
  });
  await running.until(() => running.frames.length > 0);
  await expect.poll(() => running.counters['polls']).toBeGreaterThan(5);
  await server.set({ name: 'Current', value: 11, timeMs: nowMs + 5 });
  await running.until(() => running.frames.length > 1);
  expect(running.frames.map(({ timeMs, points }) => [timeMs, points['current']])).toEqual([
    [nowMs, [10, 'Good']],
    [nowMs + 5, [11, 'Good']],
  ]);
  expect(running.frames[1]?.points['voltage']).toEqual([0, '0xFFFFFFFF']);
});

it('tells a change, and that a value is bad, though the source timestamp stays', async () => {
  const nowMs = Date.now();
  await server.set({ name: 'Current', value: 10, timeMs: nowMs });
  const running = run(systemClock, {
    read: { mode: 'polling', periodMs: 20 },
    equipment: [device([{ point: 'current', node: 's=Current' }])],
  });
  const last = () => running.frames.at(-1)?.points['current'];
  await running.until(() => last()?.[0] === 10);
  await server.set({ name: 'Current', value: 11, timeMs: nowMs });
  await running.until(() => last()?.[0] === 11);
  await server.set({ name: 'Current', status: 'BadSensorFailure', timeMs: nowMs });
  await running.until(() => last()?.[1] === 'BadSensorFailure');
  await running.stop();
  await server.set({ name: 'Current', value: 12 });
  const times = running.frames.map(({ timeMs }) => timeMs);
  expect(times).toHaveLength(3);
  expect(times[1]).toBeGreaterThan(nowMs);
  expect(times[2]).toBeGreaterThan(times[1] as number);
  expect(running.frames[1]?.points['current']).toEqual([11, 'Uncertain']);
});

it('tells every reading with the time of the gateway when asked to', async () => {
  const running = run(systemClock, {
    maxItemsPerCall: 10,
    timestamps: 'gateway',
    read: { mode: 'polling', periodMs: 20 },
  });
  await running.until(() => running.frames.length >= 4);
  const times = running.frames.map(({ timeMs }) => timeMs);
  expect(new Set(times).size).toBe(times.length);
  for (const { points } of running.frames) expect(points['current']?.[1]).toBe('Good');
});

it('isolates a node that goes away, and takes it up when it is back', async () => {
  await server.add({ name: 'Extra', type: 'Double', value: 1 });
  const running = run(systemClock, {
    maxItemsPerCall: 10,
    read: { mode: 'polling', periodMs: 20 },
    equipment: [
      device([
        { point: 'current', node: 's=Current' },
        { point: 'extra', node: 's=Extra' },
      ]),
    ],
  });
  const extra = (): readonly [number, string] | undefined =>
    running.frames.findLast(({ points }) => points['extra']?.[1] !== '0xFFFFFFFF')?.points['extra'];
  await running.until(() => extra()?.[1] === 'Good');
  await server.remove('Extra');
  await running.until(() => extra()?.[1] === 'BadNodeIdUnknown');
  await running.until(() => running.members.at(-1)?.state === 'degraded');
  await server.add({ name: 'Extra', type: 'Double', value: 2 });
  await running.until(() => extra()?.[0] === 2);
  await running.until(() => running.members.at(-1)?.state === 'up');
});
