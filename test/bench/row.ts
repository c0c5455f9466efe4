/** What a row is to reach; a row without a goal only informs. */
export type Goal = {
  /** Least ratio. */
  readonly ratio?: number;
  /** Most that `ours` may be. */
  readonly atMost?: number;
  /** Least that `ours` may be. */
  readonly atLeast?: number;
};

/** `ours` beside `reference`, both in `unit` and of the same run, because machines differ. */
export type BenchRow = {
  /** Never changed, because baselines find it by its name. */
  readonly name: string;
  readonly ours: number;
  /** What `ours` is compared with: C, another library, the obvious way. */
  readonly reference?: number;
  /** How many times better ours is: above 1 ours is faster, or takes less. */
  readonly ratio?: number;
  readonly unit: string;
  readonly goal: Goal;
  /** Whether more is better, as with rates, or less, as with times. */
  readonly better: 'more' | 'less';
  /** What else was seen: counts that close, sizes. */
  readonly note?: string;
};

export type BenchOptions = {
  /** Shorter windows and fewer repetitions: a look, not a figure to publish. */
  readonly quick: boolean;
};

/** Every file of rows exports one as `rows`. */
export type Rows = (options: BenchOptions) => Promise<readonly BenchRow[]>;

type RowInput = Omit<BenchRow, 'ratio' | 'goal'> & { readonly goal?: Goal };

/** A row whose ratio follows from its two figures. */
export const benchRow = (input: RowInput): BenchRow => {
  const { ours, reference, better, goal = {} } = input;
  if (reference === undefined) return { ...input, goal };
  return { ...input, goal, ratio: better === 'more' ? ours / reference : reference / ours };
};

/** Undefined for a row without a goal. */
export const isGoalMet = ({ ours, ratio, goal }: BenchRow): boolean | undefined => {
  const checks: boolean[] = [];
  if (goal.ratio !== undefined) checks.push((ratio ?? Number.NaN) >= goal.ratio);
  if (goal.atMost !== undefined) checks.push(ours <= goal.atMost);
  if (goal.atLeast !== undefined) checks.push(ours >= goal.atLeast);
  return checks.length === 0 ? undefined : checks.every(Boolean);
};

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** The value below which `share` (0 to 1) of the values lie. */
export const percentile = (values: readonly number[], share: number): number => {
  const index = Math.min(values.length - 1, Math.floor(values.length * share));
  return values.toSorted((a, b) => a - b)[index] ?? Number.NaN;
};

export type Pair = { readonly ours: number; readonly reference: number };

/**
 * Figures of runs that were taken in pairs. The ratio of the two is the median of the ratios of the pairs, because what
 * else the machine does hits both of a pair alike; `ours` is the median of its runs, and `reference` follows.
 */
export const pairedFigures = (pairs: readonly Pair[]): Pair => {
  const ours = median(pairs.map((pair) => pair.ours));
  return { ours, reference: ours * median(pairs.map((pair) => pair.reference / pair.ours)) };
};
