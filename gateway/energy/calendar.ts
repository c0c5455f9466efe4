import { LocalClock } from '../core/local-clock.ts';

export const calendarSteps = ['minute', 'quarter', 'hour', 'day', 'month'] as const;
export type CalendarStep = (typeof calendarSteps)[number];

const minuteMs = 60_000;
const dayMs = 86_400_000;
const withinDay: Readonly<Partial<Record<CalendarStep, number>>> = {
  minute: minuteMs,
  quarter: 15 * minuteMs,
  hour: 60 * minuteMs,
};

/** The calendar of a site: its days and months, with the hours that summer time adds or takes. */
export class SiteCalendar {
  readonly #clock: LocalClock;
  readonly #midnights = new Map<string, number>();

  /** @throws RangeError when there is no such zone */
  constructor(timeZone: string) {
    this.#clock = new LocalClock(timeZone);
  }

  /** UTC epoch ms of the midnight with which a date begins, as 2024-06-20. */
  midnightMs(date: string): number {
    const known = this.#midnights.get(date);
    if (known !== undefined) return known;
    const midnightMs = this.#clock.utcMs(Date.parse(`${date}T00:00:00Z`));
    this.#midnights.set(date, midnightMs);
    return midnightMs;
  }

  /**
   * Starts of steps of the local calendar, from the one that has `fromMs` to the first that does not begin before `toMs`.
   * Within a day they count from its midnight, so that a day of 23 or 25 hours has so many.
   *
   * @returns undefined when there are more than `most` intervals
   */
  boundaries(
    step: CalendarStep,
    range: { readonly fromMs: number; readonly toMs: number; readonly most: number },
  ): readonly number[] | undefined {
    const { fromMs, toMs, most } = range;
    const boundaries: number[] = [];
    let startMs = this.#startOf(step, fromMs);
    while (startMs < toMs) {
      if (boundaries.length >= most) return undefined;
      boundaries.push(startMs);
      startMs = this.#next(step, startMs);
    }
    return boundaries.length === 0 ? boundaries : [...boundaries, startMs];
  }

  #startOf(step: CalendarStep, timeMs: number): number {
    const lengthMs = withinDay[step];
    const local = this.#clock.localMs(timeMs);
    if (step === 'month') return this.#clock.utcMs(monthStart(local, 0));
    const midnight = this.#clock.utcMs(local - (((local % dayMs) + dayMs) % dayMs));
    if (lengthMs === undefined) return midnight;
    return midnight + Math.floor((timeMs - midnight) / lengthMs) * lengthMs;
  }

  #next(step: CalendarStep, startMs: number): number {
    const lengthMs = withinDay[step];
    const local = this.#clock.localMs(startMs);
    if (step === 'month') return this.#clock.utcMs(monthStart(local, 1));
    const midnight = this.#clock.utcMs(local - (((local % dayMs) + dayMs) % dayMs) + dayMs);
    // Where summer time moves by half an hour, the last hour of the day is shorter.
    return lengthMs === undefined ? midnight : Math.min(startMs + lengthMs, midnight);
  }
}

const monthStart = (localMs: number, later: number): number => {
  const date = new Date(localMs);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + later, 1);
};
