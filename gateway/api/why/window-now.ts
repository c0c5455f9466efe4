import { LocalClock } from '../../core/local-clock.ts';
import type { KpiExplanation } from '../../runtime/view.ts';

const dayMs = 86_400_000;

/** Of those over a part of the clock, the only ones that are of the part that runs: the others are of the newest closed one. */
const running = new Set(['demandForecast']);

export type WindowNow = { readonly fromMs: number | null; readonly toMs: number | null };

/** From when to when a KPI is reckoned now; no beginning where it is of the newest samples, or of all that was recorded. */
export const windowNow = (
  { kpi, window }: Pick<KpiExplanation, 'kpi' | 'window'>,
  at: {
    readonly nowMs: number;
    readonly timeZone: string;
    /** When the panel under the torches came; undefined where that is not known. */
    readonly panelStartMs: number | undefined;
  },
): WindowNow => {
  const { nowMs, timeZone, panelStartMs } = at;
  const { lengthMs, over, tier } = window;
  if (lengthMs !== undefined) {
    if (tier === 'a') return { fromMs: nowMs - lengthMs, toMs: nowMs };
    const beganMs = Math.floor(nowMs / lengthMs) * lengthMs;
    if (running.has(kpi)) return { fromMs: beganMs, toMs: nowMs };
    return { fromMs: beganMs - lengthMs, toMs: beganMs };
  }
  if (over === 'panel') return { fromMs: panelStartMs ?? null, toMs: nowMs };
  if (over === undefined || over === 'now' || over === 'always') {
    return { fromMs: null, toMs: nowMs };
  }
  return { fromMs: calendarStart(over, nowMs, new LocalClock(timeZone)), toMs: nowMs };
};

/** Of the day, of the week that is this day and the six before, of the month, or of the year, at the site. */
const calendarStart = (
  over: 'day' | 'week' | 'month' | 'year',
  nowMs: number,
  clock: LocalClock,
): number => {
  const local = new Date(clock.localMs(nowMs));
  const [year, month] = [local.getUTCFullYear(), local.getUTCMonth()];
  const midnight = Date.UTC(year, month, local.getUTCDate());
  const starts = {
    day: midnight,
    week: midnight - 6 * dayMs,
    month: Date.UTC(year, month, 1),
    year: Date.UTC(year, 0, 1),
  };
  return clock.utcMs(starts[over]);
};
