/**
 * Count, mean and sum of squared deviations after Welford, merged after Chan, Golub and LeVeque: stable also far from zero,
 * where the sum of squares loses every digit.
 */
export const momentsSize = 3;

const countCell = 0;
const meanCell = 1;
const squaresCell = 2;

/** Takes the sample in cell `source`. */
export const pushMoments = (memory: Float64Array, base: number, source: number): void => {
  const value = memory[source] as number;
  const count = (memory[base + countCell] as number) + 1;
  const mean = memory[base + meanCell] as number;
  const nextMean = mean + (value - mean) / count;
  memory[base + countCell] = count;
  memory[base + meanCell] = nextMean;
  memory[base + squaresCell] =
    (memory[base + squaresCell] as number) + (value - mean) * (value - nextMean);
};

/** Adds the samples behind the moments at `from` to those at `base`. */
export const mergeMoments = (memory: Float64Array, base: number, from: number): void => {
  const added = memory[from + countCell] as number;
  if (added === 0) return;
  const own = memory[base + countCell] as number;
  const count = own + added;
  const difference = (memory[from + meanCell] as number) - (memory[base + meanCell] as number);
  memory[base + countCell] = count;
  memory[base + meanCell] = (memory[base + meanCell] as number) + (difference * added) / count;
  memory[base + squaresCell] =
    (memory[base + squaresCell] as number) +
    (memory[from + squaresCell] as number) +
    (difference * difference * own * added) / count;
};

export const resetMoments = (memory: Float64Array, base: number): void => {
  memory.fill(0, base, base + momentsSize);
};

export const momentsCountIndex = (base: number): number => base + countCell;
/** Index of the cell with the mean; 0 without samples. */
export const momentsMeanIndex = (base: number): number => base + meanCell;

/** Writes the variance of the sample (divisor n - 1) to cell `out`; 0 with fewer than two samples. */
export const readSampleVariance = (memory: Float64Array, base: number, out: number): void => {
  const count = memory[base + countCell] as number;
  memory[out] = count < 2 ? 0 : (memory[base + squaresCell] as number) / (count - 1);
};

/** Writes the root of the mean square, from mean and variance of all samples, to cell `out`; 0 without samples. */
export const readRootMeanSquare = (memory: Float64Array, base: number, out: number): void => {
  const count = memory[base + countCell] as number;
  const mean = memory[base + meanCell] as number;
  const variance = count === 0 ? 0 : (memory[base + squaresCell] as number) / count;
  memory[out] = Math.sqrt(mean * mean + variance);
};
