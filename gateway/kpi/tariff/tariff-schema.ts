import { z } from 'zod';

/** Periods by what they cost, the dearest first; the numbers are those of the point `tariff.period`. */
export const periodNames = ['critical', 'peak', 'flat', 'valley', 'deepValley'] as const;
export type PeriodName = (typeof periodNames)[number];

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const dayNames = [...weekdays, 'holiday'] as const;

const minutesPerDay = 1440;
const minutesPerQuarter = 15;
const name = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,39}$/, 'letters, digits, _ and -');
const text = z.strictObject({ en: z.string().min(1), zh: z.string().min(1) });

const isDate = (value: string): boolean => {
  const time = Date.parse(`${value}T00:00:00Z`);
  return Number.isFinite(time) && new Date(time).toISOString().startsWith(value);
};
const date = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'a date such as 2025-06-01')
  .refine(isDate, 'a date that there is');

const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):(00|15|30|45)$|^24:00$/, 'a quarter hour from 00:00 to 24:00');

/** Minutes since midnight. */
export const minuteOf = (time: string): number =>
  Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

const segmentSchema = z.strictObject({
  from: timeOfDay,
  to: timeOfDay,
  period: z.enum(periodNames),
});
const price = z.number().min(0).max(1000);

const tableSchema = z.strictObject({
  season: name,
  dayType: name,
  periods: z
    .array(segmentSchema)
    .min(1)
    .max(minutesPerDay / minutesPerQuarter),
  /** In place of those of the whole tariff, CNY/kWh. */
  prices: z.partialRecord(z.enum(periodNames), price).default({}),
});

const shape = z.strictObject({
  tariff: name,
  version: z.int().positive(),
  title: text,
  source: text,
  /** Whether somebody has compared the figures with the published document. */
  confidence: z.enum(['confirmed', 'unconfirmed']),
  currency: z.literal('CNY'),
  /** Local dates: the first day that it holds for, and the first for which it does not any more. */
  validFrom: date,
  validTo: date.optional(),
  seasons: z.array(
    z.strictObject({ season: name, months: z.array(z.int().min(1).max(12)).min(1) }),
  ),
  dayTypes: z.array(z.strictObject({ dayType: name, days: z.array(z.enum(dayNames)).min(1) })),
  holidays: z.array(date).max(2000).default([]),
  /** CNY/kWh */
  prices: z.partialRecord(z.enum(periodNames), price),
  demandCharge: z
    .strictObject({
      /** CNY for each kW of the month's maximum demand. */
      perKw: price,
      /** CNY for each kVA of the connection and month, in place of it. */
      perKva: price,
    })
    .optional(),
  tables: z.array(tableSchema).min(1).max(100),
});
export type Tariff = z.infer<typeof shape>;

type Report = (path: readonly (string | number)[], found: string, expected: string) => void;

/** Names that must stand exactly once in lists of lists. */
const checkOnce = <Item extends string | number>(
  lists: readonly (readonly Item[])[],
  wanted: readonly Item[],
  at: { readonly report: Report; readonly path: readonly [string, string]; readonly what: string },
): void => {
  const seen = new Set<Item>();
  for (const [index, list] of lists.entries()) {
    for (const item of list) {
      if (seen.has(item)) {
        at.report([at.path[0], index, at.path[1]], `${item} a second time`, `each ${at.what} once`);
      }
      seen.add(item);
    }
  }
  const missing = wanted.filter((item) => !seen.has(item));
  if (missing.length > 0) {
    at.report([at.path[0]], `nothing for ${missing.join(', ')}`, `each ${at.what} once`);
  }
};

const timeText = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** Periods must follow one another from 00:00 to 24:00. */
const checkDay = ({ periods }: Tariff['tables'][number], table: number, report: Report): void => {
  let reached = 0;
  for (const [index, { from, to }] of periods.entries()) {
    const [start, end] = [minuteOf(from), minuteOf(to)];
    const path = ['tables', table, 'periods', index, 'from'];
    if (end <= start) report(path, `${from} to ${to}`, 'a period that ends after it begins');
    else if (start > reached) {
      report(path, `a gap from ${timeText(reached)} to ${from}`, 'periods from 00:00 to 24:00');
    } else if (start < reached) {
      report(path, `${from}, within a period that ends at ${timeText(reached)}`, 'no overlap');
    }
    reached = Math.max(reached, end);
  }
  if (reached < minutesPerDay) {
    const found = `a gap from ${timeText(reached)} to 24:00`;
    report(['tables', table, 'periods', periods.length - 1, 'to'], found, 'periods to 24:00');
  }
};

const checkTables = (tariff: Tariff, report: Report): void => {
  const wanted = tariff.seasons.flatMap(({ season }) =>
    tariff.dayTypes.map(({ dayType }) => `${season}/${dayType}`),
  );
  const seen = new Set<string>();
  for (const [index, table] of tariff.tables.entries()) {
    const key = `${table.season}/${table.dayType}`;
    const isKnown = wanted.includes(key) && !seen.has(key);
    if (!isKnown) {
      const found = seen.has(key) ? `${key} a second time` : `${key}`;
      report(['tables', index], found, `one table for each of ${wanted.join(', ')}`);
    }
    seen.add(key);
    checkDay(table, index, report);
    for (const [place, { period }] of table.periods.entries()) {
      if ((table.prices[period] ?? tariff.prices[period]) !== undefined) continue;
      const path = ['tables', index, 'periods', place, 'period'];
      report(path, period, `one of the periods that have a price`);
    }
  }
  const missing = wanted.filter((key) => !seen.has(key));
  if (missing.length > 0) {
    report(['tables'], `nothing for ${missing.join(', ')}`, 'a table for each season and day type');
  }
};

/** A dated tariff: seasons, day types and periods of the day, with their prices. Every quarter hour has exactly one period. */
export const tariffSchema = shape.superRefine((tariff, context) => {
  const report: Report = (path, found, message) => {
    context.addIssue({ code: 'custom', path: [...path], message, params: { found } });
  };
  if (tariff.validTo !== undefined && tariff.validTo <= tariff.validFrom) {
    report(['validTo'], tariff.validTo, `a date after ${tariff.validFrom}`);
  }
  checkOnce(
    tariff.seasons.map(({ months }) => months),
    Array.from({ length: 12 }, (_, index) => index + 1),
    { report, path: ['seasons', 'months'], what: 'month' },
  );
  checkOnce<string>(
    tariff.dayTypes.map(({ days }) => days),
    tariff.holidays.length > 0 ? dayNames : weekdays,
    { report, path: ['dayTypes', 'days'], what: 'day' },
  );
  checkTables(tariff, report);
});
