import { smooth, streamKey, uniform } from './noise.ts';

const tackSpacingMm = 1500;
const fitUpStepMm = 0.2;
const lossSegmentMm = 3000;
const lossProbability = 0.05;

/** Where one seam of one panel really runs, and where the vision will lose it. Pure in the position. */
export class Seam {
  readonly #stepKey: number;
  readonly #lossKey: number;
  readonly #longPhase: number;
  readonly #shortPhase: number;

  constructor(seed: number, panelNumber: number, torchIndex: number) {
    const key = streamKey(seed, 1, panelNumber, torchIndex);
    this.#stepKey = streamKey(key, 1);
    this.#lossKey = streamKey(key, 2);
    this.#longPhase = 2 * Math.PI * uniform(key, 0);
    this.#shortPhase = 2 * Math.PI * uniform(key, 1);
  }

  /** Lateral place in mm at a travel in mm: two waves of the tubes and a step at each tack. */
  lateralMm(positionMm: number): number {
    const tack = Math.floor(positionMm / tackSpacingMm);
    return (
      1.2 * Math.sin((2 * Math.PI * positionMm) / 5200 + this.#longPhase) +
      0.5 * Math.sin((2 * Math.PI * positionMm) / 1700 + this.#shortPhase) +
      fitUpStepMm * (2 * uniform(this.#stepKey, tack) - 1)
    );
  }

  /** Whether the vision sees the seam here; it loses it for 0.3 to 1.5 s, once in 60 m on average. */
  isVisible(positionMm: number, speedMmPerS: number): boolean {
    const segment = Math.floor(positionMm / lossSegmentMm);
    if (uniform(this.#lossKey, 3 * segment) >= lossProbability) return true;
    const from = (segment + 0.9 * uniform(this.#lossKey, 3 * segment + 1)) * lossSegmentMm;
    const seconds = 0.3 + 1.2 * uniform(this.#lossKey, 3 * segment + 2);
    return positionMm < from || positionMm >= from + seconds * speedMmPerS;
  }
}

/** Height of the panel's waviness in mm, of one profile column. */
export const wavinessMm = (key: number, column: number, positionMm: number): number =>
  0.25 * smooth(streamKey(key, column >> 2), positionMm / 2000);
