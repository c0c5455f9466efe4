import { EnergyRegister, meterGain, startReadingWh } from './energy-register.ts';
import type { GridSupply } from './grid-supply.ts';
import { type ModelWriter, scaled } from './sunspec.ts';
import type { meterModel } from './sunspec-models.ts';

/**
 * A metering point of the park. Import is energy that the park's bus draws from the grid, or that a
 * feeder draws from the bus; export is the way back. Power is positive while importing.
 */
export type MeterSpec = {
  /** Key in the truth. */
  readonly name: string;
  /** Line-to-neutral, V. */
  readonly nominalPhaseVoltage: number;
  /** Reactive over active power of what is behind the meter. */
  readonly reactiveShare: number;
  /** Scale factors of current, voltage and power, chosen so that the largest value fits 16 bits. */
  readonly ampereScale: number;
  readonly voltScale: number;
  readonly wattScale: number;
};

const lowVoltage = { nominalPhaseVoltage: 230, voltScale: -1 } as const;

/** Unit ids 1 to 4 of the meter server, in order. */
export const meterSpecs: readonly MeterSpec[] = [
  {
    name: 'grid',
    nominalPhaseVoltage: 10_000 / Math.sqrt(3),
    reactiveShare: 0.25,
    ampereScale: -1,
    voltScale: 0,
    wattScale: 3,
  },
  { name: 'building', ...lowVoltage, reactiveShare: 0.3, ampereScale: 0, wattScale: 3 },
  { name: 'ev', ...lowVoltage, reactiveShare: 0.05, ampereScale: -1, wattScale: 1 },
  { name: 'pv', ...lowVoltage, reactiveShare: 0.02, ampereScale: 0, wattScale: 3 },
];

/** The storage system's meter at its AC terminals. */
export const storageMeterSpec: MeterSpec = {
  name: 'storage',
  ...lowVoltage,
  reactiveShare: 0.02,
  ampereScale: 0,
  wattScale: 2,
};

const hertzScale = -2;
const powerFactorScale = -2;

/** Exact values behind a meter at one instant. */
export type MeterReading = {
  /** Positive while importing, kW. */
  readonly powerKw: number;
  /** Exact energies since the start, Wh. */
  readonly importWh: number;
  readonly exportWh: number;
};

export type MeterOptions = {
  readonly seed: number;
  /** Number of the meter in the park: its own error and start readings. */
  readonly index: number;
  readonly spec: MeterSpec;
  /** False for a meter without error. */
  readonly hasError: boolean;
};

/** The points of SunSpec model 203 of one metering point. */
export class MeterPoints {
  readonly spec: MeterSpec;
  readonly gain: number;
  readonly importRegister: EnergyRegister;
  readonly exportRegister: EnergyRegister;
  readonly #model: ModelWriter<typeof meterModel.points>;

  constructor(model: ModelWriter<typeof meterModel.points>, options: MeterOptions) {
    const { seed, index, spec } = options;
    this.spec = spec;
    this.#model = model;
    this.gain = options.hasError ? meterGain(seed, index) : 1;
    const firstRegister = 100 + 2 * index;
    const start = (offset: number): number => startReadingWh(seed, firstRegister + offset, 2 ** 32);
    this.importRegister = new EnergyRegister(start(0), this.gain);
    this.exportRegister = new EnergyRegister(start(1), this.gain);
    model.setAll({
      A_SF: spec.ampereScale,
      V_SF: spec.voltScale,
      Hz_SF: hertzScale,
      W_SF: spec.wattScale,
      VA_SF: spec.wattScale,
      VAR_SF: spec.wattScale,
      PF_SF: powerFactorScale,
      TotWh_SF: 0,
      Evt: 0,
    });
  }

  /** Brings the registers to a reading. */
  show(reading: MeterReading, supply: GridSupply): void {
    this.#showVoltage(supply);
    this.#showPower(reading.powerKw * 1000 * this.gain, supply);
    this.#model.setAll({
      TotWhImp: this.importRegister.rawWh(reading.importWh),
      TotWhExp: this.exportRegister.rawWh(reading.exportWh),
    });
  }

  #showVoltage(supply: GridSupply): void {
    const phaseV = this.spec.nominalPhaseVoltage * supply.voltageShare;
    const phaseRaw = scaled(phaseV, this.spec.voltScale);
    const lineRaw = scaled(phaseV * Math.sqrt(3), this.spec.voltScale);
    this.#model.setAll({
      PhV: phaseRaw,
      PhVphA: phaseRaw,
      PhVphB: phaseRaw,
      PhVphC: phaseRaw,
      PPV: lineRaw,
      PhVphAB: lineRaw,
      PhVphBC: lineRaw,
      PhVphCA: lineRaw,
      Hz: scaled(supply.frequencyHz, hertzScale),
    });
  }

  #showPower(activeW: number, supply: GridSupply): void {
    const { ampereScale, wattScale, nominalPhaseVoltage, reactiveShare } = this.spec;
    const reactiveVar = Math.abs(activeW) * reactiveShare;
    const apparentVa = Math.hypot(activeW, reactiveVar);
    const phaseA = apparentVa / 3 / (nominalPhaseVoltage * supply.voltageShare);
    const amps = scaled(phaseA, ampereScale);
    const watts = scaled(activeW, wattScale);
    const voltAmps = scaled(apparentVa, wattScale);
    const vars = scaled(reactiveVar, wattScale);
    const factor =
      apparentVa > 0 ? scaled((100 * activeW) / apparentVa, powerFactorScale) : undefined;
    this.#model.setAll({
      A: amps * 3,
      AphA: amps,
      AphB: amps,
      AphC: amps,
      W: watts,
      WphA: watts / 3,
      WphB: watts / 3,
      WphC: watts / 3,
      VA: voltAmps,
      VAphA: voltAmps / 3,
      VAphB: voltAmps / 3,
      VAphC: voltAmps / 3,
      VAR: vars,
      VARphA: vars / 3,
      VARphB: vars / 3,
      VARphC: vars / 3,
      PF: factor,
      PFphA: factor,
      PFphB: factor,
      PFphC: factor,
    });
  }
}
