import { dateAfter, nextMonth } from '../../../components/zone-time.ts';

/** What the accounts are of: a day or a month of the site's calendar. */
export type Period =
  | { readonly step: 'day'; readonly date: string }
  | { readonly step: 'month'; readonly month: string };

/** So many days of completeness are shown up to the chosen day. */
const shownDays = 14;

export type Span = { readonly from: string; readonly to: string };

export const spanOf = (period: Period): Span =>
  period.step === 'day'
    ? { from: period.date, to: dateAfter(period.date, 1) }
    : { from: `${period.month}-01`, to: nextMonth(period.month) };

/** The days whose completeness is shown: those of the month, or the last ones up to the day. */
export const daysOf = (period: Period): Span =>
  period.step === 'day'
    ? { from: dateAfter(period.date, 1 - shownDays), to: dateAfter(period.date, 1) }
    : spanOf(period);

const datePattern = /^\d{4}-\d{2}-\d{2}$/;
const monthPattern = /^\d{4}-\d{2}$/;

/** As it stands in the address, `2026-06-17` or `2026-06`; undefined for anything else. */
export const periodOf = (text: unknown): Period | undefined => {
  if (typeof text !== 'string' || Number.isNaN(Date.parse(text))) return undefined;
  if (datePattern.test(text)) return { step: 'day', date: text };
  return monthPattern.test(text) ? { step: 'month', month: text } : undefined;
};

export const periodText = (period: Period): string =>
  period.step === 'day' ? period.date : period.month;
