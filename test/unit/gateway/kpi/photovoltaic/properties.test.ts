// Goal: what comes out step by step is what all samples together say, whatever is missing. Method: random sun, states and powers
// over some hours with gaps, bad and late samples, beside a computation that keeps no state.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RegisteredGroup } from '../../../../../gateway/core/point.ts';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import type { TestSample } from '../../../../support/entry-batch.ts';
import { type FrameOf, feed, tickAt, tickProgram } from '../../../../support/program-feed.ts';
import { runsOf, testSeed } from '../../../../support/seed.ts';
import { type Heard, naivePlant, type StationSample, type UnitSample } from './naive-plant.ts';
import { compilePlant, day, dayMs, minuteMs, site, statusIn, valueIn } from './plant.ts';

const inverters = 3;
const kpis = [
  ...['pvPerformanceRatio', 'pvPerformanceRatio25', 'pvPerformanceIndex', 'pvLosses'],
  ...['pvTechnicalAvailability', 'pvEnergyAvailability', 'pvClipping', 'pvCurtailment'],
];

const mostly = fc.oneof({ weight: 12, arbitrary: fc.constant(true) }, fc.constant(false));
const station = fc.record({
  isSent: mostly,
  isLate: fc.oneof({ weight: 12, arbitrary: fc.constant(false) }, fc.constant(true)),
  isSunHeard: mostly,
  isTemperatureHeard: mostly,
  wm2: fc.oneof(fc.integer({ min: 0, max: 120 }), fc.integer({ min: 300, max: 1200 })),
  cellC: fc.integer({ min: -10, max: 70 }),
});
const unit = fc.record({
  isSent: mostly,
  isLate: fc.oneof({ weight: 12, arbitrary: fc.constant(false) }, fc.constant(true)),
  isHeard: mostly,
  isPowerHeard: mostly,
  isStateHeard: mostly,
  kw: fc.oneof(fc.integer({ min: 0, max: 80 }), fc.constantFrom(79.2, 80)),
  code: fc.oneof(
    { weight: 6, arbitrary: fc.constant(4) },
    { weight: 4, arbitrary: fc.constantFrom(1, 2, 3, 5, 7, 8) },
    // No state.
    fc.constant(9),
  ),
});
const minute = fc.record({
  /** States last for some minutes. */
  lasts: fc.integer({ min: 1, max: 12 }),
  station,
  units: fc.tuple(unit, unit, unit),
});
type Minute = typeof minute extends fc.Arbitrary<infer T> ? T : never;

const sample = (value: number, isHeard: boolean): TestSample =>
  isHeard ? value : { value, status: statusCodes.badTimeout };
const heard = (value: number, isHeard: boolean): Heard => (isHeard ? value : undefined);

/** Feeds the minutes, from 23:00 of a day on; keeps what must have been taken. */
const run = (minutes: readonly Minute[]) => {
  const { program, ...groups } = compilePlant({
    ...{ inverters, kpis },
    parameters: { limitKw: 80 },
  });
  const stationSamples: StationSample[] = [];
  const unitSamples: UnitSample[][] = Array.from({ length: inverters }, () => []);
  const wh = new Float64Array(inverters).fill(5_000_000);
  let timeMs = day - 60 * minuteMs;
  const dayOf = (): number => day + Math.floor((timeMs - day) / dayMs) * dayMs;
  for (const given of minutes.flatMap((one) => Array.from({ length: one.lasts }, () => one))) {
    timeMs += minuteMs;
    const frames: FrameOf[] = [];
    const sun = given.station;
    if (sun.isSent) {
      const values = {
        planeIrradiance: sample(sun.wm2, sun.isSunHeard),
        moduleTemperature: sample(sun.cellC, sun.isTemperatureHeard),
      };
      frames.push({ group: groups.station, timeMs, values });
      // What is not later than what is known changes nothing.
      if (sun.isLate)
        frames.push({
          group: groups.station,
          timeMs: timeMs - 1,
          values: { planeIrradiance: 1500 },
        });
      stationSamples.push({
        timeMs,
        wm2: heard(sun.wm2, sun.isSunHeard),
        cellC: heard(sun.cellC, sun.isTemperatureHeard),
      });
    }
    for (const [index, one] of given.units.entries()) {
      wh[index] = (wh[index] as number) + (one.kw * 1000) / 60;
      if (!one.isSent) continue;
      const group = groups.units[index] as RegisteredGroup;
      const values = {
        energyTotal: sample(wh[index], one.isHeard),
        power: sample(one.kw * 1000, one.isPowerHeard),
        status: sample(one.code, one.isStateHeard),
      };
      frames.push({ group, timeMs, values });
      if (one.isLate) {
        frames.push({ group, timeMs, origin: 'late', values: { ...values, energyTotal: 1 } });
      }
      unitSamples[index]?.push({
        timeMs,
        wh: heard(wh[index], one.isHeard),
        kw: heard(one.kw, one.isPowerHeard),
        code: heard(one.code, one.isStateHeard && one.code !== 9),
      });
    }
    feed(program, frames);
    program.onTick(tickAt(timeMs, dayOf()), () => undefined);
  }
  const range = { dayStartMs: dayOf(), nowMs: timeMs };
  return { results: tickProgram(program, timeMs, dayOf()), range, stationSamples, unitSamples };
};

const minutesOf = fc.array(minute, { minLength: 10, maxLength: 40, size: 'max' });

test('sums by steps and quarter hours are those of all samples together; losses close, shares stay within 0 and 1', () => {
  let found = 0;
  fc.assert(
    fc.property(minutesOf, (given) => {
      const { results, range, stationSamples, unitSamples } = run(given);
      const naive = naivePlant(stationSamples, unitSamples, range);
      if (!naive.hasSun || statusIn(results, 'pvLosses') === statusCodes.badNoData) return;
      found += 1;
      for (const [point, wanted] of Object.entries(naive.kpis)) {
        if (!Number.isFinite(wanted)) {
          expect(statusIn(results, point), point).toBe(statusCodes.badNoData);
          continue;
        }
        const difference = Math.abs(valueIn(results, point) - wanted);
        expect(difference, `${point} ${wanted}`).toBeLessThan(1e-8 * Math.max(1, Math.abs(wanted)));
      }
      const part = (name: string): number => valueIn(results, `pvLosses.${name}`);
      const known = ['temperature', 'clipping', 'curtailment', 'downtime', 'system', 'unexplained'];
      for (const suffix of ['', 'Energy']) {
        const rest = known.reduce(
          (left, name) => left - part(`${name}${suffix}`),
          part(`reference${suffix}`),
        );
        expect(rest).toBeCloseTo(part(`final${suffix}`), 9);
      }
      for (const point of ['pvTechnicalAvailability', 'pvEnergyAvailability']) {
        expect(valueIn(results, point)).toBeGreaterThanOrEqual(0);
        expect(valueIn(results, point)).toBeLessThanOrEqual(1);
      }
      for (const point of kpis) {
        const coverage = valueIn(results, `${point}.coverage`, site);
        expect(coverage, point).toBeGreaterThanOrEqual(0);
        expect(coverage, point).toBeLessThanOrEqual(1);
      }
    }),
    { seed: testSeed(), numRuns: runsOf(60) },
  );
  expect(found).toBeGreaterThan(runsOf(30));
});
