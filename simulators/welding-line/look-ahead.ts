import { lookAheadMm } from './geometry.ts';

/** Cells of 1 mm: the look-ahead, the cell under the torch and what the fastest step adds. */
const cells = 64;

/** What the vision made of a place of the seam when it saw it. */
export type Sight = {
  readonly isFound: boolean;
  /** By which a drifted vision puts the seam beside its place, mm. */
  readonly offsetYMm: number;
  /** What dirt takes from the confidence. */
  readonly confidence: number;
};

export const unseen: Sight = { isFound: false, offsetYMm: 0, confidence: 0 };

/** The stretch between the vision and the torch: what is seen now is welded one look-ahead later. */
export class LookAhead {
  readonly #sights: Sight[] = new Array<Sight>(cells).fill(unseen);
  /** The next cell that the vision has not seen. */
  #nextCell = 0;

  /** Before a panel: nothing of it has been seen. */
  clear(): void {
    this.#sights.fill(unseen);
    this.#nextCell = 0;
  }

  /** The vision stands before the panel and looks at its first stretch whole. */
  search(sight: Sight): void {
    this.#nextCell = 0;
    this.see(0, sight);
  }

  /** What the vision sees now, of all that it has passed up to here, with the torch at `positionMm`. */
  see(positionMm: number, sight: Sight): void {
    const last = Math.floor(positionMm + lookAheadMm);
    for (; this.#nextCell <= last; this.#nextCell += 1) {
      this.#sights[this.#nextCell % cells] = sight;
    }
  }

  /** What was seen of the place that is under the torch now. */
  at(positionMm: number): Sight {
    return this.#sights[Math.floor(positionMm) % cells] ?? unseen;
  }
}
