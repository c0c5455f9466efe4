import type { ModbusUnit } from '../wire/modbus-server.ts';
import { BatteryCells } from './battery-cells.ts';
import { chargerCount } from './charger-bank.ts';
import { ChargerUnit } from './charger-unit.ts';
import { connectionUnit } from './connection-unit.ts';
import { InverterUnit, inverterViews } from './inverter-unit.ts';
import { floatMeter, integerMeter, Meter, meterUnit } from './meter-points.ts';
import {
  buildingMeters,
  type MeterSpec,
  mainMeters,
  storageMeter,
  tenantMeters,
} from './meter-specs.ts';
import type { ParkView } from './park-view.ts';
import type { PvPlant } from './pv-plant.ts';
import type { SensorFaults } from './sensor-faults.ts';
import { parkSite } from './site.ts';
import { storageUnits } from './storage-unit.ts';
import {
  meter201,
  meter202,
  meter204,
  meter211,
  meter212,
  meter213,
  meter214,
} from './sunspec/meter-models.ts';
import type { Weather } from './weather.ts';
import { firstStationUnit, stationReading, stationRoofs, weatherUnit } from './weather-unit.ts';

export type ParkDeviceOptions = {
  readonly seed: number;
  readonly view: ParkView;
  readonly pv: PvPlant;
  readonly weather: Weather;
  readonly faults: SensorFaults;
  /** False for meters without class error. */
  readonly hasMeterError: boolean;
};

/** First unit ids of the meters behind the feeders. */
const firstUnit = { main: 1, buildings: 11, tenants: 21 } as const;
const connectionUnitId = 90;

type Units = ReadonlyMap<number, ModbusUnit>;

/** The devices of the park and their registers. */
export class ParkDevices {
  readonly inverters: readonly InverterUnit[];
  /** Grid and feeders, in the order of their unit ids. */
  readonly mainMeters: readonly Meter[];
  readonly buildingMeters: readonly Meter[];
  readonly tenantMeters: readonly Meter[];
  readonly storageMeter: Meter;
  readonly chargers: readonly ChargerUnit[];
  readonly #options: ParkDeviceOptions;
  readonly #cells: BatteryCells;

  constructor(options: ParkDeviceOptions) {
    const { seed, view, pv, faults } = options;
    this.#options = options;
    this.#cells = new BatteryCells(seed, faults);
    this.inverters = Array.from(
      { length: parkSite.inverterCount },
      (_, i) => new InverterUnit({ seed, view, pv, unitId: i + 1 }),
    );
    this.mainMeters = mainMeters.map((spec, i) => this.#meter(spec, i));
    this.storageMeter = this.#meter(storageMeter, mainMeters.length);
    const further = mainMeters.length + 1;
    this.buildingMeters = buildingMeters.map((spec, i) => this.#meter(spec, further + i));
    this.tenantMeters = tenantMeters.map((spec, i) =>
      this.#meter(spec, further + buildingMeters.length + i),
    );
    this.chargers = Array.from({ length: chargerCount }, (_, i) => new ChargerUnit(seed, view, i));
  }

  get meters(): readonly Meter[] {
    return [...this.mainMeters, this.storageMeter, ...this.buildingMeters, ...this.tenantMeters];
  }

  /** What the weather stations show. */
  get stations() {
    return stationRoofs.map((_, station) => stationReading(this.#station(station)));
  }

  /** To be called when faults have changed. */
  rewire(): void {
    for (const meter of this.meters) meter.rewire();
  }

  /** The Modbus units of each server. */
  get units(): Readonly<Record<'pv' | 'meters' | 'storage' | 'chargers', Units>> {
    const { view } = this.#options;
    const stations = stationRoofs.map(
      (_, i) => [firstStationUnit + i, weatherUnit(this.#station(i))] as const,
    );
    const [first] = this.inverters as [InverterUnit];
    return {
      pv: new Map([
        ...this.inverters.map(({ unit }, i) => [i + 1, unit] as const),
        ...inverterViews(view, first.source),
        ...stations,
      ]),
      meters: this.#meterUnits(),
      storage: storageUnits({ view, meter: this.storageMeter, cells: this.#cells }),
      chargers: new Map(this.chargers.map(({ unit }, i) => [i + 1, unit])),
    };
  }

  #meter(spec: MeterSpec, index: number): Meter {
    const { seed, view, faults, hasMeterError: hasError } = this.#options;
    return new Meter({ seed, view, faults, index, spec, hasError });
  }

  #station(station: number) {
    const { view, weather, faults } = this.#options;
    return { view, weather, faults, station };
  }

  #meterUnits(): Units {
    const { view } = this.#options;
    const units = new Map<number, ModbusUnit>();
    const add = (meters: readonly Meter[], from: number): void => {
      for (const [i, meter] of meters.entries()) {
        const unitId = from + i;
        const serialNumber = `SIM-METER-${unitId}`;
        units.set(unitId, meterUnit({ meter, view, unitId, serialNumber }));
      }
    };
    add(this.mainMeters, firstUnit.main);
    add(this.buildingMeters, firstUnit.buildings);
    add(this.tenantMeters, firstUnit.tenants);
    for (const [unitId, unit] of this.#gridViews()) units.set(unitId, unit);
    units.set(connectionUnitId, connectionUnit(view));
    return units;
  }

  /** The grid meter as other models show it: no further energy, but something to read each model from. */
  #gridViews(): Units {
    const { view } = this.#options;
    const [meter] = this.mainMeters as [Meter];
    const models = [
      [61, integerMeter(meter201, 1, meter)],
      [62, integerMeter(meter202, 2, meter)],
      [64, integerMeter(meter204, 'delta', meter)],
      [71, floatMeter(meter211, 1, meter)],
      [72, floatMeter(meter212, 2, meter)],
      [73, floatMeter(meter213, 'star', meter)],
      [74, floatMeter(meter214, 'delta', meter)],
    ] as const;
    return new Map(
      models.map(([unitId, model]) => {
        const options = { meter, view, unitId, serialNumber: 'SIM-METER-1', models: [model] };
        return [unitId, meterUnit(options)];
      }),
    );
  }
}
