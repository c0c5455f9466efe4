import type { Limits } from '../procedure.ts';

/** What is out for less than 0.3 s is not counted. */
const leastSteps = 3;

/** Length of weld on which one reading was out of its band. */
export class BandLength {
  outMm = 0;
  readonly #low: number;
  readonly #high: number;
  #outSteps = 0;
  #waitingMm = 0;

  constructor({ low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY }: Limits = {}) {
    this.#low = low;
    this.#high = high;
  }

  /** A step with the arc on. */
  add(value: number, travelMm: number): void {
    if (value >= this.#low && value <= this.#high) {
      this.#outSteps = 0;
      this.#waitingMm = 0;
      return;
    }
    this.#outSteps += 1;
    this.#waitingMm += travelMm;
    if (this.#outSteps < leastSteps) return;
    this.outMm += this.#waitingMm;
    this.#waitingMm = 0;
  }
}
