import { afterEach, describe, expect, it } from 'vitest';
import { LockStepClock } from '../../../../gateway/runtime/lock-step-clock.ts';
import { systemClock } from '../../../../gateway/runtime/system-clock.ts';
import { fakeNames } from '../../../support/fake-names.ts';
import { freePort } from '../../../support/free-port.ts';
import {
  type DeviceRequest,
  exceptionAnswer,
  registersAnswer,
  type ScriptedDevice,
  startDevice,
} from '../../../support/modbus-device.ts';
import { startRegisterDevice } from '../../../support/modbus-registers.ts';
import { createSource, profileOf, tcpEntry } from '../../../support/modbus-source.ts';
import { runSource, type SourceRun } from '../../../support/source-run.ts';
import { startStallingProxy } from '../../../support/stalling-proxy.ts';

let closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.reverse()) await close();
  closers = [];
});

const one = profileOf([{ point: 'a', address: 0 }]);
const startMs = Date.UTC(2023, 5, 21);

const run = (source: ReturnType<typeof createSource>): SourceRun => {
  const running = runSource(source, systemClock);
  closers.push(() => running.stop());
  return running;
};

const lastOf = (running: SourceRun): readonly [number, string] | undefined =>
  running.frames.at(-1)?.points['a'];

/** A device that holds one value in every register. */
const holding =
  (value: number) =>
  (request: DeviceRequest): void => {
    request.socket.write(registersAnswer(request, new Array<number>(request.quantity).fill(value)));
  };

const start = async (
  script: (request: DeviceRequest) => void,
  options: { readonly port?: number; readonly host?: string } = {},
): Promise<ScriptedDevice> => {
  const device = await startDevice(script, options);
  closers.push(() => device.close());
  return device;
};

describe('a device that restarts', () => {
  it('is lost, refused while it is away, and read as it is afterwards', async () => {
    const before = await start(holding(1));
    const source = createSource(tcpEntry(before.port, [{}]), [one]);
    const first = run(source);
    await first.until(() => lastOf(first)?.[0] === 1);
    await before.close();
    expect(await first.ended).toMatchObject({ code: 'CONNECTION_LOST', retryable: true });
    expect(lastOf(first)).toEqual([0, 'BadNoCommunication']);
    const away = run(source);
    expect(await away.ended).toMatchObject({ code: 'CONNECTION_FAILED', retryable: true });
    await start(holding(2), { port: before.port });
    const again = run(source);
    await again.until(() => lastOf(again)?.[0] === 2);
    expect(again.frames.map(({ points }) => points['a']).every((sample) => sample?.[0] === 2)).toBe(
      true,
    );
  });

  it('without a word is given up: the connection stands at one end only', async () => {
    const device = await start(holding(1));
    const proxy = await startStallingProxy(device.port);
    closers.push(() => proxy.close());
    const source = createSource(tcpEntry(proxy.port, [{}], { timeoutMs: 100 }), [one]);
    const first = run(source);
    await first.until(() => lastOf(first)?.[0] === 1);
    proxy.stall();
    const stalledMs = performance.now();
    expect(await first.ended).toMatchObject({ code: 'TIMEOUT', retryable: true });
    // Three time-outs in a row, and as many periods.
    expect(performance.now() - stalledMs).toBeLessThan(3000);
    const good = first.frames.filter(({ points }) => points['a']?.[1] === 'Good');
    expect(first.frames.slice(good.length).map(({ points }) => points['a']?.[1])).toEqual([
      'BadTimeout',
      'BadTimeout',
      'BadTimeout',
      'BadNoCommunication',
    ]);
    proxy.resume();
    const again = run(source);
    await again.until(() => lastOf(again)?.[0] === 1);
  });
});

describe('a device that refuses for a while', () => {
  it.each([
    [4, 'BadDeviceFailure', 1],
    [6, 'BadDataUnavailable', 1],
    [5, 'BadDataUnavailable', 1],
    [10, 'BadNoCommunication', 60],
    [11, 'BadNoCommunication', 60],
    [2, 'BadConfigurationError', 60],
  ])(
    'by exception %i is bad until then (%s), and read again within %i periods of its end',
    async (code, status, periods) => {
      const device = await startRegisterDevice();
      closers.push(() => device.close());
      device.set(0, [5]);
      const refusesMs = 30_000;
      const clock = new LockStepClock({
        startMs,
        untilMs: startMs + 100_000,
        advance: async (toMs) => {
          const elapsedMs = toMs - startMs;
          const isRefusing = elapsedMs >= 10_000 && elapsedMs < 10_000 + refusesMs;
          device.misbehave(
            1,
            isRefusing
              ? (request) => request.socket.write(exceptionAnswer(request, code))
              : undefined,
          );
        },
        drain: async () => undefined,
      });
      const profile = profileOf([{ point: 'a', address: 0 }], { block: { periodMs: 1000 } });
      const running = runSource(createSource(tcpEntry(device.port, [{}]), [profile]), clock);
      closers.push(() => running.stop());
      await Promise.race([clock.finished, running.ended]);
      const frames = running.frames.map(({ timeMs, points }) => ({
        elapsedMs: timeMs - startMs,
        sample: points['a'],
      }));
      const bad = frames.filter(({ sample }) => sample?.[1] !== 'Good');
      expect(bad[0]?.elapsedMs).toBe(10_000);
      expect(new Set(bad.map(({ sample }) => String(sample)))).toEqual(new Set([`0,${status}`]));
      const back = frames.find(({ elapsedMs, sample }) => elapsedMs > 10_000 && sample?.[0] === 5);
      expect((back?.elapsedMs ?? Infinity) - 10_000 - refusesMs).toBeLessThan(periods * 1000);
      expect(device.connections).toHaveLength(1);
      expect(running.members.at(-1)).toMatchObject({ state: 'up' });
    },
  );
});

it('asks for the address of its device anew at every connection', async () => {
  const port = await freePort();
  const old = await start(holding(1), { port, host: '127.0.0.1' });
  await start(holding(2), { port, host: '127.0.0.2' });
  const names = fakeNames('127.0.0.1');
  const entry = tcpEntry(port, [{}], { transport: { host: 'meter.plant.example' } });
  const source = createSource(entry, [one]);
  const first = run(source);
  await first.until(() => lastOf(first)?.[0] === 1);
  names.address = '127.0.0.2';
  await old.close();
  await first.ended;
  const again = run(source);
  await again.until(() => lastOf(again)?.[0] === 2);
});
