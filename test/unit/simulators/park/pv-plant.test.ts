import { describe, expect, it } from 'vitest';
import { dayOfSerial } from '../../../../simulators/park/calendar.ts';
import { planeOfArrayWm2 } from '../../../../simulators/park/irradiance.ts';
import { untouched } from '../../../../simulators/park/park-inputs.ts';
import {
  acPowerKw,
  cellTemperatureC,
  dcPowerKw,
  expectedAcPowerKw,
  PvPlant,
} from '../../../../simulators/park/pv-plant.ts';
import { parkSite, pvRatedKwp } from '../../../../simulators/park/site.ts';
import { clearSkyGhiWm2, solarDay, sunAt } from '../../../../simulators/park/sun.ts';
import { createWeather } from '../../../../simulators/park/weather.ts';
import { testSeed } from '../../../support/seed.ts';

const plantLimitKw = parkSite.inverterCount * parkSite.inverterLimitKw;
const loss = parkSite.pvSystemLoss;

const noonOf = (serial: number) => ({
  day: dayOfSerial(serial),
  startMinute: 720,
  middleMinute: 720.5,
});

const pvOf = (seed: number, hasDrift = true): PvPlant =>
  new PvPlant({ seed, weather: createWeather(seed), hasDrift });

describe('§2 and §6 the PV chain', () => {
  it('reproduces the expected AC power at 850 W/m2 and 30 C', () => {
    const dcKw = dcPowerKw({ poaWm2: 850, ambientC: 30 }, pvRatedKwp, loss);
    expect(cellTemperatureC(30, 850)).toBe(56.5625);
    expect(dcKw).toBeCloseTo(3353.46, 2);
    expect(expectedAcPowerKw(dcKw, plantLimitKw)).toBeCloseTo(3296.45, 2);
  });

  it('reproduces the plant power of a hazy midsummer noon', () => {
    const sun = sunAt(solarDay(172), 720);
    const ghi = 0.8 * clearSkyGhiWm2(sun.cosZenith);
    const poa = planeOfArrayWm2(ghi, sun);
    expect(ghi).toBeCloseTo(818.83, 2);
    expect(poa).toBeCloseTo(823.46, 2);
    const dcKw = dcPowerKw({ poaWm2: poa, ambientC: 30 }, pvRatedKwp, loss);
    expect(acPowerKw(dcKw, pvRatedKwp, plantLimitKw)).toBeCloseTo(3201.15, 2);
  });

  it('holds an inverter between zero and its limit', () => {
    expect(acPowerKw(0.01, 112, 100)).toBe(0);
    expect(acPowerKw(150, 112, 100)).toBe(100);
    expect(expectedAcPowerKw(150, 100)).toBe(100);
    expect(acPowerKw(0, 112, 100)).toBe(0);
  });
});

describe('§6 the PV plant', () => {
  it('has inverters that differ by about one percent and sum to the plant', () => {
    const pv = pvOf(2023, false);
    const plantKw = pv.evaluate(noonOf(172), untouched);
    const mean = plantKw / parkSite.inverterCount;
    const relative = [...pv.inverterAcKw].map((kw) => kw / mean - 1);
    const deviation = Math.sqrt(relative.reduce((sum, r) => sum + r * r, 0) / relative.length);
    expect(deviation).toBeGreaterThan(0.006);
    expect(deviation).toBeLessThan(0.014);
    const poaWm2 = pv.poaWm2[0] as number;
    const dcKw = dcPowerKw({ poaWm2, ambientC: pv.ambientC }, pvRatedKwp, loss);
    expect(plantKw).toBeCloseTo(acPowerKw(dcKw, pvRatedKwp, plantLimitKw), 9);
  });

  it('has sixteen strings an inverter, each a little its own, whose mean changes nothing', () => {
    const { stringFactors } = pvOf(testSeed());
    for (const factors of stringFactors) {
      expect(factors).toHaveLength(16);
      expect(new Set(factors).size).toBe(16);
      expect(factors.reduce((sum, factor) => sum + factor, 0)).toBeCloseTo(16, 9);
      for (const factor of factors) expect(Math.abs(factor - 1)).toBeLessThan(0.04);
    }
  });

  it('loses what dirt, a dead string and a trip take, and nothing else', () => {
    const healthy = pvOf(3);
    const broken = pvOf(3);
    healthy.evaluate(noonOf(172), untouched);
    broken.evaluate(noonOf(172), {
      ...untouched,
      derating: untouched.derating.with(4, 0.5),
      deadStrings: untouched.deadStrings.with(6, 0b101),
      trippedInverters: untouched.trippedInverters.with(9, true),
    });
    const share = (i: number): number =>
      (broken.inverterDcKw[i] as number) / (healthy.inverterDcKw[i] as number);
    expect(share(4)).toBeCloseTo(0.5, 9);
    const factors = healthy.stringFactors[6] as Float64Array;
    expect(share(6)).toBeCloseTo(1 - ((factors[0] as number) + (factors[2] as number)) / 16, 9);
    expect(broken.inverterAcKw[9]).toBe(0);
    expect(broken.inverterAcKw[5]).toBe(healthy.inverterAcKw[5]);
  });

  it('obeys an overridden sky', () => {
    const pv = pvOf(5);
    const day = dayOfSerial(172);
    const instant = { day, startMinute: 720, middleMinute: 720 };
    pv.evaluate(instant, { ...untouched, clearness: 0.8 });
    expect(pv.ghiWm2).toBeCloseTo(818.83, 2);
    for (const poaWm2 of pv.poaWm2) expect(poaWm2).toBeCloseTo(823.46, 2);
  });

  it('lets the clouds drift from roof to roof, which the mean of a day does not notice', () => {
    const drifting = pvOf(testSeed());
    const still = pvOf(testSeed(), false);
    let differing = 0;
    let sums = [0, 0];
    for (let serial = 150; serial < 180; serial += 1) {
      for (let minute = 540; minute < 900; minute += 5) {
        const instant = { day: dayOfSerial(serial), startMinute: minute, middleMinute: minute };
        const kw = [drifting.evaluate(instant, untouched), still.evaluate(instant, untouched)];
        sums = sums.map((sum, i) => sum + (kw[i] as number));
        const [first = 0, , , , last = 0] = drifting.poaWm2;
        if (Math.abs(first / last - 1) > 0.01) differing += 1;
        expect(new Set(still.poaWm2).size).toBe(1);
      }
    }
    expect(differing).toBeGreaterThan(50);
    expect((sums[0] as number) / (sums[1] as number)).toBeCloseTo(1, 2);
  });

  it('sleeps whenever the sun is down', () => {
    const pv = pvOf(7);
    for (let minute = 0; minute < 1440; minute += 7) {
      const day = dayOfSerial(80);
      const plantKw = pv.evaluate({ day, startMinute: minute, middleMinute: minute }, untouched);
      if (sunAt(solarDay(80), minute).cosZenith > 0) continue;
      expect(plantKw).toBe(0);
      expect(Math.max(...pv.poaWm2)).toBe(0);
    }
  });
});
