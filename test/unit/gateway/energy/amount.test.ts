import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amountOf, divide, kwhOf, sumOf } from '../../../../gateway/energy/amount.ts';
import { runsOf, testSeed } from '../../../support/seed.ts';

describe('amounts of energy', () => {
  test('a register in mWh behind transformers is exact', () => {
    expect(amountOf(888_250_000, 1)).toBe(888_250_000_000_000n);
    expect(kwhOf(amountOf(888_250_000, 1))).toBe(888.25);
    expect(kwhOf(amountOf(123_456, 4000.5))).toBe(493.885_728);
    expect(amountOf(-3, 0.000_001)).toBe(-3n);
  });

  test('what is divided by thirds adds up, the earlier having more', () => {
    expect(divide(100n, [1, 1, 1])).toEqual([34n, 33n, 33n]);
    expect(divide(-100n, [1, 1, 1])).toEqual([-34n, -33n, -33n]);
    expect(divide(7n, [0, 2.5, 0])).toEqual([0n, 7n, 0n]);
    expect(divide(7n, [0, 0])).toBeUndefined();
    expect(divide(7n, [])).toBeUndefined();
  });

  test('the largest remainder comes first', () => {
    // 10 by 1:5:4 of 10.. shares 1.1, 5.5, 4.4: the half goes up.
    expect(divide(11n, [1, 5, 4])).toEqual([1n, 6n, 4n]);
  });

  test('of what was counted backwards, too, and not the largest weight', () => {
    expect(divide(-11n, [1, 5, 4])).toEqual([-1n, -6n, -4n]);
    // 4, 3 1/3 and 2 2/3: what is left over goes to the last.
    expect(divide(10n, [6, 5, 4])).toEqual([4n, 3n, 3n]);
  });

  test('of equal remainders the earlier come first, however many there are', () => {
    const equal = Array.from({ length: 40 }, () => 1);
    const parts = divide(17n, equal);
    expect(parts).toEqual(equal.map((_, index) => (index < 17 ? 1n : 0n)));
  });

  test('parts always add up, and none is further from its share than one', () => {
    const amount = fc.bigInt({ min: -(10n ** 21n), max: 10n ** 21n });
    const weights = fc.array(
      fc.integer({ min: 0, max: 10_000_000 }).map((millionths) => millionths / 1e6),
      { minLength: 1, maxLength: 40 },
    );
    fc.assert(
      fc.property(amount, weights, (whole, shares) => {
        const parts = divide(whole, shares);
        const total = shares.reduce((sum, share) => sum + BigInt(Math.round(share * 1e6)), 0n);
        if (total === 0n) return parts === undefined;
        expect(sumOf(parts ?? [])).toBe(whole);
        for (const [index, part] of (parts ?? []).entries()) {
          const exact = whole * BigInt(Math.round((shares[index] as number) * 1e6));
          const off = part * total - exact;
          expect((off < 0n ? -off : off) <= total).toBe(true);
        }
        return true;
      }),
      { seed: testSeed(), numRuns: runsOf(300) },
    );
  });
});
