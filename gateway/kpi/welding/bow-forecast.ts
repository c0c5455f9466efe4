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
import { foldedLower } from '../../hot-path/operators/folded-interval.ts';
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
import { studentQuantile } from '../../hot-path/operators/student-t.ts';
import type { BuildContext, Step } from '../../hot-path/program.ts';
import type { Profiles } from './profiles.ts';

/** Cells of a forecast, from `out` on. */
export const forecast = {
  /** Size of the bow of the finished panel, and the ends of its interval, mm. */
  bow: 0,
  lower: 1,
  upper: 2,
  /** Where along the panel it is expected, mm. */
  placeMm: 3,
  size: 4,
} as const;

export type ForecastOptions = {
  /** Cell with the length of the panel, mm. */
  readonly lengthIndex: number;
  /** With which the interval holds the outcome. */
  readonly probability: number;
};

export type BowForecast = {
  readonly reset: Step;
  /** Takes a profile; they come in order. */
  readonly push: (memory: Float64Array, profile: number) => void;
  /** Fills the cells of `forecast`; not finite before there are enough profiles. */
  readonly read: (memory: Float64Array, out: number) => void;
};

const mmPerM = 1000;
/** Half of the length of a usual panel. */
const centreM = 9;
/** Places beyond the newest profile at which the distance from the chord is looked at. */
const forecastPlaces = 60;
/** Cells of a chord: where it begins, its rise in mm/m, the variance of its end, and what makes intervals of errors. */
const chordCells = {
  fromM: 0,
  fromZ: 1,
  rise: 2,
  endVariance: 3,
  factor: 4,
  twoSided: 5,
  oneSided: 6,
  size: 7,
} as const;
/** Observations that determine a parabola. */
const parabola = 3;

/**
 * The bow of a parabola z = a + bx + cx² over the length L is |c| L² / 4, with se(c) from least squares: right where heights are
 * independent around a parabola, far too sure of itself where they are not.
 */
export const parabolaForecast = (
  context: BuildContext,
  profiles: Profiles,
  { lengthIndex, probability }: ForecastOptions,
): BowForecast => {
  const fit = reserveLeastSquares(context, parabola);
  const coefficients = context.reserve(parabola);
  return {
    reset: (memory) => {
      resetLeastSquares(memory, fit);
    },
    push: (memory, profile) => {
      // About centred: the coefficient of the square is the same wherever x begins.
      const x = (memory[profiles.placeOf(profile)] as number) / mmPerM - centreM;
      const observation = observationIndex(fit);
      memory[observation] = 1;
      memory[observation + 1] = x;
      memory[observation + 2] = x * x;
      memory[observation + 3] = memory[profiles.meanOf(profile)] as number;
      pushLeastSquares(memory, fit);
    },
    read: (memory, out) => {
      const lengthMm = memory[lengthIndex] as number;
      const lengthM = lengthMm / mmPerM;
      const scale = (lengthM * lengthM) / 4;
      solveLeastSquares(memory, fit, coefficients);
      const freedom = (memory[observationsIndex(fit)] as number) - parabola;
      const deviation = Math.sqrt((memory[residualSquaresIndex(fit)] as number) / freedom);
      const pivot = Math.abs(memory[lastPivotIndex(fit)] as number);
      const bow = Math.abs(memory[coefficients + 2] as number) * scale;
      const error = freedom > 0 ? (deviation / pivot) * scale : Number.NaN;
      const twoSided = studentQuantile((1 + probability) / 2, freedom) * error;
      const oneSided = studentQuantile(probability, freedom) * error;
      memory[out + forecast.bow] = bow;
      memory[out + forecast.lower] = foldedLower(bow, { twoSided, oneSided });
      memory[out + forecast.upper] = bow + twoSided;
      memory[out + forecast.placeMm] = lengthMm / 2;
    },
  };
};

/**
 * The bow of the finished panel as it will be measured: the largest distance from the chord between its ends of the heights
 * measured so far and of those forecast for the rest. What has been measured is known: a distance there is off by its share of
 * the error of the end, and one that lies ahead by that of its own place as well. Another place than the one expected may come
 * to be the farthest, so each end of the interval is the largest of those of all places; their errors go together, since all
 * hang on the end. Of several kinds of noise it takes the one that makes the heights of this panel likeliest.
 */
