import { describe, expect, it } from 'vitest';
import {
  runLockStep,
  startMs,
  startRegisters,
  times,
  values,
} from '../../../support/lock-step-source.ts';
import type { RegisterDevice } from '../../../support/modbus-registers.ts';
import { createSource, profileOf, tcpEntry } from '../../../support/modbus-source.ts';

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
