// Goal: a plan says what a slow line has time for. Method: bytes counted by hand, 11 bits each.
import { describe, expect, it } from 'vitest';
import { dlt645Adapter } from '../../../../adapters/dlt645/dlt645-adapter.ts';
import type { PlanReport } from '../../../../gateway/core/adapter.ts';
import { meterEntry, meterInput } from '../../../support/dlt645-source.ts';

const slow = { baudRate: 2400, turnaroundMs: 100, gapMs: 30, drainMs: 500 };

const planOf = (
  devices: readonly Record<string, unknown>[],
  options: Record<string, unknown> = {},
): PlanReport => {
  const { transport, ...rest } = options;
  const wire = { ...slow, ...(typeof transport === 'object' ? transport : {}) };
  const entry = meterEntry(1, devices, { timeoutMs: 1500, ...rest, transport: wire });
  const report = dlt645Adapter.plan?.(meterInput(entry));
  if (report === undefined) throw new Error('no plan');
  return report;
};
const places = ({ issues }: PlanReport): readonly string[] =>
  issues.map(({ path }) => path.join('.'));
const meter = (number: number, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  address: String(number).padStart(12, '0'),
  equipment: `m${number}`,
  ...more,
});

describe('the plan of a line', () => {
  it('counts wake-up bytes, both frames, 11 bits a byte, the turnaround and the rest', () => {
    const { rows, summary } = planOf([meter(1, { periodMs: 10_000 })]);
    // 4 FE and 16 bytes each way, and 4 of data.
    expect(rows[0]).toEqual([
      ...['000000000001', 'm1', 'signals', '00010000', 4, 10_000, 0.1, 4.4],
      Number(((44 * 11_000) / 2400 + 130).toFixed(2)),
    ]);
    expect(rows[1]?.at(-1)).toBe(Number(((43 * 11_000) / 2400 + 130).toFixed(2)));
    expect(summary[1]?.en).toBe('6.6 % of the time of the line (2400 baud, 100 ms a turnaround)');
  });

  it('counts the bits that a serial port is set to', () => {
    const serial = { type: 'serial', path: '/dev/ttyS9', parity: 'none' };
    const { rows } = planOf([meter(1, { periodMs: 10_000 })], { transport: serial });
    expect(rows[0]?.at(-1)).toBe(Number(((44 * 10_000) / 2400 + 130).toFixed(2)));
  });

  it('is refused where the reads of a meter do not fit its period', () => {
    expect(places(planOf([meter(1, { periodMs: 700 })]))).toContain('devices.0.periodMs');
    expect(places(planOf([meter(1, { periodMs: 800 })]))).toEqual([]);
  });

  it('is refused where the meters together do not fit the line', () => {
    const meters = (count: number, periodMs: number) =>
      Array.from({ length: count }, (_, i) => meter(i + 1, { periodMs }));
    expect(places(planOf(meters(10, 8000)))).toEqual([]);
    expect(places(planOf(meters(12, 8000)))).toEqual(['devices']);
  });

  it('is refused where a deadline ends before the answer can have come', () => {
    const report = planOf([meter(1, { periodMs: 10_000 })], { timeoutMs: 300 });
    expect(report.issues).toEqual([
      { path: ['timeoutMs'], found: '300', expected: 'at least 302' },
    ]);
  });

  it('is refused where a group of one meter is read twice', () => {
    const twice = planOf([
      meter(1, { periodMs: 9000 }),
      meter(2, { equipment: 'm1', periodMs: 9000 }),
    ]);
    expect(places(twice)).toEqual(['devices.1']);
  });
});
