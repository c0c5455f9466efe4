import { afterEach, describe, expect, it } from 'vitest';
import { openTransport } from '../../../../adapters/modbus/connect.ts';
import { layoutSource } from '../../../../adapters/modbus/device-layout.ts';
import { DevicePoller } from '../../../../adapters/modbus/device-poller.ts';
import { GroupFrame } from '../../../../adapters/shared/group-frame.ts';
import type { Clock } from '../../../../gateway/core/clock.ts';
import type { SourceContext } from '../../../../gateway/core/source.ts';
import { LockStepClock } from '../../../../gateway/runtime/lock-step-clock.ts';
import { systemClock } from '../../../../gateway/runtime/system-clock.ts';
import { exceptionAnswer } from '../../../support/modbus-device.ts';
import { startRegisterDevice } from '../../../support/modbus-registers.ts';
import { createSource, modbusInput, profileOf, tcpEntry } from '../../../support/modbus-source.ts';
import { openPtyPair, ptyProgram } from '../../../support/pty-pair.ts';
import { rtuAnswer, startRtuDevice, startRtuPort } from '../../../support/rtu-device.ts';
import { runSource, type SourceRun } from '../../../support/source-run.ts';

let closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.reverse()) await close();
  closers = [];
});

const periodMs = 500;
const timeoutMs = 300;
const watchedMs = 40_000;
/** How much less than without a dead unit may be on time. */
const mostCost = 0.03;
const units = [1, 2, 3, 4];
const deadUnit = 3;
const one = profileOf([{ point: 'a', address: 0 }], { block: { periodMs } });

const devices = units.map((unitId) => ({
  profile: 'test',
  area: 'area',
  line: 'line',
  unitId,
  equipment: `e${unitId}`,
}));

const serial = {
  baudRate: 19_200,
  parity: 'none',
  drainMs: 50,
};

/** The buses, each with one dead unit of four, and what their sites say of them. */
const buses: Readonly<Record<string, () => Promise<Record<string, unknown>>>> = {
  'RTU on a serial port': async () => {
    const pair = await openPtyPair();
    closers.push(() => pair.close());
    const port = await startRtuPort(pair.far, (request) => {
      if (request.unitId !== deadUnit) request.socket.write(rtuAnswer(request));
    });
    closers.push(() => port.close());
    return { type: 'rtu', path: pair.near, ...serial };
  },
  'TCP with a gateway that says nothing': async () => {
    const device = await startRegisterDevice();
    closers.push(() => device.close());
    for (const unitId of units) device.set(0, [unitId], unitId);
    device.misbehave(deadUnit, () => undefined);
    return { type: 'tcp', host: '127.0.0.1', port: device.port, maxInFlight: 1 };
  },
  'TCP with a gateway that says that the unit is silent': async () => {
    const device = await startRegisterDevice();
    closers.push(() => device.close());
    for (const unitId of units) device.set(0, [unitId], unitId);
    device.misbehave(deadUnit, (request) => {
      setTimeout(() => request.socket.write(exceptionAnswer(request, 11)), timeoutMs * 0.8);
    });
    return { type: 'tcp', host: '127.0.0.1', port: device.port, maxInFlight: 1 };
  },
};

/** The system's clock, which remembers when the first polls were due, as wall time. */
const watchingClock = (): { readonly clock: Clock; startMs(): number } => {
  let firstMs = Number.POSITIVE_INFINITY;
  return {
    startMs: () => firstMs,
    clock: {
      nowMs: () => systemClock.nowMs(),
      monotonicMs: () => systemClock.monotonicMs(),
      join: (name, order) => {
        const participant = systemClock.join(name, order);
        return {
          sleepUntil: (dueMs, signal) => {
            const wallMs = systemClock.nowMs() + dueMs - systemClock.monotonicMs();
            firstMs = Math.min(firstMs, wallMs);
            return participant.sleepUntil(dueMs, signal);
          },
          leave: () => participant.leave(),
        };
      },
    },
  };
};

