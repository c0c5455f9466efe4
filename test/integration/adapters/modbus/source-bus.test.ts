import { describe, expect, it } from 'vitest';
import { one, runLockStep, startRegisters } from '../../../support/lock-step-source.ts';
import { createSource, tcpEntry } from '../../../support/modbus-source.ts';

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
