import { describe, expect, it } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import { screen } from './screen-fixture.ts';

const bad = 'BadNoCommunication';

describe('staleness', () => {
  it('says once that a silent group is bad, from when it was due, and never shows an old value', () => {
    const { push, tick, codes, marks } = screen([{ periodMs: 1000, channels: ['a', 'b'] }]);
    push(10_000, [1, 2]);
    expect(tick(16_000)).toEqual([]);
    expect(tick(17_000)).toEqual([[1, 16_000, [0, 0], [bad, bad]]]);
    expect(tick(18_000)).toEqual([]);
    expect(marks(0)).toEqual({ stale: 1 });
    push(20_000, [1, 2]);
    expect(codes()).toEqual(['group-stale', 'group-fresh']);
  });

  it('allows three periods where reads are seldom', () => {
    const { push, tick } = screen([{ periodMs: 60_000, channels: ['a'] }]);
    push(0, [1]);
    expect(tick(180_000)).toEqual([]);
    expect(tick(181_000)).toHaveLength(1);
  });

  it('takes the time from the site file, by source before all', () => {
    const group = { periodMs: 1000, channels: ['a'], producer: 'plc' };
    const { push, tick } = screen([group, { ...group, equipment: 'f02', producer: 'meter' }], {
      screening: { staleMs: 9000, sources: { plc: { staleMs: 2000 } } },
    });
    push(0, [1]);
    push(0, [1], { group: 1 });
    expect(tick(3000).map(([group]) => group)).toEqual([1]);
    expect(tick(10_000).map(([group]) => group)).toEqual([2]);
  });

  it('does not judge silence where frames come on change', () => {
    const { push, tick } = screen([
      { channels: ['a'] },
      { equipment: 'f02', periodMs: 1000, comesOnChange: true, channels: ['a'] },
    ]);
    push(0, [1]);
    push(0, [1], { group: 1 });
    expect(tick(86_400_000)).toEqual([]);
  });

  it('adds nothing to what the source has called bad itself', () => {
    const { push, tick } = screen([{ periodMs: 1000, channels: ['a'] }]);
    push(0, [[0, statusCodes.badTimeout]]);
    expect(tick(60_000)).toEqual([]);
  });

  it('says nothing of a group that has never given anything', () => {
    const { tick } = screen([{ periodMs: 1000, channels: ['a'] }]);
    expect(tick(60_000)).toEqual([]);
  });

  it('stands behind a sample that a fast clock stamped, so that readers take it', () => {
    const { push, tick, clock } = screen([{ periodMs: 1000, channels: ['a'] }]);
    push(14_000, [1]);
    clock.nowMs = 22_000;
    expect(tick(19_000).map(([, timeMs]) => timeMs)).toEqual([19_000]);
    const fast = screen([{ periodMs: 100, channels: ['a'] }]);
    fast.push(10_000, [1]);
    fast.clock.nowMs = 20_000;
    expect(fast.tick(9_000).map(([, timeMs]) => timeMs)).toEqual([10_001]);
  });

  it('is said again when the journal had no room for it', () => {
    const { push, screening, clock, tick, marks } = screen([{ periodMs: 1000, channels: ['a'] }]);
    push(0, [1]);
    clock.nowMs = 10_000;
    screening.tick({ timeMs: 10_000, watermarkMs: 8000 }, () => false);
    screening.tick({ timeMs: 11_000, watermarkMs: 9000 }, () => false);
    expect(tick(12_000).map(([, timeMs]) => timeMs)).toEqual([8000]);
    expect(tick(13_000)).toEqual([]);
    expect(marks(0)).toEqual({ stale: 1 });
  });
});
