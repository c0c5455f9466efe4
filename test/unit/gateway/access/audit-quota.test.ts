import { expect, it } from 'vitest';
import { AuditQuota } from '../../../../gateway/access/audit-quota.ts';

const dayMs = 86_400_000;

it('lists so many of each kind a day, and counts the rest', () => {
  let nowMs = 0;
  const quota = new AuditQuota(() => nowMs, 2);
  const admitted = (count: number) =>
    Array.from({ length: count }, () => quota.admits('refusals')).filter(Boolean).length;
  expect(admitted(5)).toBe(2);
  expect(quota.admits('sessions')).toBe(true);
  expect(quota.takeUnlisted()).toEqual({ refusals: 3 });
  expect(quota.takeUnlisted()).toEqual({});
  nowMs = dayMs - 1;
  expect(admitted(1)).toBe(0);
  // A clock that leapt ahead and was put right lists again.
  nowMs = 100 * dayMs;
  expect(admitted(3)).toBe(2);
  nowMs = dayMs;
  expect(admitted(3)).toBe(2);
});
