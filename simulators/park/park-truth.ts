import type { JsonObject } from '../plant.ts';
import type { ChargerBank, ChargerReading } from './charger-bank.ts';
import type { MeterPoints } from './meter-points.ts';
import { meterReading, type ParkDevices } from './park-devices.ts';
import type { ParkModel } from './park-model.ts';
import type { PvPlant } from './pv-plant.ts';

export type ParkTruthSources = {
  readonly model: ParkModel;
  readonly pv: PvPlant;
  readonly chargers: ChargerBank;
  readonly devices: ParkDevices;
};

const meterTruth = (meter: MeterPoints, model: ParkModel): JsonObject => {
  const { powerKw, importWh, exportWh } = meterReading(meter.spec.name, model);
  return {
    powerW: powerKw * 1000,
    importWh,
    exportWh,
    importRegisterWh: meter.importRegister.rawWh(importWh),
    exportRegisterWh: meter.exportRegister.rawWh(exportWh),
    gain: meter.gain,
  };
};

const inverterTruth = ({ pv, devices }: ParkTruthSources): readonly JsonObject[] =>
  devices.inverters.map((inverter, i) => {
    const energyWh = pv.inverterWh[i] as number;
    return {
      unit: i + 1,
      powerW: (pv.inverterAcKw[i] as number) * 1000,
      energyWh,
      registerWh: inverter.register.rawWh(energyWh),
      state: inverter.state,
    };
  });

const chargerTruth = ({ chargers, devices }: ParkTruthSources): readonly JsonObject[] =>
  devices.chargerUnits.map((unit, i) => {
    const reading = chargers.readings[i] as ChargerReading;
    const energyWh = chargers.energyWh[i] as number;
    return {
      unit: i + 1,
      status: reading.status,
      powerW: reading.powerKw * 1000,
      energyWh,
      registerWh: unit.register.rawWh(energyWh),
      sessionWh: reading.sessionWh,
      vehicleSocShare: reading.vehicleShare ?? null,
    };
  });

/**
 * The truth: energies are exact since the start, before class error and quantisation; registers are
 * what the devices show; powers are those of the last step.
 */
export const parkTruth = (sources: ParkTruthSources, startMs: number): JsonObject => {
  const { model, pv, devices } = sources;
  const { energies, flows } = model;
  const { pvWh, exportWh } = energies;
  return {
    startMs,
    steppedToMs: model.nowMs,
    clockLeadMs: model.clockLeadMs,
    minuteOfDay: model.minuteOfDay,
    pvEnergyWh: pvWh,
    importWh: energies.importWh,
    exportWh,
    chargeWh: energies.chargeWh,
    dischargeWh: energies.dischargeWh,
    loadWh: energies.loadWh,
    evWh: energies.evWh,
    selfConsumption: pvWh > 0 ? (pvWh - exportWh) / pvWh : null,
    storedWh: model.storedKwh * 1000,
    socShare: model.storedShare,
    powerW: {
      pv: flows.pvKw * 1000,
      load: flows.loadKw * 1000,
      ev: flows.evKw * 1000,
      charge: flows.chargeKw * 1000,
      discharge: flows.dischargeKw * 1000,
      import: flows.importKw * 1000,
      export: flows.exportKw * 1000,
    },
    weather: { ghiWm2: pv.ghiWm2, poaWm2: pv.poaWm2, ambientC: pv.ambientC },
    meters: Object.fromEntries(
      [...devices.meters, devices.storageMeter].map((meter) => [
        meter.spec.name,
        meterTruth(meter, model),
      ]),
    ),
    inverters: inverterTruth(sources),
    chargers: chargerTruth(sources),
  };
};
