/** The calendar of the site, which need not be that of the machine that shows it. */

const secondMs = 1000;

const formats = new Map<string, Intl.DateTimeFormat>();

const formatOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone, calendar: 'iso8601', hourCycle: 'h23' },
    ...{ year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
  });
  formats.set(timeZone, format);
  return format;
};

/** The wall clock of the zone as if it were UTC, whole seconds, UTC epoch ms. */
const wallMs = (timeMs: number, timeZone: string): number => {
  const parts = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(timeMs)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
};

/** `2026-06-17T11:30:00` on the wall of the zone at that time. */
export const wallText = (timeMs: number, timeZone: string): string =>
  new Date(wallMs(timeMs, timeZone)).toISOString().slice(0, 19);

/** `2026-06-17` at that time in the zone. */
export const dateText = (timeMs: number, timeZone: string): string =>
  wallText(timeMs, timeZone).slice(0, 10);

/**
 * The time at which the wall clock of the zone shows `2026-06-17`, `2026-06-17T11:30` or `…:00`; undefined for anything
 * else. Of a time that comes twice the first, of one that is left out as far behind the gap.
 */
export const timeOfWall = (text: string, timeZone: string): number | undefined => {
  if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?)?$/.test(text)) return undefined;
  const wanted = Date.parse(`${text.length === 10 ? `${text}T00:00` : text}Z`);
  if (Number.isNaN(wanted)) return undefined;
  const offsetAt = (timeMs: number): number =>
    wallMs(timeMs, timeZone) - Math.floor(timeMs / secondMs) * secondMs;
  const before = wanted - offsetAt(wanted - 86_400_000);
  const after = wanted - offsetAt(wanted + 86_400_000);
  const isRight = (timeMs: number): boolean => wallMs(timeMs, timeZone) === wanted;
  const right = [before, after].filter(isRight);
  return right.length === 0 ? before : Math.min(...right);
};

/** `2026-06-17` so many days later; negative: before. */
export const dateAfter = (date: string, days: number): string => {
  const day = new Date(`${date}T00:00Z`);
  day.setUTCDate(day.getUTCDate() + days);
  return day.toISOString().slice(0, 10);
};

/** The first day of the month behind that of `2026-06`, as `2026-07-01`. */
export const nextMonth = (month: string): string => {
  const first = new Date(`${month}-01T00:00Z`);
  first.setUTCMonth(first.getUTCMonth() + 1);
  return first.toISOString().slice(0, 10);
};
