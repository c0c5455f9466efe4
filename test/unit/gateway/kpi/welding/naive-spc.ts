/** What the control charts of a seam are of a list of frames, by their definitions and nothing else: no state, no increments. */
import { naiveCusum, naiveEwma, naiveRules } from '../../hot-path/operators/naive-charts.ts';

export type SpcFrame = {
  readonly value: number;
  /** mm */
  readonly atMm: number;
  readonly arcOn: boolean;
  readonly isGood: boolean;
  readonly panel: number;
  readonly job: number;
};

export type SpcOptions = {
  readonly binMm: number;
  readonly subgroup: 1 | 2 | 3 | 4 | 5;
  readonly suspendMm: number;
  readonly panelLengthMm: number;
  readonly learn: number;
  readonly target: number | undefined;
  readonly sigma: number | undefined;
  readonly lower: number;
  readonly upper: number;
  readonly rules: readonly number[];
  readonly sameSide: number;
};

/** `chart`, and of its parts those that have a number. */
export type SpcResult = Readonly<Record<string, number>>;

type BinValue = { readonly value: number; readonly share: number; readonly endMm: number };
type Subgroup = {
  readonly panel: number;
  readonly mean: number;
  readonly range: number;
  readonly share: number;
  readonly endMm: number;
};

/** A2, D3, D4, d2 of ISO 7870-2. */
const factors = {
  1: [2.66, 0, 3.267, 1.128],
  2: [1.88, 0, 3.267, 1.128],
  3: [1.023, 0, 2.574, 1.693],
  4: [0.729, 0, 2.282, 2.059],
  5: [0.577, 0, 2.114, 2.326],
} as const;
const longestStepMm = 100;
const ewma = { lambda: 0.2, width: 3 };
const cusum = { reference: 0.5, decision: 5 };

const sum = (numbers: readonly number[]): number =>
  numbers.reduce((total, number) => total + number, 0);
const mean = (numbers: readonly number[]): number => sum(numbers) / numbers.length;

/** Whether the frame is in the charted part of the weld: good, arc on, neither the arc's beginning nor the panel's end. */
const isCharted = (
  frames: readonly SpcFrame[],
  index: number,
  { suspendMm, panelLengthMm }: SpcOptions,
): boolean => {
  const frame = frames[index];
  if (frame === undefined || !frame.isGood || !frame.arcOn) return false;
  const before = frames.slice(0, index + 1);
  const dark = before.findLastIndex(
    (other) => other.panel !== frame.panel || (other.isGood && !other.arcOn),
  );
  const lit = before.slice(dark + 1).find(({ isGood }) => isGood) as SpcFrame;
  return frame.atMm >= lit.atMm + suspendMm && frame.atMm <= panelLengthMm - suspendMm;
};

/** Values of one panel under one job; a bin counts once the seam is beyond it. */
const binValues = (
  frames: readonly SpcFrame[],
  from: SpcFrame,
  options: SpcOptions,
): readonly BinValue[] => {
  const bins = new Map<number, { values: number[]; mm: number }>();
  let furthest = Number.NEGATIVE_INFINITY;
  for (const [index, frame] of frames.entries()) {
    if (frame.panel !== from.panel || frame.job !== from.job) continue;
    if (!isCharted(frames, index, options)) continue;
    const before = frames[index - 1];
    const isNext = before?.panel === frame.panel && isCharted(frames, index - 1, options);
    const passedMm = isNext ? frame.atMm - before.atMm : 0;
    const stepMm = Math.abs(passedMm) <= longestStepMm ? passedMm : 0;
    const number = Math.floor(frame.atMm / options.binMm);
    // A step over an edge counts in each bin with what lies in it.
    const left = number > furthest ? bins.get(furthest) : undefined;
    if (left !== undefined) {
      const toEdgeMm = (furthest + 1) * options.binMm - (frame.atMm - stepMm);
      left.mm += Math.min(stepMm, Math.max(0, toEdgeMm));
    }
    const fromEdgeMm = frame.atMm - number * options.binMm;
    const ownMm = number > furthest ? Math.min(stepMm, fromEdgeMm) : stepMm;
    furthest = Math.max(furthest, number);
    const bin = bins.get(furthest) ?? { values: [], mm: 0 };
    bins.set(furthest, bin);
    bin.mm += ownMm;
    bin.values.push(frame.value);
  }
  bins.delete(furthest);
  return [...bins].flatMap(([number, { values, mm }]) => {
    const share = Math.min(1, mm / options.binMm);
    const endMm = (number + 1) * options.binMm;
    return share >= 0.5 ? [{ value: mean(values), share, endMm }] : [];
  });
};

