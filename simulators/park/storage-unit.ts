import type { ModbusUnit } from '../wire/modbus-server.ts';
import type { UnitLayout } from '../wire/unit-layout.ts';
import type { BatteryCells } from './battery-cells.ts';
import { type DerOptions, derCapacity, derMeasure, derMeasureDc } from './der-points.ts';
import { serialNumberPlace } from './inverter-unit.ts';
import { integerMeter, type Meter, meterCounters } from './meter-points.ts';
import type { ParkView } from './park-view.ts';
import { parkSite } from './site.ts';
import { type StorageReading, storageReading } from './storage-reading.ts';
import {
  batteryBank,
  batteryBase,
  batteryModule,
  batteryRack,
  type StorageSource,
  storageCapacity,
  storageControls,
} from './storage-sunspec.ts';
import { sunSpecDevice } from './sunspec/image.ts';
import { inverterState } from './sunspec/inverter-models.ts';
import { meter203 } from './sunspec/meter-models.ts';

const storageLayout: UnitLayout = {
  table: 'holding',
  counters: [...meterCounters, { address: 40_191, registers: 2 }],
  /** The heartbeat. */
  alive: [[40_195, 1]],
  serialNumber: serialNumberPlace,
};

const phaseV = 230;

const derOf = (view: ParkView, meter: Meter, read: () => StorageReading): DerOptions => ({
  ratedW: parkSite.storagePowerKw * 1000,
  wattScale: 2,
  portType: 2,
  read: () => {
    const reading = read();
    const { energy } = meter;
    const isWorking = reading.acW !== 0;
    return {
      activeW: -reading.acW,
      reactiveVar: Math.abs(reading.acW) * meter.spec.reactiveShare,
      phaseV: phaseV * view.supply.voltageShare,
      frequencyHz: view.supply.frequencyHz,
      injectedWh: meter.exportRegister.runWh(energy),
      absorbedWh: meter.importRegister.runWh(energy),
      ambientC: view.moment.ambientC,
      cabinetC: reading.moduleC,
      inverterState: (isWorking ? inverterState.mppt : inverterState.standby) - 1,
      source: view.moment.connection.source,
      isGridForming: reading.isGridForming,
      limitShare: 1,
      dcW: -reading.dcW,
      dcV: reading.bankV,
    };
  },
});

/** The storage system: its meter and battery models in unit 1, the same as a distributed resource in unit 2. */
export const storageUnits = (options: {
  readonly view: ParkView;
  readonly meter: Meter;
  readonly cells: BatteryCells;
}): ReadonlyMap<number, ModbusUnit> => {
  const { view, meter, cells } = options;
  const read = (): StorageReading => storageReading(view, cells);
  const source: StorageSource = { read, cells, timeMs: () => view.nowMs };
  const der = derOf(view, meter, read);
  const identity = { model: 'ESS-3000', serialNumber: 'SIM-ESS-1' };
  const racks = Array.from({ length: parkSite.storageRackCount }, (_, rack) =>
    batteryRack(source, rack),
  );
  const battery = sunSpecDevice({
    identity: { ...identity, unitId: 1 },
    models: [
      integerMeter(meter203, 'star', meter),
      batteryBase(source),
      batteryBank(source),
      ...racks,
      batteryModule(source, { rack: 0, module: 0 }),
      storageControls(source),
    ],
    version: view.version,
  });
  const resource = sunSpecDevice({
    identity: { ...identity, unitId: 2 },
    models: [derMeasure(der), derCapacity(der), storageCapacity(source), derMeasureDc(der)],
    version: view.version,
  });
  return new Map([
    [1, { holding: battery, layout: storageLayout }],
    [2, { holding: resource }],
  ]);
};
