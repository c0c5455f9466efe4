import { describe, expect, it } from 'vitest';
import { screen } from './screen-fixture.ts';

const old = 'UncertainLastUsableValue';
const current = {
  point: 'current',
  unit: 'A',
  frozen: { afterMs: 5000, while: { point: 'arcOn', above: 0 } },
} as const;
const arcOn = { point: 'arcOn', kind: 'boolean' } as const;

describe('frozen values', () => {
  it('takes a value that stands to the last bit for an old one, until it moves', () => {
    const { push, codes, marks } = screen([
      {
        periodMs: 1000,
        channels: [{ point: 'power', unit: 'kW', frozen: { afterMs: 3000 } }, 'x'],
      },
    ]);
    const seen = [0, 1, 2, 3, 4].map((second) => push(second * 1000, [7.5, second])[0]);
    expect(seen).toEqual(['Good', 'Good', 'Good', old, old]);
    expect(push(5000, [7.5 + 1e-12, 5])).toEqual(['Good', 'Good']);
    expect(marks(0)).toEqual({ frozen: 2 });
    expect(codes()).toEqual(['value-frozen', 'value-moves']);
  });

  it('judges only while the rule applies: a current may stand while no arc burns', () => {
    const { push } = screen([{ periodMs: 1000, channels: [current, arcOn] }]);
    for (let second = 0; second < 20; second += 1) {
      expect(push(second * 1000, [180, 0])[0]).toBe('Good');
    }
    const lit = [20, 21, 22, 23, 24, 25].map((second) => push(second * 1000, [180, 1])[0]);
    expect(lit).toEqual(['Good', 'Good', 'Good', 'Good', 'Good', old]);
    expect(push(26_000, [180, 0])[0]).toBe('Good');
  });

  it('lets an idle machine stand at 0, and whatever is set by somebody stand for ever', () => {
    const hour = 3_600_000;
    const { push } = screen([
      {
        periodMs: 1000,
        channels: [
          { point: 'power', unit: 'W', nature: 'measured' },
          { point: 'speedSet', unit: 'm/min', nature: 'set' },
          'unknown',
        ],
      },
    ]);
    for (let ms = 0; ms < 4 * hour; ms += 1000) {
      expect(push(ms, [0, 0.9, 5])).toEqual(['Good', 'Good', 'Good']);
    }
  });

  it('judges a measured power by its class after half an hour, unless a rule says otherwise', () => {
    const channels = [{ point: 'power', unit: 'W', nature: 'measured' }] as const;
    const minute = 60_000;
    const plain = screen([{ periodMs: minute, channels }]);
    const longer = screen([{ periodMs: minute, channels }], {
      screening: { points: [{ points: 'welding/*/f01/power', frozen: { afterMs: 40 * minute } }] },
    });
    const off = screen([{ periodMs: minute, channels }], {
      screening: { points: [{ points: '*/*/*/power', frozen: 'off' }] },
    });
    const at = (of: typeof plain, last: number): string | undefined => {
      let seen: string | undefined;
      for (let m = 0; m <= last; m += 1) [seen] = of.push(m * minute, [4000]);
      return seen;
    };
    expect(at(plain, 29)).toBe('Good');
    expect(plain.push(30 * minute, [4000])).toEqual([old]);
    expect(at(longer, 39)).toBe('Good');
    expect(longer.push(40 * minute, [4000])).toEqual([old]);
    expect(at(off, 500)).toBe('Good');
  });

  it('begins anew after a gap, in which nobody saw whether the value stood', () => {
    const { push } = screen([
      { periodMs: 1000, channels: [{ point: 'power', frozen: { afterMs: 3000 } }] },
    ]);
    for (const second of [0, 1, 2]) push(second * 1000, [7]);
    expect(push(60_000, [7])).toEqual(['Good']);
    expect(push(61_000, [7])).toEqual(['Good']);
  });

  it('says that a register stands although there is power', () => {
    const { push, marks } = screen([
      {
        periodMs: 1000,
        channels: [
          {
            point: 'energy',
            kind: 'counter',
            unit: 'Wh',
            frozen: { afterMs: 4000, while: { point: 'power', above: 5000 } },
          },
          { point: 'power', unit: 'W' },
        ],
      },
    ]);
    const powers = [6000, 6001, 6002, 6003, 6004];
    const seen = powers.map((power, second) => push(second * 1000, [100, power])[0]);
    expect(seen).toEqual(['Good', 'Good', 'Good', 'Good', old]);
    expect(push(5000, [100, 300])[0]).toBe('Good');
    expect(marks(0)).toEqual({ standing: 1 });
  });

  it('does not believe states either when all that could move stands', () => {
    const rule = { frozen: { afterMs: 2000 } };
    const { push, marks } = screen([
      {
        periodMs: 1000,
        channels: [
          { point: 'a', ...rule },
          { point: 'b', ...rule },
          { point: 'state', kind: 'enum' },
        ],
      },
    ]);
    push(0, [1, 2, 4]);
    push(1000, [1, 2, 4]);
    expect(push(2000, [1, 2, 4])).toEqual([old, old, old]);
    expect(push(3000, [1, 2.1, 4])).toEqual([old, 'Good', 'Good']);
    expect(marks(2)).toEqual({ stopped: 1 });
  });

  it('says of a value that is sent on change that it stands, as time passes', () => {
    const { push, tick, marks } = screen([{ channels: [current, arcOn] }]);
    push(0, [180, 0]);
    expect(tick(60_000)).toEqual([]);
    push(61_000, [undefined, 1]);
    expect(tick(65_000)).toEqual([]);
    expect(tick(66_000)).toEqual([[1, 66_000, [180, 0], [old, '0xFFFFFFFF']]]);
    expect(tick(90_000)).toEqual([]);
    expect(marks(0)).toEqual({ frozen: 1 });
    expect(push(91_000, [181, undefined])[0]).toBe('Good');
    expect(tick(95_000)).toEqual([]);
    expect(tick(96_000)).toHaveLength(1);
  });
});

