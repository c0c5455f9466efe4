import { createBuildingLoad } from '../../../../simulators/park/building-load.ts';
import { ChargerBank } from '../../../../simulators/park/charger-bank.ts';
import {
  type ChargingRequest,
  chargingRequests,
  unconstrainedPowerKw,
} from '../../../../simulators/park/ev-sessions.ts';
import type { ParkEquipment } from '../../../../simulators/park/park-bus.ts';
import { ParkControls } from '../../../../simulators/park/park-controls.ts';
import { ParkDevices } from '../../../../simulators/park/park-devices.ts';
import {
  type ParkMoment,
  ParkTimeline,
  type ParkTimelineOptions,
} from '../../../../simulators/park/park-timeline.ts';
import { ParkView } from '../../../../simulators/park/park-view.ts';
import { PvPlant } from '../../../../simulators/park/pv-plant.ts';
import { SensorFaults } from '../../../../simulators/park/sensor-faults.ts';
import { createTenantLoad } from '../../../../simulators/park/tenant-load.ts';
import { createWeather } from '../../../../simulators/park/weather.ts';

/** 2023-01-01 00:00 local time. */
export const newYear2023Ms = Date.UTC(2022, 11, 31, 16);
export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 1440 * minuteMs;

/** Chargers without limit or taper: the demand for which the year's figures are stated. All of it stands at the first. */
const unconstrainedChargers = (seed: number): ParkEquipment['chargers'] => {
  let serial: number | undefined;
  let requests: readonly ChargingRequest[] = [];
  return {
    at: (charger, day, minuteOfDay) => {
      if (serial !== day.serial) {
        serial = day.serial;
        requests = chargingRequests(seed, day);
      }
      const wantedKw = charger === 0 ? unconstrainedPowerKw(requests, minuteOfDay) : 0;
      return { stay: undefined, wantedKw };
    },
  };
};

export type FixtureOptions = Omit<ParkTimelineOptions, 'equipment'> & {
  readonly seed: number;
  /** One sky over all roofs and unconstrained chargers, as the reference model has it. */
  readonly isReference?: boolean;
};

export const buildTimeline = ({ seed, isReference, ...options }: FixtureOptions): ParkTimeline => {
  const weather = createWeather(seed);
  const load = createBuildingLoad({ seed, weather });
  return new ParkTimeline({
    ...options,
    equipment: () => ({
      pv: new PvPlant({ seed, weather, hasDrift: isReference !== true }),
      load,
      shares: createTenantLoad(seed),
      chargers: isReference === true ? unconstrainedChargers(seed) : new ChargerBank(seed),
    }),
  });
};

/** Energies since the registers began. */
export const totalWh = (moment: ParkMoment): Float64Array => {
  if (moment.totalWh === undefined) throw new Error('a moment without sums');
  return moment.totalWh;
};

/** A park with its devices at an instant; its meters have no class error. */
export const buildParkDevices = (seed: number, startMs: number) => {
  const weather = createWeather(seed);
  const timeline = buildTimeline({ seed, countsFromMs: startMs });
  const view = new ParkView(timeline, seed, startMs);
  const faults = new SensorFaults();
  const pv = new PvPlant({ seed, weather });
  const devices = new ParkDevices({ seed, view, pv, weather, faults, hasMeterError: false });
  const controls = new ParkControls({ timeline, view });
  return { timeline, view, faults, devices, controls, units: devices.units };
};
