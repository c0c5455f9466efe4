import { LocalClock } from '../core/local-clock.ts';

const dayMs = 86_400_000;

/** Start of days in a time zone, also across the hours that summer time adds or takes. */
export class LocalDay {
  readonly #clock: LocalClock;
  #startMs = Number.NaN;
  #endMs = Number.NaN;

  constructor(timeZone: string) {
    this.#clock = new LocalClock(timeZone);
  }

  /** The first instant, UTC epoch ms, of the local day that contains `timeMs`. */
  startMs(timeMs: number): number {
    if (!(timeMs >= this.#startMs && timeMs < this.#endMs)) {
      this.#startMs = this.#midnight(this.#clock.localMs(timeMs));
      this.#endMs = this.#midnight(this.#clock.localMs(timeMs) + dayMs);
    }
    return this.#startMs;
  }

  /** The instant at which the local calendar day of `localMs` begins. */
  #midnight(localMs: number): number {
    return this.#clock.utcMs(Math.floor(localMs / dayMs) * dayMs);
  }
}
