import type { ModbusUnit } from '../wire/modbus-server.ts';
import type { UnitLayout } from '../wire/unit-layout.ts';
import {
  EnergyRegister,
  type MeteredEnergy,
  MeteredRegister,
  meterGain,
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
import { scaled } from './sunspec/model-writer.ts';

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

  constructor(options: MeterOptions) {
    const { seed, index, spec } = options;
    this.spec = spec;
    this.#view = options.view;
    this.#faults = options.faults;
    this.#shares = phaseShares(seed, index);
    this.gain = options.hasError ? meterGain(seed, index) : 1;
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
    const activeW = this.powerKw * 1000 * this.gain;
    const measured = measuredPowers({ ...this.#load, activeW }, faults);
    const apparent = measured.activeW.map((w, i) =>
      Math.hypot(w, measured.reactiveVar[i] as number),
    ) as unknown as Phases;
    const totalW = sumOf(measured.activeW);
    const totalVar = sumOf(measured.reactiveVar);
    const totalVa = Math.hypot(totalW, totalVar);
    const factor = (w: number, va: number): number | undefined =>
      va > 0 ? (100 * w) / va : undefined;
    const amperes = apparent.map((va) => (phaseV > 0 ? va / phaseV : 0)) as unknown as Phases;
    const { energy } = this;
    return {
      A: sumOf(amperes),
      ...phased('A', amperes, wiring, 'ph'),
      PhV: phaseV,
      ...phased('PhV', [phaseV, phaseV, phaseV], wiring, 'ph'),
      ...lineVoltages(phaseV, wiring),
      Hz: supply.frequencyHz,
      W: totalW,
      ...phased('W', measured.activeW, wiring, 'ph'),
      VA: totalVa,
      ...phased('VA', apparent, wiring, 'ph'),
      VAR: totalVar,
      ...phased('VAR', measured.reactiveVar, wiring, 'ph'),
      PF: factor(totalW, totalVa),
      ...phasedFactors(measured.activeW, apparent, wiring, factor),
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
const letters = ['A', 'B', 'C'] as const;

const phased = (
  prefix: string,
  values: Phases,
  wiring: MeterWiring,
  infix: 'ph',
): Record<string, number | undefined> => {
  const hidden = prefix === 'PhV' && wiring === 'delta';
  return Object.fromEntries(
    letters.map((letter, i) => [
      `${prefix}${infix}${letter}`,
      i < phaseCount(wiring) && !hidden ? values[i] : undefined,
    ]),
  );
};

const phasedFactors = (
  active: Phases,
  apparent: Phases,
  wiring: MeterWiring,
  factor: (w: number, va: number) => number | undefined,
): Record<string, number | undefined> =>
  Object.fromEntries(
    letters.map((letter, i) => [
      `PFph${letter}`,
      i < phaseCount(wiring) ? factor(active[i] as number, apparent[i] as number) : undefined,
    ]),
  );

const lineVoltages = (phaseV: number, wiring: MeterWiring): Record<string, number | undefined> => {
  const count = phaseCount(wiring);
  const lineV = count === 2 ? 2 * phaseV : Math.sqrt(3) * phaseV;
  const from = (phases: number): number | undefined => (count >= phases ? lineV : undefined);
  return { PPV: from(2), PhVphAB: from(2), PhVphBC: from(3), PhVphCA: from(3) };
};

/** Which scale factor a point of the integer models has. */
const scaleClass = (name: string): 'A' | 'V' | 'Hz' | 'W' | 'PF' | undefined => {
  if (name.startsWith('TotW') || name === 'Evt') return undefined;
  if (name.startsWith('PhV') || name.startsWith('PPV')) return 'V';
  if (name.startsWith('PF')) return 'PF';
  if (name === 'Hz') return 'Hz';
  return name === 'A' || name.startsWith('Aph') ? 'A' : 'W';
};

export const integerMeter = (
  layout: ModelLayout<(typeof meter203)['points']>,
  wiring: MeterWiring,
  meter: Meter,
): ServedModel =>
  servedModel(layout, (writer) => {
    const { ampereScale, voltScale, wattScale } = meter.spec;
    const scales = { A: ampereScale, V: voltScale, Hz: -2, W: wattScale, PF: -2 } as const;
    writer.setAll({ A_SF: scales.A, V_SF: scales.V, Hz_SF: scales.Hz, W_SF: scales.W });
    writer.setAll({ VA_SF: scales.W, VAR_SF: scales.W, PF_SF: scales.PF, TotWh_SF: 0 });
    return () => {
      for (const [name, value] of Object.entries(meter.values(wiring))) {
        const point = name as keyof typeof meter203.points & keyof FloatPoints;
        const scale = scaleClass(name);
        const raw =
          scale === undefined || value === undefined ? value : scaled(value, scales[scale]);
        writer.set(point, raw);
      }
    };
  });

/** The float models name line voltages otherwise than the integer ones. */
const floatName = (name: string): keyof FloatPoints =>
  (name.startsWith('PhVph') && name.length === 7
    ? `PPV${name.slice(3)}`
    : name) as keyof FloatPoints;

export const floatMeter = (
  layout: ModelLayout<FloatPoints>,
  wiring: MeterWiring,
  meter: Meter,
): ServedModel =>
  servedModel(layout, (writer) => () => {
    for (const [name, value] of Object.entries(meter.values(wiring))) {
      const isFactor = name.startsWith('PF') && value !== undefined;
      writer.set(floatName(name), isFactor ? value / 100 : value);
    }
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
