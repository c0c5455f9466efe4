/**
 * The park's civil calendar: China Standard Time, UTC+08:00 the whole year. Pure integer arithmetic,
 * so that no host time zone can leak into the model.
 */

const msPerMinute = 60_000;
export const minutesPerDay = 1440;
const msPerDay = minutesPerDay * msPerMinute;
const utcOffsetMs = 8 * 3_600_000;

/** Days from 1970-01-01 to 2022-12-31, which makes 2023-01-01 the day with serial number 1. */
const serialZeroEpochDay = 19_357;

/** One local day. */
export type ParkDay = {
  /** Day count; 1 is 2023-01-01. It runs on over the years: weather is drawn from it. */
  readonly serial: number;
  readonly year: number;
  /** 0 is January. */
  readonly monthIndex: number;
  readonly dayOfMonth: number;
  /** 1…366; the sun is computed from it. */
  readonly dayOfYear: number;
  /** 0 is Monday, 6 is Sunday. */
  readonly weekday: number;
  readonly isHoliday: boolean;
};

/** A step of the model: its local day and where in the day it starts and has its middle. */
export type ParkInstant = {
  readonly day: ParkDay;
  /** Minutes since local midnight at the start of the step. */
  readonly startMinute: number;
  /** Minutes since local midnight in the middle of the step. */
  readonly middleMinute: number;
};

/**
 * Public holidays as month × 100 + day: the State Council's calendar of 2023. Other years use the same
 * dates, a simplification (the lunar holidays move).
 */
const holidays: ReadonlySet<number> = new Set([
  101, 102, 121, 122, 123, 124, 125, 126, 127, 405, 429, 430, 501, 502, 503, 622, 929, 930, 1001,
  1002, 1003, 1004, 1005, 1006,
]);

const isLeapYear = (year: number): boolean =>
  year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

/** @param monthIndex - 0…11 */
export const daysInMonth = (year: number, monthIndex: number): number => {
  if (monthIndex === 1) return isLeapYear(year) ? 29 : 28;
  return [3, 5, 8, 10].includes(monthIndex) ? 30 : 31;
};

export const daysInYear = (year: number): number => (isLeapYear(year) ? 366 : 365);

const serialOfNewYear = (year: number): number => {
  const y = year - 1;
  const daysSinceYearOne =
    365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + 1;
  return daysSinceYearOne - 719_163 - serialZeroEpochDay;
};

/** Serial number of 1 January of a year. */
export const firstDayOfYear = (year: number): ParkDay => dayOfSerial(serialOfNewYear(year));

/** The local day with a serial number. */
export const dayOfSerial = (serial: number): ParkDay => {
  let year = 2023 + Math.floor((serial - 1) / 365.2425);
  while (serialOfNewYear(year) > serial) year -= 1;
  while (serialOfNewYear(year + 1) <= serial) year += 1;
  const dayOfYear = serial - serialOfNewYear(year) + 1;
  let monthIndex = 0;
  let dayOfMonth = dayOfYear;
  while (dayOfMonth > daysInMonth(year, monthIndex)) {
    dayOfMonth -= daysInMonth(year, monthIndex);
    monthIndex += 1;
  }
  return {
    serial,
    year,
    monthIndex,
    dayOfMonth,
    dayOfYear,
    weekday: (((serial + 5) % 7) + 7) % 7,
    isHoliday: holidays.has((monthIndex + 1) * 100 + dayOfMonth),
  };
};

/** UTC epoch milliseconds of a local midnight. */
export const startOfDayMs = (day: ParkDay): number =>
  (day.serial + serialZeroEpochDay) * msPerDay - utcOffsetMs;

const serialAt = (timeMs: number): number =>
  Math.floor((timeMs + utcOffsetMs) / msPerDay) - serialZeroEpochDay;

/**
 * How far the park's own clock is ahead of `startMs` (UTC epoch ms), ms, so that it shows `minuteOfDay` there on the same
 * local date. Undefined: it is not moved.
 */
export const clockLeadMs = (startMs: number, minuteOfDay: number | undefined): number =>
  minuteOfDay === undefined
    ? 0
    : startOfDayMs(dayOfSerial(serialAt(startMs))) + minuteOfDay * msPerMinute - startMs;

/** The local day that a UTC instant lies in. */
export const dayAt = (timeMs: number): ParkDay => dayOfSerial(serialAt(timeMs));

const rememberedYears = 4;

/** Keeps what is costly to draw for the calendar years used last. */
export const rememberYears = <T>(draw: (year: number) => T): ((year: number) => T) => {
  const known = new Map<number, T>();
  let last: { readonly year: number; readonly drawn: T } | undefined;
  return (year) => {
    if (last?.year === year) return last.drawn;
    const drawn = known.get(year) ?? draw(year);
    known.delete(year);
    known.set(year, drawn);
    const oldest = known.size > rememberedYears ? known.keys().next().value : undefined;
    if (oldest !== undefined) known.delete(oldest);
    last = { year, drawn };
    return drawn;
  };
};
