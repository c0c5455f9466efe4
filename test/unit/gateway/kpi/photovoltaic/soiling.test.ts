// Goal: the soiling ratio follows from clear noons only, against those after the last cleaning. Method: short days around noon.
import { describe, expect, test } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import type { TestSample } from '../../../../support/entry-batch.ts';
import {
  day,
  dayMs,
  hourMs,
  type Plant,
  plain,
  type Results,
  startPlant,
  state,
  statusIn,
  type Unit,
  valueIn,
} from './plant.ts';

const { good, uncertain, badNoData } = statusCodes;
const at = (timeMs: number): string => new Date(timeMs).toISOString();

type Noon = {
  readonly fromHour?: number;
  readonly minutes?: number;
  readonly wm2?: TestSample;
  readonly unit?: Unit | ((index: number) => Unit);
};

const plantOf = (parameters: object, inverters = 5): Plant =>
  startPlant({
    kpis: ['pvSoilingRatio', 'pvLosses'],
    inverters,
    parameters: { ...plain, ...parameters },
  });

/** A day of which only some hours are fed: PR25 `ratio` under 800 W/m2. */
const noonOf = (plant: Plant, ratio: number, noon: Noon = {}): Results => {
  const { fromHour = 11, minutes = 61, wm2 = 800, unit = { kw: ratio * 80 } } = noon;
  const dayStart = Math.floor((plant.nowMs - day) / dayMs) * dayMs + day;
  plant.skip((dayStart + fromHour * hourMs - plant.nowMs) / 60_000);
  const results = plant.hold(minutes, { planeIrradiance: wm2, moduleTemperature: 25 }, unit);
  plant.skip((dayStart + dayMs - plant.nowMs) / 60_000);
  return results;
};

const ratio = (results: Results): number => valueIn(results, 'pvSoilingRatio');
const status = (results: Results): number | undefined => statusIn(results, 'pvSoilingRatio');
const given = { cleanPerformanceRatio25: 0.8 };

describe('which quarter hours tell', () => {
  test('with a clean value that is given, the first that has closed', () => {
    const plant = plantOf(given);
    const results = noonOf(plant, 0.76, { minutes: 16 });
    expect(ratio(results)).toBeCloseTo(0.95, 6);
    expect(status(results)).toBe(good);
    expect(valueIn(results, 'pvSoilingRatio.coverage')).toBeCloseTo(1, 5);
    expect(valueIn(results, 'pvSoilingRatio.ratio25')).toBeCloseTo(0.76, 6);
    expect(valueIn(results, 'pvSoilingRatio.clean')).toBe(0.8);
    expect(valueIn(results, 'pvLosses.soilingEnergy')).toBeCloseTo(
      0.05 * valueIn(results, 'pvLosses.referenceEnergy'),
      6,
    );
  });

  test.each<[string, Noon, boolean]>([
    ['before 11 h', { fromHour: 10, minutes: 59 }, false],
    ['from 13 h on', { fromHour: 13 }, false],
    ['just before 13 h', { fromHour: 12.75, minutes: 16 }, true],
    ['one that has not closed', { minutes: 15 }, false],
    ['599 W/m2', { wm2: 599, unit: { kw: 45 } }, false],
    ['600 W/m2', { wm2: 600, unit: { kw: 45 } }, true],
    ['throttled', { unit: { kw: 60, operatingState: state.throttled } }, false],
    ['at the limit', { wm2: 1100, unit: { kw: 100 } }, false],
    ['down', { unit: { kw: 0, operatingState: state.fault } }, false],
    ['not heard', { unit: { kw: 60, operatingState: 9 } }, false],
    ['free', {}, true],
  ])('%s', (_, noon, isTaken) => {
    const results = noonOf(plantOf(given), 0.76, noon);
    expect(status(results)).toBe(isTaken ? good : badNoData);
  });

  test('one of five inverters may be held, two may not, and the held one does not count', () => {
    const held = (count: number) => {
      const unit = (index: number): Unit =>
        index < count ? { kw: 30, operatingState: state.throttled } : { kw: 0.76 * 80 };
      return noonOf(plantOf(given), 0.76, { unit });
    };
    expect(ratio(held(1))).toBeCloseTo(0.95, 6);
    expect(status(held(2))).toBe(badNoData);
  });

  test.each([
    [0.94, true],
    [0.86, false],
  ])('a sky that falls to %d of itself: %s', (share, isTaken) => {
    const plant = plantOf(given);
    plant.skip(11 * 60);
    const unit = { kw: 0.76 * 80 };
    plant.hold(7, { planeIrradiance: 800, moduleTemperature: 25 }, unit);
    const lower = { planeIrradiance: 800 * share, moduleTemperature: 25 };
    const results = plant.hold(9, lower, { kw: 0.76 * 80 * share });
    expect(status(results)).toBe(isTaken ? good : badNoData);
  });

  test('not one with a gap', () => {
    const plant = plantOf(given);
    plant.skip(11 * 60);
    plant.hold(5, { planeIrradiance: 800, moduleTemperature: 25 }, { kw: 60 });
    plant.skip(5);
    const results = plant.hold(6, { planeIrradiance: 800, moduleTemperature: 25 }, { kw: 60 });
    expect(status(results)).toBe(badNoData);
  });

  test('a day is the mean of its clear quarter hours, and stays until the next clear noon', () => {
    const plant = plantOf(given);
    plant.skip(11 * 60);
    plant.hold(15, { planeIrradiance: 800, moduleTemperature: 25 }, { kw: 0.76 * 80 });
    const both = plant.hold(16, { planeIrradiance: 800, moduleTemperature: 25 }, { kw: 0.72 * 80 });
    expect(ratio(both)).toBeCloseTo(0.74 / 0.8, 5);
    plant.skip(24 * 60);
    const cloudy = plant.hold(31, { planeIrradiance: 300, moduleTemperature: 25 }, { kw: 20 });
    expect(ratio(cloudy)).toBeCloseTo(0.74 / 0.8, 5);
    const next = noonOf(plant, 0.8, { fromHour: 12.5, minutes: 16 });
    expect(ratio(next)).toBeCloseTo(1, 5);
  });

  test('an uncertain irradiance makes it uncertain', () => {
    const wm2 = { value: 800, status: uncertain };
    expect(status(noonOf(plantOf(given), 0.76, { wm2 }))).toBe(uncertain);
  });
});