export const trackedForecast = (
  context: Pick<BuildContext, 'reserve'>,
  profiles: Pick<Profiles, 'countIndex' | 'placeOf' | 'meanOf'>,
  options: ForecastOptions & {
    /** What the noise may be, the usual kind first. */
    readonly noises: readonly CurvatureNoise[];
    /** How much likelier the usual kind is before anything is seen. */
    readonly usualOdds: number;
  },
): BowForecast => {
  const { probability } = options;
  const filters = options.noises.map((noise) => reserveCurvatureFilter(context, noise));
  const sample = context.reserve(2);
  const chord = context.reserve(chordCells.size);
  const endOf = (memory: Float64Array): number => (memory[options.lengthIndex] as number) / mmPerM;

  /** The first has it, unless another one is likelier by more than its odds. */
  const likeliest = (memory: Float64Array): CurvatureFilter => {
    const usual = filters[0] as CurvatureFilter;
    let best = usual;
    let most = filterEvidence(memory, usual) + Math.log(options.usualOdds);
    for (let index = 1; index < filters.length; index++) {
      const filter = filters[index] as CurvatureFilter;
      const evidence = filterEvidence(memory, filter);
      if (evidence <= most) continue;
      best = filter;
      most = evidence;
    }
    return best;
  };

  /** Fills the cells of the chord: from the first profile to the end, as it is forecast. */
  const drawChord = (memory: Float64Array, filter: CurvatureFilter, far: number): void => {
    const last = (memory[profiles.countIndex] as number) - 1;
    const freedom = filterFreedom(memory, filter);
    const factor = filterFactor(memory, filter);
    const fromM = (memory[profiles.placeOf(0)] as number) / mmPerM;
    const fromZ = memory[profiles.meanOf(0)] as number;
    const endZ =
      far > 0 ? forecastHeight(memory, filter, far) : (memory[profiles.meanOf(last)] as number);
    memory[chord + chordCells.fromM] = fromM;
    memory[chord + chordCells.fromZ] = fromZ;
    memory[chord + chordCells.rise] = (endZ - fromZ) / (endOf(memory) - fromM);
    memory[chord + chordCells.endVariance] =
      far > 0 ? factor * forecastCovariance(memory, filter, { near: far, far }) : 0;
    memory[chord + chordCells.factor] = factor;
    memory[chord + chordCells.twoSided] = studentQuantile((1 + probability) / 2, freedom);
    memory[chord + chordCells.oneSided] = studentQuantile(probability, freedom);
  };

  /** Takes the place at `placeM` with a height; `ahead`: what its own error adds to that of the end, as a variance. */
  const consider = (
    memory: Float64Array,
    out: number,
    at: { readonly placeM: number; readonly height: number; readonly ahead: number },
  ): void => {
    const run = at.placeM - (memory[chord + chordCells.fromM] as number);
    const straight =
      (memory[chord + chordCells.fromZ] as number) +
      run * (memory[chord + chordCells.rise] as number);
    const distance = Math.abs(at.height - straight);
    const share = shareOf(memory, at.placeM);
    const variance = share * share * (memory[chord + chordCells.endVariance] as number) + at.ahead;
    const error = Math.sqrt(Math.max(0, variance));
    const twoSided = error * (memory[chord + chordCells.twoSided] as number);
    const oneSided = error * (memory[chord + chordCells.oneSided] as number);
    const lower = foldedLower(distance, { twoSided, oneSided });
    if (distance > (memory[out + forecast.bow] as number)) {
      memory[out + forecast.bow] = distance;
      memory[out + forecast.placeMm] = at.placeM * mmPerM;
    }
    memory[out + forecast.lower] = Math.max(memory[out + forecast.lower] as number, lower);
    memory[out + forecast.upper] = Math.max(
      memory[out + forecast.upper] as number,
      distance + twoSided,
    );
  };

  /** How far along the chord a place is. */
  const shareOf = (memory: Float64Array, placeM: number): number => {
    const fromM = memory[chord + chordCells.fromM] as number;
    return (placeM - fromM) / (endOf(memory) - fromM);
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
      memory.fill(count > parabola ? 0 : Number.NaN, out, out + forecast.size);
      if (count <= parabola) return;
      const nowM = (memory[profiles.placeOf(count - 1)] as number) / mmPerM;
      const far = Math.max(0, endOf(memory) - nowM);
      const filter = likeliest(memory);
      drawChord(memory, filter, far);
      for (let profile = 1; profile < count; profile++) {
        const placeM = (memory[profiles.placeOf(profile)] as number) / mmPerM;
        const height = memory[profiles.meanOf(profile)] as number;
        consider(memory, out, { placeM, height, ahead: 0 });
      }
      const factor = memory[chord + chordCells.factor] as number;
      for (let step = 1; far > 0 && step < forecastPlaces; step++) {
        const near = (step / forecastPlaces) * far;
        const own = forecastCovariance(memory, filter, { near, far: near });
        const withEnd = forecastCovariance(memory, filter, { near, far });
        const placeM = nowM + near;
        const ahead = factor * (own - 2 * shareOf(memory, placeM) * withEnd);
        consider(memory, out, { placeM, height: forecastHeight(memory, filter, near), ahead });
      }
    },
  };
};
