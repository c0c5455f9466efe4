import { conversionBetween, findUnit } from '../units.ts';

/** What became of a register between two readings. */
export const counterSteps = {
  /** It counted, or stood. */
  forward: 0,
  /** It passed its end and began again at 0: the step over the end is known. */
  rollover: 1,
  /** It began again near 0: what it counted before that is not known. */
  reset: 2,
  /** It shows what it cannot have counted, so it is another register. */
  replaced: 3,
} as const;
export type CounterStep = (typeof counterSteps)[keyof typeof counterSteps];

export type CounterLimits = {
  /** Value at which the register starts again at 0; Infinity: never. */
  readonly rolloverAt: number;
  /** How fast it can count, an hour; Infinity where nobody knows. */
  readonly maximumPerHour: number;
};

const hourMs = 3_600_000;
const secondsPerHour = 3600;
/** More than any plant has behind one meter: a register of energy that counts faster was replaced, or shows nonsense. */
const fastestJoulesPerSecond = 100_000_000;

/** How fast a register can count, an hour: as is said of it, else what its unit allows; Infinity where it is of no energy. */
const fastestPerHour = (unit: string, maximumRatePerSecond: number | undefined): number => {
  if (maximumRatePerSecond !== undefined) return maximumRatePerSecond * secondsPerHour;
  const from = findUnit('J');
  const to = findUnit(unit);
  const joules = from && to && conversionBetween(from, to);
  if (joules === undefined) return Number.POSITIVE_INFINITY;
  return (fastestJoulesPerSecond * secondsPerHour * joules.multiply) / joules.divide;
};

/** The limits of a register by what is known of its point: the same for whoever watches it and whoever sums it. */
export const counterLimits = (point: {
  readonly unit: string;
  readonly rolloverAt?: number | undefined;
  readonly maximumRatePerSecond?: number | undefined;
}): CounterLimits => ({
  rolloverAt: point.rolloverAt ?? Number.POSITIVE_INFINITY,
  maximumPerHour: fastestPerHour(point.unit, point.maximumRatePerSecond),
});

/** A coarse register stands for long and then steps; so long it may have stood before it was first read. */
export const firstStandMs = hourMs;

/**
 * How long a register can have counted for the step at hand: since it was last read, and as long as it had stood by then,
 * at most an hour. One that stood all night holds back no more than one of its steps.
 */
export const countingMs = (changedMs: number, lastMs: number, timeMs: number): number =>
  Math.max(0, Math.min(lastMs - changedMs, firstStandMs)) + timeMs - lastMs;

/** A register that passed its end stood in this last part of its range. */
const rolloverZone = 0.9;
/** Of the register's range: a longer step over its end is no rollover. */
const plausibleRollover = 0.1;
/** Of what it showed: below, it began again; where the fastest rate is known, that decides. */
const nearZero = 0.01;

/**
 * Tells rollover, reset and replacement apart.
 *
 * @param passedMs between the readings; above 0
 */
export const classifyCounterStep = (
  limits: CounterLimits,
  last: number,
  value: number,
  passedMs: number,
): CounterStep => {
  const { rolloverAt, maximumPerHour } = limits;
  const most = (maximumPerHour * passedMs) / hourMs;
  if (value >= last) return value - last <= most ? counterSteps.forward : counterSteps.replaced;
  const step = rolloverAt - last + value;
  const isNearEnd = last > rolloverZone * rolloverAt && step <= plausibleRollover * rolloverAt;
  if (isNearEnd && step <= most) return counterSteps.rollover;
  const begun = most === Number.POSITIVE_INFINITY ? nearZero * last : most;
  return value <= begun ? counterSteps.reset : counterSteps.replaced;
};
