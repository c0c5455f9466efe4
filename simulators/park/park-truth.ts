import type { JsonObject } from '../plant.ts';
import { buildings, tenants } from './buildings.ts';
import type { Meter } from './meter-points.ts';
import type { ParkDevices } from './park-devices.ts';
import type { ParkMoment, ParkTimeline } from './park-timeline.ts';
import type { ParkView } from './park-view.ts';
import type { PvPlant } from './pv-plant.ts';
import {
  amountOf,
  buildingQuantity,
  inverterQuantity,
  type Quantities,
  quantity,
  tenantQuantity,
} from './quantities.ts';
import { parkSite } from './site.ts';
import { tariffPeriodAt } from './tariff.ts';

export type ParkTruthSources = {
  /** First instant of the simulation, UTC epoch ms. */
  readonly startMs: number;
  /** What the registers had counted then. */
  readonly startWh: Quantities;
  readonly timeline: ParkTimeline;
  readonly view: ParkView;
  readonly pv: PvPlant;
  readonly devices: ParkDevices;
};

const phaseNames: Readonly<Record<number, string>> = {
  1: 'grid-tied',
  2: 'transition',
  3: 'islanded',
  4: 'black-start',
};

const powers = (rates: Quantities): JsonObject => {
  const watts = (index: number): number => amountOf(rates, index) * 1000;
  return {
    pv: watts(quantity.pv),
    load: watts(quantity.load),
    ev: watts(quantity.ev),
    charge: watts(quantity.charge),
    discharge: watts(quantity.discharge),
    import: watts(quantity.import),
    export: watts(quantity.export),
    pvCurtailed: watts(quantity.pvCurtailed),
    unserved: watts(quantity.unserved),
  };
};

const energies = (wh: Quantities): JsonObject => {
  const at = (index: number): number => amountOf(wh, index);
  const pvWh = at(quantity.pv);
  const exportWh = at(quantity.export);
  return {
    pvEnergyWh: pvWh,
    importWh: at(quantity.import),
    exportWh,
    chargeWh: at(quantity.charge),
    dischargeWh: at(quantity.discharge),
    loadWh: at(quantity.load),
    evWh: at(quantity.ev),
    importByPeriodWh: {
      peak: at(quantity.importPeak),
      flat: at(quantity.importFlat),
      valley: at(quantity.importValley),
    },
    pvCurtailedWh: at(quantity.pvCurtailed),
    unservedWh: at(quantity.unserved),
    islandServedWh: at(quantity.islandServed),
    // A state that holds counts thousandths of an hour.
    islandSeconds: at(quantity.islandTime) * 3.6,
    ghiWhM2: at(quantity.ghi),
    poaWhM2: Array.from({ length: parkSite.roofCount }, (_, roof) => at(quantity.poa + roof)),
    selfConsumption: pvWh > 0 ? (pvWh - exportWh) / pvWh : null,
  };
};

const situation = (moment: ParkMoment): JsonObject => {
  const { connection, inputs } = moment;
  return {
    minuteOfDay: moment.minuteOfDay,
    storedWh: moment.storedKwh * 1000,
    socShare: moment.storedKwh / parkSite.storageCapacityKwh,
    powerW: powers(moment.rates),
    weather: {
      ghiWm2: moment.ghiWm2,
      poaWm2: amountOf(moment.poaWm2, 0),
      poaByRoofWm2: Array.from(moment.poaWm2),
      ambientC: moment.ambientC,
    },
    tariffPeriod: tariffPeriodAt(moment.minuteOfDay / 60),
    connection: {
      phase: phaseNames[connection.phase] ?? '',
      isBreakerClosed: connection.isClosed,
      hasGridVoltage: connection.hasGridVoltage,
      islandings: inputs.islandings,
      blackStarts: inputs.blackStarts,
    },
    buildingsW: Object.fromEntries(
      buildings.map(({ id }, i) => [id, amountOf(moment.rates, buildingQuantity + i) * 1000]),
    ),
    tenantsW: Object.fromEntries(
      tenants.map(({ id }, i) => [id, amountOf(moment.rates, tenantQuantity + i) * 1000]),
    ),
  };
};

const meterTruth = (meter: Meter): JsonObject => {
  const { energy } = meter;
  return {
    powerW: meter.powerKw * 1000,
    importWh: energy.importWh,
    exportWh: energy.exportWh,
    importRegisterWh: meter.importRegister.rawWh(energy),
    exportRegisterWh: meter.exportRegister.rawWh(energy),
    gain: meter.gain,
  };
};

/** Energies of a meter since the start of the simulation; its registers began before. */
const meterSince = (meter: Meter, startWh: Quantities): JsonObject => ({
  ...meterTruth(meter),
  importWh: meter.energy.importWh - meter.spec.importWh(startWh),
  exportWh: meter.energy.exportWh - meter.spec.exportWh(startWh),
});

const inverterTruth = (sources: ParkTruthSources): readonly JsonObject[] => {
  const { devices, startWh, view, pv } = sources;
  return devices.inverters.map(({ reading, source }, i) => ({
    unit: i + 1,
    powerW: reading.activeW,
    possibleW: amountOf(view.moment.inverterPossibleKw, i) * 1000,
    dcW: reading.dcW ?? null,
    energyWh: reading.energyWh - amountOf(startWh, inverterQuantity + i),
    dayWh: reading.dayWh,
    registerWh: source.register.rawWh(reading.energyWh),
    state: reading.state,
    factor: amountOf(pv.factors, i),
    stringA: reading.strings.map(({ amperes }) => amperes ?? null),
  }));
};

const chargerTruth = ({ devices, startWh, view }: ParkTruthSources): readonly JsonObject[] =>
  devices.chargers.map((charger, i) => {
    const reading = view.moment.chargers[i];
    const { energyWh } = charger;
    return {
      unit: i + 1,
      status: reading?.status ?? null,
      powerW: (reading?.powerKw ?? 0) * 1000,
      energyWh: energyWh - charger.energyIn(startWh),
      registerWh: charger.registerWh,
      sessionWh: reading?.sessionWh ?? 0,
      vehicleSocShare: reading?.vehicleShare ?? null,
    };
  });

/**
 * The truth: energies are exact since the start, before class error and quantisation; registers are
 * what the devices show; powers are those of the step that the present lies in.
 */
export const parkTruth = (sources: ParkTruthSources): JsonObject => {
  const { startMs, startWh, timeline, view, devices } = sources;
  const { moment } = view;
  const sinceStart = view.totalWh.map((wh, i) => wh - (startWh[i] as number));
  return {
    startMs,
    steppedToMs: view.nowMs,
    countsFromMs: timeline.countsFromMs,
    clockLeadMs: timeline.clockLeadMs,
    ...energies(sinceStart),
    ...situation(moment),
    stations: devices.stations.map((station) => ({ ...station })),
    meters: Object.fromEntries(
      devices.meters.map((meter) => [meter.spec.name, meterSince(meter, startWh)]),
    ),
    inverters: inverterTruth(sources),
    chargers: chargerTruth(sources),
  };
};

/** The park at any instant, energies since its midnight; registers have no part in it. */
export const momentTruth = (moment: ParkMoment): JsonObject => ({
  timeMs: moment.timeMs,
  ...situation(moment),
  day: energies(moment.dayWh),
  invertersW: Array.from({ length: parkSite.inverterCount }, (_, i) => {
    return amountOf(moment.rates, inverterQuantity + i) * 1000;
  }),
  chargers: moment.chargers.map(({ status, powerKw, sessionWh }, i) => ({
    unit: i + 1,
    status,
    powerW: powerKw * 1000,
    sessionWh,
  })),
});
