import type { TorchEffects } from './failures/effects.ts';
import { ArNoise, streamKey, uniform } from './noise.ts';
import { arcCurrentA, meltedWireFeedMPerMin, synergicVoltageV } from './physics.ts';
import type { WeldingProcess } from './process.ts';
import type { TorchReadings } from './readings.ts';

const slowSteps = 10;
const mediumSteps = 5;
const openCircuitVoltageV = 70;
const leastWireFeedShare = 2 / 7;
const failureProbability = 0.002;
const maxAttempts = 3;
const retrySteps = 20;
const craterCurrentShare = 0.6;

export type ArcStep = {
  readonly step: number;
  readonly panelNumber: number;
  readonly isCrater: boolean;
  /** Mean of u times i over the product of the means. */
  readonly pulsePowerRatio: number;
  readonly process: WeldingProcess;
};

export type ArcInputs = {
  readonly isEnabled: boolean;
  readonly wireFeedSetpointMPerMin: number;
  readonly stickOutMm: number;
};

/** What is set on the power source for a wire feed; computed once for each setting. */
type Setting = {
  readonly process: WeldingProcess;
  readonly wireFeedMPerMin: number;
  readonly isCrater: boolean;
  readonly meltedMPerMin: number;
  readonly voltageV: number;
};

/** The arc of one torch with its power source and wire feeder. */
export class Arc {
  failedAttempts = 0;
  readonly #ignitionKey: number;
  readonly #shortsKey: number;
  readonly #current: ArNoise;
  readonly #voltage: ArNoise;
  readonly #power: ArNoise;
  readonly #wireFeed: ArNoise;
  readonly #motor: ArNoise;
  /** Of rms, frequency, peak and base: each is measured for itself. */
  readonly #waveform: readonly [ArNoise, ArNoise, ArNoise, ArNoise];
  #setting: Setting | undefined;
  #nextAttemptDueSteps = 0;
  #arcSteps = 0;

  constructor(seed: number, index: number) {
    const key = streamKey(seed, 6, index);
    this.#ignitionKey = streamKey(key, 1);
    this.#shortsKey = streamKey(key, 2);
    // With what stick-out and wire feed add, sigma of the current is 2.3 A, and of the power 80 W.
    this.#current = new ArNoise(streamKey(key, 3), 2.127);
    this.#voltage = new ArNoise(streamKey(key, 4), 0.15);
    this.#power = new ArNoise(streamKey(key, 5), 41);
    this.#wireFeed = new ArNoise(streamKey(key, 6), 0.03);
    this.#motor = new ArNoise(streamKey(key, 7), 0.08);
    const feature = (index: number): ArNoise => new ArNoise(streamKey(key, 8, index), 0.02);
    this.#waveform = [feature(1), feature(2), feature(3), feature(4)];
  }

  get hasGivenUp(): boolean {
    return this.failedAttempts >= maxAttempts;
  }

  beginPanel(): void {
    this.failedAttempts = 0;
    this.#nextAttemptDueSteps = 0;
  }

  /**
   * Writes the electrical values of this step; the readings already hold what the vision saw.
   * `dueSteps`: since the ignition of this torch was due, negative before and outside the weld.
   */
  advance(
    machine: ArcStep,
    dueSteps: number,
    torch: { inputs: ArcInputs; effects: Readonly<TorchEffects>; readings: TorchReadings },
  ): void {
    const { inputs, effects, readings } = torch;
    const isWanted = dueSteps >= 0 && inputs.isEnabled;
    const wireFeed = inputs.wireFeedSetpointMPerMin * effects.wireFeedShare;
    const leastWireFeed = leastWireFeedShare * machine.process.wireFeedMPerMin;
    if (!isWanted || effects.isArcOut || wireFeed < leastWireFeed) {
      readings.arcOn = false;
    } else if (readings.arcOn) {
      this.#arcSteps += 1;
    } else {
      this.#ignite(machine, dueSteps, readings);
    }
    readings.isWireStuck = effects.isWireStuck;
    if (readings.arcOn) this.#burn(machine, torch);
    else rest(readings, isWanted);
    if (isWanted && effects.isWireStuck) readings.wireMotorA = 1.6 * effects.motorShare;
  }

