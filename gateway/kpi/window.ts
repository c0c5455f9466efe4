/** Longest window of tier (a): beyond, aggregates cost less than samples. */
export const longestSampleWindowMs = 600_000;

/**
 * What a KPI is computed over, by tier.
 * - `a`: samples, over a panel, over the newest `lengthMs`, at most 10 minutes, or only the newest ones;
 * - `b`: mergeable aggregates over windows of 1 or 15 minutes, aligned to the epoch;
 * - `c`: an hour (aligned to the epoch), the site's day, the last 7 days, the month or the year of its calendar, or all that
 *   was recorded, folded from registers or from `b`, never from samples.
 */
export type KpiWindow =
  | { readonly tier: 'a'; readonly over: 'panel' | 'now' }
  | { readonly tier: 'a'; readonly lengthMs: number }
  | { readonly tier: 'b'; readonly lengthMs: 60_000 | 900_000 }
  | { readonly tier: 'c'; readonly folds: 'registers' | 'b'; readonly lengthMs: 3_600_000 }
  | { readonly tier: 'c'; readonly folds: 'registers' | 'b'; readonly over: LongWindow };

type LongWindow = 'day' | 'week' | 'month' | 'year' | 'always';

export const panelWindowOfTierA: KpiWindow = { tier: 'a', over: 'panel' };
export const dayOfRegisters: KpiWindow = { tier: 'c', folds: 'registers', over: 'day' };

export const quarterHourWindow: KpiWindow = { tier: 'b', lengthMs: 900_000 };
export const dayOfQuarterHours: KpiWindow = { tier: 'c', folds: 'b', over: 'day' };
export const monthOfQuarterHours: KpiWindow = { tier: 'c', folds: 'b', over: 'month' };
export const yearOfQuarterHours: KpiWindow = { tier: 'c', folds: 'b', over: 'year' };

const unitMs = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 } as const;

/** `500ms`, `10s`, `10min`, `1h`. */
const windowPattern = /^([1-9]\d{0,8})(ms|s|min|h)$/;

const lengthOf = (text: string): number => {
  const [, number = '', unit = ''] = windowPattern.exec(text) ?? [];
  return Number(number) * (unitMs[unit as keyof typeof unitMs] ?? Number.NaN);
};

/** The window that a site file asks for in place of the definition's own, or what it may ask for. */
export const chooseWindow = (
  own: KpiWindow,
  asked: string | undefined,
): { readonly window: KpiWindow } | { readonly expected: string } => {
  if (asked === undefined) return { window: own };
  if (own.tier !== 'a' || !('lengthMs' in own)) {
    return { expected: 'no window: the KPI has its own' };
  }
  const lengthMs = lengthOf(asked);
  return lengthMs >= 1000 && lengthMs <= longestSampleWindowMs
    ? { window: { tier: 'a', lengthMs } }
    : { expected: 'a window of 1s to 10min: it is computed from samples' };
};
