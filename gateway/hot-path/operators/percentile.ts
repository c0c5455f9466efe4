/**
 * Exact percentile with linear interpolation between order statistics (Hyndman and Fan type 7, the default of spreadsheets
 * and NumPy): the value at rank (n - 1) * p. Reorders the first `count` items of `samples`.
 */
export const percentile = (samples: Float64Array, count: number, p: number): number =>
  count === 0 ? Number.NaN : valueAtRank(samples, count, (count - 1) * p);

/** The value at `rank` (0 to count - 1, between two samples by interpolation). Reorders the first `count` items. */
export const valueAtRank = (samples: Float64Array, count: number, rank: number): number => {
  const lower = Math.floor(rank);
  select(samples, count, lower);
  const low = samples[lower] as number;
  if (rank === lower) return low;
  let high = Number.POSITIVE_INFINITY;
  for (let index = lower + 1; index < count; index++) {
    if ((samples[index] as number) < high) high = samples[index] as number;
  }
  return low + (rank - lower) * (high - low);
};

/** Hoare's selection: afterwards nothing before `rank` is larger than what stands there, nothing behind it smaller. */
const select = (samples: Float64Array, count: number, rank: number): void => {
  let left = 0;
  let right = count - 1;
  while (left < right) {
    const pivot = medianOfThree(samples, left, right);
    let low = left;
    let high = right;
    while (low <= high) {
      while ((samples[low] as number) < pivot) low++;
      while ((samples[high] as number) > pivot) high--;
      if (low <= high) {
        const swapped = samples[low] as number;
        samples[low] = samples[high] as number;
        samples[high] = swapped;
        low++;
        high--;
      }
    }
    if (rank <= high) right = high;
    else if (rank >= low) left = low;
    else return;
  }
};

const medianOfThree = (samples: Float64Array, left: number, right: number): number => {
  const a = samples[left] as number;
  const b = samples[(left + right) >>> 1] as number;
  const c = samples[right] as number;
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
};
