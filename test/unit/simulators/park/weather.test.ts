import { describe, expect, it } from 'vitest';
import { dayOfSerial, firstDayOfYear } from '../../../../simulators/park/calendar.ts';
import { hashUnit, valueNoise } from '../../../../simulators/park/noise.ts';
import { clearSkyGhiWm2, solarDay, sunAt } from '../../../../simulators/park/sun.ts';
import { createWeather } from '../../../../simulators/park/weather.ts';
import { testSeed } from '../../../support/seed.ts';

describe('§6 noise', () => {
  it('is uniform over many indices', () => {
    const bins = new Array<number>(10).fill(0);
    for (let i = 0; i < 20_000; i += 1) {
      const bin = Math.floor(hashUnit(testSeed(), i, 5) * 10);
      bins[bin] = (bins[bin] as number) + 1;
    }
    for (const count of bins) expect(Math.abs(count - 2000)).toBeLessThan(250);
  });

  it('passes through its lattice without a step and stays in [-1, 1]', () => {
    const seed = testSeed();
    for (let x = -50; x < 50; x += 0.37) {
      const value = valueNoise(seed, 11, x);
      expect(Math.abs(value)).toBeLessThanOrEqual(1);
      expect(Math.abs(value - valueNoise(seed, 11, x + 1e-6))).toBeLessThan(1e-5);
    }
  });
});

describe('§6 weather', () => {
  const monthlyGhi = (seed: number, year: number): number[] => {
    const weather = createWeather(seed);
    const sums = new Array<number>(12).fill(0);
    const first = firstDayOfYear(year).serial;
    for (let serial = first; dayOfSerial(serial).year === year; serial += 1) {
      const day = dayOfSerial(serial);
      const solar = solarDay(day.dayOfYear);
      for (let minute = 5; minute < 1440; minute += 10) {
        const ghi = clearSkyGhiWm2(sunAt(solar, minute).cosZenith);
        const wh = (ghi * weather.clearnessAt(day, minute)) / 6;
        sums[day.monthIndex] = (sums[day.monthIndex] as number) + wh / 1000;
      }
    }
    return sums;
  };

  it.each([2023, 2024, 2027])('meets the climatology of every month of %i', (year) => {
    const target = [75, 82, 108, 130, 147, 131, 146, 140, 115, 102, 79, 71];
    monthlyGhi(2023, year).forEach((sum, i) => {
      expect(Math.abs(sum / (target[i] as number) - 1)).toBeLessThan(0.06);
    });
  });

  it('gives the same answer in any order of asking', () => {
    const day = dayOfSerial(200);
    const asked = createWeather(9);
    asked.clearnessAt(dayOfSerial(800), 12);
    const fresh = createWeather(9);
    expect(asked.clearnessAt(day, 700.25)).toBe(fresh.clearnessAt(day, 700.25));
    expect(asked.ambientC(day, 700.25)).toBe(fresh.ambientC(day, 700.25));
  });

  it('differs between years and between seeds', () => {
    const weather = createWeather(9);
    const clearness = (serial: number) => weather.clearnessAt(dayOfSerial(serial), 700);
    expect(clearness(100)).not.toBe(clearness(465));
    expect(createWeather(10).clearnessAt(dayOfSerial(100), 700)).not.toBe(clearness(100));
  });
});
