import type { ModbusUnit } from '../wire/modbus-server.ts';
import type { SparseImage } from '../wire/register-image.ts';
import type { UnitLayout } from '../wire/unit-layout.ts';
import { type ChargerBank, type ChargerReading, chargerCount } from './charger-bank.ts';
import { ChargerUnit } from './charger-unit.ts';
import { type GridSupply, gridSupplyAt } from './grid-supply.ts';
import { InverterUnit } from './inverter-unit.ts';
import { MeterPoints, type MeterReading, meterSpecs, storageMeterSpec } from './meter-points.ts';
import { chargerLayout, inverterLayout, meterLayout, storageLayout } from './park-layouts.ts';
import type { ParkModel } from './park-model.ts';
import type { PvPlant } from './pv-plant.ts';
import { parkSite } from './site.ts';
import { StoragePoints } from './storage-points.ts';
import { createSunSpecImage, ModelWriter } from './sunspec.ts';
import { batteryModel, meterModel } from './sunspec-models.ts';

export type ParkDeviceOptions = {
  readonly seed: number;
  readonly model: ParkModel;
  readonly pv: PvPlant;
  readonly chargers: ChargerBank;
  /** False for meters without class error. */
  readonly hasMeterError: boolean;
};

/** What a meter of the park measures, exact. */
export const meterReading = (name: string, model: ParkModel): MeterReading => {
  const { flows, energies } = model;
  switch (name) {
    case 'grid':
      return {
        powerKw: flows.importKw - flows.exportKw,
        importWh: energies.importWh,
        exportWh: energies.exportWh,
      };
    case 'building':
      return { powerKw: flows.loadKw, importWh: energies.loadWh, exportWh: 0 };
    case 'ev':
      return { powerKw: flows.evKw, importWh: energies.evWh, exportWh: 0 };
    case 'pv':
      return { powerKw: -flows.pvKw, importWh: 0, exportWh: energies.pvWh };
    case 'storage':
      return {
        powerKw: flows.chargeKw - flows.dischargeKw,
        importWh: energies.chargeWh,
        exportWh: energies.dischargeWh,
      };
    default:
      throw new RangeError(`no meter ${name}`);
  }
};

/** The register images of every device of the park, and what writes them. */
export class ParkDevices {
  readonly inverters: readonly InverterUnit[];
  readonly meters: readonly MeterPoints[];
  readonly storageMeter: MeterPoints;
  readonly chargerUnits: readonly ChargerUnit[];
  readonly #options: ParkDeviceOptions;
  readonly #meterImages: readonly SparseImage[];
  readonly #storageImage: SparseImage;
  readonly #storage: StoragePoints;

  constructor(options: ParkDeviceOptions) {
    const { seed, hasMeterError: hasError } = options;
    this.#options = options;
    this.inverters = Array.from(
      { length: parkSite.inverterCount },
      (_, i) => new InverterUnit(seed, i + 1),
    );
    const meters = meterSpecs.map((spec, i) => {
      const identity = { model: 'M-203', serialNumber: `SIM-METER-${i + 1}`, unitId: i + 1 };
      const { image, starts } = createSunSpecImage(identity, [meterModel]);
      const model = new ModelWriter(image, meterModel, starts[0] as number);
      return { image, points: new MeterPoints(model, { seed, index: i, spec, hasError }) };
    });
    this.meters = meters.map(({ points }) => points);
    this.#meterImages = meters.map(({ image }) => image);
    const identity = { model: 'ESS-3000', serialNumber: 'SIM-ESS-1', unitId: 1 };
    const { image, starts } = createSunSpecImage(identity, [meterModel, batteryModel]);
    const [meterStart, batteryStart] = starts as [number, number];
    this.#storageImage = image;
    this.storageMeter = new MeterPoints(new ModelWriter(image, meterModel, meterStart), {
      seed,
      index: meterSpecs.length,
      spec: storageMeterSpec,
      hasError,
    });
    this.#storage = new StoragePoints(new ModelWriter(image, batteryModel, batteryStart));
    this.chargerUnits = Array.from({ length: chargerCount }, (_, i) => new ChargerUnit(seed, i));
  }

  /** The Modbus units of each server, by its name. */
  get units() {
    const inUnits = (images: readonly SparseImage[], layout: UnitLayout) =>
      new Map<number, ModbusUnit>(
        images.map((image, i) => [i + 1, { [layout.table]: image, layout }]),
      );
    return {
      pv: inUnits(
        this.inverters.map(({ image }) => image),
        inverterLayout,
      ),
      meters: inUnits(this.#meterImages, meterLayout),
      storage: inUnits([this.#storageImage], storageLayout),
      chargers: inUnits(
        this.chargerUnits.map(({ image }) => image),
        chargerLayout,
      ),
    };
  }

  /** Brings every register to the end of the model's last step. */
  refresh(): void {
    const { seed, model, chargers } = this.#options;
    const supply = gridSupplyAt(seed, model.nowMs);
    this.#refreshInverters(supply);
    for (const meter of [...this.meters, this.storageMeter]) {
      meter.show(meterReading(meter.spec.name, model), supply);
    }
    this.#storage.show({
      acKw: model.flows.chargeKw - model.flows.dischargeKw,
      storedShare: model.storedShare,
      dischargeWh: model.energies.dischargeWh,
      timeMs: model.nowMs,
    });
    for (const [i, unit] of this.chargerUnits.entries()) {
      unit.show(chargers.readings[i] as ChargerReading, chargers.energyWh[i] as number);
    }
  }

  #refreshInverters(supply: GridSupply): void {
    const { pv } = this.#options;
    for (const [i, inverter] of this.inverters.entries()) {
      const reading = {
        acKw: pv.inverterAcKw[i] as number,
        dcKw: pv.inverterDcKw[i] as number,
        energyWh: pv.inverterWh[i] as number,
        poaWm2: pv.poaWm2,
        ambientC: pv.ambientC,
        isFaulted: pv.faulted[i] as boolean,
      };
      inverter.show(reading, supply);
    }
  }
}
