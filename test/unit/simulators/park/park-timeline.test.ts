// Goal: the park at an instant does not depend on how one came there. Method: the same instants in other orders, in jumps and
// after looking ahead, compared bit by bit; and with inputs that change on the way.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError, untouched } from '../../../../simulators/park/park-inputs.ts';
import type { ParkTimeline } from '../../../../simulators/park/park-timeline.ts';
import {
  amountOf,
  buildingQuantity,
  chargerQuantity,
  inverterQuantity,
  quantity,
  tenantQuantity,
} from '../../../../simulators/park/quantities.ts';
import { parkSite } from '../../../../simulators/park/site.ts';
import { runsOf, testSeed } from '../../../support/seed.ts';
import { buildTimeline, dayMs, hourMs, minuteMs, newYear2023Ms, totalWh } from './park-fixture.ts';

const summerMs = Date.UTC(2023, 5, 20, 16);
const seed = 2023;
/** Coarser than the program's five seconds, for the same code in less time. */
const stepMs = minuteMs;

const sumFrom = (values: Float64Array, from: number, count: number): number =>
  values.slice(from, from + count).reduce((sum, value) => sum + value, 0);

describe('the park over time', () => {
  it('§6 tells the same of an instant however one came there', () => {
    const timeline = (): ParkTimeline =>
      buildTimeline({ seed: testSeed(), countsFromMs: summerMs, stepMs });
    const walking = timeline();
    const minutes = fc.integer({ min: 0, max: 2 * 1440 * 60 });
    fc.assert(
      fc.property(fc.array(minutes, { minLength: 1, maxLength: 6 }), (seconds) => {
        const jumping = timeline();
        for (const second of seconds) {
          const timeMs = summerMs + second * 1000;
          expect(jumping.at(timeMs)).toEqual(walking.at(timeMs));
        }
      }),
      { numRuns: runsOf(8), seed: testSeed() },
    );
  });

  it('is glanced at far away without the years between, and is the same there', () => {
    const far = newYear2023Ms + 3 * 365 * dayMs + 11.3 * hourMs;
    const glanced = buildTimeline({ seed, countsFromMs: newYear2023Ms, stepMs }).glance(far);
    const counted = buildTimeline({ seed, countsFromMs: far, stepMs }).at(far);
    expect(glanced.totalWh).toBeUndefined();
    expect({ ...counted, totalWh: undefined }).toEqual(glanced);
  });

  it('refuses an instant before its registers began', () => {
    expect(() => buildTimeline({ seed, countsFromMs: summerMs, stepMs }).at(summerMs - 1)).toThrow(
      RangeError,
    );
  });

  it('has the charge of every midnight at every midnight, in every season of any seed', () => {
    for (const month of [0, 3, 6, 9]) {
      const startMs = Date.UTC(2024, month, 1, 16);
      const timeline = buildTimeline({
        seed: testSeed(),
        countsFromMs: startMs,
        stepMs: 5 * minuteMs,
      });
      for (let day = 1; day <= 31; day += 1) {
        const { storedKwh } = timeline.at(startMs + day * dayMs - 1);
        expect(storedKwh).toBe(parkSite.storageMidnightShare * parkSite.storageCapacityKwh);
      }
    }
  });

  it('§6 sums quarters of an hour to days, and days to a month, exactly as far as numbers go', () => {
    const timeline = buildTimeline({ seed, countsFromMs: summerMs, stepMs });
    const sums = new Float64Array(totalWh(timeline.at(summerMs)).length);
    let before = totalWh(timeline.at(summerMs));
    for (let quarter = 1; quarter <= 2 * 96; quarter += 1) {
      const now = totalWh(timeline.at(summerMs + quarter * 15 * minuteMs));
      for (let i = 0; i < sums.length; i += 1) {
        const stepWh = amountOf(now, i) - amountOf(before, i);
        expect(stepWh).toBeGreaterThanOrEqual(0);
        sums[i] = (sums[i] as number) + stepWh;
      }
      before = now;
    }
    for (let i = 0; i < sums.length; i += 1) expect(sums[i]).toBeCloseTo(amountOf(before, i), 3);
  });

  it('§6 closes the balance in every second, of the bus, the inverters, the chargers and the buildings', () => {
    const timeline = buildTimeline({ seed: testSeed(), countsFromMs: summerMs, stepMs });
    for (let second = 0; second < 86_400; second += 1117) {
      const { rates } = timeline.at(summerMs + second * 1000);
      const rate = (index: number): number => amountOf(rates, index);
      const inKw = rate(quantity.pv) + rate(quantity.import) + rate(quantity.discharge);
      const outKw =
        rate(quantity.load) + rate(quantity.ev) + rate(quantity.export) + rate(quantity.charge);
      expect(Math.abs(inKw - outKw)).toBeLessThan(1e-9);
      expect(rate(quantity.import) * rate(quantity.export)).toBe(0);
      const inverterKw = sumFrom(rates, inverterQuantity, parkSite.inverterCount);
      expect(inverterKw).toBeCloseTo(rate(quantity.pv), 9);
      expect(sumFrom(rates, chargerQuantity, 10)).toBeCloseTo(rate(quantity.ev), 9);
      const buildingKw = sumFrom(rates, buildingQuantity, 5);
      const loss = parkSite.distributionLossShare;
      expect(buildingKw).toBeCloseTo(rate(quantity.load) * (1 - loss), 9);
      expect(sumFrom(rates, tenantQuantity, 12)).toBeLessThan(buildingKw);
      expect(rate(quantity.pv)).toBeLessThanOrEqual(5000);
    }
  });
});

