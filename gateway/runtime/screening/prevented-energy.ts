import type { ChannelSpec } from '../../core/point.ts';
import { conversionBetween, findUnit, type Unit } from '../../hot-path/units.ts';

const hourMs = 3_600_000;

const factorTo = (code: string, target: Unit | undefined): number => {
  const unit = findUnit(code);
  if (unit === undefined || target === undefined) return 0;
  const conversion = conversionBetween(unit, target);
  return conversion === undefined ? 0 : conversion.multiply / conversion.divide;
};

/** kWh in one unit of a register, or in one unit of a power that lasts 1 ms; 0 of a point that is neither. */
export const kwhFactor = (channel: ChannelSpec): number => {
  if (channel.kind === 'counter') return factorTo(channel.unit, findUnit('kWh'));
  if (channel.kind !== 'number') return 0;
  return factorTo(channel.unit, findUnit('kW')) / hourMs;
};

/**
 * What somebody who holds the last value until the next would have added up over time that was not measured: over gaps,
 * frozen values and values out of physics. Columns by channel.
 */
export class PowerWatch {
  readonly preventedKwh: Float64Array;
  readonly #factors: Float64Array;
  readonly #gapMs: number;
  readonly #heldValue: Float64Array;
  readonly #heldMs: Float64Array;
  readonly #isBelieved: Uint8Array;
  readonly #frame = new Float64Array(1);
  #values: Float64Array = new Float64Array(0);

  constructor(factors: Float64Array, gapMs: number) {
    this.preventedKwh = new Float64Array(factors.length);
    this.#factors = factors;
    this.#gapMs = gapMs;
    this.#heldValue = new Float64Array(factors.length);
    this.#heldMs = new Float64Array(factors.length).fill(Number.NaN);
    this.#isBelieved = new Uint8Array(factors.length);
  }

  /** Names the frame that `take` is about; its time is in `at`. */
  begin(at: Float64Array, values: Float64Array): void {
    this.#frame[0] = at[0] as number;
    this.#values = values;
  }

  /**
   * @param isNumber whether a reader that does not look at the status would have got a number to hold
   * @param isBelieved whether the sample was measured
   */
  take(channel: number, isNumber: boolean, isBelieved: boolean): void {
    const timeMs = this.#frame[0] as number;
    const passedMs = timeMs - (this.#heldMs[channel] as number);
    if (passedMs <= 0) return;
    const isMeasured = isBelieved && this.#isBelieved[channel] === 1 && passedMs <= this.#gapMs;
    // Not a number before the first sample: nothing was held then.
    if (passedMs > 0 && !isMeasured) {
      const held = Math.abs(this.#heldValue[channel] as number);
      const kwh = held * passedMs * (this.#factors[channel] as number);
      this.preventedKwh[channel] = (this.preventedKwh[channel] as number) + kwh;
    }
    if (isNumber) this.#heldValue[channel] = this.#values[channel] as number;
    this.#heldMs[channel] = timeMs;
    this.#isBelieved[channel] = isBelieved ? 1 : 0;
  }
}
