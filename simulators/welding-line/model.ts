import type { JsonObject } from '../plant.ts';
import { Cycle } from './cycle.ts';
import { Deformation } from './deformation.ts';
import { ArNoise, streamKey } from './noise.ts';
import { PanelIds } from './panel-id.ts';
import { heatBalanceIndex, linePowerW, nominal } from './physics.ts';
import type { LineReadings, ProfileReadings, TorchReadings } from './readings.ts';
import { torchCount } from './readings.ts';
import { Torch, type TorchInputs } from './torch.ts';

const stepMs = 100;
const stepSeconds = stepMs / 1000;
const slowSteps = 10;
const ambientTauS = 720;
const ambientRiseCelsius = 24;
const ambientLimitCelsius = 50;
const deformationLimitMm = 6;
const travelDeviationShare = 0.05;
/** A little below 2^32, so that a reader of 32 bits fails within the first panels. */
const energyAtStartWh = 4_294_900_000;

/** Inputs of the machine that an override can change. */
export type LineInputs = {
  travelSpeedSetpointMPerMin: number;
  /** Real speed over setpoint: a slipping drive. */
  travelSpeedFactor: number;
  ambientBaseCelsius: number;
  /** Mean of u times i over the product of the means; 1 as for a smooth arc, up to 1.19 when pulsed. */
  pulsePowerRatio: number;
};

export type LineModelOptions = {
  readonly seed: number;
  readonly startMs: number;
  readonly panelLengthMm: number;
};

/**
 * The water-wall welding line in steps of 100 ms, aligned to UTC. It holds the values of one
 * step: the one that contains the instant last advanced to. Truth includes that step whole.
 * The first panel is already clamped: the cycle begins with finding the seams.
 */
export class WeldingLine {
  readonly line: LineReadings;
  readonly profile: ProfileReadings;
  readonly torches: readonly TorchReadings[];
  readonly inputs: LineInputs = {
    travelSpeedSetpointMPerMin: nominal.travelSpeedMPerMin,
    travelSpeedFactor: 1,
    ambientBaseCelsius: nominal.ambientCelsius,
    pulsePowerRatio: 1,
  };
  readonly #options: LineModelOptions;
  readonly #firstStep: number;
  readonly #cycle = new Cycle();
  readonly #torches: readonly Torch[];
  readonly #deformation: Deformation;
  readonly #panelIds = new PanelIds();
  readonly #speedNoise: ArNoise;
  readonly #encoderNoise: ArNoise;
  readonly #auxiliaryNoise: ArNoise;
  readonly #listeners = new Set<() => void>();
  #ambientCelsius: number = nominal.ambientCelsius;
  #importedJ = 0;
  #weldSteps = 0;
  #panelsFinished = 0;
  #lastPanel: JsonObject | null = null;

  constructor(options: LineModelOptions) {
    const { seed, startMs } = options;
    this.#options = options;
    this.#firstStep = Math.floor(startMs / stepMs);
    this.#torches = Array.from({ length: torchCount }, (_, index) => new Torch(seed, index));
    this.torches = this.#torches.map((torch) => torch.readings);
    this.#deformation = new Deformation(seed);
    this.profile = this.#deformation.readings;
    this.#speedNoise = new ArNoise(streamKey(seed, 9), 0.004);
    this.#encoderNoise = new ArNoise(streamKey(seed, 10), 0.2);
    this.#auxiliaryNoise = new ArNoise(streamKey(seed, 11), 100);
    this.line = {
      timeMs: this.#firstStep * stepMs,
      step: 0,
      phase: this.#cycle.phase,
      panelId: this.#panelIds.next(startMs),
      positionMm: 0,
      travelSpeedMPerMin: 0,
      travelSpeedSetpointMPerMin: this.inputs.travelSpeedSetpointMPerMin,
      ambientCelsius: nominal.ambientCelsius,
      linePowerKw: 0,
      energyWh: energyAtStartWh,
      alarms: { travelSpeedDeviation: false, ambientHigh: false, deformation: false },
    };
    this.#advanceStep(0);
  }

  /** Computes every step up to the one that contains `nowMs`, UTC epoch ms; an earlier instant changes nothing. */
  advanceTo(nowMs: number): void {
    const target = Math.floor(nowMs / stepMs) - this.#firstStep;
    while (this.line.step < target) this.#advanceStep(this.line.step + 1);
  }

