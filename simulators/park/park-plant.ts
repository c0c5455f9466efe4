import type { ParkFault } from '../faults/park-faults.ts';
import type { Plant, PlantOptions } from '../plant.ts';
import { modbusPlantServer } from '../wire/modbus-plant-server.ts';
import { createBuildingLoad } from './building-load.ts';
import { clockLeadMs } from './calendar.ts';
import { ChargerBank } from './charger-bank.ts';
import { OcppChargers, type OcppChargersOptions } from './ocpp-chargers.ts';
import type { ParkEquipment } from './park-bus.ts';
import { ParkControls } from './park-controls.ts';
import { ParkDevices } from './park-devices.ts';
import { createParkOverrides } from './park-overrides.ts';
import { ParkTimeline } from './park-timeline.ts';
import { momentTruth, parkTruth } from './park-truth.ts';
import { ParkView } from './park-view.ts';
import { PvPlant } from './pv-plant.ts';
import { RevenueMeters } from './revenue-meters.ts';
import { SensorFaults } from './sensor-faults.ts';
import { createTenantLoad } from './tenant-load.ts';
import { createWeather, type Weather } from './weather.ts';

/** The present of the park moves by whole seconds; powers change every five. */
const secondMs = 1000;
/** Under this name the failures of the park are asked for. */
const parkDevice = 'park.plant';

export type ParkPlantOptions = PlantOptions & {
  /** TCP ports of the Modbus servers; 0 is any free port. */
  readonly pvPort: number;
  readonly meterPort: number;
  readonly storagePort: number;
  readonly chargerPort: number;
  /** TCP port of the serial server with the revenue meters, 0 any free one. Default: there is none. */
  readonly revenuePort?: number | undefined;
  /** Where the chargers connect to by OCPP as well. Default: nowhere. */
  readonly ocpp?: OcppChargersOptions | undefined;
  /** False for meters without class error, so that registers equal the truth. Default: true. */
  readonly hasMeterError?: boolean;
  /** Grid import that the battery holds, kW. Default: the battery has no such rule. */
  readonly demandTargetKw?: number | undefined;
  /**
   * What the park's own clock shows at the start, minutes since midnight; sun, load, cars and tariff follow it, timestamps
   * do not. Default: UTC+08:00.
   */
  readonly startMinuteOfDay?: number | undefined;
  /**
   * From the park's midnight of this instant on the registers count, UTC epoch ms; not after the start. Default: the day of
   * the start. With it a simulator that is started again shows the registers that it would have shown.
   */
  readonly countsFromMs?: number | undefined;
  /** Over how long powers are constant; divides a quarter of an hour. Default: 5 s. */
  readonly stepMs?: number;
};

/** The equipment of a park: each call makes one more PV plant under the same sky. */
export const parkEquipment = (seed: number, weather: Weather): (() => ParkEquipment) => {
  const load = createBuildingLoad({ seed, weather });
  return () => ({
    pv: new PvPlant({ seed, weather }),
    load,
    shares: createTenantLoad(seed),
    chargers: new ChargerBank(seed),
  });
};

/** The carbon-neutral park: PV, battery, chargers, tenants and meters on one AC bus, behind four Modbus servers. */
export const createParkPlant = (options: ParkPlantOptions): Plant => {
  const { seed } = options;
  const startMs = Math.floor(options.startMs / secondMs) * secondMs;
  const weather = createWeather(seed);
  const equipment = parkEquipment(seed, weather);
  const timeline = new ParkTimeline({
    equipment,
    countsFromMs: options.countsFromMs ?? startMs,
    clockLeadMs: clockLeadMs(startMs, options.startMinuteOfDay),
    inputs: { demandTargetKw: options.demandTargetKw },
    ...(options.stepMs === undefined ? {} : { stepMs: options.stepMs }),
  });
  const view = new ParkView(timeline, seed, startMs);
  const faults = new SensorFaults();
  const hasMeterError = options.hasMeterError ?? true;
  const { pv } = equipment();
  const devices = new ParkDevices({ seed, view, pv, weather, faults, hasMeterError });
  const revenue =
    options.revenuePort === undefined
      ? undefined
      : new RevenueMeters({ seed, view, hasMeterError });
  const controls = new ParkControls({ timeline, view });
  const sources = { startMs, startWh: view.totalWh, timeline, view, pv, devices, faults };
  const prepareOverride = createParkOverrides({ controls, devices });
  const setFaults = (active: readonly ParkFault[]): void => {
    faults.set(active, view.nowMs);
    controls.setFaults(active);
    view.refresh();
    devices.rewire();
  };
  const { units } = devices;
  const ocpp =
    options.ocpp === undefined
      ? undefined
      : new OcppChargers(options.ocpp, { view, units: devices.chargers });
  const meters = new Set(devices.meters.map(({ spec }) => spec.name));
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
      ...(revenue === undefined ? [] : [revenue.server(options.revenuePort ?? 0)]),
      ...(ocpp === undefined ? [] : [ocpp.server]),
    ],
    device: { name: parkDevice, protocol: 'park', meters },
    useFaults: (table) => {
      table.onChange(() => setFaults(table.parkFaultsOn(parkDevice)));
    },
    advanceTo: (nowMs) => {
      (ocpp ?? view).moveTo(Math.floor(nowMs / secondMs) * secondMs);
      revenue?.observe();
    },
    state: () =>
      revenue === undefined
        ? parkTruth(sources)
        : { ...parkTruth(sources), revenueMeters: revenue.truth(sources.startWh) },
    detail: ([what, when, ...more]) => {
      const timeMs = what === 'at' && when !== undefined ? Date.parse(when) : Number.NaN;
      if (Number.isNaN(timeMs) || more.length > 0) return undefined;
      return momentTruth(timeline.glance(timeMs));
    },
    override: prepareOverride,
  };
};