/** The share of the cycles of all living units in whose period there is a good frame. */
const shareOnTime = (run: SourceRun, startMs: number): number => {
  const cycles = Math.floor(watchedMs / periodMs) - 1;
  const living = units.filter((unitId) => unitId !== deadUnit);
  const done = living.flatMap((unitId) => {
    const good = run.framesOf(`e${unitId}`).filter(({ points }) => points['a']?.[1] === 'Good');
    const seen = new Set(good.map(({ timeMs }) => Math.floor((timeMs - startMs) / periodMs)));
    return [...seen].filter((cycle) => cycle >= 0 && cycle < cycles);
  });
  return done.length / (cycles * living.length);
};

const describePty = ptyProgram.describe;

/** The same units on a bus of their own, all of them alive. */
const healthyRun = async (): Promise<{ readonly run: SourceRun; startMs(): number }> => {
  const device = await startRegisterDevice();
  closers.push(() => device.close());
  for (const unitId of units) device.set(0, [unitId], unitId);
  const transport = { type: 'tcp', host: '127.0.0.1', port: device.port, maxInFlight: 1 };
  const watching = watchingClock();
  const run = runSource(createSource({ transport, timeoutMs, devices }, [one]), watching.clock);
  closers.push(() => run.stop());
  return { run, startMs: watching.startMs };
};

describePty('a bus with one dead unit of four', () => {
  it.concurrent.each(Object.keys(buses))('keeps the period of the others: %s', async (name) => {
    const transport = await (buses[name] as () => Promise<Record<string, unknown>>)();
    const watching = watchingClock();
    const run = runSource(createSource({ transport, timeoutMs, devices }, [one]), watching.clock);
    closers.push(() => run.stop());
    const control = await healthyRun();
    await new Promise((resolve) => setTimeout(resolve, watchedMs));
    expect(await run.stop()).toBeUndefined();
    expect(await control.run.stop()).toBeUndefined();
    // What a busy machine costs, it costs the control as well.
    const possible = shareOnTime(control.run, control.startMs());
    expect(shareOnTime(run, watching.startMs())).toBeGreaterThanOrEqual(possible - mostCost);
    const dead = run.framesOf(`e${deadUnit}`);
    const lostMs = dead.length * (timeoutMs + serial.drainMs);
    expect(dead.length).toBeGreaterThanOrEqual(4);
    expect(lostMs).toBeLessThanOrEqual(watchedMs / 10);
    expect(run.connections()).toBe(1);
  });
});

const startMs = Date.UTC(2023, 5, 21);

const runLockStep = async (
  entry: Record<string, unknown>,
  options: {
    readonly durationMs: number;
    readonly profile?: ReturnType<typeof profileOf>;
    onMove?(elapsedMs: number): void;
  },
): Promise<SourceRun> => {
  const { durationMs, profile = one, onMove } = options;
  const clock = new LockStepClock({
    startMs,
    untilMs: startMs + durationMs,
    advance: async (toMs) => onMove?.(toMs - startMs),
    drain: async () => undefined,
  });
  const run = runSource(createSource(entry, [profile]), clock);
  closers.push(() => run.stop());
  await Promise.race([clock.finished, run.ended]);
  return run;
};

const pairOf = (port: number, options: Record<string, unknown> = {}): Record<string, unknown> =>
  tcpEntry(
    port,
    [
      { unitId: 1, equipment: 'e1' },
      { unitId: 2, equipment: 'e2' },
    ],
    {
      timeoutMs: 15,
      ...options,
    },
  );