  /** Calls back after every step, in order, also within a jump; the result ends the subscription. */
  onStep(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Inputs of the torch with this id, to be changed by overrides; undefined where there is none. */
  torchInputs(id: string): TorchInputs | undefined {
    return this.#torches.find((torch) => torch.readings.id === id)?.inputs;
  }

  truth(): JsonObject {
    return {
      phase: this.line.phase,
      stepTimeMs: this.line.timeMs,
      panelLengthMm: this.#options.panelLengthMm,
      panelsStarted: this.#cycle.panelNumber,
      panelsFinished: this.#panelsFinished,
      travelSpeedMPerMin: this.line.travelSpeedMPerMin,
      travelSpeedSetpointMPerMin: this.line.travelSpeedSetpointMPerMin,
      linePowerKw: this.line.linePowerKw,
      energyWh: this.line.energyWh,
      ambientCelsius: this.#ambientCelsius,
      panel: this.#panelTruth(),
      lastPanel: this.#lastPanel,
    };
  }

  #advanceStep(step: number): void {
    const { line, inputs } = this;
    const cycle = this.#cycle;
    const wasWelding = cycle.isWelding;
    line.step = step;
    line.timeMs = (this.#firstStep + step) * stepMs;
    line.travelSpeedSetpointMPerMin = inputs.travelSpeedSetpointMPerMin;
    const setpointMmPerS = inputs.travelSpeedSetpointMPerMin / 0.06;
    if (cycle.advance(this.#options.panelLengthMm, setpointMmPerS)) this.#beginPanel();
    line.phase = cycle.phase;
    const travelMm = this.#travel(step);
    this.#advanceTorches(step, travelMm);
    if (cycle.isWelding) {
      this.#deformation.advance(cycle.positionMm, this.#options.panelLengthMm, this.#faceEnergy());
    } else if (wasWelding) {
      this.#panelsFinished += 1;
      this.#lastPanel = this.#panelTruth();
    }
    this.#advanceUtilities(step);
    this.#checkLimits();
    for (const listener of this.#listeners) listener();
  }

  #beginPanel(): void {
    const { panelNumber } = this.#cycle;
    this.line.panelId = this.#panelIds.next(this.line.timeMs);
    this.#deformation.beginPanel(panelNumber);
    this.#weldSteps = 0;
    for (const torch of this.#torches) torch.beginPanel(panelNumber);
  }

  /** Moves the panel and returns the true travel of the step in mm. */
  #travel(step: number): number {
    const { line, inputs } = this;
    const cycle = this.#cycle;
    const from = cycle.positionMm;
    line.travelSpeedMPerMin = 0;
    if (cycle.isWelding) {
      this.#weldSteps += 1;
      line.travelSpeedMPerMin =
        inputs.travelSpeedSetpointMPerMin *
        inputs.travelSpeedFactor *
        (1 + this.#speedNoise.next(step));
      cycle.positionMm += (line.travelSpeedMPerMin / 0.06) * stepSeconds;
    }
    line.positionMm = cycle.positionMm;
    if (cycle.positionMm > 0) line.positionMm += this.#encoderNoise.next(step);
    return cycle.positionMm - from;
  }

  #advanceTorches(step: number, travelMm: number): void {
    const cycle = this.#cycle;
    const machine = {
      step,
      panelNumber: cycle.panelNumber,
      weldStep: cycle.weldStep,
      isCrater: cycle.phase === 'crater',
      isSearching: cycle.isWelding || cycle.phase === 'find',
      positionMm: cycle.positionMm,
      travelMm,
      ambientCelsius: this.#ambientCelsius,
      pulsePowerRatio: this.inputs.pulsePowerRatio,
    };
    for (const torch of this.#torches) torch.advance(machine);
  }

  #advanceUtilities(step: number): void {
    const { line } = this;
    let arcPowerW = 0;
    let arcs = 0;
    for (const torch of this.torches) {
      arcPowerW += torch.arcPowerW;
      if (torch.arcOn) arcs += 1;
    }
    const powerW = linePowerW(arcPowerW) + this.#auxiliaryNoise.next(step);
    line.linePowerKw = powerW / 1000;
    this.#importedJ += powerW * stepSeconds;
    line.energyWh = energyAtStartWh + this.#importedJ / 3600;
    const target = this.inputs.ambientBaseCelsius + (ambientRiseCelsius * arcs) / torchCount;
    this.#ambientCelsius += (target - this.#ambientCelsius) * ambientShare;
    if (step % slowSteps === 0) line.ambientCelsius = this.#ambientCelsius;
  }

  #checkLimits(): void {
    const { alarms, travelSpeedMPerMin, travelSpeedSetpointMPerMin } = this.line;
    const deviation = Math.abs(travelSpeedMPerMin - travelSpeedSetpointMPerMin);
    alarms.travelSpeedDeviation =
      this.#cycle.isWelding && deviation > travelDeviationShare * travelSpeedSetpointMPerMin;
    alarms.ambientHigh = this.line.ambientCelsius > ambientLimitCelsius;
    alarms.deformation = this.#deformation.maxAbsMm > deformationLimitMm;
  }

  #faceEnergy(): { frontJ: number; backJ: number } {
    let frontJ = 0;
    let backJ = 0;
    for (const torch of this.#torches) {
      if (torch.isFront) frontJ += torch.truth.arcEnergyJ;
      else backJ += torch.truth.arcEnergyJ;
    }
    return { frontJ, backJ };
  }

  #panelTruth(): JsonObject {
    const { frontJ, backJ } = this.#faceEnergy();
    const weldSeconds = this.#weldSteps / 10;
    const seams: Record<string, JsonObject> = {};
    for (const torch of this.#torches) seams[torch.readings.id] = torch.truth.summary();
    return {
      id: this.line.panelId,
      positionMm: this.#cycle.positionMm,
      weldSeconds,
      meanTravelSpeedMPerMin: weldSeconds > 0 ? (this.#cycle.positionMm / weldSeconds) * 0.06 : 0,
      heatBalanceIndex: heatBalanceIndex(frontJ, backJ),
      profileFrames: this.#deformation.frameCount,
      maxAbsZMm: this.#deformation.maxAbsMm,
      seams,
    };
  }
}

const ambientShare = 1 - Math.exp(-stepSeconds / ambientTauS);
