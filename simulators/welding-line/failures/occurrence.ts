import type { WeldFault } from '../../faults/weld-faults.ts';
import { seamPlaces } from '../geometry.ts';
import { streamKey, uniform } from '../noise.ts';

const stepMs = 100;

/** Wear, dirt and drift: what they have done to the machine does not go away with the panel. */
const slowKinds: ReadonlySet<WeldFault['kind']> = new Set([
  'nozzle-clog',
  'vision-drift',
  'tip-wear',
  'parameter-drift',
]);

/** Where the line stands in a step, as failures need to know it. */
export type FailureStep = {
  readonly step: number;
  readonly panelNumber: number;
  readonly positionMm: number;
  readonly isWelding: boolean;
};

/**
 * A failure that was asked for: when it reached which torch. A slow one ages in the steps in which
 * it holds, keeps its age from panel to panel, and once begun holds from the first arc of the next.
 */
export class Occurrence {
  readonly fault: WeldFault;
  isOn = false;
  readonly #hits: boolean[];
  readonly #key: number;
  readonly #isSlow: boolean;
  /** Of the step in which it began; a slow one begins once. */
  #firstStep = 0;
  #hasBegun = false;
  /** Steps in which it held since it began, before this one. */
  #heldSteps = 0;

  constructor(fault: WeldFault, seed: number) {
    this.fault = fault;
    this.#hits = hitsOf(fault);
    this.#key = streamKey(seed, 15);
    this.#isSlow = slowKinds.has(fault.kind);
  }

  /** Whether that has begun or ended it. */
  advance(machine: FailureStep): boolean {
    const isOn = this.#holdsAt(machine);
    if (isOn && this.isOn) this.#heldSteps += 1;
    if (isOn === this.isOn) return false;
    this.isOn = isOn;
    if (isOn) this.#begin(machine.step);
    return true;
  }

  hits(torchIndex: number): boolean {
    return this.#hits[torchIndex] === true;
  }

  /** Lets a torch go whose worn part has been replaced. */
  mend(torchIndex: number): void {
    this.#hits[torchIndex] = false;
  }

  /** Steps that it has been at a torch; negative where it is not. */
  stepsAt(torchIndex: number): number {
    if (!this.isOn || !this.hits(torchIndex)) return -1;
    const { fault } = this;
    const spreadSteps = 'spreadMs' in fault ? fault.spreadMs / stepMs : 0;
    const delay = spreadSteps > 0 ? uniform(this.#key, this.#firstStep * 32 + torchIndex) : 0;
    return this.#heldSteps - Math.floor(delay * spreadSteps);
  }

  #begin(step: number): void {
    if (this.#isSlow && this.#hasBegun) {
      this.#heldSteps += 1;
      return;
    }
    this.#hasBegun = true;
    this.#firstStep = step;
    this.#heldSteps = 0;
  }

  #holdsAt({ panelNumber, positionMm, isWelding }: FailureStep): boolean {
    const { fromMm = 0, forMm, panel } = this.fault;
    if (!isWelding || (panel !== undefined && panel !== panelNumber)) return false;
    if (forMm !== undefined) return positionMm >= fromMm && positionMm < fromMm + forMm;
    return positionMm >= fromMm || (this.#isSlow && this.#hasBegun);
  }
}

const hitsOf = (fault: WeldFault): boolean[] =>
  seamPlaces.map(({ id, face }) => {
    const asked = fault.kind === 'common-cause' ? fault.face : torchesOf(fault);
    return asked === 'all' || (typeof asked === 'string' ? asked === face : asked.includes(id));
  });

const torchesOf = (fault: WeldFault): 'all' | 'front' | 'back' | readonly string[] =>
  'torches' in fault ? fault.torches : 'all';
