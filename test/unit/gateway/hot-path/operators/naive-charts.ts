/** What control charts are of all standardised values at once, by their definitions and nothing else: no state. */
export const allRules = [1, 2, 3, 4, 5, 6, 7, 8] as const;

/** The average is a sum weighted by age, its limit that of the variance of the sum. */
export const naiveEwma = (
  values: readonly number[],
  { lambda, width }: { readonly lambda: number; readonly width: number },
): { readonly average: number; readonly limit: number; readonly isSignal: boolean } => {
  const weights = values.map((_, index) => lambda * (1 - lambda) ** (values.length - 1 - index));
  const average = values.reduce((sum, value, index) => sum + value * (weights[index] ?? 0), 0);
  const limit = width * Math.sqrt(weights.reduce((sum, weight) => sum + weight * weight, 0));
  return { average, limit, isSignal: Math.abs(average) > limit };
};

/** The largest sum of the newest values, each less the reference. */
export const naiveCusum = (
  values: readonly number[],
  reference: number,
): { readonly up: number; readonly down: number } => {
  const largest = (sign: number): number => {
    let [sum, best] = [0, 0];
    for (const value of values.toReversed()) {
      sum += sign * value - reference;
      best = Math.max(best, sum);
    }
    return best;
  };
  return { up: largest(1), down: largest(-1) };
};

/** The rules by their words, over the newest values only. */
export const naiveRules = (values: readonly number[], sameSide: number): readonly number[] => {
  const newest = (count: number): readonly number[] =>
    values.length < count ? [] : values.slice(values.length - count);
  const isAll = (count: number, is: (value: number, index: number) => boolean): boolean =>
    newest(count).length === count && newest(count).every(is);
  const onOneSide = (enough: number, of: number, limit: number): boolean =>
    [1, -1].some((sign) => {
      const last = values.slice(-of).map((value) => value * sign > limit);
      return last.at(-1) === true && last.filter(Boolean).length >= enough;
    });
  const isSteady = (sign: number): boolean =>
    isAll(6, (value, index) => index === 0 || (value - (newest(6)[index - 1] ?? 0)) * sign > 0);
  const steps = newest(14)
    .slice(1)
    .map((value, index) => Math.sign(value - (newest(14)[index] ?? 0)));
  const isZigzag =
    steps.length === 13 &&
    steps.every((step, index) => step !== 0 && (index === 0 || step * (steps[index - 1] ?? 0) < 0));
  const broken: Readonly<Record<number, boolean>> = {
    1: Math.abs(values.at(-1) ?? 0) > 3,
    2: isAll(sameSide, (value) => value > 0) || isAll(sameSide, (value) => value < 0),
    3: isSteady(1) || isSteady(-1),
    4: isZigzag,
    5: onOneSide(2, 3, 2),
    6: onOneSide(4, 5, 1),
    7: isAll(15, (value) => Math.abs(value) <= 1),
    8:
      isAll(8, (value) => Math.abs(value) > 1) &&
      new Set(newest(8).map((value) => Math.sign(value))).size === 2,
  };
  return allRules.filter((rule) => broken[rule]);
};
