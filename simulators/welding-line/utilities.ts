import { ArNoise, streamKey } from './noise.ts';
import {
  ambientShare,
  ambientTargetCelsius,
  linePowerW,
  nominalAmbientCelsius,
} from './physics.ts';
import type { LineReadings, TorchReadings } from './readings.ts';

const stepSeconds = 0.1;
const slowSteps = 10;
/** A little below 2^32, so that a reader of 32 bits fails within the first panels. */
export const energyAtStartWh = 4_294_900_000;
const coolantFlowLPerMin = 60;
/** Of a switched-off line, and what 20 arcs add to it. */
const coolantBaseCelsius = 22;
const coolantRiseCelsius = 9;
const coolantTauS = 240;
const fumeFlowM3PerHour = 6000;
const cleanFilterPa = 800;
/** What the dust of an hour of one arc adds. */
const filterPaPerArcHour = 0.5;
const preheatBaseCelsius = 20;
const interpassRiseCelsius = 95;
const interpassTauS = 90;

/** Readings that are renewed once a second, each with a noise of its own. */
type SlowSignal =
  | 'preheatCelsius'
  | 'interpassCelsius'
  | 'fumeFlowM3PerHour'
  | 'fumeFilterPa'
  | 'airBar'
  | 'coolantLPerMin'
  | 'coolantCelsius'
  | 'holdDownKn';

type UtilityStep = {
  readonly step: number;
  readonly torches: readonly TorchReadings[];
  readonly ambientBaseCelsius: number;
  readonly fumeExtractionShare: number;
  readonly isClamped: boolean;
  /** Of the coolant's flow. */
  readonly coolantShare: number;
};

/** What all torches share: power, air, coolant, fume extraction, hold-down and the heat about them. */
export class Utilities {
  importedJ = 0;
  ambientCelsius = nominalAmbientCelsius;
  #coolantCelsius = coolantBaseCelsius;
  #interpassCelsius = preheatBaseCelsius;
  #filterPa = cleanFilterPa;
  readonly #auxiliary: ArNoise;
  readonly #slow: Readonly<Record<SlowSignal, ArNoise>>;

  constructor(seed: number) {
    this.#auxiliary = new ArNoise(streamKey(seed, 11), 100);
    const stream = (index: number, sigma: number): ArNoise =>
      new ArNoise(streamKey(seed, 14, index), sigma);
    this.#slow = {
      preheatCelsius: stream(1, 0.3),
      interpassCelsius: stream(2, 0.5),
      fumeFlowM3PerHour: stream(3, 20),
      fumeFilterPa: stream(4, 3),
      airBar: stream(5, 0.05),
      coolantLPerMin: stream(6, 0.4),
      coolantCelsius: stream(7, 0.1),
      holdDownKn: stream(8, 0.1),
    };
  }

  advance(machine: UtilityStep, line: LineReadings): void {
    let arcPowerW = 0;
    let arcs = 0;
    for (const torch of machine.torches) {
      arcPowerW += torch.arcPowerW;
      if (torch.arcOn) arcs += 1;
    }
    const powerW = linePowerW(arcPowerW) + this.#auxiliary.next(machine.step);
    line.linePowerKw = powerW / 1000;
    this.importedJ += powerW * stepSeconds;
    line.energyWh = energyAtStartWh + this.importedJ / 3600;
    const { ambientBaseCelsius, fumeExtractionShare } = machine;
    const target = ambientTargetCelsius(ambientBaseCelsius, arcs, fumeExtractionShare);
    this.ambientCelsius += (target - this.ambientCelsius) * airShare;
    if (machine.step % slowSteps === 0) this.#showSlowly(machine, arcs, line);
  }

  #showSlowly(machine: UtilityStep, arcs: number, line: LineReadings): void {
    const load = arcs / machine.torches.length;
    const heating = machine.coolantShare > 0.2 ? 1 / machine.coolantShare : 5;
    const coolant = coolantBaseCelsius + coolantRiseCelsius * load * heating;
    this.#coolantCelsius += (coolant - this.#coolantCelsius) * coolantStep;
    const between = preheatBaseCelsius + interpassRiseCelsius * load;
    this.#interpassCelsius += (between - this.#interpassCelsius) * interpassStep;
    this.#filterPa += (filterPaPerArcHour * arcs) / 3600;
    this.#showReadings(machine, arcs > 0, line);
  }

  #showReadings(machine: UtilityStep, isDrawing: boolean, line: LineReadings): void {
    const { step, coolantShare, fumeExtractionShare: fumeShare, isClamped } = machine;
    const noise = (signal: SlowSignal): number => this.#slow[signal].next(step);
    line.ambientCelsius = this.ambientCelsius;
    line.preheatCelsius = preheatBaseCelsius + noise('preheatCelsius');
    line.interpassCelsius = this.#interpassCelsius + noise('interpassCelsius');
    const fumeFlow = fumeFlowM3PerHour * fumeShare + noise('fumeFlowM3PerHour');
    line.fumeFlowM3PerHour = isDrawing ? Math.max(0, fumeFlow) : 0;
    const filterPa = this.#filterPa * fumeShare * fumeShare + noise('fumeFilterPa');
    line.fumeFilterPa = isDrawing ? Math.max(0, filterPa) : 0;
    line.airBar = 6.2 + noise('airBar');
    const coolant = (coolantFlowLPerMin + noise('coolantLPerMin')) * coolantShare;
    line.coolantLPerMin = Math.max(0, coolant);
    line.coolantCelsius = this.#coolantCelsius + noise('coolantCelsius');
    line.holdDownKn = isClamped ? 12 + noise('holdDownKn') : 0;
  }
}

const airShare = ambientShare(stepSeconds);
const coolantStep = 1 - Math.exp(-1 / coolantTauS);
const interpassStep = 1 - Math.exp(-1 / interpassTauS);
