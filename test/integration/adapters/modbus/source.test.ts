import { describe, expect, it, onTestFinished } from 'vitest';
import { GatewayError } from '../../../../gateway/core/error.ts';
import { noText } from '../../../../gateway/core/point.ts';
import { systemClock } from '../../../../gateway/runtime/system-clock.ts';
import {
  one,
  runLockStep,
  startRegisters,
  times,
  values,
} from '../../../support/lock-step-source.ts';
import { exceptionAnswer, registersAnswer } from '../../../support/modbus-device.ts';
import { createSource, profileOf, tcpEntry } from '../../../support/modbus-source.ts';
import { runSource } from '../../../support/source-run.ts';

const twoBlocks = profileOf([{ point: 'a', address: 0 }], {
  limits: { maxGap: 0 },
  block: { points: undefined },
  blocks: [
    {
      name: 'first',
      class: 'device',
      periodMs: 100,
      instances: [{ address: 0 }],
      points: [{ point: 'a', address: 0, type: 'u16', description: { en: 'a', zh: 'a' } }],
    },
    {
      name: 'second',
      class: 'device',
      periodMs: 100,
      instances: [{ address: 10 }],
      points: [{ point: 'b', address: 0, type: 'u16', description: { en: 'b', zh: 'b' } }],
    },
  ],
});