const subgroupsOf = (
  values: readonly BinValue[],
  panel: number,
  size: number,
): readonly Subgroup[] =>
  Array.from({ length: Math.floor(values.length / size) }, (_, index) => {
    const group = values.slice(index * size, (index + 1) * size);
    const spread = size === 1 ? values.slice(index - 1, index + 1) : group;
    const numbers = spread.map(({ value }) => value);
    return {
      panel,
      mean: mean(group.map(({ value }) => value)),
      range: size === 1 && index === 0 ? Number.NaN : Math.max(...numbers) - Math.min(...numbers),
      share: mean(group.map(({ share }) => share)),
      endMm: group.at(-1)?.endMm ?? Number.NaN,
    };
  });

type Limits = { readonly centre: number; readonly sigma: number };

const limitsOf = (subgroups: readonly Subgroup[], options: SpcOptions): Limits => {
  const { target = Number.NaN, sigma = Number.NaN, learn } = options;
  if (options.target !== undefined && options.sigma !== undefined) return { centre: target, sigma };
  if (subgroups.length < learn) return { centre: target, sigma };
  const learnt = subgroups.slice(0, learn);
  const ranges = learnt.map(({ range }) => range).filter((range) => !Number.isNaN(range));
  return {
    centre: options.target ?? mean(learnt.map(({ mean: of }) => of)),
    sigma: options.sigma ?? mean(ranges) / factors[options.subgroup][3],
  };
};

/** Bits of the signals after the last of these judged subgroups. */
const signalsOf = (judged: readonly Subgroup[], limits: Limits, options: SpcOptions): number => {
  const [a2, d3, d4, d2] = factors[options.subgroup];
  const values = judged.map(
    ({ mean: of }) => (3 * (of - limits.centre)) / (a2 * d2 * limits.sigma),
  );
  const broken = naiveRules(values, options.sameSide).filter((rule) =>
    options.rules.includes(rule),
  );
  const range = judged.at(-1)?.range ?? Number.NaN;
  const { up, down } = naiveCusum(values, cusum.reference);
  let bits = sum(broken.map((rule) => 2 ** (rule - 1)));
  if (range > d4 * d2 * limits.sigma || range < d3 * d2 * limits.sigma) bits += 256;
  if (naiveEwma(values, ewma).isSignal) bits += 512;
  if (up > cusum.decision || down > cusum.decision) bits += 1024;
  return bits;
};

const capabilities = (values: readonly number[], sigma: number, options: SpcOptions): SpcResult => {
  const { lower, upper } = options;
  const centre = mean(values);
  const squares = values.map((value) => (value - centre) ** 2);
  const overall = Math.sqrt(sum(squares) / (values.length - 1));
  const nearer = Math.min(upper - centre, centre - lower);
  return {
    ...{ cp: (upper - lower) / (6 * sigma), cpk: nearer / (3 * sigma) },
    ...{ pp: (upper - lower) / (6 * overall), ppk: nearer / (3 * overall) },
  };
};

/** All that the chart shows after these frames. */
export const naiveSpc = (frames: readonly SpcFrame[], options: SpcOptions): SpcResult => {
  const job = frames.at(-1)?.job;
  const panels = [...new Set(frames.map(({ panel }) => panel))];
  const ofPanels = panels.map((panel) => {
    const from = { ...(frames[0] as SpcFrame), panel, job: job ?? 0 };
    return { panel, values: binValues(frames, from, options) };
  });
  const subgroups = ofPanels.flatMap(({ panel, values }) =>
    subgroupsOf(values, panel, options.subgroup),
  );
  const newest = subgroups.at(-1);
  if (newest === undefined) return {};
  const [a2, , , d2] = factors[options.subgroup];
  const limits = limitsOf(subgroups, options);
  const isKnown = options.target !== undefined && options.sigma !== undefined;
  const first = isKnown ? 0 : options.learn;
  const judged = subgroups.slice(first);
  const values = judged.map(
    ({ mean: of }) => (3 * (of - limits.centre)) / (a2 * d2 * limits.sigma),
  );
  const bits = judged.map((_, index) => signalsOf(judged.slice(0, index + 1), limits, options));
  const panel = frames.at(-1)?.panel;
  const signalled = judged.findLast((group, at) => group.panel === panel && (bits[at] ?? 0) > 0);
  const { up, down } = naiveCusum(values, cusum.reference);
  const all = {
    ...{ chart: newest.mean, coverage: newest.share, range: newest.range, ...limits },
    ucl: limits.centre + a2 * d2 * limits.sigma,
    lcl: limits.centre - a2 * d2 * limits.sigma,
    ...{ signals: bits.at(-1) ?? Number.NaN, signalX: signalled?.endMm ?? Number.NaN },
    ewma: limits.centre + (naiveEwma(values, ewma).average * a2 * d2 * limits.sigma) / 3,
    ...{ cusumUp: up, cusumDown: down },
    ...capabilities(
      ofPanels.flatMap((of) => of.values.map(({ value }) => value)),
      limits.sigma,
      options,
    ),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => Number.isFinite(value)));
};
