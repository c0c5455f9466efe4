/**
 * Energy as a whole number of nWh: 1e12 are a kWh. A register is counted in mWh and its multiplier has at most six decimals,
 * so that sums and products are exact.
 */
export type Amount = bigint;

const multiplierScale = 1e6;
const amountPerKwh = 1e12;

/** @param steps a whole number of mWh as the register counts, 1e6 a kWh; @param multiplier of its transformers, to six decimals */
export const amountOf = (steps: number, multiplier: number): Amount =>
  BigInt(steps) * BigInt(Math.round(multiplier * multiplierScale));

/** To the nearest number that there is. */
export const kwhOf = (amount: Amount): number => Number(amount) / amountPerKwh;

export const sumOf = (amounts: readonly Amount[]): Amount =>
  amounts.reduce((sum, amount) => sum + amount, 0n);

/**
 * Divides an amount by weights into parts that add up to it exactly: each has its share rounded towards 0, and what is left
 * goes nWh by nWh to those with the largest remainders, the earlier first. With no weight at all nothing can be divided.
 *
 * @param weights at least 0, to six decimals
 */
export const divide = (
  amount: Amount,
  weights: readonly number[],
): readonly Amount[] | undefined => {
  const whole = weights.map((weight) => BigInt(Math.round(weight * multiplierScale)));
  const total = sumOf(whole);
  if (total === 0n) return undefined;
  const parts = whole.map((weight) => (amount * weight) / total);
  const remainders = whole.map((weight, index) => {
    const rest = (amount * weight) % total;
    return { index, size: rest < 0n ? -rest : rest };
  });
  let left = amount - sumOf(parts);
  const one = left < 0n ? -1n : 1n;
  remainders.sort((a, b) => (a.size === b.size ? a.index - b.index : a.size > b.size ? -1 : 1));
  for (const { index } of remainders) {
    if (left === 0n) break;
    parts[index] = (parts[index] as Amount) + one;
    left -= one;
  }
  return parts;
};
