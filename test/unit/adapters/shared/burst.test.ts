import { describe, expect, it } from 'vitest';
import { type DeviceLoad, findBursts } from '../../../../adapters/shared/burst.ts';

/** `count` reads of 10 ms each. */
const reads = (count: number, periodMs: number): DeviceLoad['reads'] =>
  Array.from({ length: count }, () => ({ periodMs, wireMs: 10 }));

const device = (load: Partial<DeviceLoad>): DeviceLoad => ({
  phaseMs: 0,
  maxInFlight: 1,
  reads: reads(1, 100),
  ...load,
});

describe('the bursts of a bus', () => {
  it('take in all that falls due together', () => {
    const mixed = device({ reads: [...reads(1, 100), ...reads(30, 10_000)] });
    const { worst } = findBursts({ maxInFlight: 1, devices: [mixed] });
    expect(worst).toEqual({ requests: 31, durationMs: 310, shortestPeriodMs: 100 });
  });

  it('are shorter where several reads go at once, of a device and of the bus', () => {
    const load = { reads: reads(8, 1000), maxInFlight: 4 };
    const duration = (maxInFlight: number): number | undefined =>
      findBursts({ maxInFlight, devices: [device(load), device(load)] }).worst?.durationMs;
    expect(duration(1)).toBe(160);
    expect(duration(4)).toBe(40);
    // More than the devices take at once is of no use.
    expect(duration(8)).toBe(20);
    expect(duration(16)).toBe(20);
  });

  it('serve a quick device in between, for a slow one asks one read after the other', () => {
    const slow = device({ reads: reads(40, 60_000) });
    const quick = device({});
    const { worst, worstOf } = findBursts({ maxInFlight: 1, devices: [slow, quick] });
    // All 41 reads are due together, and four more cycles of the quick device come in between.
    expect(worst).toEqual({ requests: 41, durationMs: 450, shortestPeriodMs: 100 });
    expect(worstOf[1]?.durationMs).toBe(20);
  });

  it('are apart where phases keep them apart', () => {
    const load = { reads: reads(5, 1000) };
    const devices = [device(load), device({ ...load, phaseMs: 500 })];
    const { worst, worstOf } = findBursts({ maxInFlight: 1, devices });
    expect(worst).toEqual({ requests: 5, durationMs: 50, shortestPeriodMs: 1000 });
    expect(worstOf).toEqual([worst, worst]);
  });

  it('count the wait for what fell due shortly before', () => {
    const load = { reads: reads(5, 1000) };
    const devices = [device(load), device({ reads: reads(1, 1000), phaseMs: 45 })];
    const { worstOf } = findBursts({ maxInFlight: 1, devices });
    expect(worstOf[1]).toEqual({ requests: 1, durationMs: 15, shortestPeriodMs: 1000 });
  });

  it('are found where periods meet late', () => {
    const devices = [
      device({ reads: reads(1, 300) }),
      device({ reads: reads(1, 700), phaseMs: 200 }),
    ];
    // 0, 300, ... and 200, 900, ...: both are due at 900 for the first time.
    const { worst } = findBursts({ maxInFlight: 1, devices });
    expect(worst).toEqual({ requests: 2, durationMs: 20, shortestPeriodMs: 300 });
  });

  it('end also where a device asks more than there is time for', () => {
    const { worstOf } = findBursts({
      maxInFlight: 1,
      devices: [device({ reads: reads(20, 100) })],
    });
    expect(worstOf[0]?.durationMs).toBeGreaterThan(100);
  });

  it('are none without reads', () => {
    const { worst, worstOf } = findBursts({ maxInFlight: 1, devices: [device({ reads: [] })] });
    expect(worst).toBeUndefined();
    expect(worstOf).toEqual([undefined]);
  });
});
