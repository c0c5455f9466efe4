import { Arc } from './arc.ts';
import { ArNoise, streamKey } from './noise.ts';
import { nominal } from './physics.ts';
import { type TorchReadings, torchCount, torchFaults, torchIds } from './readings.ts';
import { SeamTruth } from './seam-truth.ts';
import { Vision } from './vision.ts';

const stepSeconds = 0.1;
const slowSteps = 10;
const mediumSteps = 5;
/** The back torches are set to 2 % less heat: overhead, and heated from above by the front ones. */
const backWireFeedShare = 0.9793;
const seamLostFaultSteps = 5;
const noGasLPerMin = 12;
const lowGasLPerMin = 15;
const nozzleTauS = 60;

/** What the machine does in this step, as a torch needs to know it. */
export type MachineStep = {
  readonly step: number;
  readonly panelNumber: number;
  /** Steps since ignition began, -1 outside the weld. */
  readonly weldStep: number;
  readonly isCrater: boolean;
  readonly isSearching: boolean;
  /** True travel at the end of the step and within it, mm. */
  readonly positionMm: number;
  readonly travelMm: number;
  readonly ambientCelsius: number;
  readonly pulsePowerRatio: number;
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

/** One torch with its arc, gas, nozzle and vision, and the truth about its seam. */
export class Torch {
  readonly readings: TorchReadings;
  readonly inputs: TorchInputs;
  readonly isFront: boolean;
  truth = new SeamTruth();
  readonly #index: number;
  readonly #vision: Vision;
  readonly #arc: Arc;
  readonly #gas: ArNoise;
  readonly #nozzle: ArNoise;
  #nozzleMeanCelsius: number = nominal.ambientCelsius;

  constructor(seed: number, index: number) {
    this.#index = index;
    this.#vision = new Vision(seed, index);
    this.#arc = new Arc(seed, index);
    this.#gas = new ArNoise(streamKey(seed, 7, index), 0.2);
    this.#nozzle = new ArNoise(streamKey(seed, 8, index), 3);
    this.isFront = index < torchCount / 2;
    this.readings = emptyReadings(torchIds[index] as string);
    this.inputs = {
      isEnabled: true,
      wireFeedSetpointMPerMin: nominal.wireFeedMPerMin * (this.isFront ? 1 : backWireFeedShare),
      gasFlowSetpointLPerMin: nominal.gasFlowLPerMin,
      stickOutMm: nominal.stickOutMm,
      offsetYBiasMm: 0,
      isSeamVisible: true,
    };
  }

  beginPanel(panelNumber: number): void {
    this.truth = new SeamTruth();
    this.#vision.beginPanel(panelNumber);
    this.#arc.beginPanel();
    this.readings.arcOnSeconds = 0;
    this.readings.energyWh = 0;
    this.readings.heatInputKjPerMm = 0;
  }

  advance(machine: MachineStep): void {
    const { inputs, readings } = this;
    const isWelding = machine.weldStep >= 0;
    readings.isEnabled = inputs.isEnabled;
    readings.stickOutMm = inputs.stickOutMm;
    this.#vision.look({ ...machine, isWelding }, inputs, readings);
    const hadArc = readings.arcOn;
    // Each torch is lit 0.1 s after the one before it.
    const dueSteps = isWelding ? machine.weldStep - this.#index : -1;
    this.#arc.advance({ ...machine, dueSteps }, inputs, readings);
    if (readings.arcOn && !hadArc) this.truth.arcStarts += 1;
    this.#flowGas(machine);
    this.#warm(machine);
    readings.faultCode = isWelding && inputs.isEnabled ? this.#faultCode() : torchFaults.none;
    if (readings.arcOn) this.#account(machine);
  }

  #flowGas({ step, weldStep }: MachineStep): void {
    const { readings, inputs } = this;
    const flow = weldStep >= 0 && inputs.isEnabled ? inputs.gasFlowSetpointLPerMin : 0;
    if (flow === 0) {
      readings.gasFlowLPerMin = 0;
    } else if (weldStep === 0 || step % mediumSteps === 0) {
      readings.gasFlowLPerMin = Math.max(0, flow + this.#gas.next(step));
    }
    readings.gasOk = readings.gasFlowLPerMin >= lowGasLPerMin;
  }

  #warm({ step, ambientCelsius }: MachineStep): void {
    const { readings } = this;
    const target = readings.arcOn ? (this.isFront ? 215 : 225) : ambientCelsius;
    this.#nozzleMeanCelsius += (target - this.#nozzleMeanCelsius) * nozzleShare;
    if (step % slowSteps !== 0) return;
    readings.nozzleCelsius = this.#nozzleMeanCelsius;
    if (readings.arcOn) readings.nozzleCelsius += this.#nozzle.next(step);
  }

  #faultCode(): number {
    const { readings } = this;
    if (this.#arc.hasGivenUp) return torchFaults.noArc;
    if (this.#arc.failedAttempts > 0) return torchFaults.ignitionFailed;
    if (this.#vision.lostSteps > seamLostFaultSteps) return torchFaults.seamLost;
    if (readings.arcOn && readings.gasFlowLPerMin < noGasLPerMin) return torchFaults.gasLow;
    return torchFaults.none;
  }

  #account({ travelMm }: MachineStep): void {
    const { readings, truth } = this;
    truth.arcEnergyJ += readings.arcPowerW * stepSeconds;
    truth.arcOnSteps += 1;
    truth.arcOnLengthMm += travelMm;
    if (readings.seamFound) {
      truth.addTrackingError(Math.hypot(readings.offsetYMm, readings.offsetZMm));
    } else {
      truth.seamLostSteps += 1;
    }
    readings.arcOnSeconds = truth.arcOnSteps / 10;
    readings.energyWh = truth.arcEnergyJ / 3600;
    readings.heatInputKjPerMm = truth.heatInputKjPerMm;
  }
}

const nozzleShare = 1 - Math.exp(-stepSeconds / nozzleTauS);

const emptyReadings = (id: string): TorchReadings => ({
  id,
  arcOn: false,
  seamFound: false,
  isTracking: false,
  gasOk: false,
  isEnabled: true,
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
  stickOutMm: nominal.stickOutMm,
  wireMotorA: 0,
  nozzleCelsius: nominal.ambientCelsius,
  rmsCurrentA: 0,
  pulseHz: 0,
  shortsPerSecond: 0,
  arcOnSeconds: 0,
  energyWh: 0,
  heatInputKjPerMm: 0,
});
