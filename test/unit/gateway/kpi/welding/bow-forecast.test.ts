// Goal: the interval of the tracked forecast is that of all places, of the likeliest kind of noise. Method: the same from arrays
// of all places at once, with the filter's own forecasts, which have tests of their own.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ArenaPlan } from '../../../../../gateway/hot-path/arena.ts';
import {
  type CurvatureNoise,
  filterEvidence,
  filterFactor,
  filterFreedom,
  forecastCovariance,
  forecastHeight,
  pushCurvatureFilter,
  reserveCurvatureFilter,
} from '../../../../../gateway/hot-path/operators/curvature-filter.ts';
import { foldedLower } from '../../../../../gateway/hot-path/operators/folded-interval.ts';
import { studentQuantile } from '../../../../../gateway/hot-path/operators/student-t.ts';
import { forecast, trackedForecast } from '../../../../../gateway/kpi/welding/bow-forecast.ts';
import { testSeed } from '../../../../support/seed.ts';

type Sample = readonly [xM: number, zMm: number];
type Forecast = { bow: number; lower: number; upper: number; placeMm: number };

const probability = 0.9;
const lengthM = 18;
const short: CurvatureNoise = {
  ...{ measurement: 0.02, waviness: 0.03, wavinessLength: 0.2 },
  ...{ curvatureDrift: 0.003, slopeDrift: 0.002, trust: 20 },
};
const long: CurvatureNoise = { ...short, waviness: 0.2, wavinessLength: 1 };

const forecastOf = (
  samples: readonly Sample[],
  options: { readonly noises: readonly CurvatureNoise[]; readonly usualOdds: number },
): Forecast => {
  const plan = new ArenaPlan();
  const countIndex = plan.reserve(1);
  const places = plan.reserve(samples.length);
  const means = plan.reserve(samples.length);
  const out = plan.reserve(forecast.size);
  const lengthIndex = plan.reserve(1, [lengthM * 1000]);
  const profiles = {
    countIndex,
    placeOf: (profile: number) => places + profile,
    meanOf: (profile: number) => means + profile,
  };
  const bow = trackedForecast(plan, profiles, {
    ...options,
    ...{ lengthIndex, probability },
  });
  const memory = plan.allocate();
  bow.reset(memory);
  for (const [index, [x, z]] of samples.entries()) {
    memory[places + index] = x * 1000;
    memory[means + index] = z;
    memory[countIndex] = index + 1;
    bow.push(memory, index);
  }
  bow.read(memory, out);
  const cell = (index: number): number => memory[out + index] ?? Number.NaN;
  return {
    bow: cell(forecast.bow),
    lower: cell(forecast.lower),
    upper: cell(forecast.upper),
    placeMm: cell(forecast.placeMm),
  };
};

const naive = (samples: readonly Sample[], noise: CurvatureNoise) => {
  const plan = new ArenaPlan();
  const filter = reserveCurvatureFilter(plan, noise);
  const sample = plan.reserve(2);
  const memory = plan.allocate();
  for (const [x, z] of samples) {
    memory.set([x, z], sample);
    pushCurvatureFilter(memory, filter, sample);
  }
  const [fromM, fromZ] = samples[0] as Sample;
  const [nowM, nowZ] = samples.at(-1) as Sample;
  const far = Math.max(0, lengthM - nowM);
  const factor = filterFactor(memory, filter);
  const freedom = filterFreedom(memory, filter);
  const covariance = (near: number, to: number): number =>
    factor * forecastCovariance(memory, filter, { near, far: to });
  const endZ = far > 0 ? forecastHeight(memory, filter, far) : nowZ;
  const endVariance = far > 0 ? covariance(far, far) : 0;
  const shareOf = (x: number): number => (x - fromM) / (lengthM - fromM);
  const distanceOf = (x: number, z: number): number =>
    Math.abs(z - fromZ - shareOf(x) * (endZ - fromZ));
  const measured = samples.slice(1).map(([x, z]) => ({
    x,
    distance: distanceOf(x, z),
    variance: shareOf(x) ** 2 * endVariance,
  }));
  const nears = far > 0 ? Array.from({ length: 59 }, (_, index) => ((index + 1) / 60) * far) : [];
  const ahead = nears.map((near) => {
    const x = nowM + near;
    const share = shareOf(x);
    return {
      x,
      distance: distanceOf(x, forecastHeight(memory, filter, near)),
      variance:
        covariance(near, near) + share ** 2 * endVariance - 2 * share * covariance(near, far),
    };
  });
  const all = [...measured, ...ahead].map(({ x, distance, variance }) => {
    const error = Math.sqrt(Math.max(0, variance));
    const twoSided = studentQuantile((1 + probability) / 2, freedom) * error;
    const oneSided = studentQuantile(probability, freedom) * error;
    const lower = foldedLower(distance, { twoSided, oneSided });
    return { x, distance, lower, upper: distance + twoSided };
  });
  const bow = Math.max(...all.map(({ distance }) => distance));
  return {
    evidence: filterEvidence(memory, filter),
    bow,
    lower: Math.max(...all.map(({ lower }) => lower)),
    upper: Math.max(...all.map(({ upper }) => upper)),
    /** Distance from the chord at the places that were looked at, by micrometre. */
    distances: new Map(all.map(({ x, distance }) => [Math.round(x * 1e6), distance])),
  };
};

