import type { ModbusUnit } from '../wire/modbus-server.ts';
import type { UnitLayout } from '../wire/unit-layout.ts';
import {
  EnergyRegister,
  type MeteredEnergy,
  MeteredRegister,
  meterGain,
  powerFlicker,
  startReadingWh,
} from './energy-register.ts';
import { serialNumberPlace } from './inverter-unit.ts';
import type { MeterSpec } from './meter-specs.ts';
import { measuredPowers, type Phases, phaseShares, registerShares, sumOf } from './meter-wiring.ts';
import type { ParkView } from './park-view.ts';
import type { SensorFaults } from './sensor-faults.ts';
import { type ServedModel, servedModel, sunSpecDevice } from './sunspec/image.ts';
import type { ModelLayout } from './sunspec/layout.ts';
import { meter203, type meter213 } from './sunspec/meter-models.ts';
import { type PointScale, scaledValues } from './sunspec/model-writer.ts';

/** A metering point: what it lets through, and the registers that count it. */
export type MeterOptions = {
  readonly seed: number;
  readonly view: ParkView;
  readonly faults: SensorFaults;
  /** Number of the meter in the park: its own error and start readings. */
  readonly index: number;
  readonly spec: MeterSpec;
  /** False for a meter without error. */
  readonly hasError: boolean;
};

export class Meter {
  readonly spec: MeterSpec;
  readonly gain: number;
  readonly importRegister: MeteredRegister;
  readonly exportRegister: MeteredRegister;
  readonly #view: ParkView;
  readonly #faults: SensorFaults;
  readonly #shares: Phases;
  readonly #flickerAt: (timeMs: number) => number;

