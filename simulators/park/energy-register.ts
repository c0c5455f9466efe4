import { channels, hashUnit, normalFromUniform, valueNoise } from './noise.ts';

const twoTo32 = 4_294_967_296;

/**
 * A 32-bit energy register of 1 Wh that has run before the simulation began, reads high or low by its
 * meter's class error, counts whole watt-hours and starts over at 2^32.
 */
export class EnergyRegister {
  #startWh: number;
  readonly #gain: number;

  /**
   * @param startWh - reading at the start, 0…2^32
   * @param gain - reading over truth; 1 is exact
   */
  constructor(startWh: number, gain = 1) {
    this.#startWh = startWh;
    this.#gain = gain;
  }

  /** The register when the exact energy since the start is `exactWh`. */
  rawWh(exactWh: number): number {
    return this.runWh(exactWh) % twoTo32;
  }

  /** The same in a register so wide that it never starts over. */
  runWh(exactWh: number): number {
    return Math.floor(this.#startWh + this.#gain * exactWh);
  }

  /** Makes the register read `readingWh` at this energy, as after a meter's exchange. */
  setReading(readingWh: number, exactWh: number): void {
    this.#startWh = readingWh - this.#gain * exactWh;
  }
}

/** What a metering point lets through, exact, since the registers began. */
export type MeteredEnergy = { readonly importWh: number; readonly exportWh: number };

/** How much of the true import and export a register counts; a wrong wiring mixes them. */
export type RegisterShares = { readonly ofImport: number; readonly ofExport: number };

/** A register that counts shares of import and export, which wiring faults change while it runs. */
export class MeteredRegister {
  readonly #register: EnergyRegister;
  #shares: RegisterShares;
  #from: MeteredEnergy = { importWh: 0, exportWh: 0 };
  #carriedWh = 0;

  constructor(register: EnergyRegister, shares: RegisterShares) {
    this.#register = register;
    this.#shares = shares;
  }

  rawWh(energy: MeteredEnergy): number {
    return this.#register.rawWh(this.#countedWh(energy));
  }

  runWh(energy: MeteredEnergy): number {
    return this.#register.runWh(this.#countedWh(energy));
  }

  setReading(readingWh: number, energy: MeteredEnergy): void {
    this.#register.setReading(readingWh, this.#countedWh(energy));
  }

  /** From this energy on the register counts other shares. */
  setShares(shares: RegisterShares, energy: MeteredEnergy): void {
    if (shares.ofImport === this.#shares.ofImport && shares.ofExport === this.#shares.ofExport) {
      return;
    }
    this.#carriedWh = this.#countedWh(energy);
    this.#from = energy;
    this.#shares = shares;
  }

  #countedWh({ importWh, exportWh }: MeteredEnergy): number {
    return (
      this.#carriedWh +
      this.#shares.ofImport * (importWh - this.#from.importWh) +
      this.#shares.ofExport * (exportWh - this.#from.exportWh)
    );
  }
}

/**
 * A plausible reading of a register at the start: never 0, which SunSpec cannot tell from "not
 * implemented", and far enough from 2^32 that no register of the park rolls over within a month.
 *
 * @param fullWh - the highest reading, at most 2^32
 * @param index - number of the register in the park
 */
export const startReadingWh = (seed: number, index: number, fullWh: number): number =>
  Math.floor(fullWh * (0.05 + 0.45 * hashUnit(seed, index, channels.counterStart)));

/** Standard deviation of a meter's gain: class 0.5 meters keep within it by 2.5 sigma. */
const gainDeviation = 0.002;

/** Of a power as a meter shows it, relative: how far it is at most from what its register counts. */
const powerFlickerShare = 0.002;
/** Correlation length of that, ms. */
const powerFlickerMs = 7000;
/** Between the meters of the park on one lattice of noise. */
const latticeDistance = 1_000_003;

/**
 * What a meter makes of a power at an instant, around 1: loads follow the voltage and a converter has noise, so no power that is
 * measured stands to the last digit for long. The register counts the mean, which is 1.
 */
export const powerFlicker = (seed: number, index: number, timeMs: number): number => {
  const position = index * latticeDistance + timeMs / powerFlickerMs;
  return 1 + powerFlickerShare * valueNoise(seed, channels.meterPower, position);
};

/** Gain of a meter, 1 + N(0, 0.002). */
export const meterGain = (seed: number, index: number): number => {
  const first = hashUnit(seed, index, channels.meterGain);
  const second = hashUnit(seed, index, channels.meterGain + 1);
  return 1 + gainDeviation * normalFromUniform(first, second);
};
