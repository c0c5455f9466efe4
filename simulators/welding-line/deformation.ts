import { seamPlaces } from './geometry.ts';
import { normal, streamKey, uniform } from './noise.ts';
import { PanelShape } from './panel-shape.ts';
import { panelCurvature } from './physics.ts';
import { type ProfileReadings, profilePointCount } from './readings.ts';
import { wavinessMm } from './seam.ts';

export const frameEveryMm = 50;
const sensorSigmaMm = 0.08;
const resolutionPerMm = 100;
/** Share of the free curvature that hold-down and gravity leave. */
export const nominalRestraint = 0.08;
const stripWidthMm = 300;
const pitWidthMm = 30;
const columnsPerStrip = profilePointCount / 3;

/** Heat input times travel so far of the two faces, J. */
export type FaceHeat = { readonly frontJ: number; readonly backJ: number };

/** What the panel has been given up to a frame. */
export type FrameHeat = {
  /** Of the travel so far. */
  readonly heat: FaceHeat;
  /** By which the front is set hotter than the back, J/mm; what the clamp of the leading end is inclined for. */
  readonly setDifferenceJPerMm: number;
  readonly pits?: readonly Pit[];
};

/** Where the profile is lower than the panel's shape: below a burn-through. */
export type Pit = { readonly torchIndex: number; readonly depthMm: number };

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
  /** Of what is welded so far, signed, without waviness and noise. */
  bowMm = 0;
  readonly #seed: number;
  readonly #sensorKey: number;
  readonly #restraint: number;
  readonly #shape = new PanelShape();
  /** Front less back up to where the shape has come to, J. */
  #differenceJ = 0;
  #panelKey = 0;
  #stripKeys: readonly number[] = [];

  constructor(seed: number, restraint: number = nominalRestraint) {
    this.#seed = seed;
    this.#restraint = restraint;
    this.#sensorKey = streamKey(seed, 4);
    this.#draw(1);
  }

  beginPanel(panelNumber: number): void {
    this.#draw(panelNumber);
    this.frameCount = 0;
    this.maxAbsMm = 0;
    this.bowMm = 0;
    this.#shape.begin();
  }

  /** Stands as after all panels before this one, of the same length. */
  skipTo(panelNumber: number, panelLengthMm: number): void {
    this.readings.sequence = (panelNumber - 1) * Math.floor(panelLengthMm / frameEveryMm);
    this.beginPanel(panelNumber);
  }

  /** Whether the travel has passed the place of the next frame. */
  isDue(positionMm: number): boolean {
    return positionMm >= (this.frameCount + 1) * frameEveryMm;
  }

  /** Measures the next frame. */
  measure(positionMm: number, panelLengthMm: number, given: FrameHeat): void {
    this.#bend(positionMm, panelLengthMm, given);
    const { pits = [] } = given;
    this.frameCount += 1;
    const at = this.frameCount * frameEveryMm;
    const heightMm = this.#shape.note(at);
    this.bowMm = this.#shape.bowMm;
    this.readings.sequence += 1;
    this.readings.positionMm = at;
    const waves = this.#stripKeys.map((key) => wavinessMm(key, at));
    for (let column = 0; column < profilePointCount; column += 1) {
      const wave = waves[Math.floor(column / columnsPerStrip)] ?? 0;
      const height = this.#height(column, at, heightMm + wave - pitDepthMm(column, pits));
      this.readings.zMm[column] = height;
      this.maxAbsMm = Math.max(this.maxAbsMm, Math.abs(height));
    }
  }

  #bend(positionMm: number, panelLengthMm: number, given: FrameHeat): void {
    const { heat, setDifferenceJPerMm } = given;
    const shape = this.#shape;
    const before = this.#differenceJ;
    this.#differenceJ = heat.frontJ - heat.backJ;
    // The clamp covers what is welded up to the first frame.
    if (this.frameCount === 0) {
      shape.clamp(positionMm, panelCurvature(setDifferenceJPerMm, this.#restraint), panelLengthMm);
      return;
    }
    const added = (this.#differenceJ - before) / (positionMm - shape.positionMm);
    shape.bend(positionMm, panelCurvature(added, this.#restraint));
  }

  #draw(panelNumber: number): void {
    this.#panelKey = streamKey(this.#seed, 3, panelNumber);
    this.#stripKeys = [0, 1, 2].map((strip) => streamKey(this.#panelKey, strip));
  }

  #height(column: number, positionMm: number, shapeMm: number): number {
    const across = (2 * column) / (profilePointCount - 1) - 1;
    const twist = 0.4 * (uniform(this.#panelKey, 0) - 0.5) * across * (positionMm / 18_000);
    const camber = 0.15 * across * across;
    const counter = this.readings.sequence * profilePointCount + column;
    const noise = sensorSigmaMm * normal(this.#sensorKey, counter);
    const height = shapeMm + twist + camber + noise;
    // A sensor knows no negative zero.
    return Math.round(height * resolutionPerMm) / resolutionPerMm + 0;
  }
}

const pitDepthMm = (column: number, pits: readonly Pit[]): number => {
  const yMm = (column / (profilePointCount - 1)) * stripWidthMm;
  let depth = 0;
  for (const { torchIndex, depthMm } of pits) {
    const distanceMm = Math.abs((seamPlaces[torchIndex]?.yMm ?? 0) - yMm);
    if (distanceMm < pitWidthMm) depth += depthMm * (1 - distanceMm / pitWidthMm);
  }
  return depth;
};