describe('a dead unit', () => {
  it.each([
    [20_000, 2],
    [900_000, 300],
  ])(
    'that is back after %i ms is found again within one probe interval, and is bad until then',
    async (deadMs, longestProbeSeconds) => {
      const device = await startRegisterDevice();
      closers.push(() => device.close());
      device.set(0, [1], 1);
      device.set(0, [2], 2);
      const diesMs = 1000;
      const backMs = diesMs + deadMs;
      const asked: number[] = [];
      let elapsedMs = 0;
      device.onRequest = ({ unitId }) => {
        if (unitId === 2) asked.push(elapsedMs);
      };
      const longestMs = Math.max(longestProbeSeconds * 1000, deadMs);
      const run = await runLockStep(pairOf(device.port), {
        durationMs: backMs + Math.min(longestMs, 300_000) + 2000,
        profile: profileOf([{ point: 'a', address: 0 }], { block: { periodMs: 1000 } }),
        onMove: (toMs) => {
          elapsedMs = toMs;
          const isDead = toMs >= diesMs && toMs < backMs;
          device.misbehave(2, isDead ? () => undefined : undefined);
        },
      });
      const frames = run.framesOf('e2').map(({ timeMs, points }) => ({
        elapsedMs: timeMs - startMs,
        status: points['a']?.[1],
      }));
      const probes = asked.filter((atMs) => atMs >= diesMs && atMs < backMs);
      const bad = frames.filter(({ status }) => status !== 'Good');
      // Each bad frame stands at a time at which it was asked, and none is made up in between.
      expect(bad.map((frame) => frame.elapsedMs)).toEqual(probes);
      expect(new Set(bad.map(({ status }) => status))).toEqual(new Set(['BadTimeout']));
      const foundMs = frames.find((frame) => frame.elapsedMs >= backMs)?.elapsedMs ?? Infinity;
      const gaps = probes.slice(1).map((atMs, i) => atMs - (probes[i] ?? 0));
      expect(foundMs - backMs).toBeLessThanOrEqual(2 * Math.max(...gaps) + 1000);
      expect(foundMs - backMs).toBeLessThanOrEqual(300_000 + 1000);
      const after = frames.filter((frame) => frame.elapsedMs >= foundMs);
      expect(after.every(({ status }) => status === 'Good')).toBe(true);
      expect(after[1]?.elapsedMs).toBe(foundMs + 1000);
    },
  );

  it('takes its slow groups with it, once, at the time of the last time-out', async () => {
    const device = await startRegisterDevice();
    closers.push(() => device.close());
    for (const unitId of [1, 2]) device.set(0, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2], unitId);
    const block = (name: string, address: number, blockPeriodMs: number) => ({
      name,
      class: 'device',
      periodMs: blockPeriodMs,
      instances: [{ address }],
      points: [{ point: name, address: 0, type: 'u16', description: { en: 'a', zh: 'a' } }],
    });
    const run = await runLockStep(pairOf(device.port), {
      durationMs: 30_000,
      profile: profileOf([{ point: 'a', address: 0 }], {
        limits: { maxGap: 0 },
        block: { points: undefined },
        blocks: [block('fast', 0, 100), block('slow', 10, 60_000)],
      }),
      onMove: (elapsedMs) => {
        if (elapsedMs === 1000) device.misbehave(2, () => undefined);
      },
    });
    const slow = run
      .framesOf('e2', 'slow')
      .map(({ timeMs, points }) => [timeMs - startMs, points['slow']]);
    expect(slow).toEqual([
      [expect.any(Number), [2, 'Good']],
      [1200, [0, 'BadNoCommunication']],
    ]);
    expect(run.framesOf('e1', 'slow')).toHaveLength(1);
  });

  it('costs a serial line its time-out and the silence after it', async () => {
    const line = await startRtuDevice(() => undefined);
    closers.push(() => line.close());
    const drainMs = 70;
    const input = modbusInput(
      {
        transport: { type: 'rtu-over-tcp', host: '127.0.0.1', port: line.port, drainMs },
        timeoutMs: 30,
        devices: devices.slice(0, 1),
      },
      [one],
    );
    const signal = new AbortController().signal;
    const transport = await openTransport(input.config, { signal, count: () => undefined });
    closers.push(() => transport.close());
    const [layout] = layoutSource(input).devices;
    if (layout === undefined) throw new Error('no device');
    const frames = layout.groups.map((group) => new GroupFrame(group));
    const context = { clock: systemClock, emit: () => true } as unknown as SourceContext;
    const poller = new DevicePoller({
      ...{ layout, config: input.config, context, transport, frames },
      onAnswer: () => undefined,
    });
    const startedMs = performance.now();
    expect(await poller.poll([0], startedMs)).toMatchObject({ state: 'unanswered', costMs: 100 });
    await poller.poll([0], startedMs);
    // The second request waited for the silence after the first.
    expect(performance.now() - startedMs).toBeGreaterThan(30 + drainMs + 30 - 5);
  });
});
