import { afterEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../../../../gateway/core/error.ts';
import { noText } from '../../../../gateway/core/point.ts';
import { LockStepClock } from '../../../../gateway/runtime/lock-step-clock.ts';
import { systemClock } from '../../../../gateway/runtime/system-clock.ts';
import { exceptionAnswer, registersAnswer } from '../../../support/modbus-device.ts';
import { type RegisterDevice, startRegisterDevice } from '../../../support/modbus-registers.ts';
import { createSource, profileOf, tcpEntry } from '../../../support/modbus-source.ts';
import { runSource, type SourceRun } from '../../../support/source-run.ts';

const startMs = Date.UTC(2023, 5, 21);

let closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.reverse()) await close();
  closers = [];
});

const startRegisters = async (): Promise<RegisterDevice> => {
  const device = await startRegisterDevice();
  closers.push(() => device.close());
  return device;
};

/** Time moves only when all reads of an instant are done, so each test says to the frame what must come. */
const runLockStep = (
  source: ReturnType<typeof createSource>,
  options: { readonly durationMs: number; readonly onMove?: (elapsedMs: number) => void },
): { readonly run: SourceRun; readonly finished: Promise<void> } => {
  const clock = new LockStepClock({
    startMs,
    untilMs: startMs + options.durationMs,
    advance: async (toMs) => options.onMove?.(toMs - startMs),
    drain: async () => undefined,
  });
  const run = runSource(source, clock);
  closers.push(() => run.stop());
  return { run, finished: Promise.race([clock.finished, run.ended.then(() => undefined)]) };
};

const one = profileOf([{ point: 'a', address: 0 }]);
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

const times = (run: SourceRun, equipment = 'device'): readonly number[] =>
  run.framesOf(equipment).map((frame) => frame.timeMs - startMs);

const values = (run: SourceRun, point = 'a', equipment = 'device'): readonly unknown[] =>
  run
    .framesOf(equipment)
    .flatMap((frame) => (frame.points[point] === undefined ? [] : [frame.points[point]]));

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
    closers.push(() => run.stop());
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

describe('a torn read', () => {
  const torn = profileOf([{ point: 'a', address: 1 }], {
    block: { tornReadCheck: [0, 2] },
  });

  it('is asked again at once, and what was torn is not shown', async () => {
    const device = await startRegisters();
    device.set(0, [1, 500, 2]);
    device.onRequest = (request) => {
      if (request.index === 1) device.set(0, [2, 600, 2]);
    };
    const { run, finished } = runLockStep(createSource(tcpEntry(device.port, [{}]), [torn]), {
      durationMs: 50,
    });
    await finished;
    expect(values(run)).toEqual([[600, 'Good']]);
    expect(run.counters).toMatchObject({ torn_reads: 1 });
  });

  it('that stays torn is bad', async () => {
    const device = await startRegisters();
    device.set(0, [1, 500, 2]);
    const { run, finished } = runLockStep(createSource(tcpEntry(device.port, [{}]), [torn]), {
      durationMs: 50,
    });
    await finished;
    expect(values(run)).toEqual([[0, 'BadDataUnavailable']]);
    expect(run.counters).toMatchObject({ torn_reads: 3 });
    expect(run.members[0]?.state).toBe('degraded');
  });
});

describe('a device with a clock', () => {
  const clocked = profileOf([{ point: 'a', address: 0 }], {
    block: { deviceTime: { epochSeconds: 1, milliseconds: 3 } },
  });
  const setTime = (device: RegisterDevice, timeMs: number, value: number): void => {
    const seconds = Math.floor(timeMs / 1000);
    device.set(0, [value, seconds >>> 16, seconds & 0xffff, timeMs - seconds * 1000]);
  };

  const runClocked = async (
    options: Record<string, unknown>,
    deviceTimeMs: (elapsedMs: number) => number,
  ) => {
    const device = await startRegisters();
    setTime(device, deviceTimeMs(0), 0);
    const source = createSource(tcpEntry(device.port, [{}], options), [clocked]);
    const { run, finished } = runLockStep(source, {
      durationMs: 500,
      onMove: (elapsedMs) => setTime(device, deviceTimeMs(elapsedMs), elapsedMs),
    });
    await finished;
    return run;
  };

  it('stamps its frames when the site trusts it', async () => {
    const run = await runClocked({ timestamps: 'device' }, (elapsed) => startMs + elapsed - 37);
    expect(times(run)).toEqual([-37, 63, 163, 263, 363, 463]);
    expect(run.frames[1]?.receivedMs).toBe(startMs + 100);
    expect(run.events).toEqual([]);
  });

  it('does not stamp them unless told to', async () => {
    const run = await runClocked({}, (elapsed) => startMs + elapsed - 20_000);
    expect(times(run)).toEqual([0, 100, 200, 300, 400, 500]);
    expect(run.events).toEqual([]);
    expect(Object.values(run.skewMs)).toEqual([-20_000]);
  });

  it('is not believed beyond the skew allowed: gateway time, uncertain, one event each way', async () => {
    const run = await runClocked({ timestamps: 'device' }, (elapsed) =>
      elapsed === 200 || elapsed === 300 ? 0 : startMs + elapsed,
    );
    expect(times(run)).toEqual([0, 100, 200, 300, 400, 500]);
    expect(values(run)).toEqual([
      [0, 'Good'],
      [100, 'Good'],
      [200, 'Uncertain'],
      [300, 'Uncertain'],
      [400, 'Good'],
      [500, 'Good'],
    ]);
    expect(run.events.map(({ code }) => code)).toEqual([
      'device-clock-skewed',
      'device-clock-restored',
    ]);
  });

  it('that stands still gives no new sample', async () => {
    const run = await runClocked({ timestamps: 'device' }, (elapsed) =>
      elapsed < 300 ? startMs + elapsed : startMs + 300,
    );
    expect(times(run)).toEqual([0, 100, 200, 300]);
    expect(run.counters).toMatchObject({ repeated_frames: 2 });
  });
});

