import type { ArenaPlan } from '../arena.ts';

/**
 * A line z(x) whose curvature drifts, followed along x by a Kalman filter. The state is height, slope and curvature, and the
 * waviness with its slope:
 *
 *     z' = slope,  slope' = curvature + white noise,  curvature' = white noise
 *
 * The curvature is a random walk, for what drifts slowly; the white noise of the slope is curvature that is alike over no length,
 * as arcs make it. What is measured is z + waviness + noise, against any straight datum; the waviness is a smooth
 * stationary process (Matern, 3/2). It begins knowing nothing of height, slope and curvature; without drift and waviness it is
 * the least-squares parabola. All noise may be off by one common factor, which is estimated from the innovations, so that
 * intervals follow Student's t.
 */
export type CurvatureFilter = CurvatureNoise & { readonly base: number };

/** What the filter takes as known; lengths along x in m, heights in mm. */
export type CurvatureNoise = {
  /** Standard deviation of a measured height, mm. */
  readonly measurement: number;
  /** Standard deviation of the waviness, mm; its correlation at distance d is (1 + d/l) exp(-d/l), l in m. */
  readonly waviness: number;
  readonly wavinessLength: number;
  /** Standard deviation by which the curvature (mm/m2) drifts in 1 m. */
  readonly curvatureDrift: number;
  /** Standard deviation by which the slope (mm/m) wanders in 1 m. */
  readonly slopeDrift: number;
  /** Weight of the given noise against that seen, in observations. */
  readonly trust: number;
};

const states = 5;
const height = 0;
const slope = 1;
const curvature = 2;
const waviness = 3;
const wavinessSlope = 4;

const placeCell = 0;
const countCell = 1;
const squaresCell = 2;
const logsCell = 3;
const stateCell = 4;
const covarianceCell = stateCell + states;
const transitionCell = covarianceCell + states * states;
const scratchCell = transitionCell + states * states;
const size = scratchCell + states * states;

/** Variance of what is not known, mm2: far above any panel, far below where digits are lost. */
const unknown = 1e7;
/** Observations that only tell height, slope and curvature. */
const free = 3;

export const reserveCurvatureFilter = (
  plan: Pick<ArenaPlan, 'reserve'>,
  noise: CurvatureNoise,
): CurvatureFilter => ({ base: plan.reserve(size), ...noise });

export const resetCurvatureFilter = (memory: Float64Array, filter: CurvatureFilter): void => {
  memory.fill(0, filter.base, filter.base + size);
};

/** Height `step` m on for one unit of state `index` now: the first row of the transition, waviness added. */
const reach = (filter: CurvatureFilter, step: number, index: number): number => {
  if (index === height) return 1;
  if (index === slope) return step;
  if (index === curvature) return (step * step) / 2;
  const decay = step / filter.wavinessLength;
  return index === waviness ? Math.exp(-decay) * (1 + decay) : Math.exp(-decay) * step;
};

const fillTransition = (memory: Float64Array, filter: CurvatureFilter, step: number): void => {
  const at = filter.base + transitionCell;
  const decay = step / filter.wavinessLength;
  const kept = Math.exp(-decay);
  memory.fill(0, at, at + states * states);
  for (let index = height; index <= curvature; index++) {
    memory[at + height * states + index] = reach(filter, step, index);
    memory[at + index * states + index] = 1;
  }
  memory[at + slope * states + curvature] = step;
  memory[at + waviness * states + waviness] = kept * (1 + decay);
  memory[at + waviness * states + wavinessSlope] = kept * step;
  memory[at + wavinessSlope * states + waviness] = (-kept * decay) / filter.wavinessLength;
  memory[at + wavinessSlope * states + wavinessSlope] = kept * (1 - decay);
};

/** Entry (row, column) of the covariance, row <= column. */
type Entry = { readonly row: number; readonly column: number };