describe('a Modbus source', () => {
  it('emits a frame of each group at each multiple of its period', async () => {
    const device = await startRegisters();
    device.set(0, [7]);
    const source = createSource(tcpEntry(device.port, [{}]), [one]);
    const { run, finished } = runLockStep(source, {
      durationMs: 450,
      onMove: (elapsedMs) => device.set(0, [elapsedMs]),
    });
    await finished;
    expect(times(run)).toEqual([0, 100, 200, 300, 400]);
    expect(values(run)).toEqual([7, 100, 200, 300, 400].map((value) => [value, 'Good']));
    expect(run.frames[0]).toMatchObject({ equipment: 'device', group: 'signals' });
    expect(run.members).toEqual([
      { member: 'unit 1 (area/line/device)', state: 'up', reason: noText },
    ]);
    expect(run.connections()).toBe(1);
    expect(run.counters).toMatchObject({ polls: 5, requests: 5 });
    expect(await run.stop()).toBeUndefined();
  });

  it('names its groups by the site, the device and the profile', async () => {
    const source = createSource(tcpEntry(1, [{ periodMs: 250 }]), [
      profileOf(
        [{ point: 'p', address: 0, type: 'i16', unit: 'kW', minimum: -1, kind: 'number' }],
        { block: { instances: [{ address: 5, equipment: 'e1' }, { address: 9 }] } },
      ),
    ]);
    expect(source.groups.map(({ equipment }) => equipment.equipment)).toEqual(['e1', 'device']);
    expect(source.groups[0]).toEqual({
      equipment: {
        enterprise: 'seamwatt',
        site: 'test',
        area: 'area',
        line: 'line',
        equipment: 'e1',
      },
      equipmentClass: 'device',
      name: 'signals',
      producer: 'test',
      device: 'unit 1',
      periodMs: 250,
      channels: [
        {
          point: 'p',
          kind: 'number',
          unit: 'kW',
          description: { en: 'A point', zh: '测点' },
          minimum: -1,
        },
      ],
    });
  });

  it('reads many units over one connection at the same instant', async () => {
    const device = await startRegisters();
    const units = [1, 2, 3, 4, 5];
    for (const unitId of units) device.set(0, [unitId * 11], unitId);
    const devices = units.map((unitId) => ({ unitId, equipment: `e${unitId}` }));
    const source = createSource(tcpEntry(device.port, devices), [one]);
    const { run, finished } = runLockStep(source, { durationMs: 100 });
    await finished;
    for (const unitId of units) {
      expect(values(run, 'a', `e${unitId}`)).toEqual([
        [unitId * 11, 'Good'],
        [unitId * 11, 'Good'],
      ]);
    }
    expect(device.connections).toHaveLength(1);
  });

  it('marks a group bad at the due time when its read times out, without a value', async () => {
    const device = await startRegisters();
    device.set(0, [5]);
    const source = createSource(tcpEntry(device.port, [{}], { timeoutMs: 30 }), [one]);
    const { run, finished } = runLockStep(source, {
      durationMs: 200,
      onMove: (elapsedMs) => device.misbehave(1, elapsedMs === 100 ? () => undefined : undefined),
    });
    await finished;
    expect(times(run)).toEqual([0, 100, 200]);
    expect(values(run)).toEqual([
      [5, 'Good'],
      [0, 'BadTimeout'],
      [5, 'Good'],
    ]);
    expect(run.members.map(({ state }) => state)).toEqual(['up', 'degraded', 'up']);
    expect(run.counters).toMatchObject({ timeouts: 1 });
  });

  it.each([
    [1, 'BadNotSupported'],
    [2, 'BadConfigurationError'],
    [4, 'BadDeviceFailure'],
    [6, 'BadDataUnavailable'],
    [11, 'BadNoCommunication'],
  ])('exception %i makes the points %s', async (code, symbol) => {
    const device = await startRegisters();
    device.misbehave(1, (request) => request.socket.write(exceptionAnswer(request, code)));
    const source = createSource(tcpEntry(device.port, [{}]), [one]);
    const { run, finished } = runLockStep(source, { durationMs: 50 });
    await finished;
    expect(values(run)).toEqual([[0, symbol]]);
    expect(run.members.map(({ state }) => state)).toEqual(['degraded']);
    expect(run.members[0]?.reason.en).toContain(`exception ${code}`);
    expect(run.counters).toMatchObject({ exceptions: 1 });
  });

  it('asks a block that is refused less and less often, and the others at their period', async () => {
    const device = await startRegisters();
    device.set(0, [1]);
    const source = createSource(tcpEntry(device.port, [{}]), [twoBlocks]);
    const { run, finished } = runLockStep(source, { durationMs: 10_000 });
    await finished;
    expect(run.framesOf('device', 'first')).toHaveLength(101);
    const refused = run.framesOf('device', 'second');
    expect(refused.length).toBeGreaterThan(3);
    expect(refused.length).toBeLessThan(12);
    expect(new Set(values(run, 'b').map(String))).toEqual(new Set(['0,BadConfigurationError']));
    expect(run.members.at(-1)).toMatchObject({ state: 'degraded' });
  });

  it('finds a block that is never answered, and goes on with the rest of the device', async () => {
    const device = await startRegisters();
    device.set(10, [1]);
    device.misbehave(1, undefined);
    device.onRequest = (request) =>
      device.misbehave(1, request.address === 0 ? () => undefined : undefined);
    const source = createSource(tcpEntry(device.port, [{}], { timeoutMs: 20 }), [twoBlocks]);
    const { run, finished } = runLockStep(source, { durationMs: 5000 });
    await finished;
    const answered = run
      .framesOf('device', 'second')
      .filter(({ points }) => points['b']?.[0] === 1);
    expect(answered.length).toBeGreaterThan(45);
    expect(run.framesOf('device', 'first').length).toBeLessThan(10);
    expect(run.members.at(-1)?.state).toBe('degraded');
  });

  it('skips cycles that it has missed and counts them', async () => {
    const device = await startRegisters();
    device.set(0, [1]);
    const rounds = 3;
    const readsPerRound = 3;
    device.misbehave(1, (request) => {
      const isHeld = request.index % readsPerRound === 0;
      if (isHeld) setTimeout(() => request.socket.write(exceptionAnswer(request, 6)), 350);
      else request.socket.write(registersAnswer(request, [1]));
    });
    const source = createSource(tcpEntry(device.port, [{}], { timeoutMs: 1000 }), [one]);
    const run = runSource(source, systemClock);
    onTestFinished(async () => {
      await run.stop();
    });
    await run.until(() => run.frames.length >= rounds * readsPerRound);
    expect(run.counters['polls_late']).toBeGreaterThanOrEqual(2 * rounds);
    const starts = times(run);
    const gaps = Array.from({ length: rounds }, (_, round) => {
      const [first = 0, second = Number.NaN] = starts.slice(round * readsPerRound + 1);
      return second - first;
    });
    // A busy machine may make the one or other read late, but not each.
    expect(Math.min(...gaps)).toBeLessThan(150);
  });

  it('ends with bad points and the reason when the device closes the connection', async () => {
    const device = await startRegisters();
    device.set(0, [1]);
    const source = createSource(tcpEntry(device.port, [{}]), [one]);
    const { run, finished } = runLockStep(source, {
      durationMs: 1000,
      onMove: () => device.misbehave(1, (request) => request.socket.destroy()),
    });
    await finished;
    const error = await run.ended;
    expect(error).toBeInstanceOf(GatewayError);
    expect(error).toMatchObject({ code: 'CONNECTION_LOST', retryable: true });
    expect(values(run)).toEqual([
      [1, 'Good'],
      [0, 'BadNoCommunication'],
    ]);
    expect(times(run)).toEqual([0, 100]);
  });

  it('ends with bad points when nobody listens, and runs again when it is asked to', async () => {
    const device = await startRegisters();
    device.set(0, [3]);
    const { port } = device;
    await device.close();
    const source = createSource(tcpEntry(port, [{}]), [one]);
    const { run, finished } = runLockStep(source, { durationMs: 1000 });
    await finished;
    expect(await run.ended).toMatchObject({ code: 'CONNECTION_FAILED' });
    expect(values(run)).toEqual([[0, 'BadNoCommunication']]);
    expect(run.connections()).toBe(0);
  });

  it('tears a connection down on which nobody answers any more', async () => {
    const device = await startRegisters();
    device.misbehave(1, () => undefined);
    const source = createSource(tcpEntry(device.port, [{}], { timeoutMs: 20 }), [one]);
    const { run, finished } = runLockStep(source, { durationMs: 60_000 });
    await finished;
    expect(await run.ended).toMatchObject({
      ...{ code: 'TIMEOUT', retryable: true },
      words: { zh: expect.stringContaining('连接仍在，但没有任何应答') },
    });
    expect(run.connections()).toBe(0);
    expect(values(run).map(String)).toEqual([
      '0,BadTimeout',
      '0,BadTimeout',
      '0,BadTimeout',
      '0,BadNoCommunication',
    ]);
  });

  it('keeps a connection on which a gateway says that the device is silent', async () => {
    const device = await startRegisters();
    device.misbehave(1, (request) => request.socket.write(exceptionAnswer(request, 11)));
    const { run, finished } = runLockStep(createSource(tcpEntry(device.port, [{}]), [one]), {
      durationMs: 120_000,
    });
    await finished;
    expect(device.connections).toHaveLength(1);
    expect(run.connections()).toBe(1);
    expect(run.members.at(-1)).toMatchObject({ state: 'down' });
    expect(device.requests.length).toBeLessThan(20);
    expect(await run.stop()).toBeUndefined();
  });

  it('stops at once, without a word, when it is told to', async () => {
    const device = await startRegisters();
    device.misbehave(1, () => undefined);
    const source = createSource(tcpEntry(device.port, [{}], { timeoutMs: 10_000 }), [one]);
    const run = runSource(source, systemClock);
    while (device.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const started = performance.now();
    expect(await run.stop()).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(1000);
    expect(run.frames).toEqual([]);
  });

  it('reads bits of both tables', async () => {
    const device = await startRegisters();
    device.set(20, [1, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    const bits = profileOf(
      [
        { point: 'a', address: 0, type: 'bit' },
        { point: 'b', address: 1, type: 'bit' },
        { point: 'c', address: 9, type: 'bit' },
      ],
      { block: { table: 'coil', instances: [{ address: 20 }] } },
    );
    const { run, finished } = runLockStep(createSource(tcpEntry(device.port, [{}]), [bits]), {
      durationMs: 50,
    });
    await finished;
    expect(run.frames[0]?.points).toEqual({ a: [1, 'Good'], b: [0, 'Good'], c: [1, 'Good'] });
    expect(device.requests.map(({ functionCode }) => functionCode)).toEqual([1]);
  });
});
