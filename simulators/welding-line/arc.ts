import { ArNoise, streamKey, uniform } from './noise.ts';
import { arcCurrentA, meltedWireFeedMPerMin, nominal, synergicVoltageV } from './physics.ts';
import type { TorchReadings } from './readings.ts';

const slowSteps = 10;
const mediumSteps = 5;
const openCircuitVoltageV = 70;
const leastWireFeedMPerMin = 2;
const failureProbability = 0.002;
const maxAttempts = 3;
const retrySteps = 20;
const craterCurrentShare = 0.6;

export type ArcStep = {
  readonly step: number;
  readonly panelNumber: number;
  /** Steps since the ignition of this torch was due, negative before and outside the weld. */
  readonly dueSteps: number;
  readonly isCrater: boolean;
  /** Mean of u times i over the product of the means. */
  readonly pulsePowerRatio: number;
};

export type ArcInputs = {
  readonly isEnabled: boolean;
  readonly wireFeedSetpointMPerMin: number;
  readonly stickOutMm: number;
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
  readonly #waveform: ArNoise;
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
    this.#waveform = new ArNoise(streamKey(key, 8), 0.02);
  }

  get hasGivenUp(): boolean {
    return this.failedAttempts >= maxAttempts;
  }

  beginPanel(): void {
    this.failedAttempts = 0;
    this.#nextAttemptDueSteps = 0;
  }

  /** Writes the electrical values of this step; the readings already hold what the vision saw. */
  advance(machine: ArcStep, inputs: ArcInputs, readings: TorchReadings): void {
    const isWanted = machine.dueSteps >= 0 && inputs.isEnabled;
    const canBurn = isWanted && inputs.wireFeedSetpointMPerMin >= leastWireFeedMPerMin;
    if (!canBurn) readings.arcOn = false;
    else if (readings.arcOn) this.#arcSteps += 1;
    else this.#ignite(machine, readings);
    if (readings.arcOn) this.#burn(machine, inputs, readings);
    else rest(readings, isWanted);
  }

  #ignite({ dueSteps, panelNumber }: ArcStep, readings: TorchReadings): void {
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
  #burn(machine: ArcStep, inputs: ArcInputs, readings: TorchReadings): void {
    const { step } = machine;
    const setpointA = arcCurrentA(inputs.wireFeedSetpointMPerMin, nominal.stickOutMm);
    const wantedA = machine.isCrater ? craterCurrentShare * setpointA : setpointA;
    readings.wireFeedMPerMin =
      meltedWireFeedMPerMin(wantedA, nominal.stickOutMm) + this.#wireFeed.next(step);
    const stickOutMm = Math.max(inputs.stickOutMm + readings.offsetZMm, 1);
    const meltingA = arcCurrentA(readings.wireFeedMPerMin, stickOutMm);
    readings.currentA = meltingA * ignitionOvershoot(this.#arcSteps) + this.#current.next(step);
    readings.voltageV = synergicVoltageV(wantedA) + this.#voltage.next(step);
    readings.arcPowerW =
      readings.currentA * readings.voltageV * machine.pulsePowerRatio + this.#power.next(step);
    if (this.#arcSteps === 0 || step % mediumSteps === 0) {
      readings.wireMotorA = 1.6 * (readings.wireFeedMPerMin / 7) + this.#motor.next(step);
    }
    if (this.#arcSteps === 0 || step % slowSteps === 0) {
      readings.rmsCurrentA = readings.currentA * 1.28 * (1 + this.#waveform.next(step));
      readings.pulseHz = 180;
      readings.shortsPerSecond = Math.floor(3 * uniform(this.#shortsKey, step));
    }
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
  readings.shortsPerSecond = 0;
};

/** Share of the melting current: 30 % more for 0.2 s, settled within 1 s. */
const ignitionOvershoot = (arcSteps: number): number => {
  if (arcSteps < 2) return 1.3;
  return arcSteps < 10 ? 1 + 0.3 * Math.exp(-(arcSteps - 1) / 2.5) : 1;
};