describe('at the beginning of a connection', () => {
  const probed = profileOf([{ point: 'a', address: 0 }], {
    wordOrderProbe: { address: 2, type: 'f32', expect: 230.5 },
    identity: [{ address: 4, equals: 103 }],
  });

  it('a device that is the right one is read', async () => {
    const device = await startRegisters();
    device.set(0, [9, 0, 0x4366, 0x8000, 103]);
    const { run, finished } = runLockStep(createSource(tcpEntry(device.port, [{}]), [probed]), {
      durationMs: 100,
    });
    await finished;
    expect(values(run)).toEqual([
      [9, 'Good'],
      [9, 'Good'],
    ]);
    expect(run.counters).toMatchObject({ requests: 4 });
  });

  it('another order of words is named, once, and nothing is shown', async () => {
    const device = await startRegisters();
    device.set(0, [9, 0, 0x8000, 0x4366, 103]);
    const { run, finished } = runLockStep(createSource(tcpEntry(device.port, [{}]), [probed]), {
      durationMs: 60_000,
    });
    await finished;
    expect(run.events.map(({ code }) => code)).toEqual(['word-order-mismatch']);
    expect(run.events[0]?.text.en).toContain('CDAB would give it');
    expect(run.events[0]?.text.zh).toContain('CDAB');
    expect(new Set(values(run).map(String))).toEqual(new Set(['0,BadConfigurationError']));
    expect(run.members.at(-1)).toMatchObject({ state: 'down' });
    expect(run.framesOf('device').length).toBeLessThan(20);
  });

  it('another device is named, and read once it is the right one', async () => {
    const device = await startRegisters();
    device.set(0, [9, 0, 0x4366, 0x8000, 104]);
    const { run, finished } = runLockStep(createSource(tcpEntry(device.port, [{}]), [probed]), {
      durationMs: 20_000,
      onMove: (elapsedMs) => {
        if (elapsedMs > 5000) device.set(4, [103]);
      },
    });
    await finished;
    expect(run.events.map(({ code }) => code)).toEqual(['device-identity-mismatch']);
    expect(run.events[0]?.text.en).toContain('register 4 holds 104 instead of 103');
    expect(values(run).at(-1)).toEqual([9, 'Good']);
    expect(run.members.at(-1)).toMatchObject({ state: 'up' });
  });

  it('a device that does not answer is not taken for another', async () => {
    const device = await startRegisters();
    device.misbehave(1, () => undefined);
    const source = createSource(tcpEntry(device.port, [{}], { timeoutMs: 20 }), [probed]);
    const { run, finished } = runLockStep(source, { durationMs: 150 });
    await finished;
    expect(run.events).toEqual([]);
    expect(values(run)).toEqual([
      [0, 'BadTimeout'],
      [0, 'BadTimeout'],
    ]);
  });
});

describe('a bus', () => {
  it('with a dead unit keeps the period of the others, and loses at most a tenth of its time', async () => {
    const device = await startRegisters();
    device.set(0, [1], 1);
    device.set(0, [3], 3);
    device.misbehave(2, () => undefined);
    const timeoutMs = 20;
    // One at a time, as where a serial line lies behind: the dead unit is in everybody's way.
    const entry = tcpEntry(
      device.port,
      [1, 2, 3].map((unitId) => ({ unitId, equipment: `e${unitId}` })),
      { timeoutMs, transport: { maxInFlight: 1 } },
    );
    const durationMs = 60_000;
    const { run, finished } = runLockStep(createSource(entry, [one]), { durationMs });
    await finished;
    expect(run.framesOf('e1')).toHaveLength(durationMs / 100 + 1);
    expect(run.framesOf('e3')).toHaveLength(durationMs / 100 + 1);
    const lostMs = (run.counters['timeouts'] ?? 0) * timeoutMs;
    expect(lostMs).toBeGreaterThan(0);
    expect(lostMs).toBeLessThan(durationMs / 10);
    expect(run.members.filter(({ member }) => member.startsWith('unit 2')).at(-1)).toMatchObject({
      state: 'down',
    });
    expect(run.counters['polls_suspended']).toBeGreaterThan(500);
  });

  it('reads a unit that has come back at its period again', async () => {
    const device = await startRegisters();
    device.set(0, [1], 1);
    device.set(0, [2], 2);
    device.misbehave(2, () => undefined);
    const entry = tcpEntry(
      device.port,
      [1, 2].map((unitId) => ({ unitId, equipment: `e${unitId}` })),
      { timeoutMs: 20 },
    );
    const { run, finished } = runLockStep(createSource(entry, [one]), {
      durationMs: 30_000,
      onMove: (elapsedMs) => {
        if (elapsedMs > 10_000) device.misbehave(2, undefined);
      },
    });
    await finished;
    const good = run.framesOf('e2').filter(({ points }) => points['a']?.[0] === 2);
    expect(good.length).toBeGreaterThan(50);
    expect(run.members.filter(({ member }) => member.startsWith('unit 2')).at(-1)).toMatchObject({
      state: 'up',
    });
  });
});
