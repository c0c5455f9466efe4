import { describe, expect, it } from 'vitest';
import {
  EnergyRegister,
  meterGain,
  powerFlicker,
  startReadingWh,
} from '../../../../simulators/park/energy-register.ts';
import { testSeed } from '../../../support/seed.ts';

describe('an energy register', () => {
  it('counts whole watt-hours of what its gain makes of the truth', () => {
    const register = new EnergyRegister(1000, 1.002);
    expect(register.rawWh(0)).toBe(1000);
    expect(register.rawWh(999.9)).toBe(2001);
  });

  it('starts over at 2^32 and loses nothing across it', () => {
    const register = new EnergyRegister(4_294_960_000);
    expect(register.rawWh(7295)).toBe(4_294_967_295);
    expect(register.rawWh(7296)).toBe(0);
    expect(register.rawWh(8796)).toBe(1500);
    expect(register.rawWh(7296 + 2 * 2 ** 32)).toBe(0);
  });

  it('can be set while it runs, also to less than it has counted', () => {
    const register = new EnergyRegister(0, 1.001);
    register.setReading(4_294_967_290, 5000);
    expect(register.rawWh(5000)).toBe(4_294_967_290);
    register.setReading(12, 1e10);
    expect(register.rawWh(1e10)).toBe(12);
    expect(register.rawWh(1e10 + 1000)).toBe(1013);
  });

  it('starts at a reading that is not 0 and leaves room before the rollover', () => {
    for (let index = 0; index < 300; index += 1) {
      const startWh = startReadingWh(testSeed(), index, 2 ** 32);
      expect(startWh).toBeGreaterThan(1e8);
      expect(startWh).toBeLessThan(0.51 * 2 ** 32);
    }
  });

  it('§6 has gains around 1 with a deviation of 0.002', () => {
    const errors = Array.from({ length: 2000 }, (_, i) => meterGain(testSeed(), i) - 1);
    const mean = errors.reduce((sum, e) => sum + e, 0) / errors.length;
    const deviation = Math.sqrt(errors.reduce((sum, e) => sum + e * e, 0) / errors.length);
    expect(Math.abs(mean)).toBeLessThan(0.0003);
    expect(deviation).toBeGreaterThan(0.0018);
    expect(deviation).toBeLessThan(0.0022);
  });
});

describe('a power as a meter shows it', () => {
  const secondsPerDay = 86_400;

  it('never stands for half an hour, though one charger draws the same all day', () => {
    let [before, standing, longest] = [Number.NaN, 0, 0];
    for (let second = 0; second < secondsPerDay; second += 1) {
      // One AC charger on a meter that shows tens of watts.
      const shown = Math.round((7000 * powerFlicker(testSeed(), 2, second * 1000)) / 10);
      standing = shown === before ? standing + 1 : 0;
      longest = Math.max(longest, standing);
      before = shown;
    }
    expect(longest).toBeLessThan(600);
  });

  it('is within its class, and in the mean what the register counts', () => {
    let sum = 0;
    for (let second = 0; second < secondsPerDay; second += 1) {
      const factor = powerFlicker(testSeed(), 3, second * 1000);
      expect(Math.abs(factor - 1)).toBeLessThanOrEqual(0.002);
      sum += factor;
    }
    expect(Math.abs(sum / secondsPerDay - 1)).toBeLessThan(0.0001);
  });
});
