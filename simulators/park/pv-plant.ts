import type { ParkInstant } from './calendar.ts';
import { planeOfArrayWm2 } from './irradiance.ts';
import { channels, hashUnit, normalFromUniform } from './noise.ts';
import type { ParkInputs } from './park-inputs.ts';
import { parkSite } from './site.ts';
import { clearSkyGhiWm2, type SolarDay, type SunPosition, solarDay, sunAt } from './sun.ts';
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

/** Factors 1 + N(0, deviation), normalised to a mean of exactly 1, so that the yield does not depend on the draw. */
const drawFactors = (
  count: number,
  deviation: number,
  draw: (index: number, part: 0 | 1) => number,
): Float64Array => {
  const factors = new Float64Array(count);
  for (let i = 0; i < count; i += 1) {
    factors[i] = 1 + deviation * normalFromUniform(draw(i, 0), draw(i, 1));
  }
  const mean = factors.reduce((sum, factor) => sum + factor, 0) / count;
  return factors.map((factor) => factor / mean);
};

const drawStringFactors = (seed: number): readonly Float64Array[] =>
  Array.from({ length: parkSite.inverterCount }, (_, inverter) =>
    drawFactors(parkSite.stringsPerInverter, 0.006, (i, part) =>
      hashUnit(seed, inverter * parkSite.stringsPerInverter + i, channels.stringFactor + part),
    ),
  );

const invertersPerRoof = parkSite.inverterCount / parkSite.roofCount;

/** The roof that carries an inverter, 0…4. */
export const roofOf = (inverter: number): number => Math.floor(inverter / invertersPerRoof);

export type PvPlantOptions = {
  readonly seed: number;
  readonly weather: Weather;
  /** Share of the DC energy lost before the inverters, 0…1. Default: the calibrated 0.208. */
  readonly systemLoss?: number;
  /** False puts all roofs under one sky, as the reference year has it. Default: clouds drift from roof to roof. */
  readonly hasDrift?: boolean;
};

/** The PV plant: 50 arrays of 112 kWp on inverters of 100 kW, ten on each of five roofs. It keeps no state but the step looked at last. */
export class PvPlant {
  /** What each inverter could give to the bus, kW. */
  readonly inverterAcKw = new Float64Array(parkSite.inverterCount);
  /** What its strings could give it, kW. */
  readonly inverterDcKw = new Float64Array(parkSite.inverterCount);
  /** By roof. */
  readonly poaWm2 = new Float64Array(parkSite.roofCount);
  ghiWm2 = 0;
  ambientC = 0;

  /** Relative strength of each array, 1 + N(0, 0.01). */
  readonly factors: Float64Array;
  /** Relative strength of each string within its array, 1 + N(0, 0.006). */
  readonly stringFactors: readonly Float64Array[];

  readonly #weather: Weather;
  readonly #systemLoss: number;
  readonly #hasDrift: boolean;
  readonly #strengths = new Float64Array(parkSite.inverterCount);
  readonly #shiftMinutes = new Float64Array(parkSite.roofCount);
  #inputs: ParkInputs | undefined;
  #solarDay: SolarDay = solarDay(1);
  #serial: number | undefined;

  constructor(options: PvPlantOptions) {
    const { seed } = options;
    this.#weather = options.weather;
    this.factors = drawFactors(parkSite.inverterCount, 0.01, (i, part) =>
      hashUnit(seed, i, channels.inverterFactor + part),
    );
    this.stringFactors = drawStringFactors(seed);
    this.#systemLoss = options.systemLoss ?? parkSite.pvSystemLoss;
    this.#hasDrift = options.hasDrift ?? true;
  }

  /**
   * Evaluates a step, sun and clouds in its middle and air temperature at its start.
   *
   * @returns AC power that the plant could give, kW
   */
  evaluate(instant: ParkInstant, inputs: ParkInputs): number {
    if (this.#serial !== instant.day.serial) this.#openDay(instant);
    if (this.#inputs !== inputs) this.#take(inputs);
    this.ambientC = this.#weather.ambientC(instant.day, instant.startMinute);
    const sun = sunAt(this.#solarDay, instant.middleMinute);
    return sun.cosZenith <= 0 ? this.#sleep() : this.#generate(instant, sun, inputs);
  }

  #openDay({ day }: ParkInstant): void {
    this.#serial = day.serial;
    this.#solarDay = solarDay(day.dayOfYear);
    if (!this.#hasDrift) return;
    const { speedMPerS, directionRad } = this.#weather.windOf(day);
    for (let roof = 0; roof < parkSite.roofCount; roof += 1) {
      const placeM = (roof - (parkSite.roofCount - 1) / 2) * parkSite.roofSpacingM;
      this.#shiftMinutes[roof] = (placeM * Math.cos(directionRad)) / speedMPerS / 60;
    }
  }

  #take(inputs: ParkInputs): void {
    this.#inputs = inputs;
    for (let i = 0; i < parkSite.inverterCount; i += 1) {
      const isTripped = inputs.trippedInverters[i] === true;
      const dead = inputs.deadStrings[i] as number;
      let alive = 0;
      (this.stringFactors[i] as Float64Array).forEach((factor, string) => {
        if ((dead & (1 << string)) === 0) alive += factor;
      });
      const share = dead === 0 ? 1 : alive / parkSite.stringsPerInverter;
      this.#strengths[i] = isTripped ? 0 : share * (inputs.derating[i] as number);
    }
  }

  #sleep(): number {
    this.ghiWm2 = 0;
    this.poaWm2.fill(0);
    this.inverterAcKw.fill(0);
    this.inverterDcKw.fill(0);
    return 0;
  }

  #generate(instant: ParkInstant, sun: SunPosition, inputs: ParkInputs): number {
    const clearSkyWm2 = clearSkyGhiWm2(sun.cosZenith);
    let plantKw = 0;
    let ghiSum = 0;
    let unitDcKw = 0;
    for (let roof = 0; roof < parkSite.roofCount; roof += 1) {
      if (roof === 0 || this.#hasDrift) {
        const minute = instant.middleMinute + (this.#shiftMinutes[roof] as number);
        const clearness = inputs.clearness ?? this.#weather.clearnessAt(instant.day, minute);
        this.ghiWm2 = clearSkyWm2 * clearness;
        const poaWm2 = planeOfArrayWm2(this.ghiWm2, sun);
        this.poaWm2[roof] = poaWm2;
        const conditions = { poaWm2, ambientC: this.ambientC };
        unitDcKw = dcPowerKw(conditions, parkSite.inverterRatedKwp, this.#systemLoss);
      } else this.poaWm2[roof] = this.poaWm2[0] as number;
      ghiSum += this.ghiWm2;
      plantKw += this.#generateRoof(roof, unitDcKw);
    }
    this.ghiWm2 = ghiSum / parkSite.roofCount;
    return plantKw;
  }

  #generateRoof(roof: number, unitDcKw: number): number {
    let roofKw = 0;
    for (let i = roof * invertersPerRoof; i < (roof + 1) * invertersPerRoof; i += 1) {
      const dcKw = unitDcKw * (this.factors[i] as number) * (this.#strengths[i] as number);
      const acKw = acPowerKw(dcKw, parkSite.inverterRatedKwp, parkSite.inverterLimitKw);
      this.inverterDcKw[i] = dcKw;
      this.inverterAcKw[i] = acKw;
      roofKw += acKw;
    }
    return roofKw;
  }
}
