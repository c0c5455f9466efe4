import type { ArenaPlan } from '../arena.ts';
import {
  extremesInitial,
  extremesSize,
  mergeExtremes,
  pushExtremes,
  resetExtremes,
} from './extremes.ts';
import { mergeMoments, momentsSize, pushMoments, resetMoments } from './moments.ts';

/**
 * Mergeable statistics of one channel over one window of tier (b): count, mean, squared deviations, extremes, covered time,
 * first and last reading. Windows of tier (c) are folds of these.
 */
export const aggregateSize = momentsSize + extremesSize + 3;

const extremesCell = momentsSize;
const coveredCell = momentsSize + extremesSize;
const firstCell = coveredCell + 1;
const lastCell = coveredCell + 2;

export const aggregateInitial: readonly number[] = [
  0,
  0,
  0,
  ...extremesInitial,
  0,
  Number.NaN,
  Number.NaN,
];

export const reserveAggregate = (plan: Pick<ArenaPlan, 'reserve'>): number =>
  plan.reserve(aggregateSize, aggregateInitial);

export const resetAggregate = (memory: Float64Array, base: number): void => {
  resetMoments(memory, base);
  resetExtremes(memory, base + extremesCell);
  memory[base + coveredCell] = 0;
  memory[base + firstCell] = Number.NaN;
  memory[base + lastCell] = Number.NaN;
};

/** Takes the sample in cell `source`; the cell behind it holds the covered ms that come with it. */
export const pushAggregate = (memory: Float64Array, base: number, source: number): void => {
  pushMoments(memory, base, source);
  pushExtremes(memory, base + extremesCell, source);
  memory[base + coveredCell] =
    (memory[base + coveredCell] as number) + (memory[source + 1] as number);
  if (Number.isNaN(memory[base + firstCell])) memory[base + firstCell] = memory[source] as number;
  memory[base + lastCell] = memory[source] as number;
};

/** Adds the window at `from`, which lies behind the one at `base`. */
export const mergeAggregate = (memory: Float64Array, base: number, from: number): void => {
  if (memory[from] === 0) return;
  mergeMoments(memory, base, from);
  mergeExtremes(memory, base + extremesCell, from + extremesCell);
  memory[base + coveredCell] =
    (memory[base + coveredCell] as number) + (memory[from + coveredCell] as number);
  if (Number.isNaN(memory[base + firstCell])) {
    memory[base + firstCell] = memory[from + firstCell] as number;
  }
  memory[base + lastCell] = memory[from + lastCell] as number;
};

/** Places of an aggregate's cells, from its base. */
export const aggregateCells = {
  count: 0,
  mean: 1,
  squares: 2,
  minimum: extremesCell,
  maximum: extremesCell + 1,
  coveredMs: coveredCell,
  first: firstCell,
  last: lastCell,
} as const;
