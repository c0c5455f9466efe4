import { meters } from './meters.ts';

/** What may be wrong with a meter, by what it shows of the truth. */
export const wrongs = {
  none: 0,
  /** Shows the opposite: its transformers are the wrong way round. */
  reversed: 1,
  /** Shows a third: one of three phases is the wrong way round. */
  phaseReversed: 2,
  /** Shows two thirds: one of three phases is missing. */
  phaseMissing: 3,
  /** Shows any other share: ratio of the transformers, or the multiplier. */
  multiplier: 4,
  /** Shows nothing: it stands still, or voltage and current of two phases are interchanged. */
  nothing: 5,
} as const;
export type Wrong = (typeof wrongs)[keyof typeof wrongs];

/** One quarter hour of the evidence: what each meter gave to the bus, and the square of its standard error. */
export type Evidence = {
  readonly given: readonly number[];
  readonly variances: readonly number[];
};

export type Verdict = {
  /** Place in `meters`; -1 when nobody can be named. */
  readonly meter: number;
  readonly wrong: Wrong;
  /** What it shows over what is true; NaN when nobody is named. */
  readonly ratio: number;
  /** Of each meter: the share of the residual's square that it explains if it alone is wrong. */
  readonly scores: readonly number[];
};

const known: readonly (readonly [Wrong, number])[] = [
  [wrongs.reversed, -1],
  [wrongs.phaseReversed, 1 / 3],
  [wrongs.phaseMissing, 2 / 3],
];
/** How far a ratio may be from a pattern: phases are never loaded alike. */
const patternWidth = 0.05;

/** Misfit that a wrong meter may leave, in tolerances; every other one must leave more, and so many times as much. */
const mostMisfit = 1;
const leastDistance = 2;
/** Of all that went through the bus: a meter below shows nothing. */
const nothingShare = 0.001;

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);

const residualsOf = (evidence: readonly Evidence[]): readonly number[] =>
  evidence.map(({ given }) => sum(given));

type Fit = { readonly ratio: number; readonly score: number; readonly misfit: number };

/**
 * Supposes that one meter shows a constant share of the truth and all others are right: then the residual is proportional to what
 * it shows. Regression through the origin gives the share; the misfit is what is left, over what the classes allow.
 */
const fitOf = (
  evidence: readonly Evidence[],
  residuals: readonly number[],
  meter: number,
  floorKwh: number,
): Fit => {
  const shown = evidence.map(({ given }) => given[meter] as number);
  const square = sum(shown.map((value) => value * value));
  const slope =
    square > 0 ? sum(shown.map((value, at) => value * (residuals[at] as number))) / square : 0;
  const truth = 1 - slope;
  const total = sum(residuals.map((residual) => residual ** 2));
  const left = sum(
    residuals.map((residual, at) => (residual - slope * (shown[at] as number)) ** 2),
  );
  const allowed = sum(
    evidence.map(({ variances }) =>
      Math.max(
        floorKwh ** 2,
        4 * sum(variances.map((value, other) => (other === meter ? truth * truth * value : value))),
      ),
    ),
  );
  return {
    ratio: 1 / truth,
    score: total > 0 ? Math.max(0, 1 - left / total) : 0,
    misfit: Math.sqrt(left / allowed),
  };
};

/** Meters that show nothing while the residual has the sign that their truth would leave; storage goes both ways. */
const silentMeters = (
  evidence: readonly Evidence[],
  residuals: readonly number[],
): readonly number[] => {
  const through = sum(evidence.flatMap(({ given }) => given.map(Math.abs)));
  const isPositive = residuals.every((residual) => residual > 0);
  const isNegative = residuals.every((residual) => residual < 0);
  return meters.flatMap((name, meter) => {
    const shown = sum(evidence.map(({ given }) => Math.abs(given[meter] as number)));
    if (shown > nothingShare * through) return [];
    const isConsumer = name === 'load' || name === 'ev';
    const fits = isConsumer ? isPositive : name === 'pv' ? isNegative : isPositive || isNegative;
    return fits ? [meter] : [];
  });
};

const nobody = { meter: -1, wrong: wrongs.none, ratio: Number.NaN } as const;

/**
 * Names the meter that lies, where exactly one explains the residual of all quarter hours within the tolerance and no other comes
 * near; else nobody, with the score of each as the evidence.
 */
export const judgeMeters = (evidence: readonly Evidence[], floorKwh: number): Verdict => {
  const residuals = residualsOf(evidence);
  const fits = meters.map((_, meter) => fitOf(evidence, residuals, meter, floorKwh));
  const scores = fits.map(({ score }) => score);
  const order = fits.map((_, meter) => meter).sort((a, b) => misfitOf(fits, a) - misfitOf(fits, b));
  const [best = 0, second = 0] = order;
  const least = misfitOf(fits, best);
  const others = misfitOf(fits, second);
  if (least <= mostMisfit && others > mostMisfit && others >= leastDistance * least) {
    const { ratio } = fits[best] as Fit;
    const pattern = known.find(([, of]) => Math.abs(ratio - of) <= patternWidth);
    return { meter: best, wrong: pattern?.[0] ?? wrongs.multiplier, ratio, scores };
  }
  const silent = silentMeters(evidence, residuals);
  const [only = -1] = silent;
  if (silent.length === 1 && least > mostMisfit) {
    return { meter: only, wrong: wrongs.nothing, ratio: 0, scores };
  }
  return { ...nobody, scores };
};

const misfitOf = (fits: readonly Fit[], meter: number): number =>
  fits[meter]?.misfit ?? Number.POSITIVE_INFINITY;
