// Goal: what chargers say by OCPP gives the same figures as the vehicles themselves. Method: the simulated park, whose chargers
// connect to the endpoint and share no code with it, in lock-step through a morning; its truth is the oracle.
import { describe, expect, it } from 'vitest';
import { minuteMs, SimulatedChargers } from '../../../support/simulated-chargers.ts';

const kpi = 'park/energy/site/chargerUtilisation';
const hours = 3;

const sumOf = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0);

describe('the chargers of the simulated park', () => {
  it('have the energy and the utilisation that they gave', { timeout: 120_000 }, async () => {
    const chargers = await SimulatedChargers.start();
    const before = await chargers.truth();
    const results = await chargers.minutes(hours * 60);
    const after = await chargers.truth();
    const registersWh = after.chargers.map(
      ({ registerWh }, index) => registerWh - (before.chargers[index]?.registerWh ?? 0),
    );
    expect(sumOf(registersWh)).toBeGreaterThan(50_000);
    // Clock-aligned values at the full hour tell every register as it stands.
    expect((results[`${kpi}.energy`]?.value ?? 0) * 1000).toBeCloseTo(sumOf(registersWh), 6);
    const trueWh = sumOf(after.chargers.map(({ energyWh }) => energyWh));
    expect(Math.abs(sumOf(registersWh) - trueWh)).toBeLessThanOrEqual(10);
    const byTime = chargers.busyMs / (10 * hours * 60 * minuteMs);
    expect(results[`${kpi}.byTime`]?.value).toBeCloseTo(byTime, 2);
    const { run } = chargers;
    const count = (code: string) => run.events.filter((event) => event.code === code).length;
    expect(count('charging-started')).toBeGreaterThan(5);
    expect(count('charging-ended')).toBeGreaterThan(3);
    const stats = await chargers.stats();
    expect(stats).toMatchObject({ commands: 0, errors: 0, dropped: 0, connected: 10 });
    expect(stats['calls']).toBe(stats['answers']);
  });

  it('lose and gain nothing by faults of their connections', { timeout: 120_000 }, async () => {
    const chargers = await SimulatedChargers.start();
    const { run } = chargers;
    const before = await chargers.truth();
    await chargers.minutes(60);
    await chargers.fault({ kind: 'offline', charger: 1 });
    await chargers.fault({ kind: 'offline', charger: 5 });
    await chargers.fault({ kind: 'duplicate-boot', charger: 2 });
    await chargers.fault({ kind: 'hung', charger: 6 });
    await chargers.fault({ kind: 'replay' });
    await run.until(() => (run.counters['connections_replaced'] ?? 0) > 0);
    await chargers.minutes(45);
    const offline = run.framesOf('ch01').at(-1);
    expect(offline?.receivedMs).toBeLessThan(chargersNow(run.frames) - 30 * minuteMs);
    expect(run.members.some(({ member, state }) => member === 'SIM-CH01' && state === 'down')).toBe(
      true,
    );
    await chargers.clearFaults();
    await run.until(() => ['SIM-CH01', 'SIM-CH05'].every((name) => isUp(run.members, name)));
    const results = await chargers.minutes(15);
    const after = await chargers.truth();
    const registersWh = after.chargers.map(
      ({ registerWh }, index) => registerWh - (before.chargers[index]?.registerWh ?? 0),
    );
    expect((results[`${kpi}.energy`]?.value ?? 0) * 1000).toBeCloseTo(sumOf(registersWh), 6);
    expect(run.counters['values_repeated']).toBeGreaterThan(0);
    expect(run.events.filter(({ code }) => code === 'device-clock-skewed')).toEqual([]);
    const ends = run.events.filter(({ code }) => code === 'charging-ended');
    const ids = ends.map(({ subject, details }) => `${subject} ${details?.['transactionId']}`);
    expect(new Set(ids).size).toBe(ids.length);
    expect(await chargers.stats()).toMatchObject({ commands: 0, dropped: 0 });
  });

  it('are not believed about the time where their clocks are wrong', {
    timeout: 60_000,
  }, async () => {
    const chargers = await SimulatedChargers.start();
    await chargers.minutes(30);
    await chargers.fault({ kind: 'clock', offsetMs: 5 * 3_600_000 });
    await chargers.minutes(30);
    const { run } = chargers;
    const skewed = run.events.filter(({ code }) => code === 'device-clock-skewed');
    expect(skewed.length).toBeGreaterThan(0);
    expect(skewed.length).toBeLessThanOrEqual(10);
    for (const { timeMs, receivedMs } of run.frames) {
      expect(Math.abs(timeMs - receivedMs)).toBeLessThanOrEqual(30_000);
    }
  });
});

const chargersNow = (frames: readonly { readonly receivedMs: number }[]): number =>
  Math.max(...frames.map(({ receivedMs }) => receivedMs));

const isUp = (
  members: readonly { readonly member: string; readonly state: string }[],
  name: string,
): boolean => members.findLast(({ member }) => member === name)?.state === 'up';
