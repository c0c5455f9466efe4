import {
  daysInMonth,
  daysInYear,
  firstDayOfYear,
  minutesPerDay,
  type ParkDay,
  rememberYears,
} from './calendar.ts';
import { channels, hashUnit, valueNoise } from './noise.ts';
import { clearSkyGhiWm2, solarDay, sunAt } from './sun.ts';

/** Sum of global horizontal irradiation by month that every simulated year is drawn to, kWh/m². */
const monthlyGhiKwhM2 = [75, 82, 108, 130, 147, 131, 146, 140, 115, 102, 79, 71] as const;

type SkyClass = {
  /** Daily clearness: lowest value and range. */
  readonly lowest: number;
  readonly range: number;
  /** How far clouds move the clearness within the day, relative. */
  readonly agitation: number;
};

const overcast: SkyClass = { lowest: 0.12, range: 0.25, agitation: 0.3 };
const broken: SkyClass = { lowest: 0.5, range: 0.35, agitation: 0.6 };
const clear: SkyClass = { lowest: 0.92, range: 0.1, agitation: 0.03 };

const highestDailyClearness = 1.03;
/** Cloud edges may raise irradiance above the clear sky's for minutes. */
const highestClearness = 1.18;
const lowestClearness = 0.04;

/** The skies of one calendar year, by day of year minus 1. */
type SkyYear = {
  readonly clearness: Float64Array;
  readonly agitation: Float64Array;
};

/** Sky and air over the park: a pure function of the seed and the instant. */
export type Weather = {
  /** Global horizontal irradiance relative to the clear sky's, 0.04…1.18. */
  readonly clearnessAt: (day: ParkDay, minuteOfDay: number) => number;
  /** Air temperature, °C. */
  readonly ambientC: (day: ParkDay, minuteOfDay: number) => number;
  /** What carries the clouds of a day over the park. */
  readonly windOf: (day: ParkDay) => { readonly speedMPerS: number; readonly directionRad: number };
};

const drawSkyClass = (seed: number, serial: number): SkyClass => {
  const persistent = valueNoise(seed, channels.cloudCover, serial / 3);
  const white = 2 * hashUnit(seed, serial, channels.cloudCoverDaily) - 1;
  const fairness = 0.5 + 0.75 * (0.55 * persistent + 0.45 * white);
  if (fairness > 0.62) return clear;
  return fairness > 0.33 ? broken : overcast;
};

const clearSkyDayWhM2 = (dayOfYear: number): number => {
  const day = solarDay(dayOfYear);
  const stepMin = 10;
  let sum = 0;
  for (let minute = stepMin / 2; minute < minutesPerDay; minute += stepMin) {
    sum += clearSkyGhiWm2(sunAt(day, minute).cosZenith);
  }
  return (sum * stepMin) / 60;
};

const shapeClearness = (clearness: number, exponent: number): number =>
  Math.min(highestDailyClearness, clearness ** exponent);

const shapedWhM2 = (
  clearness: Float64Array,
  clearSkyWhM2: Float64Array,
  exponent: number,
): number =>
  clearness.reduce(
    (sum, value, i) => sum + shapeClearness(value, exponent) * (clearSkyWhM2[i] as number),
    0,
  );

/**
 * Brings the daily clearness of a month to its climatology by a power, which keeps clear days clear and
 * moves the cloudy ones. A month drawn without an overcast day is beyond any sensible power: what is
 * left is haze over all of it.
 */
const fitMonth = (
  clearness: Float64Array,
  clearSkyWhM2: Float64Array,
  targetWhM2: number,
): void => {
  let low = 0.2;
  let high = 4;
  for (let iteration = 0; iteration < 60; iteration += 1) {
    const exponent = (low + high) / 2;
    if (shapedWhM2(clearness, clearSkyWhM2, exponent) > targetWhM2) low = exponent;
    else high = exponent;
  }
  const exponent = (low + high) / 2;
  const surplus = shapedWhM2(clearness, clearSkyWhM2, exponent) / targetWhM2;
  const haze = surplus > 1.001 ? 1 / surplus : 1;
  for (let i = 0; i < clearness.length; i += 1) {
    clearness[i] = haze * shapeClearness(clearness[i] as number, exponent);
  }
};

const drawSkyYear = (seed: number, year: number): SkyYear => {
  const length = daysInYear(year);
  const clearness = new Float64Array(length);
  const agitation = new Float64Array(length);
  const clearSkyWhM2 = new Float64Array(length);
  const firstSerial = firstDayOfYear(year).serial;
  for (let i = 0; i < length; i += 1) {
    const serial = firstSerial + i;
    const sky = drawSkyClass(seed, serial);
    clearness[i] = sky.lowest + sky.range * hashUnit(seed, serial, channels.clearnessDaily);
    agitation[i] = sky.agitation;
    clearSkyWhM2[i] = clearSkyDayWhM2(i + 1);
  }
  let from = 0;
  monthlyGhiKwhM2.forEach((targetKwhM2, monthIndex) => {
    const to = from + daysInMonth(year, monthIndex);
    fitMonth(clearness.subarray(from, to), clearSkyWhM2.subarray(from, to), targetKwhM2 * 1000);
    from = to;
  });
  return { clearness, agitation };
};

/** Weather of a seed. Drawing a new calendar year costs some 20 ms; the last years used are kept. */
export const createWeather = (seed: number): Weather => {
  const skyOf = rememberYears((year) => drawSkyYear(seed, year));
  return {
    clearnessAt: (day, minuteOfDay) => {
      const sky = skyOf(day.year);
      const clearness = sky.clearness[day.dayOfYear - 1] as number;
      const agitation = sky.agitation[day.dayOfYear - 1] as number;
      const minute = day.serial * minutesPerDay + minuteOfDay;
      const clouds =
        0.7 * valueNoise(seed, channels.cloudsSlow, minute / 25) +
        0.3 * valueNoise(seed, channels.cloudsFast, minute / 6);
      const momentary = clearness * (1 + agitation * clouds);
      return Math.min(highestClearness, Math.max(lowestClearness, momentary));
    },
    ambientC: (day, minuteOfDay) => {
      const seasonal = 12.2 * Math.cos((2 * Math.PI * (day.dayOfYear - 203)) / 365);
      const daily = 4.2 * Math.cos((2 * Math.PI * (minuteOfDay - 870)) / minutesPerDay);
      const spell = (day.serial * minutesPerDay + minuteOfDay) / (3 * minutesPerDay);
      return 16.6 + seasonal + daily + 2.5 * valueNoise(seed, channels.ambientTemperature, spell);
    },
    windOf: (day) => ({
      speedMPerS: 4 + 8 * hashUnit(seed, day.serial, channels.wind),
      directionRad: 2 * Math.PI * hashUnit(seed, day.serial, channels.wind + 1),
    }),
  };
};
