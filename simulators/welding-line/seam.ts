import { smooth, streamKey, uniform } from './noise.ts';

const tackSpacingMm = 1500;
const fitUpStepMm = 0.2;

/** A stretch of a seam in which something happens, found by chance in segments of equal length. */
type Happening = {
  readonly key: number;
  readonly segmentMm: number;
  readonly probability: number;
  readonly secondsLeast: number;
  readonly secondsMore: number;
};

/** Where happenings of one kind are on a seam; pure in the position, and quick within a segment. */
class Happenings {
  readonly #options: Happening;
  #segment = -1;
  #fromMm = 0;
  #seconds = 0;

  constructor(options: Happening) {
    this.#options = options;
  }

  holdsAt(positionMm: number, speedMmPerS: number): boolean {
    const segment = Math.floor(positionMm / this.#options.segmentMm);
    if (segment !== this.#segment) this.#enter(segment);
    if (this.#seconds === 0 || positionMm < this.#fromMm) return false;
    return positionMm < this.#fromMm + this.#seconds * speedMmPerS;
  }

  #enter(segment: number): void {
    const { key, segmentMm, probability, secondsLeast, secondsMore } = this.#options;
    this.#segment = segment;
    this.#seconds = 0;
    if (uniform(key, 3 * segment) >= probability) return;
    this.#fromMm = (segment + 0.9 * uniform(key, 3 * segment + 1)) * segmentMm;
    this.#seconds = secondsLeast + secondsMore * uniform(key, 3 * segment + 2);
  }
}

/** Where one seam of one panel really runs, where the vision will lose it, and where the operator will take over. Pure in the position. */
export class Seam {
  readonly #stepKey: number;
  readonly #longPhase: number;
  readonly #shortPhase: number;
  readonly #losses: Happenings;
  readonly #interventions: Happenings;

  constructor(seed: number, panelNumber: number, torchIndex: number) {
    const key = streamKey(seed, 1, panelNumber, torchIndex);
    this.#stepKey = streamKey(key, 1);
    this.#longPhase = 2 * Math.PI * uniform(key, 0);
    this.#shortPhase = 2 * Math.PI * uniform(key, 1);
    this.#losses = new Happenings({
      key: streamKey(key, 2),
      segmentMm: 3000,
      probability: 0.05,
      secondsLeast: 0.3,
      secondsMore: 1.2,
    });
    this.#interventions = new Happenings({
      key: streamKey(key, 3),
      segmentMm: 3000,
      probability: 0.01,
      secondsLeast: 6,
      secondsMore: 9,
    });
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
    return !this.#losses.holdsAt(positionMm, speedMmPerS);
  }

  /** Whether the operator guides the torch here by hand: for 6 to 15 s, once in 300 m on average. */
  isManual(positionMm: number, speedMmPerS: number): boolean {
    return this.#interventions.holdsAt(positionMm, speedMmPerS);
  }
}

/** Between the rollers of the hold-down. */
const wavePitchMm = 500;

/** Height of the panel's waviness in mm along one of its strips, each with a key of its own. */
export const wavinessMm = (stripKey: number, positionMm: number): number =>
  0.1 * smooth(stripKey, positionMm / wavePitchMm);
