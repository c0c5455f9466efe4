import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PollSchedule } from '../../../../adapters/shared/poll-schedule.ts';
import { testSeed } from '../../../support/seed.ts';

const take = (schedule: PollSchedule, nowMs: number): { due: number[]; missed: number } => {
  const due: number[] = [99];
  const missed = schedule.take(nowMs, due);
  return { due, missed };
};

describe('PollSchedule', () => {
  it('begins with all tasks and goes on at multiples of each period', () => {
    const schedule = new PollSchedule(1000, [100, 250]);
    expect(schedule.nextDueMs).toBe(1000);
    expect(take(schedule, 1000)).toEqual({ due: [0, 1], missed: 0 });
    expect(schedule.nextDueMs).toBe(1100);
    expect(take(schedule, 1099)).toEqual({ due: [], missed: 0 });
    expect(take(schedule, 1100)).toEqual({ due: [0], missed: 0 });
    expect(take(schedule, 1200)).toEqual({ due: [0], missed: 0 });
    expect(take(schedule, 1250)).toEqual({ due: [1], missed: 0 });
  });

  it('does a late cycle late, and leaves out only those whose whole period is over', () => {
    const schedule = new PollSchedule(0, [100]);
    take(schedule, 0);
    expect(take(schedule, 199)).toEqual({ due: [0], missed: 0 });
    expect(schedule.nextDueMs).toBe(200);
    expect(take(schedule, 450)).toEqual({ due: [0], missed: 2 });
    expect(schedule.nextDueMs).toBe(500);
  });

  it('does not drift, however late each cycle was', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { maxLength: 50 }),
        (periodMs, delays) => {
          const schedule = new PollSchedule(17, [periodMs]);
          let nowMs = 17;
          let cycles = 0;
          for (const delay of delays) {
            nowMs = Math.max(nowMs, schedule.nextDueMs) + delay * periodMs;
            const { due, missed } = take(schedule, nowMs);
            cycles += due.length + missed;
            expect((schedule.nextDueMs - 17) % periodMs).toBe(0);
            expect(schedule.nextDueMs).toBe(17 + cycles * periodMs);
            expect(schedule.nextDueMs).toBeGreaterThan(nowMs - 1e-6 * periodMs);
          }
        },
      ),
      { seed: testSeed() },
    );
  });

  it('skips to a time without leaving its grid, and never backwards', () => {
    const schedule = new PollSchedule(0, [100, 1000]);
    take(schedule, 0);
    expect(schedule.skipTo(1050)).toBe(11);
    expect(schedule.nextDueMs).toBe(1100);
    expect(schedule.skipTo(500)).toBe(0);
    expect(take(schedule, 1100)).toEqual({ due: [0], missed: 0 });
    expect(take(schedule, 2000).due).toEqual([0, 1]);
  });

  it('without tasks is never due', () => {
    expect(new PollSchedule(0, []).nextDueMs).toBe(Number.POSITIVE_INFINITY);
  });
});
