import type { Step } from '../../hot-path/program.ts';
import type { SiteContext } from '../definition.ts';
import { mostStretches, type PanelPlaces } from './panel-places.ts';

/** How much of a panel the line passed, each place once however often, and nothing that it jumped over. */
export type PanelSeen = {
  /** Cell, mm; NaN where there were too many stretches to tell. */
  readonly mmIndex: number;
  /** Reads it as it is now. */
  readonly read: Step;
};

export const reservePanelSeen = (
  context: Pick<SiteContext<unknown>, 'reserve'>,
  places: PanelPlaces,
): PanelSeen => {
  const mmIndex = context.reserve(1);
  /** Beginning and end of each stretch, that at hand too, in the order of their beginnings. */
  const sorted = context.reserve(2 * (mostStretches + 1));
  return {
    mmIndex,
    read: (memory) => {
      const count = memory[places.countIndex] as number;
      if (count >= mostStretches) {
        memory[mmIndex] = Number.NaN;
        return;
      }
      let length = 0;
      for (let stretch = 0; stretch < count; stretch++) {
        const at = places.stretches + 2 * stretch;
        length = insert(memory, sorted, length, at, at + 1);
      }
      if (!Number.isNaN(memory[places.toIndex])) {
        length = insert(memory, sorted, length, places.fromIndex, places.toIndex);
      }
      memory[mmIndex] = unionMm(memory, sorted, length);
    },
  };
};

/** Puts the stretch between two cells where it belongs, and returns how many there are then. */
const insert = (
  memory: Float64Array,
  sorted: number,
  length: number,
  fromIndex: number,
  toIndex: number,
): number => {
  const fromMm = memory[fromIndex] as number;
  let at = sorted + 2 * length;
  while (at > sorted && (memory[at - 2] as number) > fromMm) {
    memory.copyWithin(at, at - 2, at);
    at -= 2;
  }
  memory[at] = fromMm;
  memory[at + 1] = memory[toIndex] as number;
  return length + 1;
};

const unionMm = (memory: Float64Array, sorted: number, length: number): number => {
  let mm = 0;
  let toMm = Number.NEGATIVE_INFINITY;
  for (let at = sorted; at < sorted + 2 * length; at += 2) {
    const endMm = memory[at + 1] as number;
    if (endMm <= toMm) continue;
    mm += endMm - Math.max(memory[at] as number, toMm);
    toMm = endMm;
  }
  return mm;
};
