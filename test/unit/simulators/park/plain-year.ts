import { dispatchPowerKw, storedAfterKwh } from '../../../../simulators/park/battery.ts';
import { createBuildingLoad } from '../../../../simulators/park/building-load.ts';
import { dayOfSerial, type ParkDay } from '../../../../simulators/park/calendar.ts';
import { chargingRequests, unconstrainedPowerKw } from '../../../../simulators/park/ev-sessions.ts';
import { planeOfArrayWm2 } from '../../../../simulators/park/irradiance.ts';
import { acPowerKw, dcPowerKw } from '../../../../simulators/park/pv-plant.ts';
import { parkSite, pvRatedKwp } from '../../../../simulators/park/site.ts';
import { clearSkyGhiWm2, solarDay, sunAt } from '../../../../simulators/park/sun.ts';
import { createWeather, type Weather } from '../../../../simulators/park/weather.ts';

const daysOf2023 = 365;
const plantLimitKw = parkSite.inverterCount * parkSite.inverterLimitKw;

export type PvYear = {
  /** Of each step, kW. */
  readonly kw: Float64Array;
  readonly mwh: number;
  /** In the plane of the modules, kWh/m2. */
  readonly poaKwhM2: number;
  readonly ghiKwhM2: number;
};

type YearOptions = {
  readonly seed: number;
  readonly stepMinutes: number;
  readonly systemLoss?: number;
};

const eachDay = (take: (day: ParkDay, index: number) => void): void => {
  for (let serial = 1; serial <= daysOf2023; serial += 1) take(dayOfSerial(serial), serial - 1);
};

/** Photovoltaics of 2023 as one array under one sky: what the plant's inverters are together, at a fiftieth of the work. */
export const pvYear = (options: YearOptions, weather = createWeather(options.seed)): PvYear => {
  const { stepMinutes, systemLoss = parkSite.pvSystemLoss } = options;
  const perDay = 1440 / stepMinutes;
  const kw = new Float64Array(daysOf2023 * perDay);
  let [sumKw, sumPoa, sumGhi] = [0, 0, 0];
  eachDay((day, index) => {
    const solar = solarDay(day.dayOfYear);
    for (let step = 0; step < perDay; step += 1) {
      const minute = step * stepMinutes;
      const sun = sunAt(solar, minute + stepMinutes / 2);
      if (sun.cosZenith <= 0) continue;
      const ghiWm2 =
        clearSkyGhiWm2(sun.cosZenith) * weather.clearnessAt(day, minute + stepMinutes / 2);
      const poaWm2 = planeOfArrayWm2(ghiWm2, sun);
      const ambientC = weather.ambientC(day, minute);
      const dcKw = dcPowerKw({ poaWm2, ambientC }, pvRatedKwp, systemLoss);
      const acKw = acPowerKw(dcKw, pvRatedKwp, plantLimitKw);
      kw[index * perDay + step] = acKw;
      sumKw += acKw;
      sumPoa += poaWm2;
      sumGhi += ghiWm2;
    }
  });
  const perMwh = stepMinutes / 60 / 1000;
  return { kw, mwh: sumKw * perMwh, poaKwhM2: sumPoa * perMwh, ghiKwhM2: sumGhi * perMwh };
};

/** What a year's steps are made of, before the battery. */
export type ParkYear = {
  readonly stepMinutes: number;
  readonly pv: PvYear;
  readonly loadKw: Float64Array;
  readonly evKw: Float64Array;
};

const demandOf = (
  { seed, stepMinutes }: YearOptions,
  weather: Weather,
): Pick<ParkYear, 'loadKw' | 'evKw'> => {
  const load = createBuildingLoad({ seed, weather });
  const perDay = 1440 / stepMinutes;
  const loadKw = new Float64Array(daysOf2023 * perDay);
  const evKw = new Float64Array(daysOf2023 * perDay);
  eachDay((day, index) => {
    const requests = chargingRequests(seed, day);
    for (let step = 0; step < perDay; step += 1) {
      const minute = step * stepMinutes;
      const minuteOfDay = minute + stepMinutes / 2;
      const ambientC = weather.ambientC(day, minute);
      loadKw[index * perDay + step] = load({ day, minuteOfDay, ambientC });
      evKw[index * perDay + step] = unconstrainedPowerKw(requests, minuteOfDay);
    }
  });
  return { loadKw, evKw };
};

/** Draws the year of a seed. */
export const parkYear = (options: YearOptions): ParkYear => {
  const weather = createWeather(options.seed);
  const { stepMinutes } = options;
  return { stepMinutes, pv: pvYear(options, weather), ...demandOf(options, weather) };
};

/** MWh, but for the demand of the highest quarter hour. */
export type Outcome = {
  readonly importMwh: number;
  readonly exportMwh: number;
  readonly dischargeMwh: number;
  /** Consumption less import. */
  readonly savedMwh: number;
  /** Share of the yield that is used on site. */
  readonly selfConsumption: number;
};

/** Runs the battery by its rules through the year, with another annual load where one is given. */
export const runYear = (
  { stepMinutes, pv, loadKw, evKw }: ParkYear,
  options: { readonly annualLoadMwh?: number } = {},
): Outcome => {
  const scale = (options.annualLoadMwh ?? parkSite.annualLoadMwh) / parkSite.annualLoadMwh;
  const stepHours = stepMinutes / 60;
  let storedKwh = parkSite.storageCapacityKwh / 2;
  let [imported, exported, discharged, used] = [0, 0, 0, 0];
  for (let step = 0; step < loadKw.length; step += 1) {
    const usedKw = scale * (loadKw[step] as number) + (evKw[step] as number);
    const netLoadKw = usedKw - (pv.kw[step] as number);
    const hour = ((step * stepMinutes) % 1440) / 60;
    const batteryKw = dispatchPowerKw({ netLoadKw, storedKwh, hour, stepHours });
    storedKwh = storedAfterKwh(storedKwh, batteryKw, stepHours);
    imported += Math.max(0, netLoadKw + batteryKw);
    exported += Math.max(0, -netLoadKw - batteryKw);
    discharged += Math.max(0, -batteryKw);
    used += usedKw;
  }
  const mwh = (sum: number): number => (sum * stepHours) / 1000;
  return {
    importMwh: mwh(imported),
    exportMwh: mwh(exported),
    dischargeMwh: mwh(discharged),
    savedMwh: mwh(used - imported),
    selfConsumption: (pv.mwh - mwh(exported)) / pv.mwh,
  };
};
