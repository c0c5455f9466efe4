import { describe, expect, it } from 'vitest';
import { diffuseFraction, planeOfArrayWm2 } from '../../../../simulators/park/irradiance.ts';
import { clearSkyGhiWm2, solarDay, sunAt } from '../../../../simulators/park/sun.ts';

const degrees = 180 / Math.PI;
const noonMin = 720;

describe('§6 the sun over the park (31.77 N 119.95 E, 8 degrees south)', () => {
  it('stands where the worked example of midsummer noon puts it', () => {
    const day = solarDay(172);
    const sun = sunAt(day, noonMin);
    expect(day.declinationRad * degrees).toBeCloseTo(23.45205, 5);
    expect(day.equationOfTimeMin).toBeCloseTo(-1.32824, 5);
    expect(sun.hourAngleRad * degrees).toBeCloseTo(-0.38206, 5);
    expect(sun.cosZenith).toBeCloseTo(0.9894632, 7);
    expect(sun.cosIncidence).toBeCloseTo(0.9999659, 7);
    expect(sun.extraterrestrialWm2).toBeCloseTo(1322.494, 3);
    expect(clearSkyGhiWm2(sun.cosZenith)).toBeCloseTo(1023.542, 3);
  });

  it('stands low at midwinter noon', () => {
    const sun = sunAt(solarDay(355), noonMin);
    expect(sun.cosZenith).toBeCloseTo(0.5708296, 7);
    expect(clearSkyGhiWm2(sun.cosZenith)).toBeCloseTo(565.224, 3);
  });

  it('gains on the tilted arrays on a winter morning', () => {
    const sun = sunAt(solarDay(1), 540);
    const ghi = clearSkyGhiWm2(sun.cosZenith);
    expect(sun.hourAngleRad * degrees).toBeCloseTo(-45.77604, 5);
    expect(sun.cosZenith).toBeCloseTo(0.3393676, 7);
    expect(ghi).toBeCloseTo(313.162, 3);
    expect(planeOfArrayWm2(ghi, sun)).toBeCloseTo(368.709, 3);
  });

  it('gives no light below the horizon', () => {
    const sun = sunAt(solarDay(172), 0);
    expect(sun.cosZenith).toBeLessThan(0);
    expect(clearSkyGhiWm2(sun.cosZenith)).toBe(0);
    expect(planeOfArrayWm2(0, sun)).toBe(0);
  });

  it('takes the irradiance as it is where the sun is too low for a beam', () => {
    const sun = {
      hourAngleRad: -1.5,
      cosZenith: 0.02,
      cosIncidence: 0.1,
      extraterrestrialWm2: 1400,
    };
    expect(planeOfArrayWm2(7, sun)).toBe(7);
  });
});

describe('§6 diffuse fraction', () => {
  it('follows the three branches of Erbs, Klein and Duffie', () => {
    expect(diffuseFraction(0)).toBe(1);
    expect(diffuseFraction(0.2)).toBeCloseTo(0.982, 12);
    expect(diffuseFraction(0.5)).toBeCloseTo(0.65915, 5);
    expect(diffuseFraction(0.9)).toBe(0.165);
  });
});