/** Variance of curvature and slope that `step` m add to an entry of the covariance. */
const addedDrift = (filter: CurvatureFilter, step: number, { row, column }: Entry): number => {
  const bend = filter.curvatureDrift * filter.curvatureDrift;
  const turn = filter.slopeDrift * filter.slopeDrift;
  switch (row * states + column) {
    case height * states + height:
      return (bend * step ** 5) / 20 + (turn * step ** 3) / 3;
    case height * states + slope:
      return (bend * step ** 4) / 8 + (turn * step ** 2) / 2;
    case height * states + curvature:
      return (bend * step ** 3) / 6;
    case slope * states + slope:
      return (bend * step ** 3) / 3 + turn * step;
    case slope * states + curvature:
      return (bend * step ** 2) / 2;
    case curvature * states + curvature:
      return bend * step;
    default:
      return 0;
  }
};

/** What the waviness adds: its lasting covariance less what is left of it after `step` m. */
const addedWaviness = (filter: CurvatureFilter, step: number, entry: Entry): number => {
  const variance = filter.waviness * filter.waviness;
  const decay = step / filter.wavinessLength;
  const kept = Math.exp(-2 * decay);
  if (entry.row !== entry.column)
    return (variance * kept * 2 * decay * decay) / filter.wavinessLength;
  if (entry.row === waviness) return variance * (1 - kept * ((1 + decay) ** 2 + decay * decay));
  const squaredLength = filter.wavinessLength * filter.wavinessLength;
  return (variance / squaredLength) * (1 - kept * (decay * decay + (1 - decay) ** 2));
};

const added = (filter: CurvatureFilter, step: number, entry: Entry): number => {
  if (entry.row >= waviness) return addedWaviness(filter, step, entry);
  return entry.column >= waviness ? 0 : addedDrift(filter, step, entry);
};

/** Writes left times right, or times right transposed, to the cells from `out` on. */
const multiply = (
  memory: Float64Array,
  factors: { readonly left: number; readonly right: number; readonly isTransposed: boolean },
  out: number,
): void => {
  const across = factors.isTransposed ? 1 : states;
  const down = factors.isTransposed ? states : 1;
  for (let row = 0; row < states; row++) {
    for (let column = 0; column < states; column++) {
      let sum = 0;
      for (let inner = 0; inner < states; inner++) {
        sum +=
          (memory[factors.left + row * states + inner] as number) *
          (memory[factors.right + inner * across + column * down] as number);
      }
      memory[out + row * states + column] = sum;
    }
  }
};

const moveOn = (memory: Float64Array, filter: CurvatureFilter, step: number): void => {
  const state = filter.base + stateCell;
  const covariance = filter.base + covarianceCell;
  const transition = filter.base + transitionCell;
  const scratch = filter.base + scratchCell;
  fillTransition(memory, filter, step);
  for (let row = 0; row < states; row++) {
    let sum = 0;
    for (let inner = 0; inner < states; inner++) {
      sum +=
        (memory[transition + row * states + inner] as number) * (memory[state + inner] as number);
    }
    memory[scratch + row] = sum;
  }
  memory.copyWithin(state, scratch, scratch + states);
  multiply(memory, { left: transition, right: covariance, isTransposed: false }, scratch);
  multiply(memory, { left: scratch, right: transition, isTransposed: true }, covariance);
  for (let row = 0; row < states; row++) {
    for (let column = row; column < states; column++) {
      const cell = covariance + row * states + column;
      const value = (memory[cell] as number) + added(filter, step, { row, column });
      memory[cell] = value;
      memory[covariance + column * states + row] = value;
    }
  }
};

const begin = (memory: Float64Array, filter: CurvatureFilter): void => {
  const covariance = filter.base + covarianceCell;
  const variance = filter.waviness * filter.waviness;
  for (let row = height; row <= curvature; row++) memory[covariance + row * states + row] = unknown;
  memory[covariance + waviness * states + waviness] = variance;
  memory[covariance + wavinessSlope * states + wavinessSlope] =
    variance / (filter.wavinessLength * filter.wavinessLength);
};

