import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../simulators/faults/random.ts';

const draw = (seed: number, name: string, count = 1000): number[] => {
  const random = seededRandom(seed, name);
  return Array.from({ length: count }, () => random());
};

describe('seeded random numbers', () => {
  it('are the same for a seed and a name, and others for others', () => {
    expect(draw(1, 'a')).toStrictEqual(draw(1, 'a'));
    expect(draw(1, 'a')).not.toStrictEqual(draw(2, 'a'));
    expect(draw(1, 'a')).not.toStrictEqual(draw(1, 'b'));
  });

  it('fill [0, 1) evenly', () => {
    const tenths = Array.from({ length: 10 }, () => 0);
    for (const value of draw(2023, 'even', 10_000)) {
      const tenth = Math.floor(value * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    expect(tenths).toHaveLength(10);
    for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});
