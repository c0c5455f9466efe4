import { streamKey, uniform } from './noise.ts';

export const spoolKg = 15;
const tipLifeHours = 50;
const gasBundleM3 = 120;

/** Wire spool and contact tip of one torch. What is on them at the start is drawn from the seed. */
export class TorchConsumables {
  spoolNumber = 1;
  spoolKg: number;
  tipHours: number;

  constructor(seed: number, index: number) {
    const key = streamKey(seed, 12, index);
    this.spoolKg = spoolKg * (0.05 + 0.95 * uniform(key, 0));
    this.tipHours = tipLifeHours * 0.8 * uniform(key, 1);
  }

  /** Takes wire off the spool; returns true when that has put in the next one. */
  take(wireKg: number): boolean {
    this.spoolKg -= wireKg;
    if (this.spoolKg > 0) return false;
    this.spoolKg += spoolKg;
    this.spoolNumber += 1;
    return true;
  }

  burn(seconds: number): void {
    this.tipHours += seconds / 3600;
  }

  /** Between panels; returns true when the tip was changed. */
  service(): boolean {
    if (this.tipHours < tipLifeHours) return false;
    this.tipHours = 0;
    return true;
  }
}

/** The gas of the line comes from one bundle of cylinders after the other, each of one batch. */
export class GasSupply {
  #number = 1;
  #leftM3: number;

  constructor(seed: number) {
    this.#leftM3 = gasBundleM3 * (0.1 + 0.9 * uniform(streamKey(seed, 13), 0));
  }

  get batch(): string {
    return `GAS-${String(this.#number).padStart(4, '0')}`;
  }

  /** Returns true when that has opened the next bundle. */
  take(gasM3: number): boolean {
    this.#leftM3 -= gasM3;
    if (this.#leftM3 > 0) return false;
    this.#leftM3 += gasBundleM3;
    this.#number += 1;
    return true;
  }
}

/** Number of a spool as on its label, such as W-F01-0002. */
export const spoolId = (torch: string, spoolNumber: number): string =>
  `W-${torch}-${String(spoolNumber).padStart(4, '0')}`;