/** Takes a height measured at `at` m in the cells `sample` (place) and `sample + 1` (height); places rise. */
export const pushCurvatureFilter = (
  memory: Float64Array,
  filter: CurvatureFilter,
  sample: number,
): void => {
  const { base } = filter;
  const state = base + stateCell;
  const covariance = base + covarianceCell;
  const place = memory[sample] as number;
  const count = memory[base + countCell] as number;
  if (count === 0) begin(memory, filter);
  else moveOn(memory, filter, place - (memory[base + placeCell] as number));
  memory[base + placeCell] = place;
  memory[base + countCell] = count + 1;
  const gain = base + scratchCell;
  for (let row = 0; row < states; row++) {
    memory[gain + row] =
      (memory[covariance + row * states + height] as number) +
      (memory[covariance + row * states + waviness] as number);
  }
  const variance =
    (memory[gain + height] as number) +
    (memory[gain + waviness] as number) +
    filter.measurement * filter.measurement;
  const innovation =
    (memory[sample + 1] as number) -
    (memory[state + height] as number) -
    (memory[state + waviness] as number);
  if (count >= free) {
    memory[base + squaresCell] =
      (memory[base + squaresCell] as number) + (innovation * innovation) / variance;
    memory[base + logsCell] = (memory[base + logsCell] as number) + Math.log(variance);
  }
  for (let row = 0; row < states; row++) {
    const share = (memory[gain + row] as number) / variance;
    memory[state + row] = (memory[state + row] as number) + share * innovation;
    for (let column = 0; column < states; column++) {
      const cell = covariance + row * states + column;
      memory[cell] = (memory[cell] as number) - share * (memory[gain + column] as number);
    }
  }
};

/** Degrees of freedom of the common factor. */
export const filterFreedom = (memory: Float64Array, filter: CurvatureFilter): number =>
  filter.trust + Math.max(0, (memory[filter.base + countCell] as number) - free);

/** By what all variances are multiplied: 1 as given, mixed with what the innovations were. */
export const filterFactor = (memory: Float64Array, filter: CurvatureFilter): number =>
  (filter.trust + (memory[filter.base + squaresCell] as number)) / filterFreedom(memory, filter);

/** Logarithm of how likely what was seen is for the noise given, the common factor left open; up to a constant. */
export const filterEvidence = (memory: Float64Array, filter: CurvatureFilter): number => {
  const squares = filter.trust + (memory[filter.base + squaresCell] as number);
  const logs = memory[filter.base + logsCell] as number;
  return -(logs + filterFreedom(memory, filter) * Math.log(squares)) / 2;
};

/** The height expected `ahead` m beyond the newest observation. */
export const forecastHeight = (
  memory: Float64Array,
  filter: CurvatureFilter,
  ahead: number,
): number => {
  let sum = 0;
  for (let index = 0; index < states; index++) {
    const state = memory[filter.base + stateCell + index] as number;
    sum += reach(filter, ahead, index) * state;
  }
  return sum;
};

/**
 * Covariance, before the common factor, of the measured heights expected `near` and `far` m ahead, 0 <= near <= far, where what
 * is added up to `near` is common to both. For near = far: the variance, with the noise of the measurement.
 */
export const forecastCovariance = (
  memory: Float64Array,
  filter: CurvatureFilter,
  ahead: { readonly near: number; readonly far: number },
): number => {
  const { near, far } = ahead;
  const covariance = filter.base + covarianceCell;
  let sum = near === far ? filter.measurement * filter.measurement : 0;
  for (let row = 0; row < states; row++) {
    for (let column = 0; column < states; column++) {
      sum +=
        reach(filter, near, row) *
        reach(filter, far, column) *
        (memory[covariance + row * states + column] as number);
    }
  }
  for (let column = 0; column < states; column++) {
    const row = column < waviness ? height : waviness;
    sum += reach(filter, far - near, column) * added(filter, near, { row, column });
  }
  return sum;
};
