const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** The wall clock of a time zone, also across the hours that summer time adds or takes. */
export class LocalClock {
  readonly #format: Intl.DateTimeFormat;

  /** @throws RangeError when there is no such zone */
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

  /** The local wall clock at `timeMs` (UTC epoch ms), written as if it were UTC. */
  localMs(timeMs: number): number {
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

  /**
   * The instant at which the local wall clock shows `localMs`, which is written as if it were UTC; the first of two where the
   * clock is put back over it. A time that is skipped, as midnight where summer time begins at it, is as long after the change as
   * it would have been: midnight is the change itself.
   */
  utcMs(localMs: number): number {
    const byOffsetBefore = localMs - this.offsetMs(localMs - dayMs);
    if (this.localMs(byOffsetBefore) === localMs) return byOffsetBefore;
    const byOffsetAfter = localMs - this.offsetMs(localMs + dayMs);
    return this.localMs(byOffsetAfter) === localMs ? byOffsetAfter : byOffsetBefore;
  }

  /** What the wall clock is ahead of UTC at `timeMs`, in ms. */
  offsetMs(timeMs: number): number {
    return this.localMs(timeMs) - timeMs;
  }

  /**
   * The first whole minute after `fromMs`, up to `toMs`, at which the offset is no longer that of `fromMs`; undefined where it is
   * the same at both. Between the two the clock is changed at most once: they are to be a few weeks apart at the most.
   */
  changeMs(fromMs: number, toMs: number): number | undefined {
    const offset = this.offsetMs(fromMs);
    if (this.offsetMs(toMs) === offset) return undefined;
    let [same, other] = [Math.floor(fromMs / minuteMs), Math.ceil(toMs / minuteMs)];
    while (other - same > 1) {
      const middle = Math.floor((same + other) / 2);
      if (this.offsetMs(middle * minuteMs) === offset) same = middle;
      else other = middle;
    }
    return other * minuteMs;
  }
}
