import type { ArenaPlan } from '../arena.ts';

/**
 * Counts in bins of one width, mergeable; for percentiles of windows that are too long to keep every sample. Samples outside
 * of the range count in an underflow and an overflow bin. A percentile is that of the sample at or below its rank, off by at
 * most one bin width inside of the range, and is given as the range's edge outside of it.
 */
export type Histogram = {
  readonly base: number;
  readonly lowest: number;
  readonly width: number;
  readonly bins: number;
};

const countCell = 0;
const underflowCell = 1;
const headerSize = 2;

/** Cells: count, underflow, the bins, overflow. */
const sizeOf = (bins: number): number => headerSize + bins + 1;

export const reserveHistogram = (
  plan: Pick<ArenaPlan, 'reserve'>,
  shape: Omit<Histogram, 'base'>,
): Histogram => ({ base: plan.reserve(sizeOf(shape.bins)), ...shape });

export const resetHistogram = (memory: Float64Array, histogram: Histogram): void => {
  memory.fill(0, histogram.base, histogram.base + sizeOf(histogram.bins));
};

/** Bin of the sample in cell `source`: -1 below the range, `bins` above it. */
export const histogramBin = (
  memory: Float64Array,
  histogram: Histogram,
  source: number,
): number => {
  const bin = Math.floor(((memory[source] as number) - histogram.lowest) / histogram.width);
  return Math.max(-1, Math.min(bin, histogram.bins));
};

/** Index of the cell with the number of samples in a bin, -1 and `bins` included. */
export const histogramCountIndex = (histogram: Histogram, bin: number): number =>
  histogram.base + headerSize + bin;

/** Takes the sample in cell `source`. */
export const pushHistogram = (memory: Float64Array, histogram: Histogram, source: number): void => {
  const { base } = histogram;
  const cell = base + headerSize + histogramBin(memory, histogram, source);
  memory[cell] = (memory[cell] as number) + 1;
  memory[base + countCell] = (memory[base + countCell] as number) + 1;
};

/** Adds the counts of `from`, which has the same shape. */
export const mergeHistogram = (
  memory: Float64Array,
  histogram: Histogram,
  from: Histogram,
): void => {
  for (let cell = 0; cell < sizeOf(histogram.bins); cell++) {
    memory[histogram.base + cell] =
      (memory[histogram.base + cell] as number) + (memory[from.base + cell] as number);
  }
};

/** Writes the percentile `p` (0..1) to cell `out`; NaN without samples. Samples count as spread evenly over their bin. */
export const readHistogramPercentile = (
  memory: Float64Array,
  histogram: Histogram,
  at: { readonly p: number; readonly out: number },
): void => {
  const { base, bins, lowest, width } = histogram;
  const rank = ((memory[base + countCell] as number) - 1) * at.p;
  let below = memory[base + underflowCell] as number;
  memory[at.out] = memory[base + countCell] === 0 ? Number.NaN : lowest;
  if (!(rank >= below)) return;
  for (let bin = 0; bin < bins; bin++) {
    const inside = memory[base + headerSize + bin] as number;
    if (rank < below + inside) {
      memory[at.out] = lowest + (bin + Math.min(rank - below + 0.5, inside) / inside) * width;
      return;
    }
    below += inside;
  }
  memory[at.out] = lowest + bins * width;
};
