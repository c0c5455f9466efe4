import { minuteOf, type PeriodName, type Tariff, weekdays } from './tariff-schema.ts';

const msPerMinute = 60_000;
const dayMs = 86_400_000;
/** The day of the epoch was a Thursday. */
const epochWeekday = 3;

/** What holds at an instant; times are local, written as if they were UTC. */
export type TariffMoment = {
  readonly tariff: Tariff;
  readonly period: PeriodName;
  /** CNY/kWh */
  readonly price: number;
  readonly startLocalMs: number;
  readonly endLocalMs: number;
  /** Of all periods of the day, CNY/kWh. */
  readonly highestPrice: number;
  readonly lowestPrice: number;
};

const dateOf = (localMs: number): string => new Date(localMs).toISOString().slice(0, 10);

/** The tariff that holds on a local date; undefined where none does. */
const tariffOn = (tariffs: readonly Tariff[], date: string): Tariff | undefined =>
  tariffs.find(
    ({ validFrom, validTo }) => date >= validFrom && (validTo === undefined || date < validTo),
  );

const tableOf = (tariff: Tariff, localMs: number): Tariff['tables'][number] | undefined => {
  const month = new Date(localMs).getUTCMonth() + 1;
  const weekday = weekdays[(Math.floor(localMs / dayMs) + epochWeekday) % 7] as string;
  const day = tariff.holidays.includes(dateOf(localMs)) ? 'holiday' : weekday;
  const season = tariff.seasons.find(({ months }) => months.includes(month))?.season;
  const dayType = tariff.dayTypes.find(({ days }) => days.some((name) => name === day))?.dayType;
  return tariff.tables.find((table) => table.season === season && table.dayType === dayType);
};

/** Price of a period in a table, CNY/kWh. */
const priceOf = (tariff: Tariff, table: Tariff['tables'][number], period: PeriodName): number =>
  table.prices[period] ?? tariff.prices[period] ?? Number.NaN;

/** What holds at a local time; undefined where no tariff does. */
export const tariffAt = (tariffs: readonly Tariff[], localMs: number): TariffMoment | undefined => {
  const tariff = tariffOn(tariffs, dateOf(localMs));
  const table = tariff && tableOf(tariff, localMs);
  if (tariff === undefined || table === undefined) return undefined;
  const midnightMs = Math.floor(localMs / dayMs) * dayMs;
  const minute = (localMs - midnightMs) / msPerMinute;
  const segment = table.periods.find(
    ({ from, to }) => minute >= minuteOf(from) && minute < minuteOf(to),
  );
  if (segment === undefined) return undefined;
  const prices = table.periods.map(({ period }) => priceOf(tariff, table, period));
  return {
    tariff,
    period: segment.period,
    price: priceOf(tariff, table, segment.period),
    startLocalMs: midnightMs + minuteOf(segment.from) * msPerMinute,
    endLocalMs: midnightMs + minuteOf(segment.to) * msPerMinute,
    highestPrice: Math.max(...prices),
    lowestPrice: Math.min(...prices),
  };
};
