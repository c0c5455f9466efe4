import { createBuildingLoad } from '../../../../simulators/park/building-load.ts';
import type { ParkInstant } from '../../../../simulators/park/calendar.ts';
import { ChargerBank } from '../../../../simulators/park/charger-bank.ts';
import {
  type ChargingRequest,
  chargingRequests,
  unconstrainedPowerKw,
} from '../../../../simulators/park/ev-sessions.ts';
import { ParkDevices } from '../../../../simulators/park/park-devices.ts';
import { type ParkEquipment, ParkModel } from '../../../../simulators/park/park-model.ts';
import { PvPlant } from '../../../../simulators/park/pv-plant.ts';
import { createWeather } from '../../../../simulators/park/weather.ts';

/** 2023-01-01 00:00 local time. */
export const newYear2023Ms = Date.UTC(2022, 11, 31, 16);
export const minuteMs = 60_000;
export const dayMs = 1440 * minuteMs;

/** Chargers without limit or taper: the demand for which the year's figures are stated. */
export const unconstrainedChargers = (seed: number): ParkEquipment['chargers'] => {
  let serial: number | undefined;
  let requests: readonly ChargingRequest[] = [];
  return {
    advance: ({ day, middleMinute }: ParkInstant) => {
      if (serial !== day.serial) {
        serial = day.serial;
        requests = chargingRequests(seed, day);
      }
      return unconstrainedPowerKw(requests, middleMinute);
    },
  };
};

export const buildPark = (options: {
  readonly seed: number;
  readonly startMs: number;
  readonly chargers?: ParkEquipment['chargers'];
}) => {
  const { seed, startMs } = options;
  const weather = createWeather(seed);
  const pv = new PvPlant({ seed, weather });
  const load = createBuildingLoad({ seed, weather });
  const chargers = options.chargers ?? new ChargerBank(seed);
  return { model: new ParkModel({ startMs, equipment: { pv, load, chargers } }), pv };
};

/** A park with its devices, primed at `startMs`; its meters have no class error. */
export const buildParkDevices = (seed: number, startMs: number) => {
  const chargers = new ChargerBank(seed);
  const { model, pv } = buildPark({ seed, startMs, chargers });
  const devices = new ParkDevices({ seed, model, pv, chargers, hasMeterError: false });
  model.prime(1000);
  devices.refresh();
  return { model, pv, chargers, devices };
};
