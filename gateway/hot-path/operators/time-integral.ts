import type { ArenaPlan } from '../arena.ts';
import {
  compensatedSumSize,
  pushCompensatedSum,
  readCompensatedSum,
  resetCompensatedSum,
} from './compensated-sum.ts';
import { type Interval, intervalStepIndex } from './interval.ts';

/**
 * Integral of a value over the measured time of an interval operator, in the value's unit times ms.
 * `trapezoid` suits quantities that move between samples (power), `hold` those that stay until the next sample (a state, a
 * set point): the value at the start of the step counts for all of it.
 */
export type IntegralSource = {
  readonly interval: Interval;
  /** Cell with the newest value. */
  readonly source: number;
  readonly rule: 'trapezoid' | 'hold';
};

export type TimeIntegral = {
  readonly base: number;
  readonly stepMsIndex: number;
  readonly source: number;
  readonly isHeld: boolean;
};

const lastCell = compensatedSumSize;
const termCell = compensatedSumSize + 1;
const size = compensatedSumSize + 2;

export const reserveTimeIntegral = (
  plan: Pick<ArenaPlan, 'reserve'>,
  { interval, source, rule }: IntegralSource,
): TimeIntegral => ({
  base: plan.reserve(size),
  stepMsIndex: intervalStepIndex(interval),
  source,
  isHeld: rule === 'hold',
});

/** Takes the newest value, after `pushInterval` took its time. */
export const pushTimeIntegral = (memory: Float64Array, integral: TimeIntegral): void => {
  const { base } = integral;
  const value = memory[integral.source] as number;
  const stepMs = memory[integral.stepMsIndex] as number;
  if (stepMs > 0) {
    const last = memory[base + lastCell] as number;
    memory[base + termCell] = stepMs * (integral.isHeld ? last : (last + value) / 2);
    pushCompensatedSum(memory, base, base + termCell);
  }
  memory[base + lastCell] = value;
};

/** Writes the integral to cell `out`. */
export const readTimeIntegral = (
  memory: Float64Array,
  integral: TimeIntegral,
  out: number,
): void => {
  readCompensatedSum(memory, integral.base, out);
};

export const resetTimeIntegral = (memory: Float64Array, integral: TimeIntegral): void => {
  resetCompensatedSum(memory, integral.base);
};
