import type { ArenaPlan } from '../arena.ts';
import { compensatedSumSize, pushCompensatedSum, readCompensatedSum } from './compensated-sum.ts';

/**
 * Integral of a value over distance (trapezoid), in the value's unit times mm, and the distance that it covers. Only forward
 * movement of at most `gapMm` between two usable samples counts.
 */
export type DistanceIntegral = {
  readonly base: number;
  /** Cells with the newest position in mm and the newest value. */
  readonly positionIndex: number;
  readonly source: number;
  readonly gapMm: number;
};

const coveredCell = compensatedSumSize;
const positionCell = compensatedSumSize + 1;
const lastCell = compensatedSumSize + 2;
const termCell = compensatedSumSize + 3;
const size = compensatedSumSize + 4;

export const reserveDistanceIntegral = (
  plan: Pick<ArenaPlan, 'reserve'>,
  source: Omit<DistanceIntegral, 'base'>,
): DistanceIntegral => ({ base: plan.reserve(size, [0, 0, 0, Number.NaN]), ...source });

/** Takes the newest sample; an unusable one breaks the chain. */
export const pushDistanceIntegral = (
  memory: Float64Array,
  integral: DistanceIntegral,
  isUsable: boolean,
): void => {
  const { base } = integral;
  const positionMm = memory[integral.positionIndex] as number;
  const value = memory[integral.source] as number;
  const stepMm = positionMm - (memory[base + positionCell] as number);
  if (isUsable && stepMm > 0 && stepMm <= integral.gapMm) {
    memory[base + termCell] = (stepMm * ((memory[base + lastCell] as number) + value)) / 2;
    pushCompensatedSum(memory, base, base + termCell);
    memory[base + coveredCell] = (memory[base + coveredCell] as number) + stepMm;
  }
  memory[base + positionCell] = isUsable ? positionMm : Number.NaN;
  memory[base + lastCell] = value;
};

/** Writes the integral and the covered mm to the cells `out` and `out + 1`. */
export const readDistanceIntegral = (
  memory: Float64Array,
  integral: DistanceIntegral,
  out: number,
): void => {
  readCompensatedSum(memory, integral.base, out);
  memory[out + 1] = memory[integral.base + coveredCell] as number;
};
