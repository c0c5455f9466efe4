/** Messages that may come at once, in seconds of the rate. */
const burstSeconds = 5;

/** How soon the next message of a connection may be read: so many a second on average, and some at once. */
export class ReadRate {
  readonly #perSecond: number;
  readonly #most: number;
  #left: number;
  #atMs: number;

  constructor(perSecond: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#most = perSecond * burstSeconds;
    this.#left = this.#most;
    this.#atMs = nowMs;
  }

  /** Counts a message; returns for how long none should be read after it, in ms. */
  take(nowMs: number): number {
    const refill = ((nowMs - this.#atMs) / 1000) * this.#perSecond;
    this.#left = Math.min(this.#most, this.#left + refill) - 1;
    this.#atMs = nowMs;
    return this.#left >= 0 ? 0 : (-this.#left / this.#perSecond) * 1000;
  }
}
