import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemberRetry } from '../../../../adapters/shared/member-retry.ts';
import { testSeed } from '../../../support/seed.ts';

const failures = (retry: MemberRetry, count: number, costMs = 0): readonly number[] =>
  Array.from({ length: count }, () => retry.failed(costMs));

describe('MemberRetry', () => {
  it('leaves the first failures to the period, then doubles the wait up to the longest', () => {
    const waits = failures(new MemberRetry({ name: 'm' }), 20);
    expect(waits.slice(0, 2)).toEqual([0, 0]);
    for (const [index, wait] of waits.slice(2).entries()) {
      const bound = Math.min(1000 * 2 ** index, 300_000);
      expect(wait).toBeGreaterThanOrEqual(bound / 2);
      expect(wait).toBeLessThanOrEqual(bound);
    }
    expect(waits.at(-1)).toBeGreaterThanOrEqual(150_000);
  });

  it('is down only beyond the failures tolerated, until one success', () => {
    const retry = new MemberRetry({ name: 'm', tolerated: 1 });
    expect(retry.isDown).toBe(false);
    retry.failed(0);
    expect(retry.isDown).toBe(false);
    retry.failed(0);
    expect([retry.isDown, retry.failures]).toEqual([true, 2]);
    retry.succeeded();
    expect([retry.isDown, retry.failures]).toEqual([false, 0]);
    expect(retry.failed(0)).toBe(0);
  });

  it('waits at least nine times as long as a failure kept the bus', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 60_000 }), (name, costMs) => {
        const waits = failures(new MemberRetry({ name }), 30, costMs).slice(2);
        for (const wait of waits) expect(wait).toBeGreaterThanOrEqual(9 * costMs);
      }),
      { seed: testSeed() },
    );
  });

  it('costs its bus at most a tenth of the time since its first failure, at the end of each rest', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 10_000 }), (name, costMs) => {
        const retry = new MemberRetry({ name });
        let lostMs = 0;
        let passedMs = 0;
        for (let failure = 0; failure < 30; failure += 1) {
          const restMs = retry.failed(costMs);
          lostMs += costMs;
          passedMs += costMs + restMs;
          if (restMs > 0) expect(lostMs).toBeLessThanOrEqual(passedMs / 10 + 1e-6);
        }
      }),
      { seed: testSeed() },
    );
  });

  it('does not make up for its first failures by a wait longer than the longest', () => {
    const [, , third] = failures(new MemberRetry({ name: 'm' }), 3, 20_000);
    expect(third).toBe(300_000);
  });

  it('spreads members, the same way in every run', () => {
    const waitOf = (name: string): number => failures(new MemberRetry({ name }), 8).at(-1) ?? 0;
    const names = Array.from({ length: 50 }, (_, index) => `unit ${index}`);
    const waits = names.map(waitOf);
    expect(waits).toEqual(names.map(waitOf));
    expect(new Set(waits).size).toBeGreaterThan(45);
    expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(10_000);
  });
});
