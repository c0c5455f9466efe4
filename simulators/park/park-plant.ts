import type { Plant, PlantOptions } from '../plant.ts';
import { modbusPlantServer } from '../wire/modbus-plant-server.ts';
import { createBuildingLoad } from './building-load.ts';
import { clockLeadMs } from './calendar.ts';
import { ChargerBank } from './charger-bank.ts';
import { ParkDevices } from './park-devices.ts';
import { ParkModel } from './park-model.ts';
import { createParkOverrides } from './park-overrides.ts';
import { parkTruth } from './park-truth.ts';
import { PvPlant } from './pv-plant.ts';
import { createWeather } from './weather.ts';

/** Energy is integrated in steps of one second, however the plant is advanced. */
const stepMs = 1000;

export type ParkPlantOptions = PlantOptions & {
  /** TCP ports of the Modbus servers; 0 is any free port. */
  readonly pvPort: number;
  readonly meterPort: number;
  readonly storagePort: number;
  readonly chargerPort: number;
  /** False for meters without class error, so that registers equal the truth. Default: true. */
  readonly hasMeterError?: boolean;
  /** Grid import that the battery holds, kW. Default: the battery has no such rule. */
  readonly demandTargetKw?: number | undefined;
  /**
   * What the park's own clock shows at the start, minutes since midnight; sun, load, cars and tariff follow it, timestamps
   * do not. Default: UTC+08:00.
   */
  readonly startMinuteOfDay?: number | undefined;
};

/**
 * The carbon-neutral park: PV, battery, chargers and meters on one AC bus, behind four Modbus servers.
 * Steps are whole seconds of UTC; the first begins at the second of `startMs`.
 */
export const createParkPlant = (options: ParkPlantOptions): Plant => {
  const { seed } = options;
  const startMs = Math.floor(options.startMs / stepMs) * stepMs;
  const weather = createWeather(seed);
  const pv = new PvPlant({ seed, weather });
  const chargers = new ChargerBank(seed);
  const load = createBuildingLoad({ seed, weather });
  const model = new ParkModel({
    startMs,
    clockLeadMs: clockLeadMs(startMs, options.startMinuteOfDay),
    equipment: { pv, load, chargers },
  });
  model.demandTargetKw = options.demandTargetKw;
  const hasMeterError = options.hasMeterError ?? true;
  const devices = new ParkDevices({ seed, model, pv, chargers, hasMeterError });
  const sources = { model, pv, chargers, devices };
  const prepareOverride = createParkOverrides(sources);
  model.prime(stepMs);
  devices.refresh();
  const { units } = devices;
  return {
    name: 'park',
    servers: [
      modbusPlantServer({ name: 'park.pv', port: options.pvPort, units: units.pv }),
      modbusPlantServer({ name: 'park.meters', port: options.meterPort, units: units.meters }),
      modbusPlantServer({ name: 'park.storage', port: options.storagePort, units: units.storage }),
      modbusPlantServer({
        name: 'park.chargers',
        port: options.chargerPort,
        units: units.chargers,
      }),
    ],
    advanceTo: (nowMs) => {
      if (model.nowMs + stepMs > nowMs) return;
      while (model.nowMs + stepMs <= nowMs) model.step(stepMs);
      devices.refresh();
    },
    state: () => parkTruth(sources, startMs),
    override: (path, value) => {
      const apply = prepareOverride(path, value);
      return () => {
        apply();
        devices.refresh();
      };
    },
  };
};
