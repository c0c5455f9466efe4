import { normal, streamKey, uniform } from './noise.ts';
import { panelCurvature, thermalEfficiency } from './physics.ts';
import { type ProfileReadings, profilePointCount } from './readings.ts';
import { wavinessMm } from './seam.ts';

const frameEveryMm = 50;
const sensorSigmaMm = 0.08;
const resolutionPerMm = 100;
/** Share of the free curvature that hold-down and gravity leave. */
const releasedShare = 0.08;

/** Arc energy of the two faces over the travel so far, J. */
export type FaceEnergy = { readonly frontJ: number; readonly backJ: number };

/** The laser profile behind the arcs: one frame of 12 heights each 50 mm of travel. */
export class Deformation {
  readonly readings: ProfileReadings = {
    sequence: 0,
    positionMm: 0,
    zMm: new Float64Array(profilePointCount),
  };
  /** Of this panel. */
  frameCount = 0;
  maxAbsMm = 0;
  readonly #seed: number;
  readonly #sensorKey: number;
  #panelKey: number;

  constructor(seed: number) {
    this.#seed = seed;
    this.#sensorKey = streamKey(seed, 4);
    this.#panelKey = streamKey(seed, 3, 1);
  }

  beginPanel(panelNumber: number): void {
    this.#panelKey = streamKey(this.#seed, 3, panelNumber);
    this.frameCount = 0;
    this.maxAbsMm = 0;
  }

  /** Measures when the travel passed the next 50 mm; at most one frame a step. */
  advance(positionMm: number, panelLengthMm: number, energy: FaceEnergy): void {
    if (positionMm < (this.frameCount + 1) * frameEveryMm) return;
    this.frameCount += 1;
    const at = this.frameCount * frameEveryMm;
    const heatDifference = (thermalEfficiency * (energy.frontJ - energy.backJ)) / positionMm;
    const curvature = panelCurvature(heatDifference, releasedShare);
    const bow = (curvature / 2) * at * (at - panelLengthMm);
    this.readings.sequence += 1;
    this.readings.positionMm = at;
    for (let column = 0; column < profilePointCount; column += 1) {
      const height = this.#measure(column, at, bow);
      this.readings.zMm[column] = height;
      this.maxAbsMm = Math.max(this.maxAbsMm, Math.abs(height));
    }
  }

  #measure(column: number, positionMm: number, bow: number): number {
    const across = (2 * column) / (profilePointCount - 1) - 1;
    const twist = 0.4 * (uniform(this.#panelKey, 0) - 0.5) * across * (positionMm / 18_000);
    const camber = 0.15 * across * across;
    const counter = this.readings.sequence * profilePointCount + column;
    const noise = sensorSigmaMm * normal(this.#sensorKey, counter);
    const height = bow + twist + camber + wavinessMm(this.#panelKey, column, positionMm) + noise;
    return Math.round(height * resolutionPerMm) / resolutionPerMm;
  }
}
