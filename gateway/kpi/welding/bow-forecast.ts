import {
  type CurvatureFilter,
  type CurvatureNoise,
  filterEvidence,
  filterFactor,
  filterFreedom,
  forecastCovariance,
  forecastHeight,
  pushCurvatureFilter,
  reserveCurvatureFilter,
  resetCurvatureFilter,
} from '../../hot-path/operators/curvature-filter.ts';
import {
  lastPivotIndex,
  observationIndex,
  observationsIndex,
  pushLeastSquares,
  reserveLeastSquares,
  resetLeastSquares,
  residualSquaresIndex,
  solveLeastSquares,
} from '../../hot-path/operators/least-squares.ts';
import type { BuildContext, Step } from '../../hot-path/program.ts';
import type { Profiles } from './profiles.ts';

/** Cells of a forecast, from `out` on. */
export const forecast = {
  /** Size of the bow of the finished panel, mm, and its standard error. */
  bow: 0,
  error: 1,
  /** Degrees of freedom of the error. */
  freedom: 2,
  /** Where along the panel it is expected, mm. */
  placeMm: 3,
  size: 4,
} as const;

export type BowForecast = {
  readonly reset: Step;
  /** Takes a profile; they come in order. */
  readonly push: (memory: Float64Array, profile: number) => void;
  /** Fills the cells of `forecast`; not finite before there are enough profiles. */
  readonly read: (memory: Float64Array, out: number) => void;
};

const mmPerM = 1000;
/** Places beyond the newest profile at which the largest distance from the chord is looked for. */
const forecastPlaces = 200;
/** Observations that determine a parabola. */
const parabola = 3;

/**
 * The bow of a parabola z = a + bx + cx² over the length L is |c| L² / 4, with se(c) from least squares: right where heights are
 * independent around a parabola, far too sure of itself where they are not.
 */
export const parabolaForecast = (
  context: BuildContext,
  profiles: Profiles,
  lengthMm: number,
): BowForecast => {
  const fit = reserveLeastSquares(context, parabola);
  const coefficients = context.reserve(parabola);
  const lengthM = lengthMm / mmPerM;
  const scale = (lengthM * lengthM) / 4;
  return {
    reset: (memory) => {
      resetLeastSquares(memory, fit);
    },
    push: (memory, profile) => {
      // Centred: the coefficient of the square is the same wherever x begins.
      const x = (memory[profiles.placeOf(profile)] as number) / mmPerM - lengthM / 2;
      const observation = observationIndex(fit);
      memory[observation] = 1;
      memory[observation + 1] = x;
      memory[observation + 2] = x * x;
      memory[observation + 3] = memory[profiles.meanOf(profile)] as number;
      pushLeastSquares(memory, fit);
    },
    read: (memory, out) => {
      solveLeastSquares(memory, fit, coefficients);
      const freedom = (memory[observationsIndex(fit)] as number) - parabola;
      const deviation = Math.sqrt((memory[residualSquaresIndex(fit)] as number) / freedom);
      const pivot = Math.abs(memory[lastPivotIndex(fit)] as number);
      memory[out + forecast.bow] = Math.abs(memory[coefficients + 2] as number) * scale;
      memory[out + forecast.error] = freedom > 0 ? (deviation / pivot) * scale : Number.NaN;
      memory[out + forecast.freedom] = freedom;
      memory[out + forecast.placeMm] = lengthMm / 2;
    },
  };
};

/**
 * The bow of the finished panel as it will be measured: the largest distance from the chord between its ends of the heights
 * measured so far and of those forecast for the rest. Its error is that of the forecast end, and of the forecast place itself
 * where that still lies ahead: what has been measured is known. Of several kinds of noise it takes the one that makes the heights
 * of this panel likeliest.
 */
export const trackedForecast = (
  context: BuildContext,
  profiles: Profiles,
  options: { readonly lengthMm: number; readonly noises: readonly CurvatureNoise[] },
): BowForecast => {
  const filters = options.noises.map((noise) => reserveCurvatureFilter(context, noise));
  const sample = context.reserve(2);
  const largest = context.reserve(2);
  const endM = options.lengthMm / mmPerM;

  /** The first has it where two are alike. */
  const likeliest = (memory: Float64Array): CurvatureFilter => {
    let best = filters[0] as CurvatureFilter;
    for (const filter of filters) {
      if (filterEvidence(memory, filter) > filterEvidence(memory, best)) best = filter;
    }
    return best;
  };

  /** Writes size and place (m) of the largest distance from the chord to the end at `endZ`. */
  const findLargest = (memory: Float64Array, filter: CurvatureFilter, endZ: number): void => {
    const last = (memory[profiles.countIndex] as number) - 1;
    const fromM = (memory[profiles.placeOf(0)] as number) / mmPerM;
    const fromZ = memory[profiles.meanOf(0)] as number;
    const nowM = (memory[profiles.placeOf(last)] as number) / mmPerM;
    const rise = (endZ - fromZ) / (endM - fromM);
    memory[largest] = 0;
    memory[largest + 1] = nowM;
    const total = last + 1 + (nowM < endM ? forecastPlaces : 0);
    for (let index = 1; index < total; index++) {
      const aheadM = ((index - last) / forecastPlaces) * (endM - nowM);
      const isMeasured = index <= last;
      const placeM = isMeasured
        ? (memory[profiles.placeOf(index)] as number) / mmPerM
        : nowM + aheadM;
      const height = isMeasured
        ? (memory[profiles.meanOf(index)] as number)
        : forecastHeight(memory, filter, aheadM);
      const distance = Math.abs(height - fromZ - rise * (placeM - fromM));
      if (distance <= memory[largest]) continue;
      memory[largest] = distance;
      memory[largest + 1] = placeM;
    }
  };

  return {
    reset: (memory) => {
      for (const filter of filters) resetCurvatureFilter(memory, filter);
    },
    push: (memory, profile) => {
      memory[sample] = (memory[profiles.placeOf(profile)] as number) / mmPerM;
      memory[sample + 1] = memory[profiles.meanOf(profile)] as number;
      for (const filter of filters) pushCurvatureFilter(memory, filter, sample);
    },
    read: (memory, out) => {
      const count = memory[profiles.countIndex] as number;
      memory[out + forecast.bow] = Number.NaN;
      if (count <= parabola) return;
      const last = count - 1;
      const fromM = (memory[profiles.placeOf(0)] as number) / mmPerM;
      const nowM = (memory[profiles.placeOf(last)] as number) / mmPerM;
      const far = Math.max(0, endM - nowM);
      const lastZ = memory[profiles.meanOf(last)] as number;
      const filter = likeliest(memory);
      findLargest(memory, filter, far > 0 ? forecastHeight(memory, filter, far) : lastZ);
      const placeM = memory[largest + 1] as number;
      const share = (placeM - fromM) / (endM - fromM);
      const near = Math.max(0, placeM - nowM);
      let variance = 0;
      if (far > 0)
        variance += share * share * forecastCovariance(memory, filter, { near: far, far });
      if (near > 0) {
        variance += forecastCovariance(memory, filter, { near, far: near });
        variance -= 2 * share * forecastCovariance(memory, filter, { near, far });
      }
      memory[out + forecast.bow] = memory[largest] as number;
      memory[out + forecast.error] = Math.sqrt(variance * filterFactor(memory, filter));
      memory[out + forecast.freedom] = filterFreedom(memory, filter);
      memory[out + forecast.placeMm] = placeM * mmPerM;
    },
  };
};
