import type { ArenaPlan } from '../arena.ts';

/** Smallest sample so far, in the first cell, and largest; infinite while there is none. */
const size = 2;
const maximumCell = 1;

export const extremesSize = size;
export const extremesInitial: readonly number[] = [
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
];

export const reserveExtremes = (plan: Pick<ArenaPlan, 'reserve'>): number =>
  plan.reserve(size, extremesInitial);

/** Takes the sample in cell `source`. */
export const pushExtremes = (memory: Float64Array, base: number, source: number): void => {
  const value = memory[source] as number;
  if (value < (memory[base] as number)) memory[base] = value;
  if (value > (memory[base + maximumCell] as number)) memory[base + maximumCell] = value;
};

/** Adds the samples behind the extremes at `from`. */
export const mergeExtremes = (memory: Float64Array, base: number, from: number): void => {
  const minimum = memory[from] as number;
  const maximum = memory[from + maximumCell] as number;
  if (minimum < (memory[base] as number)) memory[base] = minimum;
  if (maximum > (memory[base + maximumCell] as number)) memory[base + maximumCell] = maximum;
};

export const resetExtremes = (memory: Float64Array, base: number): void => {
  memory[base] = Number.POSITIVE_INFINITY;
  memory[base + maximumCell] = Number.NEGATIVE_INFINITY;
};

export const minimumIndex = (base: number): number => base;
export const maximumIndex = (base: number): number => base + maximumCell;
