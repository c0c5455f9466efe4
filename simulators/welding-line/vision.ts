import type { TorchEffects } from './failures/effects.ts';
import { lookAheadMm } from './geometry.ts';
import { LookAhead, type Sight } from './look-ahead.ts';
import { ArNoise, normal, streamKey, uniform } from './noise.ts';
import type { TorchReadings } from './readings.ts';
import { Seam } from './seam.ts';
import { Slide } from './slide.ts';

const stepSeconds = 0.1;
const walkMmPerRootS = 0.3;
const lagShare = Math.exp(-stepSeconds / 0.15);
const visionDelayS = 0.06;
/** How far the operator's hand is off the middle of the seam, mm. */
const handOffsetMm = 0.1;

export type VisionStep = {
  readonly step: number;
  /** The vision looks at the seam. */
  readonly isSearching: boolean;
  readonly isWelding: boolean;
  /** True travel at the end of the step and within it, mm. */
  readonly positionMm: number;
  readonly travelMm: number;
};

export type VisionInputs = { readonly offsetYBiasMm: number; readonly isSeamVisible: boolean };

/**
 * The 3D vision of one seam, a look-ahead before its torch, and the slide that moves the torch after
 * what was seen of its place. All that it writes but `isSeamAhead` is of the place under the torch.
 */
export class Vision {
  /** Steps since the torch was last over a place that had been seen. */
  lostSteps = 0;
  readonly slide = new Slide();
  readonly #ahead = new LookAhead();
  readonly #seed: number;
  readonly #index: number;
  readonly #walkKey: number;
  readonly #firstConfidenceKey: number;
  readonly #secondConfidenceKey: number;
  readonly #offsetY: ArNoise;
  readonly #offsetZ: ArNoise;
  readonly #gap: ArNoise;
  #seam: Seam;
  #lagMm = 0;
  /** Lateral place of the seam at the end of the step before; undefined where the vision did not look. */
  #lateralMm: number | undefined;

  constructor(seed: number, index: number) {
    this.#seed = seed;
    this.#index = index;
    const key = streamKey(seed, 5, index);
    this.#walkKey = streamKey(key, 1);
    this.#firstConfidenceKey = streamKey(key, 2);
    this.#secondConfidenceKey = streamKey(key, 3);
    this.#offsetY = new ArNoise(streamKey(key, 4), 0.12);
    this.#offsetZ = new ArNoise(streamKey(key, 5), 0.1);
    this.#gap = new ArNoise(streamKey(key, 6), 0.08);
    this.#seam = new Seam(seed, 1, index);
  }

  beginPanel(panelNumber: number): void {
    this.#seam = new Seam(this.#seed, panelNumber, this.#index);
    this.slide.beginPanel();
  }

  /** Writes what the vision sees in this step into the torch's readings. */
  look(
    machine: VisionStep,
    readings: TorchReadings,
    { inputs, effects }: { inputs: VisionInputs; effects: Readonly<TorchEffects> },
  ): void {
    if (!machine.isSearching) {
      this.#lookAway(readings);
      return;
    }
    const { step, positionMm, travelMm, isWelding } = machine;
    const speedMmPerS = travelMm / stepSeconds;
    const sight = this.#seeAhead(machine, { inputs, effects });
    readings.isSeamAhead = sight.isFound;
    const seen = this.#ahead.at(positionMm);
    readings.seamFound = seen.isFound;
    readings.isTracking = readings.seamFound && isWelding;
    readings.isManual = isWelding && this.#seam.isManual(positionMm, speedMmPerS);
    const lateralMm = this.#seam.lateralMm(positionMm);
    const movedMm = lateralMm - (this.#lateralMm ?? lateralMm);
    this.#lateralMm = lateralMm;
    if (readings.seamFound) this.#follow(machine, lateralMm, movedMm);
    else this.#wander(step, movedMm);
    this.slide.moveTo(lateralMm + this.#lagMm, isWelding);
    readings.slideYMm = this.slide.positionMm;
    const handMm = readings.isManual ? handOffsetMm : 0;
    readings.offsetYMm =
      this.#lagMm +
      inputs.offsetYBiasMm +
      handMm +
      seen.offsetYMm +
      effects.offsetYMm +
      this.#offsetY.next(step);
    readings.offsetZMm = this.#offsetZ.next(step);
    readings.gapMm = Math.max(0, 0.15 + effects.gapMm + this.#gap.next(step));
    const confidence = this.#confidence(step, readings.seamFound) + seen.confidence;
    readings.confidence = Math.min(1, Math.max(0, confidence));
  }

  /** What is before the vision in this step; before the weld that is the first stretch of the panel. */
  #seeAhead(
    { positionMm, travelMm, isWelding }: VisionStep,
    { inputs, effects }: { inputs: VisionInputs; effects: Readonly<TorchEffects> },
  ): Sight {
    const isFound =
      inputs.isSeamVisible &&
      !effects.isSeamHidden &&
      this.#seam.isVisible(positionMm + lookAheadMm, travelMm / stepSeconds);
    const { visionYMm: offsetYMm, confidence } = effects;
    const sight = { isFound, offsetYMm, confidence };
    if (isWelding) this.#ahead.see(positionMm, sight);
    else this.#ahead.search(sight);
    return sight;
  }

  #lookAway(readings: TorchReadings): void {
    this.#ahead.clear();
    readings.isSeamAhead = false;
    readings.seamFound = false;
    readings.isTracking = false;
    readings.isManual = false;
    readings.confidence = 0;
    readings.offsetYMm = 0;
    readings.offsetZMm = 0;
    readings.gapMm = 0;
    this.#lagMm = 0;
    this.#lateralMm = undefined;
    this.lostSteps = 0;
  }

  /** First-order lag of 0.15 s behind a command 60 ms old: where the seam was seen to be under the torch then. */
  #follow({ positionMm, travelMm }: VisionStep, now: number, movedMm: number): void {
    const delayMm = (travelMm / stepSeconds) * visionDelayS;
    const target = this.#seam.lateralMm(positionMm - delayMm) - now;
    this.#lagMm = target + (this.#lagMm - movedMm - target) * lagShare;
    this.lostSteps = 0;
  }

  /** Without a seam the slide stands still and drifts while the seam runs on. */
  #wander(step: number, movedMm: number): void {
    this.#lagMm += walkMmPerRootS * Math.sqrt(stepSeconds) * normal(this.#walkKey, step) - movedMm;
    this.lostSteps += 1;
  }

  /** Beta(40, 2), as the second largest of 41 uniform numbers; below 0.5 without a seam. */
  #confidence(step: number, isFound: boolean): number {
    const first = uniform(this.#firstConfidenceKey, step);
    if (!isFound) return 0.2 + 0.25 * first;
    const second = uniform(this.#secondConfidenceKey, step);
    return Math.exp(Math.log(1 - first) / 41 + Math.log(1 - second) / 40);
  }
}