const steps = fc.array(
  fc.tuple(
    fc.double({ min: 0.05, max: 0.6, noNaN: true }),
    fc.integer({ min: -1000, max: 1000 }).map((thousandths) => thousandths / 1000),
  ),
  { minLength: 4, maxLength: 25 },
);
const samplesOf = (given: readonly Sample[]): Sample[] => {
  let x = 0;
  return given.map(([step, z]) => {
    x += step;
    return [x, z];
  });
};

describe('the bow that is forecast', () => {
  test('has for the ends of its interval the largest of those of all places', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const samples = samplesOf(given);
        fc.pre(samples.some(([, z]) => z !== samples[0]?.[1]));
        const found = forecastOf(samples, { noises: [short], usualOdds: 1 });
        const wanted = naive(samples, short);
        const scale = 1 + wanted.upper;
        for (const end of ['bow', 'lower', 'upper'] as const) {
          expect(Math.abs(found[end] - wanted[end]) / scale, end).toBeLessThan(1e-6);
        }
        const there = wanted.distances.get(Math.round(found.placeMm * 1000)) ?? Number.NaN;
        expect(Math.abs(there - wanted.bow) / scale).toBeLessThan(1e-6);
        expect(found.lower).toBeLessThanOrEqual(found.bow);
        expect(found.upper).toBeGreaterThan(found.bow);
      }),
      { seed: testSeed(), numRuns: 60 },
    );
  });

  test('is what was measured, without any doubt, at the end', () => {
    const samples = Array.from({ length: 19 }, (_, x): Sample => [x, (x * (x - 18)) / 40]);
    const { bow, lower, upper, placeMm } = forecastOf(samples, { noises: [short], usualOdds: 1 });
    expect([bow, lower, upper, placeMm]).toEqual([81 / 40, 81 / 40, 81 / 40, 9000]);
  });

  test('is none before four profiles', () => {
    const samples = [0, 1, 2].map((x): Sample => [x, x]);
    const found = forecastOf(samples, { noises: [short], usualOdds: 1 });
    expect(Object.values(found)).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
  });

  test('is open to a place that is not the expected one', () => {
    // Bent one way over its first third and the other way since: the farthest place is behind, and may come to be ahead.
    const samples = Array.from({ length: 121 }, (_, index): Sample => {
      const x = index / 20;
      return [x, x < 4 ? (x * (x - 4)) / 20 : (x - 4) * 0.2];
    });
    const found = forecastOf(samples, { noises: [short], usualOdds: 1 });
    const wanted = naive(samples, short);
    expect(found.upper).toBeCloseTo(wanted.upper, 9);
    expect(found.upper).toBeGreaterThan(2 * found.bow - found.lower);
  });
});

describe('the kind of noise', () => {
  const wavy = Array.from({ length: 90 }, (_, index): Sample => {
    const x = index / 20;
    return [x, 0.25 * Math.sin(x * Math.PI) + 0.02 * Math.sin(index * 2.4)];
  });
  const [usual, other] = [naive(wavy, short), naive(wavy, long)];
  const margin = Math.exp(other.evidence - usual.evidence);

  test('is another than the usual one where that is likelier by more than its odds', () => {
    const noises = [short, long];
    expect(margin).toBeGreaterThan(2);
    const believed = forecastOf(wavy, { noises, usualOdds: margin / 1.01 });
    expect(believed.upper).toBeCloseTo(other.upper, 9);
    const doubted = forecastOf(wavy, { noises, usualOdds: margin * 1.01 });
    expect(doubted.upper).toBeCloseTo(usual.upper, 9);
    expect(other.upper).not.toBeCloseTo(usual.upper, 2);
  });

  test('is the likeliest of more than two', () => {
    const longer = { ...long, waviness: 2, wavinessLength: 1 };
    const wanted = [long, longer]
      .map((noise) => naive(wavy, noise))
      .toSorted((a, b) => b.evidence - a.evidence)[0];
    for (const noises of [
      [short, long, longer],
      [short, longer, long],
    ]) {
      expect(forecastOf(wavy, { noises, usualOdds: 1 }).upper).toBeCloseTo(wanted?.upper ?? 0, 9);
    }
  });
});
