import type { ArenaPlan } from '../arena.ts';
import {
  type Histogram,
  histogramBin,
  histogramCountIndex,
  pushHistogram,
  readHistogramPercentile,
  reserveHistogram,
  resetHistogram,
} from './histogram.ts';
import { valueAtRank } from './percentile.ts';

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

/**
 * The exact percentile of the samples held. The histogram tells the bin of the sample at its rank and the next bin that is
 * not empty: only the samples of these two are looked at, not all of them sorted.
 */
const exactPercentile = (memory: Float64Array, window: SampleWindow, count: number): number => {
  const { base, histogram, scratch, p } = window;
  const rank = (count - 1) * p;
  const lower = Math.floor(rank);
  let below = 0;
  let bin = -1;
  for (;;) {
    const inside = memory[histogramCountIndex(histogram, bin)] as number;
    if (lower < below + inside) break;
    below += inside;
    bin += 1;
  }
  let last = bin;
  let held = memory[histogramCountIndex(histogram, bin)] as number;
  while (rank > below + held - 1) {
    last += 1;
    held += memory[histogramCountIndex(histogram, last)] as number;
  }
  // Edges with room for rounding come first: they are cheap, and let few samples through to the bin itself.
  const { lowest, width, bins } = histogram;
  const from = bin < 0 ? Number.NEGATIVE_INFINITY : lowest + (bin - 1) * width;
  const to = last >= bins ? Number.POSITIVE_INFINITY : lowest + (last + 2) * width;
  const first = base + headerSize;
  let gathered = 0;
  for (let cell = first; cell < first + count; cell++) {
    const sample = memory[cell] as number;
    if (sample < from || sample > to) continue;
    const own = histogramBin(memory, histogram, cell);
    if (own < bin || own > last) continue;
    scratch[gathered] = sample;
    gathered += 1;
  }
  return valueAtRank(scratch, gathered, rank - below);
};

/** Writes the percentile to cell `out`; NaN without samples. */
export const readWindowPercentile = (
  memory: Float64Array,
  window: SampleWindow,
  out: number,
): void => {
  const { base, capacity, p } = window;
  const count = memory[base + countCell] as number;
  if (count !== memory[base + readCountCell]) {
    memory[base + readCountCell] = count;
    if (count > capacity) {
      readHistogramPercentile(memory, window.histogram, { p, out: base + resultCell });
    } else {
      memory[base + resultCell] = exactPercentile(memory, window, count);
    }
  }
  memory[out] = memory[base + resultCell] as number;
};
