import type { WeldFault } from '../faults/weld-faults.ts';
import type { JsonObject } from '../plant.ts';
import { GasSupply } from './consumables.ts';
import { Cycle } from './cycle.ts';
import { Deformation, frameEveryMm } from './deformation.ts';
import { Failures } from './failures/failures.ts';
import { ArNoise, streamKey } from './noise.ts';
import { Operation } from './operation.ts';
import { jobIdOf, PanelIds } from './panel-id.ts';
import { axialShrinkageMm, nominalAmbientCelsius } from './physics.ts';
import { type ProcessId, processes, type SettingId, type WeldingProcess } from './process.ts';
import {
  emptyLine,
  type LineReadings,
  type ProfileReadings,
  type TorchReadings,
  torchCount,
} from './readings.ts';
import { setDifferenceJPerMm, Torch, type TorchInputs } from './torch.ts';
import { PanelEvents } from './truth/events.ts';
import { faceHeat, panelTotals, panelTruth } from './truth/panel-truth.ts';
import { ProfileTruth } from './truth/profile-truth.ts';
import type { SeamTruth } from './truth/seam-truth.ts';
import { energyAtStartWh, Utilities } from './utilities.ts';

const stepMs = 100;
const stepSeconds = stepMs / 1000;
const slowSteps = 10;
const ambientLimitCelsius = 50;
const coolantLimitLPerMin = 40;
const deformationLimitMm = 6;
const travelDeviationShare = 0.05;

/** Inputs of the machine that an override can change. */
export type LineInputs = {
  travelSpeedSetpointMPerMin: number;
  /** Real speed over setpoint: a slipping drive. */
  travelSpeedFactor: number;
  ambientBaseCelsius: number;
  /** Flow of the fume extraction over what it is built for: a clogged filter, a worn fan. */
  fumeExtractionShare: number;
  /** Mean of u times i over the product of the means; 1 as for a smooth arc, up to 1.19 when pulsed. */
  pulsePowerRatio: number;
};

export type LineModelOptions = {
  readonly seed: number;
  readonly startMs: number;
  readonly panelLengthMm: number;
};

