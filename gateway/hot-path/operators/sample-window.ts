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
 * One percentile over a window that begins at a reset: exact (type 7) while the samples fit, then from a histogram of all of
 * them, off by at most one bin width. It is computed when it is read, and only when samples have come since.
 */
export type SampleWindow = {
  readonly base: number;
  readonly capacity: number;
  /** 0..1 */
  readonly p: number;
  readonly histogram: Histogram;
  /** Reordered at each reading; holds nothing in between. */
  readonly scratch: Float64Array;
};

const countCell = 0;
/** Number of samples behind the result, and the result. */
const readCountCell = 1;
const resultCell = 2;
const headerSize = 3;

export const reserveSampleWindow = (
  plan: Pick<ArenaPlan, 'reserve'>,
  options: {
    readonly capacity: number;
    readonly p: number;
    readonly histogram: Omit<Histogram, 'base'>;
  },
): SampleWindow => ({
  base: plan.reserve(headerSize + options.capacity, [0, 0, Number.NaN]),
  capacity: options.capacity,
  p: options.p,
  histogram: reserveHistogram(plan, options.histogram),
  scratch: new Float64Array(options.capacity),
});

export const resetSampleWindow = (memory: Float64Array, window: SampleWindow): void => {
  memory.fill(0, window.base, window.base + headerSize + window.capacity);
  memory[window.base + resultCell] = Number.NaN;
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

/** Writes the percentile to cell `out`; NaN without samples. */
export const readWindowPercentile = (
  memory: Float64Array,
  window: SampleWindow,
  out: number,
): void => {
  const { base, capacity, scratch, p } = window;
  const count = memory[base + countCell] as number;
  if (count !== memory[base + readCountCell]) {
    memory[base + readCountCell] = count;
    if (count > capacity) {
      readHistogramPercentile(memory, window.histogram, { p, out: base + resultCell });
    } else {
      const first = base + headerSize;
      for (let index = 0; index < count; index++) scratch[index] = memory[first + index] as number;
      memory[base + resultCell] = percentile(scratch, count, p);
    }
  }
  memory[out] = memory[base + resultCell] as number;
};