describe('a device that answers but does not run', () => {
  const line = {
    device: 'unit 1',
    periodMs: 1000,
    channels: [{ point: 'heartbeat', heartbeatMs: 3000 }, 'speed'],
  } as const;
  const seam = {
    device: 'unit 1',
    equipment: 'f02',
    periodMs: 1000,
    channels: ['current'],
  } as const;
  const other = { ...seam, device: 'unit 2', equipment: 'f03' } as const;

  it('marks all its groups when its heartbeat stands, and no other device', () => {
    const { push, codes, events, marks } = screen([line, seam, other]);
    for (let second = 0; second < 10; second += 1) {
      const beat = Math.min(second, 4);
      const isStopped = second > 7;
      const expected = isStopped ? old : 'Good';
      expect(push(second * 1000, [beat, second])).toEqual([expected, expected]);
      expect(push(second * 1000, [second], { group: 1 })).toEqual([expected]);
      expect(push(second * 1000, [second], { group: 2 })).toEqual(['Good']);
    }
    expect(push(10_000, [5, 1])).toEqual(['Good', 'Good']);
    expect(codes()).toEqual(['device-stopped', 'device-runs']);
    expect(events[0]?.subject).toBe('plc, unit 1');
    expect(marks(0, 1)).toEqual({ stopped: 2 });
  });

  it('also when the group with the heartbeat gives nothing any more', () => {
    const { push } = screen([line, seam]);
    push(0, [1, 5]);
    for (const second of [1, 2, 3]) {
      expect(push(second * 1000, [second], { group: 1 })).toEqual(['Good']);
    }
    expect(push(4000, [9], { group: 1 })).toEqual([old]);
  });

  it('also by a heartbeat whose clock stands with it: late at first, then uncertain', () => {
    const { push, codes } = screen([line, seam]);
    const uncertain = 0x4000_0000;
    push(0, [1, 5]);
    for (const second of [1, 2]) push(second * 1000, [1, 5], { isLate: true });
    expect(push(3000, [9], { group: 1 })).toEqual(['Good']);
    expect(
      push(4000, [
        [1, uncertain],
        [5, uncertain],
      ]),
    ).toEqual([old, old]);
    expect(push(4000, [9], { group: 1 })).toEqual([old]);
    expect(codes()).toEqual(['device-stopped']);
    push(5000, [2, 6], { isLate: true });
    expect(codes()).toEqual(['device-stopped', 'device-runs']);
  });

  it('gives it time for a beat after a silence of the whole device', () => {
    const { push, codes } = screen([line, seam]);
    push(0, [1, 5]);
    expect(push(60_000, [9], { group: 1 })).toEqual(['Good']);
    expect(push(60_000, [61, 5])).toEqual(['Good', 'Good']);
    expect(codes()).toEqual([]);
  });

  it('says nothing while the heartbeat cannot be read', () => {
    const { push } = screen([line, seam]);
    push(0, [1, 5]);
    push(1000, [[0, 0x800a_0000], 5]);
    for (const second of [2, 3, 4, 5]) {
      expect(push(second * 1000, [second], { group: 1 })).toEqual(['Good']);
    }
  });
});
