import { Arc } from './arc.ts';
import { BeadScanner } from './bead.ts';
import { spoolId, TorchConsumables } from './consumables.ts';
import { noEffects, type TorchEffects } from './failures/effects.ts';
import { seamPlaces } from './geometry.ts';
import { ArNoise, streamKey } from './noise.ts';
import { arcCurrentA, nominalAmbientCelsius, synergicVoltageV } from './physics.ts';
import { processes, type SettingId, type WeldingProcess, wireMassKg } from './process.ts';
import { type TorchReadings, torchFaults, torchIds } from './readings.ts';
import { TorchWatch } from './torch-watch.ts';
import type { PanelEvents } from './truth/events.ts';
import { SeamTruth } from './truth/seam-truth.ts';
import { Vision } from './vision.ts';

const stepSeconds = 0.1;
const slowSteps = 10;
const mediumSteps = 5;
/** The back torches are set to 2 % less heat: overhead, and heated from above by the front ones. */
export const backWireFeedShare = 0.9793;
const seamLostFaultSteps = 5;
const noGasLPerMin = 12;
const lowGasLPerMin = 15;
const nozzleTauS = 60;
/** At the nominal flow. */
const backPressureMbar = 40;

/** What the machine does in this step, as a torch needs to know it. */
export type MachineStep = {
  readonly step: number;
  readonly panelNumber: number;
  /** Steps since ignition began, -1 outside the weld. */
  readonly weldStep: number;
  readonly isWelding: boolean;
  readonly isCrater: boolean;
  readonly isSearching: boolean;
  /** True travel at the end of the step and within it, mm. */
  readonly positionMm: number;
  readonly travelMm: number;
  readonly ambientCelsius: number;
  readonly pulsePowerRatio: number;
  readonly process: WeldingProcess;
  readonly events: PanelEvents;
};

/** Inputs of a torch that an override can change. */
export type TorchInputs = {
  isEnabled: boolean;
  wireFeedSetpointMPerMin: number;
  gasFlowSetpointLPerMin: number;
  stickOutMm: number;
  offsetYBiasMm: number;
  isSeamVisible: boolean;
};

