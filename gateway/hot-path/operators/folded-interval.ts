/**
 * Confidence interval for the size |b| of a quantity whose estimate has either sign. Its upper end is that of the two-sided
 * interval of b. Its lower end is 0 as long as that interval contains 0; beyond, sizes below the two-sided half-width are only
 * missed upwards, so that they are bounded on one side. This covers with the stated probability for every b, where folding the
 * two-sided interval would cover up to half of what is left over more often.
 */
export type Spread = {
  /** Half-width of the two-sided interval, and distance of the one-sided bound, of the same probability. */
  readonly twoSided: number;
  readonly oneSided: number;
};

export const foldedLower = (size: number, { twoSided, oneSided }: Spread): number => {
  if (size <= twoSided) return 0;
  if (size >= 2 * twoSided) return size - twoSided;
  return Math.min(size - oneSided, twoSided);
};
