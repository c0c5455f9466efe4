import { beforeAll, describe, expect, it } from 'vitest';
import { dayOfSerial } from '../../../../simulators/park/calendar.ts';
import type { ParkEnergies } from '../../../../simulators/park/park-model.ts';
import { PvPlant } from '../../../../simulators/park/pv-plant.ts';
import { createWeather } from '../../../../simulators/park/weather.ts';
import { testSeed } from '../../../support/seed.ts';
import {
  buildPark,
  dayMs,
  minuteMs,
  newYear2023Ms,
  unconstrainedChargers,
} from './park-fixture.ts';

const seed = 2023;
const stepMin = 5;
const daysOf2023 = 365;

const yieldMwh = (yearSeed: number, step: number, systemLoss?: number): number => {
  const weather = createWeather(yearSeed);
  const options = { seed: yearSeed, weather };
  const pv = new PvPlant(systemLoss === undefined ? options : { ...options, systemLoss });
  let kwh = 0;
  for (let serial = 1; serial <= daysOf2023; serial += 1) {
    const day = dayOfSerial(serial);
    for (let minute = 0; minute < 1440; minute += step) {
      const instant = { day, startMinute: minute, middleMinute: minute + step / 2 };
      kwh += (pv.advance(instant, step / 60) * step) / 60;
    }
  }
  return kwh / 1000;
};

const mwh = (wh: number): number => wh / 1e6;

describe('the park over 2023 in steps of 5 minutes', () => {
  const monthlyPvWh = new Array<number>(12).fill(0);
  let energies: ParkEnergies;
  let peakConsumptionKw = 0;
  let highestResidualKw = 0;
  let highestSimultaneousKw = 0;
  let lowestShare = 1;
  let highestShare = 0;
  let maximumDemandKw = 0;

  beforeAll(() => {
    const { model } = buildPark({
      seed,
      startMs: newYear2023Ms,
      chargers: unconstrainedChargers(seed),
    });
    let quarterWh = 0;
    for (let step = 0; step < (daysOf2023 * 1440) / stepMin; step += 1) {
      const { monthIndex } = dayOfSerial(1 + Math.floor((step * stepMin) / 1440));
      const importedWh = model.energies.importWh;
      model.step(stepMin * minuteMs);
      const f = model.flows;
      const stepHours = stepMin / 60;
      monthlyPvWh[monthIndex] = (monthlyPvWh[monthIndex] as number) + f.pvKw * 1000 * stepHours;
      peakConsumptionKw = Math.max(peakConsumptionKw, f.loadKw + f.evKw);
      const inKw = f.pvKw + f.importKw + f.dischargeKw;
      const outKw = f.loadKw + f.evKw + f.exportKw + f.chargeKw;
      highestResidualKw = Math.max(highestResidualKw, Math.abs(inKw - outKw));
      highestSimultaneousKw = Math.max(highestSimultaneousKw, f.importKw * f.exportKw);
      lowestShare = Math.min(lowestShare, model.storedShare);
      highestShare = Math.max(highestShare, model.storedShare);
      quarterWh += model.energies.importWh - importedWh;
      if (step % 3 === 2) {
        maximumDemandKw = Math.max(maximumDemandKw, quarterWh / 250);
        quarterWh = 0;
      }
    }
    energies = model.energies;
  });

  it('reproduces the year figures to 0.1 MWh', () => {
    expect(mwh(energies.pvWh)).toBeCloseTo(5701.2, 1);
    expect(mwh(energies.loadWh)).toBeCloseTo(14_600, 1);
    expect(mwh(energies.evWh)).toBeCloseTo(191.7, 1);
    expect(mwh(energies.importWh)).toBeCloseTo(9662.1, 1);
    expect(mwh(energies.exportWh)).toBeCloseTo(409.1, 1);
    expect(mwh(energies.chargeWh)).toBeCloseTo(1405.7, 1);
    expect(mwh(energies.dischargeWh)).toBeCloseTo(1243.2, 1);
  });

  it('saves the 5 130 MWh of grid purchase that the park is known for', () => {
    const savedWh = energies.loadWh + energies.evWh - energies.importWh;
    expect(mwh(savedWh)).toBeCloseTo(5129.6, 0);
    expect((energies.pvWh - energies.exportWh) / energies.pvWh).toBeCloseTo(0.9282, 4);
  });

  it('has the peak load and the maximum demand of the reference year', () => {
    expect(peakConsumptionKw).toBeCloseTo(3271, -0.5);
    expect(maximumDemandKw).toBeCloseTo(3553, -0.5);
  });

  it('spreads the yield over the months', () => {
    const shares = monthlyPvWh.map((wh) => Number(((100 * wh) / energies.pvWh).toFixed(1)));
    expect(shares).toEqual([6.4, 6.8, 8.4, 9.7, 10.6, 9.2, 10.2, 9.9, 8.5, 7.8, 6.4, 6.1]);
  });

  it('closes the balance of every step to 1e-9 kWh and of the year to rounding', () => {
    expect((highestResidualKw * stepMin) / 60).toBeLessThanOrEqual(1e-9);
    const inWh = energies.pvWh + energies.importWh + energies.dischargeWh;
    const outWh = energies.loadWh + energies.evWh + energies.exportWh + energies.chargeWh;
    expect(Math.abs(inWh - outWh) / inWh).toBeLessThan(1e-12);
  });

  it('never imports and exports at once, and keeps the battery in its window', () => {
    expect(highestSimultaneousKw).toBe(0);
    expect(lowestShare).toBeGreaterThanOrEqual(0.1 - 1e-12);
    expect(highestShare).toBeLessThanOrEqual(0.95 + 1e-12);
  });
});

describe('the yield of the year', () => {
  it('is 6372 MWh with the loss of a textbook', () => {
    expect(yieldMwh(seed, 5, 0.115)).toBeCloseTo(6372.1, 1);
  });

  it('hardly depends on the step', () => {
    const everyMinute = yieldMwh(seed, 1);
    const everyFiveMinutes = yieldMwh(seed, 5);
    expect(everyMinute).toBeCloseTo(5700.8, 1);
    expect(yieldMwh(seed, 15)).toBeCloseTo(5701.8, 1);
    expect(Math.abs(everyMinute / everyFiveMinutes - 1)).toBeLessThan(0.003);
  });

  it('stays between 5.6 and 5.8 GWh for any seed', () => {
    for (let i = 0; i < 3; i += 1) {
      const yearMwh = yieldMwh((testSeed() + i * 7919) >>> 0, 15);
      expect(yearMwh).toBeGreaterThan(5600);
      expect(yearMwh).toBeLessThan(5800);
    }
  });
});

describe('the park with its ten chargers', () => {
  it('serves the demand of the year but for the few who come too late', () => {
    const { model } = buildPark({ seed, startMs: newYear2023Ms });
    for (let step = 0; step < (daysOf2023 * dayMs) / (stepMin * minuteMs); step += 1) {
      model.step(stepMin * minuteMs);
    }
    expect(mwh(model.energies.evWh)).toBeGreaterThan(0.98 * 191.7);
    expect(mwh(model.energies.evWh)).toBeLessThanOrEqual(191.9);
    expect(mwh(model.energies.pvWh)).toBeCloseTo(5701.2, 1);
  });
});
