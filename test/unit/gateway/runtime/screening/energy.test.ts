import { describe, expect, it } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import { screen } from './screen-fixture.ts';

const hour = 3_600_000;
const register = (more: Readonly<Record<string, unknown>> = {}) => ({
  point: 'energy',
  kind: 'counter' as const,
  unit: 'Wh',
  rolloverAt: 2 ** 32,
  ...more,
});

describe('registers', () => {
  it('tells rollover, reset and replacement apart, each by an event', () => {
    const { push, events, marks } = screen([
      { periodMs: hour, channels: [register({ maximumRatePerSecond: 100 })] },
    ]);
    const readings = [
      4_294_960_000, 1500, 3000, 20, 300_000, 500_000_000, 500_000_100, 400_000_000,
    ];
    for (const [index, reading] of readings.entries()) push(index * hour, [reading]);
    expect(events.map(({ code, details }) => [code, details?.['from'], details?.['to']])).toEqual([
      ['counter-rolled-over', 4_294_960_000, 1500],
      ['counter-reset', 3000, 20],
      ['counter-replaced', 300_000, 500_000_000],
      ['counter-replaced', 500_000_100, 400_000_000],
    ]);
    expect(marks(0)).toEqual({ reset: 1, replaced: 2 });
    expect(events[1]?.text.zh).toContain('清零');
  });

  it('counts the energy that naive subtraction would have invented', () => {
    const plain = screen([{ periodMs: hour, channels: [register({ rolloverAt: undefined })] }]);
    plain.push(0, [50_000]);
    plain.push(hour, [400]);
    expect(plain.preventedKwh(0)).toBe(0.4);
    const wide = screen([{ periodMs: hour, channels: [register()] }]);
    wide.push(0, [50_000]);
    wide.push(hour, [400]);
    expect(wide.preventedKwh(0)).toBe((2 ** 32 - 50_000 + 400) / 1000);
  });

  it('says nothing of a register that begins anew by design', () => {
    const { push, events, marks, preventedKwh } = screen([
      { periodMs: 1000, channels: [register({ restarts: true })] },
    ]);
    for (const [second, reading] of [500, 900, 0, 40].entries()) push(second * 1000, [reading]);
    expect(events).toEqual([]);
    expect(marks(0)).toEqual({});
    expect(preventedKwh(0)).toBe(0);
  });

  it('lets a coarse register stand for long and then step', () => {
    const { push, events } = screen([
      { periodMs: 1000, channels: [register({ maximumRatePerSecond: 50 })] },
    ]);
    for (let second = 0; second <= 120; second += 1) {
      push(second * 1000, [Math.floor(second / 40) * 1000]);
    }
    expect(events).toEqual([]);
  });

  it('tells of a register that jumps at each read once a minute, and counts each jump', () => {
    const { push, events, marks } = screen([
      { periodMs: 1000, channels: [register({ rolloverAt: undefined })] },
    ]);
    for (let second = 0; second < 120; second += 1) push(second * 1000, [second % 2 ? 5 : 90_000]);
    expect(events).toHaveLength(2);
    expect(marks(0)).toEqual({ reset: 60, replaced: 59 });
  });
});

describe('power that nobody measured', () => {
  const channels = [
    { point: 'power', unit: 'kW', maximum: 500, frozen: { afterMs: 2000 } },
  ] as const;

  it('is counted over a gap, at the value that would have been held', () => {
    const { push, tick, preventedKwh } = screen([{ periodMs: 1000, channels }]);
    push(0, [100]);
    push(1000, [101]);
    expect(preventedKwh(0)).toBe(0);
    tick(20_000);
    push(3_601_000, [50]);
    expect(preventedKwh(0)).toBeCloseTo(101, 9);
    push(3_602_000, [51]);
    expect(preventedKwh(0)).toBeCloseTo(101, 9);
  });

  it('is counted while a value is frozen, out of range, or bad', () => {
    const { push, preventedKwh } = screen([{ periodMs: 1000, channels }]);
    const second = 1 / 3600;
    for (const s of [0, 1, 2, 3]) push(s * 1000, [60]);
    expect(preventedKwh(0)).toBeCloseTo(2 * 60 * second, 9);
    push(4000, [900]);
    push(5000, [61]);
    expect(preventedKwh(0)).toBeCloseTo((3 * 60 + 900) * second, 9);
    push(6000, [[0, statusCodes.badTimeout]]);
    push(7000, [62]);
    expect(preventedKwh(0)).toBeCloseTo((3 * 60 + 900 + 2 * 61) * second, 9);
  });

  it('is not counted where the unit is of no power', () => {
    const { push, preventedKwh } = screen([
      { periodMs: 1000, channels: [{ point: 'speed', unit: 'm/min' }] },
    ]);
    push(0, [5]);
    push(hour, [5]);
    expect(preventedKwh(0)).toBe(0);
  });
});