  constructor(options: MeterOptions) {
    const { seed, index, spec } = options;
    this.spec = spec;
    this.#view = options.view;
    this.#faults = options.faults;
    this.#shares = phaseShares(seed, index);
    this.gain = options.hasError ? meterGain(seed, index) : 1;
    this.#flickerAt = options.hasError ? (timeMs) => powerFlicker(seed, index, timeMs) : () => 1;
    const register = (offset: number): EnergyRegister =>
      new EnergyRegister(startReadingWh(seed, 100 + 2 * index + offset, 2 ** 32), this.gain);
    const shares = registerShares(this.#load, []);
    this.importRegister = new MeteredRegister(register(0), shares.import);
    this.exportRegister = new MeteredRegister(register(1), shares.export);
  }

  /** Exact power, positive while importing, kW. */
  get powerKw(): number {
    return this.spec.powerKw(this.#view.moment.rates);
  }

  /** Exact energies since the registers began. */
  get energy(): MeteredEnergy {
    const totalWh = this.#view.totalWh;
    return { importWh: this.spec.importWh(totalWh), exportWh: this.spec.exportWh(totalWh) };
  }

  /** To be called when faults have changed: from now on the registers count what the wiring lets them. */
  rewire(): void {
    const shares = registerShares(this.#load, this.#faults.wiringOf(this.spec.name));
    const { energy } = this;
    this.importRegister.setShares(shares.import, energy);
    this.exportRegister.setShares(shares.export, energy);
  }

  /** The points of a model, in the units of the SI. */
  values(wiring: MeterWiring): Partial<Record<keyof FloatPoints, number | undefined>> {
    const supply = this.#view.supply;
    const phaseV = this.spec.nominalPhaseVoltage * supply.voltageShare;
    const faults = this.#faults.wiringOf(this.spec.name);
    const activeW = this.powerKw * 1000 * this.gain * this.#flickerAt(this.#view.nowMs);
    const measured = measuredPowers({ ...this.#load, activeW }, faults);
    const apparent = measured.activeW.map((w, i) =>
      Math.hypot(w, measured.reactiveVar[i] as number),
    ) as unknown as Phases;
    const totalW = sumOf(measured.activeW);
    const totalVar = sumOf(measured.reactiveVar);
    const totalVa = Math.hypot(totalW, totalVar);
    const amperes = apparent.map((va) => (phaseV > 0 ? va / phaseV : 0)) as unknown as Phases;
    const { energy } = this;
    const count = phaseCount(wiring);
    const from = <T>(phases: number, value: T): T | undefined =>
      count >= phases ? value : undefined;
    const lineV = count === 2 ? 2 * phaseV : Math.sqrt(3) * phaseV;
    const neutralV = wiring === 'delta' ? undefined : phaseV;
    const [p, q] = [measured.activeW, measured.reactiveVar];
    return {
      A: sumOf(amperes),
      AphA: amperes[0],
      AphB: from(2, amperes[1]),
      AphC: from(3, amperes[2]),
      PhV: phaseV,
      PhVphA: neutralV,
      PhVphB: from(2, neutralV),
      PhVphC: from(3, neutralV),
      PPV: from(2, lineV),
      PPVphAB: from(2, lineV),
      PPVphBC: from(3, lineV),
      PPVphCA: from(3, lineV),
      Hz: supply.frequencyHz,
      W: totalW,
      WphA: p[0],
      WphB: from(2, p[1]),
      WphC: from(3, p[2]),
      VA: totalVa,
      VAphA: apparent[0],
      VAphB: from(2, apparent[1]),
      VAphC: from(3, apparent[2]),
      VAR: totalVar,
      VARphA: q[0],
      VARphB: from(2, q[1]),
      VARphC: from(3, q[2]),
      PF: powerFactor(totalW, totalVa),
      PFphA: powerFactor(p[0], apparent[0]),
      PFphB: from(2, powerFactor(p[1], apparent[1])),
      PFphC: from(3, powerFactor(p[2], apparent[2])),
      TotWhExp: this.exportRegister.rawWh(energy),
      TotWhImp: this.importRegister.rawWh(energy),
      Evt: 0,
    };
  }

  get #load(): { readonly reactiveShare: number; readonly shares: Phases } {
    return { reactiveShare: this.spec.reactiveShare, shares: this.#shares };
  }
}

type FloatPoints = typeof meter213.points;

/** Phases that a model shows, and whether they have a neutral. */
export type MeterWiring = 1 | 2 | 'star' | 'delta';

const phaseCount = (wiring: MeterWiring): number => (typeof wiring === 'number' ? wiring : 3);

const powerFactor = (activeW: number, apparentVa: number): number | undefined =>
  apparentVa > 0 ? activeW / apparentVa : undefined;

type IntegerPoints = typeof meter203.points;

const scalesOf = ({ ampereScale, voltScale, wattScale }: MeterSpec) => {
  const by = (scale: number): PointScale => ({ factor: 10 ** -scale });
  const [current, voltage, power] = [by(ampereScale), by(voltScale), by(wattScale)];
  const percent: PointScale = { factor: 100 * 10 ** -powerFactorScale };
  const plain: PointScale = { factor: 1 };
  return {
    ...{ A: current, AphA: current, AphB: current, AphC: current },
    ...{ PhV: voltage, PhVphA: voltage, PhVphB: voltage, PhVphC: voltage },
    ...{ PPV: voltage, PhVphAB: voltage, PhVphBC: voltage, PhVphCA: voltage },
    Hz: by(hertzScale),
    ...{ W: power, WphA: power, WphB: power, WphC: power },
    ...{ VA: power, VAphA: power, VAphB: power, VAphC: power },
    ...{ VAR: power, VARphA: power, VARphB: power, VARphC: power },
    ...{ PF: percent, PFphA: percent, PFphB: percent, PFphC: percent },
    ...{ TotWhExp: plain, TotWhImp: plain, Evt: plain },
  } as const;
};

const hertzScale = -2;
const powerFactorScale = -2;

export const integerMeter = (
  layout: ModelLayout<IntegerPoints>,
  wiring: MeterWiring,
  meter: Meter,
): ServedModel =>
  servedModel<IntegerPoints>(layout, (writer) => {
    const { ampereScale, voltScale, wattScale } = meter.spec;
    writer.setAll({ A_SF: ampereScale, V_SF: voltScale, Hz_SF: hertzScale, W_SF: wattScale });
    writer.setAll({ VA_SF: wattScale, VAR_SF: wattScale, PF_SF: powerFactorScale, TotWh_SF: 0 });
    const write = scaledValues(writer, scalesOf(meter.spec));
    return () => {
      const values = meter.values(wiring);
      // The integer models name line voltages otherwise than the float ones.
      write({
        ...values,
        PhVphAB: values.PPVphAB,
        PhVphBC: values.PPVphBC,
        PhVphCA: values.PPVphCA,
      });
    };
  });

export const floatMeter = (
  layout: ModelLayout<FloatPoints>,
  wiring: MeterWiring,
  meter: Meter,
): ServedModel =>
  servedModel(layout, (writer) => () => {
    writer.setAll(meter.values(wiring));
  });

/** Energy exported and imported, of model 203 at 40070. */
export const meterCounters = [
  { address: 40_108, registers: 2 },
  { address: 40_116, registers: 2 },
] as const;

const meterLayout: UnitLayout = {
  table: 'holding',
  counters: meterCounters,
  alive: [],
  serialNumber: serialNumberPlace,
};

/** A meter as a SunSpec device of the given models, 203 unless told otherwise. */
export const meterUnit = (options: {
  readonly meter: Meter;
  readonly view: ParkView;
  readonly unitId: number;
  readonly serialNumber: string;
  readonly models?: readonly ServedModel[];
}): ModbusUnit => {
  const { meter, view, unitId, serialNumber } = options;
  const holding = sunSpecDevice({
    identity: { model: 'M-203', serialNumber, unitId },
    models: options.models ?? [integerMeter(meter203, 'star', meter)],
    version: view.version,
  });
  return options.models === undefined ? { holding, layout: meterLayout } : { holding };
};
