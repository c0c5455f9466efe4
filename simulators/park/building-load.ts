import {
  dayOfSerial,
  daysInYear,
  firstDayOfYear,
  minutesPerDay,
  type ParkDay,
  rememberYears,
} from './calendar.ts';
import { channels, valueNoise } from './noise.ts';
import { parkSite } from './site.ts';
import type { Weather } from './weather.ts';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const baseShare = 0.38;
const occupiedShare = 0.62;

/** How much of a working day's activity a day has: the least that applies. */
export const activityOf = (day: ParkDay): number => {
  const weekly = day.weekday === 6 ? 0.62 : day.weekday === 5 ? 0.78 : 1;
  return day.isHoliday ? Math.min(weekly, 0.45) : weekly;
};

export type LoadMoment = {
  readonly day: ParkDay;
  readonly minuteOfDay: number;
  readonly ambientC: number;
};

/** Load relative to a full working hour in mild weather; the year's scale turns it into kW. */
const relativeLoad = (seed: number, moment: LoadMoment): number => {
  const { day, minuteOfDay, ambientC } = moment;
  const hour = minuteOfDay / 60;
  const activity = activityOf(day);
  const shift = sigmoid((hour - 7.8) / 0.35) * (1 - sigmoid((hour - 18.2) / 0.8));
  const lunchDip = 1 - 0.14 * Math.exp(-(((hour - 12.3) / 0.55) ** 2));
  const evening = 0.35 * sigmoid((hour - 18.2) / 0.8) * (1 - sigmoid((hour - 21.5) / 0.6));
  const occupied = occupiedShare * activity * (shift * lunchDip + evening);
  const cooling = 0.022 * Math.max(0, ambientC - 24) * (0.35 + 0.65 * activity * shift);
  const heating = 0.01 * Math.max(0, 8 - ambientC) * (0.4 + 0.6 * activity * shift);
  const minute = day.serial * minutesPerDay + minuteOfDay;
  const flutter =
    0.03 * valueNoise(seed, channels.loadSlow, minute / 15) +
    0.015 * valueNoise(seed, channels.loadFast, minute / 3);
  return (baseShare + occupied + cooling + heating) * (1 + flutter);
};

const relativeYearHours = (seed: number, year: number, weather: Weather): number => {
  const stepMin = 5;
  const first = firstDayOfYear(year).serial;
  let sum = 0;
  for (let serial = first; serial < first + daysInYear(year); serial += 1) {
    const day = dayOfSerial(serial);
    for (let minute = 0; minute < minutesPerDay; minute += stepMin) {
      const ambientC = weather.ambientC(day, minute);
      sum += relativeLoad(seed, { day, minuteOfDay: minute + stepMin / 2, ambientC });
    }
  }
  return (sum * stepMin) / 60;
};

export type BuildingLoadOptions = {
  readonly seed: number;
  readonly weather: Weather;
  /** Energy of every calendar year, MWh. */
  readonly annualMwh?: number;
};

/**
 * Load of the buildings, kW: a base, two shifts with a lunch dip and an evening, cooling and heating by
 * air temperature, and flutter. Each calendar year is scaled to the annual energy, which costs some
 * 50 ms when a year is first used.
 */
export const createBuildingLoad = (
  options: BuildingLoadOptions,
): ((moment: LoadMoment) => number) => {
  const { seed, weather } = options;
  const annualKwh = (options.annualMwh ?? parkSite.annualLoadMwh) * 1000;
  const scaleKw = rememberYears((year) => annualKwh / relativeYearHours(seed, year, weather));
  return (moment) => scaleKw(moment.day.year) * relativeLoad(seed, moment);
};