describe('inputs that change on the way', () => {
  const noonMs = summerMs + 12 * hourMs;
  const cloudy = { ...untouched, clearness: 0.2 };

  const changed = (): ParkTimeline => {
    const timeline = buildTimeline({ seed, countsFromMs: summerMs, stepMs });
    timeline.change({ atMs: noonMs + 22_345, inputs: cloudy });
    timeline.change({ atMs: noonMs + 40_000, inputs: cloudy, storedShare: 0.8 });
    timeline.change({ atMs: noonMs + 2 * dayMs, inputs: untouched });
    return timeline;
  };

  it('cut the step they fall into, and come out the same in any order', () => {
    const walked = buildTimeline({ seed, countsFromMs: summerMs, stepMs });
    walked.at(noonMs + 1000);
    walked.glance(noonMs + 90_000);
    walked.change({ atMs: noonMs + 22_345, inputs: cloudy });
    walked.change({ atMs: noonMs + 40_000, inputs: cloudy, storedShare: 0.8 });
    for (const [offsetMs, clearness] of [
      [22_344, undefined],
      [22_345, 0.2],
      [49_999, 0.2],
      [hourMs, 0.2],
    ] as const) {
      const moment = changed().at(noonMs + offsetMs);
      expect(moment.inputs.clearness).toBe(clearness);
      if (offsetMs > 40_000) expect(walked.at(noonMs + offsetMs)).toEqual(moment);
      expect({ ...changed().glance(noonMs + offsetMs), totalWh: undefined }).toEqual({
        ...moment,
        totalWh: undefined,
      });
    }
  });

  it('hold over midnights and leave the days before them as they were', () => {
    const timeline = changed();
    expect(timeline.at(noonMs + dayMs).inputs.clearness).toBe(0.2);
    expect(timeline.at(noonMs + 3 * dayMs).inputs.clearness).toBeUndefined();
    const before = buildTimeline({ seed, countsFromMs: summerMs, stepMs }).at(noonMs);
    expect(timeline.at(noonMs)).toEqual(before);
  });

  it('carry a charge that was set on into the next day, where no evening empties it', () => {
    const timeline = buildTimeline({ seed, countsFromMs: summerMs, stepMs });
    timeline.change({ atMs: summerMs + 23 * hourMs, inputs: untouched, storedShare: 0.7 });
    const { storedKwh } = timeline.at(summerMs + dayMs);
    expect(storedKwh).toBeCloseTo(0.7 * parkSite.storageCapacityKwh, 9);
    expect(timeline.glance(summerMs + dayMs).storedKwh).toBe(storedKwh);
  });

  it('may not lie before one another', () => {
    expect(() => changed().change({ atMs: noonMs, inputs: untouched })).toThrow(InputError);
  });
});
