export type BackoffOptions = {
  readonly firstMs: number;
  readonly longestMs: number;
  /** A number in [0, 1): jitter keeps many connections from coming back at the same instant. */
  readonly random: () => number;
};

/** Exponential back-off with jitter: each wait is between half and all of a bound that doubles up to `longestMs`. */
export class Backoff {
  readonly #options: BackoffOptions;
  #boundMs: number;

  constructor(options: BackoffOptions) {
    this.#options = options;
    this.#boundMs = options.firstMs;
  }

  nextMs(): number {
    const delayMs = this.#boundMs * (0.5 + 0.5 * this.#options.random());
    this.#boundMs = Math.min(this.#boundMs * 2, this.#options.longestMs);
    return delayMs;
  }

  reset(): void {
    this.#boundMs = this.#options.firstMs;
  }
}