/** One torch with its arc, gas, nozzle, consumables and vision, and the truth about its seam. */
export class Torch {
  readonly readings: TorchReadings;
  readonly inputs: TorchInputs;
  readonly isFront: boolean;
  truth: SeamTruth;
  readonly consumables: TorchConsumables;
  readonly #index: number;
  readonly #vision: Vision;
  readonly #arc: Arc;
  readonly #watch: TorchWatch;
  readonly #bead: BeadScanner;
  readonly #gas: ArNoise;
  readonly #nozzle: ArNoise;
  /** What arc and vision need of it, made once for all steps. */
  readonly #parts: {
    readonly inputs: TorchInputs;
    readonly readings: TorchReadings;
    effects: Readonly<TorchEffects>;
  };
  #nozzleMeanCelsius: number = nominalAmbientCelsius;

  constructor(seed: number, index: number, panelLengthMm: number) {
    this.#index = index;
    this.#vision = new Vision(seed, index);
    this.#arc = new Arc(seed, index);
    this.#gas = new ArNoise(streamKey(seed, 7, index), 0.2);
    this.#nozzle = new ArNoise(streamKey(seed, 8, index), 3);
    this.#bead = new BeadScanner(seed, index);
    this.consumables = new TorchConsumables(seed, index);
    this.isFront = seamPlaces[index]?.face === 'front';
    this.truth = new SeamTruth(panelLengthMm);
    this.readings = emptyReadings(torchIds[index] as string);
    this.#watch = new TorchWatch(this.readings);
    this.inputs = {
      isSeamVisible: true,
      offsetYBiasMm: 0,
      ...settingOf(processes['135'], 'nominal', this.isFront),
    };
    this.#parts = { inputs: this.inputs, readings: this.readings, effects: noEffects };
    this.#showConsumables();
  }

  /** Sets wire feed, gas and stick-out to those of a process. */
  set(process: WeldingProcess, setting: SettingId): void {
    Object.assign(this.inputs, settingOf(process, setting, this.isFront));
  }

  beginPanel(panelNumber: number, panelLengthMm: number, process: WeldingProcess): void {
    this.truth = new SeamTruth(panelLengthMm, process);
    this.#vision.beginPanel(panelNumber);
    this.#arc.beginPanel();
    this.readings.arcOnSeconds = 0;
    this.readings.energyWh = 0;
    this.readings.heatInputKjPerMm = 0;
    this.readings.corrections = 0;
    this.readings.interventions = 0;
    this.#showConsumables();
  }

  get rangeShare(): number {
    return this.#vision.slide.rangeShare;
  }

  advance(machine: MachineStep, effects: Readonly<TorchEffects> = noEffects): void {
    const { inputs, readings } = this;
    const { isWelding } = machine;
    readings.isEnabled = inputs.isEnabled;
    readings.stickOutMm = inputs.stickOutMm;
    const torch = this.#parts;
    torch.effects = effects;
    this.#vision.look(machine, readings, torch);
    readings.corrections = this.#vision.slide.corrections;
    const hadArc = readings.arcOn;
    // Each torch is lit 0.1 s after the one before it.
    const dueSteps = isWelding ? machine.weldStep - this.#index : -1;
    this.#arc.advance(machine, dueSteps, torch);
    this.#bead.look(machine, readings);
    if (readings.arcOn && !hadArc) this.truth.arcStarts += 1;
    if (dueSteps >= 0 && inputs.isEnabled) this.truth.wantedSteps += 1;
    this.#flowGas(machine, effects);
    this.#warm(machine, effects);
    readings.faultCode =
      isWelding && inputs.isEnabled ? this.#faultCode(effects) : torchFaults.none;
    if (readings.arcOn) this.#account(machine);
    this.truth.interventions += this.#watch.look(machine, dueSteps);
    readings.interventions = this.truth.interventions;
  }

  #flowGas(machine: MachineStep, effects: Readonly<TorchEffects>): void {
    const { readings, inputs } = this;
    const { step, weldStep, isWelding, process } = machine;
    const flow = isWelding && inputs.isEnabled ? inputs.gasFlowSetpointLPerMin : 0;
    if (flow === 0) {
      readings.gasFlowLPerMin = 0;
      readings.backPressureMbar = 0;
    } else if (weldStep === 0 || step % mediumSteps === 0) {
      const share = effects.gasShare;
      readings.gasFlowLPerMin = Math.max(0, (flow + this.#gas.next(step)) * share);
      readings.backPressureMbar =
        backPressureMbar * (readings.gasFlowLPerMin / 18) ** 2 * effects.backPressureShare;
    }
    // Under flux there is no gas to miss.
    readings.gasOk = process.gasFlowLPerMin === 0 || readings.gasFlowLPerMin >= lowGasLPerMin;
    this.truth.gasL += readings.gasFlowLPerMin * (stepSeconds / 60);
  }

  #warm({ step, ambientCelsius }: MachineStep, effects: Readonly<TorchEffects>): void {
    const { readings } = this;
    const arcCelsius = (this.isFront ? 215 : 225) + effects.nozzleKelvin;
    const target = readings.arcOn ? arcCelsius : ambientCelsius;
    this.#nozzleMeanCelsius += (target - this.#nozzleMeanCelsius) * nozzleShare;
    if (step % slowSteps !== 0) return;
    readings.nozzleCelsius = this.#nozzleMeanCelsius;
    if (readings.arcOn) readings.nozzleCelsius += this.#nozzle.next(step);
  }

  #faultCode(effects: Readonly<TorchEffects>): number {
    const { readings } = this;
    if (effects.hasNoCoolant) return torchFaults.coolantLow;
    if (this.#arc.hasGivenUp) return torchFaults.noArc;
    if (this.#arc.failedAttempts > 0) return torchFaults.ignitionFailed;
    if (effects.isWireStuck) return torchFaults.wireStuck;
    if (effects.isArcOut) return torchFaults.noArc;
    if (this.#vision.lostSteps > seamLostFaultSteps) return torchFaults.seamLost;
    if (readings.arcOn && !readings.gasOk && readings.gasFlowLPerMin < noGasLPerMin) {
      return torchFaults.gasLow;
    }
    return torchFaults.none;
  }

  #account(machine: MachineStep): void {
    const { readings, truth, consumables } = this;
    truth.addArcStep(readings, machine);
    const wireMm = (readings.wireFeedMPerMin / 0.06) * stepSeconds;
    const wireKg = wireMassKg(machine.process.wireDiameterMm, wireMm);
    truth.wireKg += wireKg;
    consumables.burn(stepSeconds);
    if (consumables.take(wireKg)) {
      const { id: torch } = readings;
      const spool = spoolId(torch, consumables.spoolNumber);
      machine.events.add('spool-change', machine.positionMm, { torch, spool });
    }
    this.#showConsumables();
    readings.arcOnSeconds = truth.arcOnSteps / 10;
    readings.energyWh = truth.arcEnergyJ / 3600;
    readings.heatInputKjPerMm = truth.heatInputKjPerMm;
  }

  #showConsumables(): void {
    const { readings, consumables } = this;
    readings.spoolNumber = consumables.spoolNumber;
    readings.spoolKg = consumables.spoolKg;
    readings.tipHours = consumables.tipHours;
  }
}

