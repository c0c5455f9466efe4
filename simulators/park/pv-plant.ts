import type { ParkInstant } from './calendar.ts';
import { planeOfArrayWm2 } from './irradiance.ts';
import { channels, hashUnit, normalFromUniform } from './noise.ts';
import { parkSite } from './site.ts';
import { clearSkyGhiWm2, type SolarDay, solarDay, sunAt } from './sun.ts';
import type { Weather } from './weather.ts';

/** Cell temperature by the nominal operating cell temperature model, °C. */
export const cellTemperatureC = (ambientC: number, poaWm2: number): number =>
  ambientC + ((parkSite.nominalCellTemperatureC - 20) / 800) * poaWm2;

export type PvConditions = { readonly poaWm2: number; readonly ambientC: number };

/** DC power of an array, kW: irradiance, cell temperature, system loss. */
export const dcPowerKw = (
  conditions: PvConditions,
  ratedKwp: number,
  systemLoss: number,
): number => {
  const cellC = cellTemperatureC(conditions.ambientC, conditions.poaWm2);
  const temperatureFactor = 1 + parkSite.powerTemperatureCoefficientPerKelvin * (cellC - 25);
  return ((ratedKwp * conditions.poaWm2) / 1000) * temperatureFactor * (1 - systemLoss);
};

/**
 * AC power expected from a DC power: the inverter's efficiency, then its limit. It leaves out the
 * inverter's own use, as the reference model of a yield analysis does.
 */
export const expectedAcPowerKw = (dcKw: number, limitKw: number): number =>
  Math.min(limitKw, dcKw * parkSite.inverterEfficiency);

/** AC power an inverter gives: the efficiency less its own use, then the limit, kW. */
export const acPowerKw = (dcKw: number, ratedKwp: number, limitKw: number): number => {
  const ownUseKw = dcKw > 0 ? parkSite.inverterOwnUseShare * ratedKwp : 0;
  return Math.min(limitKw, Math.max(0, dcKw * parkSite.inverterEfficiency - ownUseKw));
};

/**
 * Relative strength of each inverter's array, 1 + N(0, 0.01), normalised to a mean of exactly 1, so
 * that the plant's yield does not depend on the draw.
 */
const drawInverterFactors = (seed: number): Float64Array => {
  const factors = new Float64Array(parkSite.inverterCount);
  for (let i = 0; i < factors.length; i += 1) {
    const first = hashUnit(seed, i, channels.inverterFactor);
    const second = hashUnit(seed, i, channels.inverterFactor + 1);
    factors[i] = 1 + 0.01 * normalFromUniform(first, second);
  }
  const mean = factors.reduce((sum, factor) => sum + factor, 0) / factors.length;
  return factors.map((factor) => factor / mean);
};

export type PvPlantOptions = {
  readonly seed: number;
  readonly weather: Weather;
  /** Share of the DC energy lost before the inverters, 0…1. Default: the calibrated 0.208. */
  readonly systemLoss?: number;
};

/** The PV plant: 50 arrays of 112 kWp on inverters of 100 kW under one sky. */
export class PvPlant {
  /** AC power by inverter in the step evaluated last, kW. */
  readonly inverterAcKw = new Float64Array(parkSite.inverterCount);
  /** DC power by inverter in the step evaluated last, kW. */
  readonly inverterDcKw = new Float64Array(parkSite.inverterCount);
  /** Exact AC energy by inverter since the start, Wh. */
  readonly inverterWh = new Float64Array(parkSite.inverterCount);
  /** Share of its DC power that an array still gives, 0…1, as with dead strings or soiling. */
  readonly derating = new Float64Array(parkSite.inverterCount).fill(1);
  /** An inverter that has tripped gives nothing. */
  readonly faulted: boolean[] = Array.from({ length: parkSite.inverterCount }, () => false);
  /** When set, replaces the modelled sky: global over clear-sky irradiance. */
  clearnessOverride: number | undefined;

  poaWm2 = 0;
  ghiWm2 = 0;
  ambientC = 0;

  readonly #weather: Weather;
  readonly #factors: Float64Array;
  readonly #systemLoss: number;
  #solarDay: SolarDay = solarDay(1);
  #solarDayOfYear = 1;

  constructor(options: PvPlantOptions) {
    this.#weather = options.weather;
    this.#factors = drawInverterFactors(options.seed);
    this.#systemLoss = options.systemLoss ?? parkSite.pvSystemLoss;
  }

  /**
   * Evaluates a step, sun and clouds in its middle and air temperature at its start, and adds its
   * energy to the inverters.
   *
   * @returns AC power of the plant, kW
   */
  advance(instant: ParkInstant, stepHours: number): number {
    if (this.#solarDayOfYear !== instant.day.dayOfYear) {
      this.#solarDayOfYear = instant.day.dayOfYear;
      this.#solarDay = solarDay(instant.day.dayOfYear);
    }
    this.ambientC = this.#weather.ambientC(instant.day, instant.startMinute);
    const sun = sunAt(this.#solarDay, instant.middleMinute);
    if (sun.cosZenith <= 0) return this.#sleep();
    const clearness =
      this.clearnessOverride ?? this.#weather.clearnessAt(instant.day, instant.middleMinute);
    this.ghiWm2 = clearSkyGhiWm2(sun.cosZenith) * clearness;
    this.poaWm2 = planeOfArrayWm2(this.ghiWm2, sun);
    return this.#generate(stepHours);
  }

  #sleep(): number {
    this.ghiWm2 = 0;
    this.poaWm2 = 0;
    this.inverterAcKw.fill(0);
    this.inverterDcKw.fill(0);
    return 0;
  }

  #generate(stepHours: number): number {
    const unitDcKw = dcPowerKw(this, parkSite.inverterRatedKwp, this.#systemLoss);
    let plantKw = 0;
    for (let i = 0; i < this.inverterAcKw.length; i += 1) {
      const strength = this.faulted[i] === true ? 0 : (this.derating[i] as number);
      const dcKw = unitDcKw * (this.#factors[i] as number) * strength;
      const acKw = acPowerKw(dcKw, parkSite.inverterRatedKwp, parkSite.inverterLimitKw);
      this.inverterDcKw[i] = dcKw;
      this.inverterAcKw[i] = acKw;
      this.inverterWh[i] = (this.inverterWh[i] as number) + acKw * 1000 * stepHours;
      plantKw += acKw;
    }
    return plantKw;
  }
}