  #ignite({ panelNumber }: ArcStep, dueSteps: number, readings: TorchReadings): void {
    if (this.hasGivenUp || dueSteps < this.#nextAttemptDueSteps) return;
    if (uniform(streamKey(this.#ignitionKey, panelNumber), dueSteps) < failureProbability) {
      this.failedAttempts += 1;
      this.#nextAttemptDueSteps = dueSteps + retrySteps;
      return;
    }
    readings.arcOn = true;
    this.#arcSteps = 0;
    this.failedAttempts = 0;
  }

  /** Wire feed and stick-out set the current by the melting equation. */
  #burn(
    machine: ArcStep,
    torch: { inputs: ArcInputs; effects: Readonly<TorchEffects>; readings: TorchReadings },
  ): void {
    const { inputs, effects, readings } = torch;
    const { step, process } = machine;
    const { melting } = process;
    const setting = this.#settingFor(machine, inputs.wireFeedSetpointMPerMin);
    const feed = setting.meltedMPerMin + this.#wireFeed.next(step);
    readings.wireFeedMPerMin = feed * effects.wireFeedShare;
    readings.stickOutMm = Math.max(inputs.stickOutMm + readings.offsetZMm, 1);
    const meltingA = arcCurrentA(readings.wireFeedMPerMin, readings.stickOutMm, melting);
    readings.currentA =
      meltingA * ignitionOvershoot(this.#arcSteps) * effects.currentShare +
      effects.currentA +
      this.#current.next(step) * effects.currentSigmaShare;
    readings.voltageV =
      setting.voltageV + effects.voltageV + this.#voltage.next(step) * effects.voltageSigmaShare;
    readings.arcPowerW =
      readings.currentA * readings.voltageV * machine.pulsePowerRatio + this.#power.next(step);
    this.#showSlowly(machine, effects, readings);
  }

  #showSlowly(
    { step, process }: ArcStep,
    effects: Readonly<TorchEffects>,
    readings: TorchReadings,
  ): void {
    const isFirst = this.#arcSteps === 0;
    if (isFirst || step % mediumSteps === 0) {
      const share = readings.wireFeedMPerMin / process.wireFeedMPerMin;
      readings.wireMotorA = (1.6 * share + this.#motor.next(step)) * effects.motorShare;
    }
    if (!isFirst && step % slowSteps !== 0) return;
    const [rms, pulse, peak, base] = this.#waveform;
    readings.rmsCurrentA = readings.currentA * process.rmsShown * (1 + rms.next(step));
    readings.pulseHz = process.pulseHz * (1 + pulse.next(step));
    readings.peakA = process.peakA * (1 + peak.next(step));
    readings.baseA = process.baseA * (1 + base.next(step));
    readings.shortsPerSecond = Math.floor(3 * uniform(this.#shortsKey, step));
  }

  #settingFor({ process, isCrater }: ArcStep, wireFeedMPerMin: number): Setting {
    const present = this.#setting;
    if (
      present?.wireFeedMPerMin === wireFeedMPerMin &&
      present.isCrater === isCrater &&
      present.process === process
    ) {
      return present;
    }
    const { melting, stickOutMm } = process;
    const setpointA = arcCurrentA(wireFeedMPerMin, stickOutMm, melting);
    const wantedA = isCrater ? craterCurrentShare * setpointA : setpointA;
    this.#setting = {
      process,
      wireFeedMPerMin,
      isCrater,
      meltedMPerMin: meltedWireFeedMPerMin(wantedA, stickOutMm, melting),
      voltageV: synergicVoltageV(wantedA, process),
    };
    return this.#setting;
  }
}

/** Without arc a source that is asked for one shows its open-circuit voltage. */
const rest = (readings: TorchReadings, isWanted: boolean): void => {
  readings.currentA = 0;
  readings.voltageV = isWanted ? openCircuitVoltageV : 0;
  readings.arcPowerW = 0;
  readings.wireFeedMPerMin = 0;
  readings.wireMotorA = 0;
  readings.rmsCurrentA = 0;
  readings.pulseHz = 0;
  readings.peakA = 0;
  readings.baseA = 0;
  readings.shortsPerSecond = 0;
};

/** Share of the melting current: 30 % more for 0.2 s, settled within 1 s. */
const ignitionOvershoot = (arcSteps: number): number => {
  if (arcSteps < 2) return 1.3;
  return arcSteps < 10 ? 1 + 0.3 * Math.exp(-(arcSteps - 1) / 2.5) : 1;
};
