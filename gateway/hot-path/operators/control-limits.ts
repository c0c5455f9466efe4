/**
 * Control limits of Shewhart charts (ISO 7870-2) and capability (ISO 22514-2). Factors by the size n of a subgroup: A2 for means
 * and D3, D4 for ranges, from the mean range; d2 = mean range / standard deviation. n = 1 is the chart of individuals with the
 * moving range of two.
 */
type ChartFactors = {
  readonly a2: number;
  readonly d3: number;
  readonly d4: number;
  readonly d2: number;
};

const factorTable: readonly (readonly [a2: number, d3: number, d4: number, d2: number])[] = [
  [2.66, 0, 3.267, 1.128],
  [1.88, 0, 3.267, 1.128],
  [1.023, 0, 2.574, 1.693],
  [0.729, 0, 2.282, 2.059],
  [0.577, 0, 2.114, 2.326],
  [0.483, 0, 2.004, 2.534],
  [0.419, 0.076, 1.924, 2.704],
  [0.373, 0.136, 1.864, 2.847],
  [0.337, 0.184, 1.816, 2.97],
  [0.308, 0.223, 1.777, 3.078],
];

/** Largest subgroup for which a range is still worth using. */
export const largestSubgroup = factorTable.length;

/** For subgroups of 1 to 10. */
export const chartFactors = (subgroup: number): ChartFactors => {
  const row = factorTable[subgroup - 1];
  if (row === undefined) throw new RangeError(`no chart factors for subgroups of ${subgroup}`);
  const [a2, d3, d4, d2] = row;
  return { a2, d3, d4, d2 };
};

/** Specification limits; one of them may be missing. */
export type Specification = {
  readonly lower?: number | undefined;
  readonly upper?: number | undefined;
};

/** Cp or Pp: width of the specification over six standard deviations; NaN with one limit only. */
export const capability = ({ lower, upper }: Specification, deviation: number): number =>
  lower === undefined || upper === undefined ? Number.NaN : (upper - lower) / (6 * deviation);

/** Cpk or Ppk: distance of the mean from the nearer limit over three standard deviations; with one limit Ppu or Ppl. */
export const capabilityIndex = (
  { lower, upper }: Specification,
  mean: number,
  deviation: number,
): number => {
  const above = upper === undefined ? Number.POSITIVE_INFINITY : upper - mean;
  const below = lower === undefined ? Number.POSITIVE_INFINITY : mean - lower;
  const nearer = Math.min(above, below);
  return Number.isFinite(nearer) ? nearer / (3 * deviation) : Number.NaN;
};
