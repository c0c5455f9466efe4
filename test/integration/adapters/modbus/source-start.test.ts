import { describe, expect, it } from 'vitest';
import { runLockStep, startRegisters, values } from '../../../support/lock-step-source.ts';
import { createSource, profileOf, tcpEntry } from '../../../support/modbus-source.ts';

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
