const dayMs = 86_400_000;

/** Start of days in a time zone, also across the hours that summer time adds or takes. */
export class LocalDay {
  readonly #format: Intl.DateTimeFormat;
  #startMs = Number.NaN;
  #endMs = Number.NaN;

  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  /** The first instant, UTC epoch ms, of the local day that contains `timeMs`. */
  startMs(timeMs: number): number {
    if (!(timeMs >= this.#startMs && timeMs < this.#endMs)) {
      this.#startMs = this.#midnight(this.#localMs(timeMs));
      this.#endMs = this.#midnight(this.#localMs(timeMs) + dayMs);
    }
    return this.#startMs;
  }

  /** The instant at which the local calendar day of `localMs` begins. */
  #midnight(localMs: number): number {
    const wanted = Math.floor(localMs / dayMs) * dayMs;
    // The offset at the guess may differ from that at midnight by a change of summer time, so it is applied twice.
    let guess = wanted;
    for (let round = 0; round < 2; round += 1) guess = wanted - (this.#localMs(guess) - guess);
    return guess;
  }

  /** The local wall clock at `timeMs`, written as if it were UTC. */
  #localMs(timeMs: number): number {
    const parts = new Map<string, number>(
      this.#format.formatToParts(timeMs).map(({ type, value }) => [type, Number(value)]),
    );
    const part = (type: string): number => parts.get(type) ?? 0;
    const wholeSecond = Date.UTC(
      part('year'),
      part('month') - 1,
      part('day'),
      part('hour'),
      part('minute'),
      part('second'),
    );
    return wholeSecond + (((timeMs % 1000) + 1000) % 1000);
  }
}
