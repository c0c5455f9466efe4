import { describe, expect, it } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import { screen } from './screen-fixture.ts';

const out = 'BadOutOfRange';

describe('physical limits', () => {
  it('marks what lies outside, and counts what the adapter has marked itself', () => {
    const { push, marks } = screen([
      { periodMs: 1000, channels: [{ point: 'a', minimum: 0, maximum: 10 }] },
    ]);
    expect([0, 10, -0.1, 10.1].map((value, second) => push(second * 1000, [value])[0])).toEqual([
      'Good',
      'Good',
      out,
      out,
    ]);
    push(5000, [[99, statusCodes.badOutOfRange]]);
    push(6000, [[0, statusCodes.badTimeout]]);
    expect(marks(0)).toEqual({ range: 3, source: 1 });
  });

  it('takes limits from the site file; the last rule that matches counts', () => {
    const { push } = screen([{ periodMs: 1000, channels: [{ point: 'a', maximum: 10 }] }], {
      screening: {
        points: [
          { points: '*/*/*/a', maximum: 20, minimum: 1 },
          { points: 'welding/mpm01/f01/a', maximum: 30 },
        ],
      },
    });
    expect(push(0, [25])).toEqual(['Good']);
    expect(push(1000, [31])).toEqual([out]);
    expect(push(2000, [0.5])).toEqual([out]);
  });

  it('marks a change faster than can be, measured from the last value that was believed', () => {
    const { push, marks } = screen([
      { periodMs: 1000, channels: [{ point: 'soc', maximumRatePerSecond: 1 }] },
    ]);
    push(0, [50]);
    expect(push(1000, [51])).toEqual(['Good']);
    expect(push(2000, [80])).toEqual([out]);
    expect(push(3000, [53])).toEqual(['Good']);
    expect(marks(0)).toEqual({ rate: 1 });
  });

  it('believes a step that stays from its third sample on', () => {
    const { push } = screen([
      { periodMs: 1000, channels: [{ point: 'soc', maximumRatePerSecond: 1 }] },
    ]);
    push(0, [50]);
    const seen = [80, 80.5, 81, 81.2].map((value, index) => push(1000 * (index + 1), [value])[0]);
    expect(seen).toEqual([out, out, 'Good', 'Good']);
  });

  it('does not judge the numbers behind states and texts', () => {
    const { push } = screen([
      { periodMs: 1000, channels: [{ point: 'state', kind: 'enum', maximum: 3, frozen: 'off' }] },
    ]);
    expect(push(0, [9])).toEqual(['Good']);
  });

  it('judges a late sample by its range alone and learns nothing from it', () => {
    const { push, marks } = screen([
      { periodMs: 1000, channels: [{ point: 'a', maximum: 10, maximumRatePerSecond: 1 }, 'b'] },
    ]);
    push(10_000, [5, 0]);
    expect(push(2000, [9, 0], { isLate: true })).toEqual(['Good', 'Good']);
    expect(push(2000, [11, undefined], { isLate: true })).toEqual([out, '0xFFFFFFFF']);
    expect(push(11_000, [9, 0])).toEqual([out, 'Good']);
    expect(marks(0)).toEqual({ late: 2, range: 1, rate: 1 });
    expect(marks(1)).toEqual({ late: 1 });
  });
});