const nozzleShare = 1 - Math.exp(-stepSeconds / nozzleTauS);

const settingOf = (process: WeldingProcess, setting: SettingId, isFront: boolean) => {
  const backShare = isFront ? 1 : backWireFeedShare;
  return {
    isEnabled: isFront || process.hasBackFace,
    wireFeedSetpointMPerMin:
      setting === 'reference'
        ? process.referenceWireFeedMPerMin
        : process.wireFeedMPerMin * backShare,
    gasFlowSetpointLPerMin: process.gasFlowLPerMin,
    stickOutMm: process.stickOutMm,
  };
};

/** Heat of one seam of either face as it is set, J/mm; 0 where no torch is. */
export const setSeamHeatJPerMm = (
  process: WeldingProcess,
  setting: SettingId,
): { readonly front: number; readonly back: number } => {
  const of = (isFront: boolean): number => {
    const { isEnabled, wireFeedSetpointMPerMin, stickOutMm } = settingOf(process, setting, isFront);
    if (!isEnabled) return 0;
    const currentA = arcCurrentA(wireFeedSetpointMPerMin, stickOutMm, process.melting);
    const powerW = currentA * synergicVoltageV(currentA, process);
    return (process.thermalEfficiency * powerW) / (process.travelSpeedMPerMin / 0.06);
  };
  return { front: of(true), back: of(false) };
};

/** By which the front face is set hotter than the back, J/mm of travel. */
export const setDifferenceJPerMm = (process: WeldingProcess, setting: SettingId): number => {
  const { front, back } = setSeamHeatJPerMm(process, setting);
  return (front - back) * (seamPlaces.length / 2);
};

export const nothingBad: ReadonlySet<string> = new Set();

const emptyReadings = (id: string): TorchReadings => ({
  id,
  arcOn: false,
  seamFound: false,
  isSeamAhead: false,
  isTracking: false,
  gasOk: false,
  isEnabled: true,
  isWireStuck: false,
  isManual: false,
  faultCode: torchFaults.none,
  currentA: 0,
  voltageV: 0,
  arcPowerW: 0,
  wireFeedMPerMin: 0,
  gasFlowLPerMin: 0,
  offsetYMm: 0,
  offsetZMm: 0,
  gapMm: 0,
  confidence: 0,
  stickOutMm: processes['135'].stickOutMm,
  slideYMm: 0,
  wireMotorA: 0,
  backPressureMbar: 0,
  nozzleCelsius: nominalAmbientCelsius,
  rmsCurrentA: 0,
  pulseHz: 0,
  peakA: 0,
  baseA: 0,
  shortsPerSecond: 0,
  beadLegMm: Number.NaN,
  spoolNumber: 1,
  spoolKg: 0,
  tipHours: 0,
  arcOnSeconds: 0,
  energyWh: 0,
  heatInputKjPerMm: 0,
  corrections: 0,
  interventions: 0,
  badSignals: nothingBad,
});
