import type { ArenaPlan } from '../arena.ts';
import {
  type Histogram,
  pushHistogram,
  readHistogramPercentile,
  reserveHistogram,
  resetHistogram,
} from './histogram.ts';
import { percentile } from './percentile.ts';

/**
 * Percentiles over a window that begins at a reset: exact (type 7) while the samples fit, then from a histogram of all of
 * them, off by at most one bin width.
 */
export type SampleWindow = {
  readonly base: number;
  readonly capacity: number;
  readonly histogram: Histogram;
  /** Reordered at each reading; holds nothing in between. */
  readonly scratch: Float64Array;
};

const countCell = 0;
const headerSize = 1;

export const reserveSampleWindow = (
  plan: Pick<ArenaPlan, 'reserve'>,
  options: { readonly capacity: number; readonly histogram: Omit<Histogram, 'base'> },
): SampleWindow => ({
  base: plan.reserve(headerSize + options.capacity),
  capacity: options.capacity,
  histogram: reserveHistogram(plan, options.histogram),
  scratch: new Float64Array(options.capacity),
});

export const resetSampleWindow = (memory: Float64Array, window: SampleWindow): void => {
  memory.fill(0, window.base, window.base + headerSize + window.capacity);
  resetHistogram(memory, window.histogram);
};

/** Takes the sample in cell `source`. */
export const pushSampleWindow = (
  memory: Float64Array,
  window: SampleWindow,
  source: number,
): void => {
  const count = memory[window.base + countCell] as number;
  if (count < window.capacity) {
    memory[window.base + headerSize + count] = memory[source] as number;
  }
  memory[window.base + countCell] = count + 1;
  pushHistogram(memory, window.histogram, source);
};

/** Writes the percentile `p` (0..1) to cell `out`; NaN without samples. */
export const readWindowPercentile = (
  memory: Float64Array,
  window: SampleWindow,
  at: { readonly p: number; readonly out: number },
): void => {
  const count = memory[window.base + countCell] as number;
  if (count > window.capacity) {
    readHistogramPercentile(memory, window.histogram, at);
    return;
  }
  const first = window.base + headerSize;
  for (let index = 0; index < count; index++) {
    window.scratch[index] = memory[first + index] as number;
  }
  memory[at.out] = percentile(window.scratch, count, at.p);
};
