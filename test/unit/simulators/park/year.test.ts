// Goal: §6 of the reference model, which is public knowledge of the park, comes out of this code. Method: its year, seed 2023 in
// steps of five minutes with one sky and unconstrained chargers; other seeds, steps and loads are beside it.
import { beforeAll, describe, expect, it } from 'vitest';
import type { ParkMoment } from '../../../../simulators/park/park-timeline.ts';
import { amountOf, quantity } from '../../../../simulators/park/quantities.ts';
import { parkSite } from '../../../../simulators/park/site.ts';
import {
  buildTimeline,
  dayMs,
  type FixtureOptions,
  minuteMs,
  newYear2023Ms,
  totalWh,
} from './park-fixture.ts';

const seed = 2023;
const daysOf2023 = 365;
const yearEndMs = newYear2023Ms + daysOf2023 * dayMs;

const energyMwh = (moment: ParkMoment, index: number): number =>
  amountOf(totalWh(moment), index) / 1e6;

const savedMwh = (moment: ParkMoment): number =>
  energyMwh(moment, quantity.load) +
  energyMwh(moment, quantity.ev) -
  energyMwh(moment, quantity.import);

const yearOf = (options: Partial<FixtureOptions>): ParkMoment =>
  buildTimeline({ seed, countsFromMs: newYear2023Ms, ...options }).at(yearEndMs);

const reference = { isReference: true, stepMs: 5 * minuteMs, firstShare: 0.5 } as const;

describe('§6 the reference year', () => {
  const monthlyPvMwh = new Array<number>(12).fill(0);
  let end: ParkMoment;
  let peakConsumptionKw = 0;
  let highestResidualKw = 0;
  let highestSimultaneousKw = 0;
  let lowestShare = 1;
  let highestShare = 0;
  let maximumDemandKw = 0;

  beforeAll(() => {
    const timeline = buildTimeline({ seed, countsFromMs: newYear2023Ms, ...reference });
    let before = timeline.at(newYear2023Ms);
    let quarter = before;
    for (let timeMs = newYear2023Ms + 5 * minuteMs; timeMs <= yearEndMs; timeMs += 5 * minuteMs) {
      const now = timeline.at(timeMs);
      const rate = (index: number): number => amountOf(before.rates, index);
      const inKw = rate(quantity.pv) + rate(quantity.import) + rate(quantity.discharge);
      const usedKw = rate(quantity.load) + rate(quantity.ev);
      const outKw = usedKw + rate(quantity.export) + rate(quantity.charge);
      const month = before.day.monthIndex;
      const pvMwh = energyMwh(now, quantity.pv) - energyMwh(before, quantity.pv);
      monthlyPvMwh[month] = (monthlyPvMwh[month] as number) + pvMwh;
      peakConsumptionKw = Math.max(peakConsumptionKw, usedKw);
      highestResidualKw = Math.max(highestResidualKw, Math.abs(inKw - outKw));
      const simultaneousKw = rate(quantity.import) * rate(quantity.export);
      highestSimultaneousKw = Math.max(highestSimultaneousKw, simultaneousKw);
      const share = now.storedKwh / parkSite.storageCapacityKwh;
      lowestShare = Math.min(lowestShare, share);
      highestShare = Math.max(highestShare, share);
      if ((timeMs - newYear2023Ms) % (15 * minuteMs) === 0) {
        const importedMwh = energyMwh(now, quantity.import) - energyMwh(quarter, quantity.import);
        maximumDemandKw = Math.max(maximumDemandKw, importedMwh * 4000);
        quarter = now;
      }
      before = now;
    }
    end = before;
  });

  it('reproduces the figures of the year to 0.1 MWh', () => {
    expect(energyMwh(end, quantity.pv)).toBeCloseTo(5701.2, 1);
    expect(energyMwh(end, quantity.load)).toBeCloseTo(14_600, 1);
    expect(energyMwh(end, quantity.ev)).toBeCloseTo(191.7, 1);
    expect(energyMwh(end, quantity.import)).toBeCloseTo(9662.1, 1);
    expect(energyMwh(end, quantity.export)).toBeCloseTo(409.1, 1);
    expect(energyMwh(end, quantity.charge)).toBeCloseTo(1405.7, 1);
    expect(energyMwh(end, quantity.discharge)).toBeCloseTo(1243.2, 1);
  });

  it('saves the 5 130 MWh of grid purchase that the park is known for', () => {
    expect(savedMwh(end)).toBeCloseTo(5129.6, 0);
    const pvMwh = energyMwh(end, quantity.pv);
    expect((pvMwh - energyMwh(end, quantity.export)) / pvMwh).toBeCloseTo(0.92824, 4);
  });

  it('has the peak load and the maximum demand of the reference', () => {
    expect(peakConsumptionKw).toBeCloseTo(3271, -0.5);
    expect(maximumDemandKw).toBeCloseTo(3553, -0.5);
  });

  it('spreads the yield over the months', () => {
    const pvMwh = energyMwh(end, quantity.pv);
    const shares = monthlyPvMwh.map((mwh) => Number(((100 * mwh) / pvMwh).toFixed(1)));
    expect(shares).toEqual([6.4, 6.8, 8.4, 9.7, 10.6, 9.2, 10.2, 9.9, 8.5, 7.8, 6.4, 6.1]);
  });

  it('divides the import among the price periods', () => {
    const periods = [quantity.importPeak, quantity.importFlat, quantity.importValley];
    const sum = periods.reduce((mwh, index) => mwh + energyMwh(end, index), 0);
    expect(sum).toBeCloseTo(energyMwh(end, quantity.import), 6);
    for (const index of periods) expect(energyMwh(end, index)).toBeGreaterThan(1000);
  });

  it('closes the balance of every step to 1e-9 kWh and of the year to rounding', () => {
    expect(highestResidualKw / 12).toBeLessThanOrEqual(1e-9);
    const [pv, load, ev] = [quantity.pv, quantity.load, quantity.ev].map((i) => energyMwh(end, i));
    const inMwh = (pv ?? 0) + energyMwh(end, quantity.import) + energyMwh(end, quantity.discharge);
    const outMwh =
      (load ?? 0) + (ev ?? 0) + energyMwh(end, quantity.export) + energyMwh(end, quantity.charge);
    expect(Math.abs(inMwh - outMwh) / inMwh).toBeLessThan(1e-11);
  });

  it('never imports and exports at once, and keeps the battery in its window', () => {
    expect(highestSimultaneousKw).toBe(0);
    expect(lowestShare).toBeGreaterThanOrEqual(0.1 - 1e-12);
    expect(highestShare).toBeLessThanOrEqual(0.95 + 1e-12);
  });
});

describe('§6 the year of real chargers', () => {
  it('serves the vehicles of the year at ten chargers, but for the few who come too late', () => {
    const year = yearOf({ stepMs: 15 * minuteMs });
    expect(energyMwh(year, quantity.ev)).toBeGreaterThan(0.98 * 191.7);
    expect(energyMwh(year, quantity.ev)).toBeLessThanOrEqual(191.9);
    expect(energyMwh(year, quantity.pv)).toBeCloseTo(5701.8, 0);
    expect(Math.abs(savedMwh(year) / 5130 - 1)).toBeLessThan(0.003);
  });
});