describe('what clean is', () => {
  const noonsAfter = (cleanings: readonly number[], ratios: readonly number[], parameters = {}) => {
    const plant = plantOf({ cleanings: cleanings.map(at), ...parameters });
    return ratios.map((one) => noonOf(plant, one));
  };
  const known = (results: readonly Results[]): readonly (number | undefined)[] =>
    results.map((one) => (status(one) === badNoData ? undefined : Number(ratio(one).toFixed(4))));

  test('the first three clear noons after the last cleaning', () => {
    const results = noonsAfter([day - dayMs], [0.81, 0.8, 0.79, 0.76, 0.72]);
    expect(known(results)).toEqual([undefined, undefined, undefined, 0.95, 0.9]);
  });

  test('nothing without a cleaning, nor more than 30 days after it', () => {
    expect(known(noonsAfter([], [0.8, 0.8, 0.8, 0.76]))).toEqual(Array(4).fill(undefined));
    expect(known(noonsAfter([day - 31 * dayMs], [0.8, 0.8, 0.8, 0.76]))).toEqual(
      Array(4).fill(undefined),
    );
    const last = known(noonsAfter([day - 27.5 * dayMs], [0.8, 0.8, 0.8, 0.76]));
    expect(last).toEqual([undefined, undefined, undefined, 0.95]);
  });

  test('a new cleaning forgets what was before', () => {
    const cleanings = [day + 4 * dayMs + 10 * hourMs, day - dayMs];
    const ratios = [0.8, 0.8, 0.8, 0.72, 0.84, 0.84, 0.84, 0.798];
    expect(known(noonsAfter(cleanings, ratios))).toEqual([
      ...[undefined, undefined, undefined, 0.9],
      ...[undefined, undefined, undefined, 0.95],
    ]);
  });

  test('a cleaning replaces a value that is given', () => {
    const results = noonsAfter([day + dayMs], [0.72, 0.84, 0.84, 0.84, 0.798], given);
    expect(known(results)).toEqual([0.9, undefined, undefined, undefined, 0.95]);
  });

  test('cleaner than clean costs nothing', () => {
    const results = noonOf(plantOf(given), 0.88);
    expect(ratio(results)).toBeCloseTo(1.1, 6);
    expect(valueIn(results, 'pvLosses.soiling')).toBe(0);
    expect(statusIn(results, 'pvLosses.soiling')).not.toBe(badNoData);
  });
});
