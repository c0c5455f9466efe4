import { minuteMs } from './lengths.ts';
import type { MinuteChange } from './protocol.ts';
import type { FoldedInterval } from './register-fold.ts';

/** The readings that an interval rests on, with all of the interval. */
export type Rest = { readonly fromMs: number; readonly toMs: number };

export const restOf = ({ startMs, endMs, restsFromMs, restsToMs }: FoldedInterval): Rest =>
  restsToMs === 0
    ? { fromMs: startMs, toMs: endMs - 1 }
    : { fromMs: Math.min(startMs, restsFromMs), toMs: Math.max(endMs - 1, restsToMs) };

/**
 * Revisions of intervals, by the changes of minutes: the newest of those on which an interval rests. Readings before and after it
 * are among them, for they say what was counted at its edges. Whatever changes an interval has a number higher than all before,
 * also where an older change, of a reading further away, does not count any more.
 */
export class RegisterRevisions {
  readonly #changes: readonly MinuteChange[];

  constructor(changes: readonly MinuteChange[]) {
    this.#changes = changes.toSorted((a, b) => a.startMs - b.startMs);
  }

  of({ fromMs, toMs }: Rest, endMs: number): number {
    let newest = 0;
    for (let index = this.#from(fromMs - minuteMs); ; index++) {
      const change = this.#changes[index];
      if (change === undefined || change.startMs > toMs) return newest;
      // A reading that ends a time without any tells anew of what was over before it, and not of the interval that it is in.
      const counts = change.kind === 'late' || change.startMs >= endMs;
      if (counts) newest = Math.max(newest, change.number);
    }
  }

  /** The first change of a minute after `ms`. */
  #from(ms: number): number {
    let [low, high] = [0, this.#changes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#changes[middle]?.startMs ?? 0) > ms) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
