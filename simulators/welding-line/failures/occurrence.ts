import type { WeldFault } from '../../faults/weld-faults.ts';
import { seamPlaces } from '../geometry.ts';
import { streamKey, uniform } from '../noise.ts';

const stepMs = 100;

/** Where the line stands in a step, as failures need to know it. */
export type FailureStep = {
  readonly step: number;
  readonly panelNumber: number;
  readonly positionMm: number;
  readonly isWelding: boolean;
};

/** A failure that was asked for: when it reached which torch. */
export class Occurrence {
  readonly fault: WeldFault;
  isOn = false;
  readonly #hits: readonly boolean[];
  readonly #key: number;
  /** Of the step in which it began. */
  #firstStep = 0;

  constructor(fault: WeldFault, seed: number) {
    this.fault = fault;
    this.#hits = hitsOf(fault);
    this.#key = streamKey(seed, 15);
  }

  /** Whether that has begun or ended it. */
  advance(machine: FailureStep): boolean {
    const isOn = this.#holdsAt(machine);
    if (isOn === this.isOn) return false;
    this.isOn = isOn;
    this.#firstStep = machine.step;
    return true;
  }

  hits(torchIndex: number): boolean {
    return this.#hits[torchIndex] === true;
  }

  /** Steps since it reached a torch; negative where it does not. */
  stepsAt(torchIndex: number, step: number): number {
    if (!this.isOn || !this.hits(torchIndex)) return -1;
    const { fault } = this;
    const spreadSteps = 'spreadMs' in fault ? fault.spreadMs / stepMs : 0;
    const delay = spreadSteps > 0 ? uniform(this.#key, this.#firstStep * 32 + torchIndex) : 0;
    return step - this.#firstStep - Math.floor(delay * spreadSteps);
  }

  #holdsAt({ panelNumber, positionMm, isWelding }: FailureStep): boolean {
    const { fromMm, forMm, panel } = this.fault;
    if (panel !== undefined && panel !== panelNumber) return false;
    if (fromMm === undefined && forMm === undefined) return isWelding;
    const from = fromMm ?? 0;
    return (
      isWelding && positionMm >= from && positionMm < from + (forMm ?? Number.POSITIVE_INFINITY)
    );
  }
}

const hitsOf = (fault: WeldFault): readonly boolean[] =>
  seamPlaces.map(({ id, face }) => {
    const asked = fault.kind === 'common-cause' ? fault.face : torchesOf(fault);
    return asked === 'all' || (typeof asked === 'string' ? asked === face : asked.includes(id));
  });

const torchesOf = (fault: WeldFault): 'all' | 'front' | 'back' | readonly string[] =>
  'torches' in fault ? fault.torches : 'all';
