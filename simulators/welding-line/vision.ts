import { ArNoise, normal, streamKey, uniform } from './noise.ts';
import type { TorchReadings } from './readings.ts';
import { Seam } from './seam.ts';

const stepSeconds = 0.1;
const walkMmPerRootS = 0.3;
const lagShare = Math.exp(-stepSeconds / 0.15);
const visionDelayS = 0.06;

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

/** The 3D vision of one seam and the slide that moves the torch after it. */
export class Vision {
  /** Steps since the seam was last seen. */
  lostSteps = 0;
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
  }

  /** Writes what the vision sees in this step into the torch's readings. */
  look(machine: VisionStep, inputs: VisionInputs, readings: TorchReadings): void {
    if (!machine.isSearching) {
      this.#lookAway(readings);
      return;
    }
    const { step, positionMm, travelMm } = machine;
    readings.seamFound =
      inputs.isSeamVisible && this.#seam.isVisible(positionMm, travelMm / stepSeconds);
    readings.isTracking = readings.seamFound && machine.isWelding;
    if (readings.seamFound) this.#follow(machine);
    else this.#wander(machine);
    readings.offsetYMm = this.#lagMm + inputs.offsetYBiasMm + this.#offsetY.next(step);
    readings.offsetZMm = this.#offsetZ.next(step);
    readings.gapMm = Math.max(0, 0.15 + this.#gap.next(step));
    readings.confidence = this.#confidence(step, readings.seamFound);
  }

  #lookAway(readings: TorchReadings): void {
    readings.seamFound = false;
    readings.isTracking = false;
    readings.confidence = 0;
    readings.offsetYMm = 0;
    readings.offsetZMm = 0;
    readings.gapMm = 0;
    this.#lagMm = 0;
    this.lostSteps = 0;
  }

  /** First-order lag of 0.15 s behind a picture that is 60 ms old. */
  #follow({ positionMm, travelMm }: VisionStep): void {
    const now = this.#seam.lateralMm(positionMm);
    const moved = now - this.#seam.lateralMm(positionMm - travelMm);
    const delayMm = (travelMm / stepSeconds) * visionDelayS;
    const target = this.#seam.lateralMm(positionMm - delayMm) - now;
    this.#lagMm = target + (this.#lagMm - moved - target) * lagShare;
    this.lostSteps = 0;
  }

  /** Without a seam the slide stands still and drifts while the seam runs on. */
  #wander({ step, positionMm, travelMm }: VisionStep): void {
    const moved = this.#seam.lateralMm(positionMm) - this.#seam.lateralMm(positionMm - travelMm);
    const walk = walkMmPerRootS * Math.sqrt(stepSeconds) * normal(this.#walkKey, step);
    this.#lagMm += walk - moved;
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
