import { describe, expect, it } from 'vitest';
import { dayOfSerial } from '../../../../simulators/park/calendar.ts';
import { planeOfArrayWm2 } from '../../../../simulators/park/irradiance.ts';
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

const plantLimitKw = parkSite.inverterCount * parkSite.inverterLimitKw;
const loss = parkSite.pvSystemLoss;

const noonOf = (serial: number) => ({
  day: dayOfSerial(serial),
  startMinute: 720,
  middleMinute: 720.5,
});

const pvOf = (seed: number): PvPlant => new PvPlant({ seed, weather: createWeather(seed) });

describe('the PV chain', () => {
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

describe('the PV plant', () => {
  it('has inverters that differ by about one percent and sum to the plant', () => {
    const pv = pvOf(2023);
    const plantKw = pv.advance(noonOf(172), 0);
    const mean = plantKw / parkSite.inverterCount;
    const relative = [...pv.inverterAcKw].map((kw) => kw / mean - 1);
    const deviation = Math.sqrt(relative.reduce((sum, r) => sum + r * r, 0) / relative.length);
    expect(deviation).toBeGreaterThan(0.006);
    expect(deviation).toBeLessThan(0.014);
    const dcKw = dcPowerKw(pv, pvRatedKwp, loss);
    expect(plantKw).toBeCloseTo(acPowerKw(dcKw, pvRatedKwp, plantLimitKw), 9);
  });

  it('adds the energy of a step to each inverter', () => {
    const pv = pvOf(1);
    const plantKw = pv.advance(noonOf(100), 0.25);
    const sumWh = pv.inverterWh.reduce((sum, wh) => sum + wh, 0);
    expect(sumWh).toBeCloseTo(plantKw * 250, 6);
  });

  it('loses what a derated and a faulted inverter lose, and nothing else', () => {
    const healthy = pvOf(3);
    const broken = pvOf(3);
    broken.derating[4] = 0.5;
    broken.faulted[9] = true;
    healthy.advance(noonOf(172), 0);
    broken.advance(noonOf(172), 0);
    const half = (broken.inverterAcKw[4] as number) / (healthy.inverterAcKw[4] as number);
    expect(half).toBeCloseTo(0.5, 2);
    expect(broken.inverterAcKw[9]).toBe(0);
    expect(broken.inverterAcKw[5]).toBe(healthy.inverterAcKw[5]);
  });

  it('obeys an overridden sky', () => {
    const pv = pvOf(5);
    pv.clearnessOverride = 0.8;
    pv.advance({ day: dayOfSerial(172), startMinute: 720, middleMinute: 720 }, 0);
    expect(pv.ghiWm2).toBeCloseTo(818.83, 2);
    expect(pv.poaWm2).toBeCloseTo(823.46, 2);
  });

  it('sleeps whenever the sun is down', () => {
    const pv = pvOf(7);
    for (let minute = 0; minute < 1440; minute += 7) {
      const day = dayOfSerial(80);
      const plantKw = pv.advance({ day, startMinute: minute, middleMinute: minute }, 0);
      if (sunAt(solarDay(80), minute).cosZenith > 0) continue;
      expect(plantKw).toBe(0);
      expect(pv.poaWm2).toBe(0);
    }
  });
});
