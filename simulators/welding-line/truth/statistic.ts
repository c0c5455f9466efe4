import type { JsonObject } from '../../plant.ts';

/** Mean, deviation, least and greatest of a series, without keeping it. */
export class Statistic {
  #count = 0;
  #mean = 0;
  #squares = 0;
  #least = Number.POSITIVE_INFINITY;
  #greatest = Number.NEGATIVE_INFINITY;

  add(value: number): void {
    this.#count += 1;
    const distance = value - this.#mean;
    this.#mean += distance / this.#count;
    this.#squares += distance * (value - this.#mean);
    if (value < this.#least) this.#least = value;
    if (value > this.#greatest) this.#greatest = value;
  }

  /** `deviation` is that of a sample (n - 1); null without samples. */
  summary(): JsonObject | null {
    if (this.#count === 0) return null;
    return {
      samples: this.#count,
      mean: this.#mean,
      min: this.#least,
      max: this.#greatest,
      deviation: this.#count > 1 ? Math.sqrt(this.#squares / (this.#count - 1)) : 0,
    };
  }
}