/** A finished panel: its truth, and the parts of it that are asked for one by one. */
type FinishedPanel = {
  readonly truth: JsonObject;
  readonly seams: ReadonlyMap<string, SeamTruth>;
  readonly profile: ProfileTruth;
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
    travelSpeedSetpointMPerMin: processes['135'].travelSpeedMPerMin,
    travelSpeedFactor: 1,
    ambientBaseCelsius: nominalAmbientCelsius,
    fumeExtractionShare: 1,
    pulsePowerRatio: 1,
  };
  readonly operation = new Operation();
  readonly #options: LineModelOptions;
  readonly #firstStep: number;
  readonly #cycle = new Cycle();
  readonly #torches: readonly Torch[];
  readonly #deformation: Deformation;
  readonly #utilities: Utilities;
  readonly #failures: Failures;
  readonly #gas: GasSupply;
  readonly #panelIds = new PanelIds();
  readonly #speedNoise: ArNoise;
  readonly #encoderNoise: ArNoise;
  readonly #listeners = new Set<() => void>();
  #process: WeldingProcess = processes['135'];
  #nextProcess: WeldingProcess | undefined;
  #setting: SettingId = 'nominal';
  #events = new PanelEvents();
  #frames = new ProfileTruth();
  #weldSteps = 0;
  #mannedSteps = 0;
  #weldEnergyJ = 0;
  #gasTakenM3 = 0;
  #panelsFinished = 0;
  #lastPanel: FinishedPanel | undefined;

  constructor(options: LineModelOptions) {
    const { seed, startMs, panelLengthMm } = options;
    this.#options = options;
    this.#firstStep = Math.floor(startMs / stepMs);
    this.#torches = Array.from(
      { length: torchCount },
      (_, index) => new Torch(seed, index, panelLengthMm),
    );
    this.torches = this.#torches.map((torch) => torch.readings);
    this.#deformation = new Deformation(seed);
    this.profile = this.#deformation.readings;
    this.#utilities = new Utilities(seed);
    this.#failures = new Failures(seed);
    this.#gas = new GasSupply(seed);
    this.#speedNoise = new ArNoise(streamKey(seed, 9), 0.004);
    this.#encoderNoise = new ArNoise(streamKey(seed, 10), 0.2);
    this.line = emptyLine(this.#firstStep * stepMs, energyAtStartWh);
    this.#nameParts();
    this.#advanceStep(0);
  }

  get panelLengthMm(): number {
    return this.#options.panelLengthMm;
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

  /** Another welding process, from now on where no panel is being welded, and from the next panel on else. */
  setProcess(id: ProcessId): void {
    this.#nextProcess = processes[id];
    if (!this.#cycle.isWelding) this.#takeProcess();
  }

  /** Sets all torches as the setting has it. */
  setSetting(setting: SettingId): void {
    this.#setting = setting;
    for (const torch of this.#torches) torch.set(this.#process, setting);
  }

  /** The failures of the weld that hold from the next step on, each only where it is meant to. */
  setFailures(faults: readonly WeldFault[]): void {
    this.#failures.set(faults, this.#events);
  }

  /** Of the next panel, if it is loaded today. */
  get nextPanelId(): string {
    return this.#panelIds.expected(this.line.timeMs);
  }

  /** The truth of the panel before, frozen when its arcs went out; undefined before the first. */
  get lastPanelTruth(): JsonObject | undefined {
    return this.#lastPanel?.truth;
  }

  truth(): JsonObject {
    return {
      phase: this.line.phase,
      operation: this.operation.summary(),
      stepTimeMs: this.line.timeMs,
      panelLengthMm: this.#options.panelLengthMm,
      panelsStarted: this.#cycle.panelNumber,
      panelsFinished: this.#panelsFinished,
      travelSpeedMPerMin: this.line.travelSpeedMPerMin,
      travelSpeedSetpointMPerMin: this.line.travelSpeedSetpointMPerMin,
      linePowerKw: this.line.linePowerKw,
      energyWh: this.line.energyWh,
      ambientCelsius: this.#utilities.ambientCelsius,
      panel: this.#panelTruth(),
      lastPanel: this.#lastPanel?.truth ?? null,
    };
  }

  /** Bins of one seam of the present panel or of the last one; undefined where there are none. */
  binTruth(id: string, which: 'panel' | 'lastPanel'): JsonObject | undefined {
    const seam =
      which === 'panel'
        ? this.#torches.find(({ readings }) => readings.id === id)?.truth
        : this.#lastPanel?.seams.get(id);
    return seam?.bins.summary();
  }

  /** All profile frames of the present panel or of the last one; undefined where there is none. */
  profileTruth(which: 'panel' | 'lastPanel'): JsonObject | undefined {
    const frames = which === 'panel' ? this.#frames : this.#lastPanel?.profile;
    return frames?.summary();
  }

  #advanceStep(step: number): void {
    const { line, inputs } = this;
    const cycle = this.#cycle;
    const wasWelding = cycle.isWelding;
    const phaseBefore = cycle.phase;
    line.step = step;
    line.timeMs = (this.#firstStep + step) * stepMs;
    const setpointMmPerS = inputs.travelSpeedSetpointMPerMin / 0.06;
    this.#operate();
    if (!cycle.isHeld && cycle.advance(this.#options.panelLengthMm, setpointMmPerS)) {
      this.#beginPanel();
    }
    line.travelSpeedSetpointMPerMin = inputs.travelSpeedSetpointMPerMin;
    this.operation.show(line, cycle.phase);
    this.#failures.advance({ step, ...this.#whereabouts() }, this.#events);
    this.#advanceTorches(step, this.#travel(step));
    this.#utilities.advance(
      {
        step,
        torches: this.torches,
        ambientBaseCelsius: inputs.ambientBaseCelsius,
        fumeExtractionShare: inputs.fumeExtractionShare,
        isClamped: cycle.phase !== 'load' && cycle.phase !== 'unload',
        coolantShare: this.#failures.coolantShare,
      },
      line,
    );
    if (cycle.isWelding) this.#weldEnergyJ += line.linePowerKw * 1000 * stepSeconds;
    this.#measureProfile();
    if (step % slowSteps === 0 || cycle.isWelding !== wasWelding) this.#showTotals();
    if (cycle.phase === 'scan' && phaseBefore !== 'scan') this.#finishPanel();
    this.#checkLimits();
    this.#failures.show(this.torches, line);
    for (const listener of this.#listeners) listener();
  }

  /** Lets the cycle stand while the line is there for something else. */
  #operate(): void {
    const cycle = this.#cycle;
    const before = this.operation.now;
    if (!this.operation.advance(cycle.phase)) return;
    const { now } = this.operation;
    cycle.isHeld = now !== 'automatic';
    if (before !== 'automatic') this.#events.end(before, cycle.positionMm);
    if (now !== 'automatic') this.#events.begin(now, cycle.positionMm);
  }

  #whereabouts() {
    const { panelNumber, positionMm, isWelding } = this.#cycle;
    return { panelNumber, positionMm, isWelding };
  }

  #beginPanel(): void {
    const { panelNumber } = this.#cycle;
    this.#takeProcess();
    this.#nameParts();
    this.#events = new PanelEvents();
    this.#frames = new ProfileTruth();
    this.#deformation.beginPanel(panelNumber);
    this.#failures.beginPanel();
    this.operation.beginPanel(panelNumber);
    this.#weldSteps = 0;
    this.#mannedSteps = 0;
    this.#weldEnergyJ = 0;
    this.#gasTakenM3 = 0;
    for (const [index, torch] of this.#torches.entries()) {
      if (torch.consumables.service()) {
        this.#failures.changeTip(index);
        this.#events.add('tip-change', 0, { torch: torch.readings.id });
      }
      torch.beginPanel(panelNumber, this.#options.panelLengthMm, this.#process);
    }
  }

  #takeProcess(): void {
    const process = this.#nextProcess;
    this.#nextProcess = undefined;
    if (process === undefined || process === this.#process) return;
    this.#process = process;
    this.inputs.travelSpeedSetpointMPerMin = process.travelSpeedMPerMin;
    this.line.process = process.id;
    this.line.wps = process.wps;
    this.line.gasBatch = process.gasFlowLPerMin > 0 ? this.#gas.batch : '';
    for (const torch of this.#torches) {
      torch.set(process, this.#setting);
      torch.beginPanel(this.#cycle.panelNumber, this.#options.panelLengthMm, process);
    }
  }

  #nameParts(): void {
    const { line } = this;
    line.panelId = this.#panelIds.next(line.timeMs);
    line.jobId = jobIdOf(line.panelId);
    line.process = this.#process.id;
    line.wps = this.#process.wps;
    line.gasBatch = this.#process.gasFlowLPerMin > 0 ? this.#gas.batch : '';
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
        this.#failures.speedShare *
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
      isWelding: cycle.isWelding,
      isCrater: cycle.phase === 'crater',
      isSearching: cycle.isWelding || (cycle.phase === 'find' && !cycle.isHeld),
      positionMm: cycle.positionMm,
      travelMm,
      ambientCelsius: this.#utilities.ambientCelsius,
      pulsePowerRatio: this.inputs.pulsePowerRatio,
      process: this.#process,
      events: this.#events,
    };
    for (const [index, torch] of this.#torches.entries()) {
      torch.advance(machine, this.#failures.effectsOn(index));
    }
    const isManned = this.torches.some(({ isManual }) => isManual);
    if (isManned && this.torches.some(({ arcOn }) => arcOn)) this.#mannedSteps += 1;
  }

  #measureProfile(): void {
    const { isWelding, positionMm } = this.#cycle;
    if (!isWelding || !this.#deformation.isDue(positionMm)) return;
    const frameMm = (this.#deformation.frameCount + 1) * frameEveryMm;
    this.#deformation.measure(positionMm, this.#options.panelLengthMm, {
      heat: faceHeat(this.#torches, this.#process),
      setDifferenceJPerMm: setDifferenceJPerMm(this.#process, this.#setting),
      pits: this.#failures.pitsAt(frameMm, frameEveryMm),
    });
    this.#frames.add(this.profile, this.#deformation.bowMm);
  }

  #showTotals(): void {
    const { line } = this;
    const totals = panelTotals(this.#torches);
    const heat = faceHeat(this.#torches, this.#process);
    Object.assign(line, totals);
    line.fluxKg = totals.wireKg * this.#process.fluxPerWireKg;
    line.shrinkageMm = axialShrinkageMm(heat.frontJ + heat.backJ);
    const taken = totals.gasM3 - this.#gasTakenM3;
    this.#gasTakenM3 = totals.gasM3;
    if (taken <= 0 || !this.#gas.take(taken)) return;
    line.gasBatch = this.#gas.batch;
    this.#events.add('gas-batch-change', this.#cycle.positionMm, { batch: this.#gas.batch });
  }

  #finishPanel(): void {
    this.#panelsFinished += 1;
    this.#lastPanel = {
      truth: this.#panelTruth(),
      seams: new Map(this.#torches.map(({ readings, truth }) => [readings.id, truth])),
      profile: this.#frames,
    };
  }

  #checkLimits(): void {
    const { alarms, travelSpeedMPerMin, travelSpeedSetpointMPerMin } = this.line;
    const deviation = Math.abs(travelSpeedMPerMin - travelSpeedSetpointMPerMin);
    alarms.travelSpeedDeviation =
      this.#cycle.isWelding && deviation > travelDeviationShare * travelSpeedSetpointMPerMin;
    alarms.ambientHigh = this.line.ambientCelsius > ambientLimitCelsius;
    alarms.coolantLow = this.line.coolantLPerMin < coolantLimitLPerMin;
    alarms.deformation = this.#deformation.maxAbsMm > deformationLimitMm;
  }

  #panelTruth(): JsonObject {
    return panelTruth({
      ...{ line: this.line, torches: this.#torches },
      deformation: this.#deformation,
      events: this.#events,
      process: this.#process,
      positionMm: this.#cycle.positionMm,
      ...{ weldSteps: this.#weldSteps, mannedSteps: this.#mannedSteps },
      weldEnergyJ: this.#weldEnergyJ,
    });
  }
}
