import { isGood } from '../../gateway/core/quality.ts';
import type { NodeTarget } from './layout.ts';
import { isSameValue } from './same-value.ts';
import type { DataValueLike } from './value-writer.ts';

/** A change that was seen so often in a row by reading, and not told in all that time, will not be told any more. */
const looksWanted = 3;
/** A rebuilt connection that did not help is not rebuilt again so soon: the wait doubles up to this. */
const longestPatience = 64;

type Suspect = { looks: number; samples: number };

export type Unheard = { readonly target: NodeTarget; readonly looks: number };

/**
 * Finds a subscription that lives but tells nothing: keep-alives come, reads are right, and changes are not told. That
 * nothing comes is no evidence, because a value may rightly stay; that a value read differs from the one told last, at
 * three looks in a row without a sample in between, is. Lives as long as its source, over all its connections.
 */
export class DeafCheck {
  readonly #intervalMs: number;
  readonly #suspects = new Map<number, Suspect>();
  /** By target, of this connection. */
  #told: (DataValueLike | undefined)[] = [];
  #samples = new Uint32Array(0);
  #samplesAtLook = new Uint32Array(0);
  #leastMs = 0;
  #lookedMs = 0;
  #next = 0;
  #patience = 1;
  #accused: number | undefined;

  /** @param intervalMs between two looks; 0 never looks */
  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /** A new connection. */
  begin(options: { readonly nodeCount: number; readonly nowMs: number }): void {
    this.#told = new Array<DataValueLike | undefined>(options.nodeCount).fill(undefined);
    this.#samples = new Uint32Array(options.nodeCount);
    this.#samplesAtLook = new Uint32Array(options.nodeCount);
    this.#suspects.clear();
    this.#leastMs = 0;
    this.#lookedMs = options.nowMs;
  }

  /** The server may take so long to tell a change, by the intervals that it has granted. */
  allow(delayMs: number): void {
    this.#leastMs = Math.max(this.#leastMs, 2 * delayMs);
  }

  isTold(index: number, data: DataValueLike): void {
    this.#told[index] = data;
    this.#samples[index] = (this.#samples[index] as number) + 1;
  }

  isDue(nowMs: number): boolean {
    if (this.#intervalMs === 0) return false;
    return nowMs - this.#lookedMs >= Math.max(this.#intervalMs, this.#leastMs) * this.#patience;
  }

  /** The nodes to read now: those under suspicion, and some of those that have been quiet since the look before. */
  choose(monitored: readonly NodeTarget[], most: number, nowMs: number): readonly NodeTarget[] {
    this.#lookedMs = nowMs;
    this.#seeWhetherAccusedSpeaks();
    const chosen = monitored.filter(({ index }) => this.#suspects.has(index)).slice(0, most);
    for (let i = 0; i < monitored.length && chosen.length < most; i += 1) {
      const target = monitored[this.#next % monitored.length] as NodeTarget;
      this.#next = (this.#next + 1) % monitored.length;
      const isQuiet = this.#samples[target.index] === this.#samplesAtLook[target.index];
      if (isQuiet && !this.#suspects.has(target.index)) chosen.push(target);
    }
    this.#samplesAtLook.set(this.#samples);
    return chosen;
  }

  /** What was read of a chosen node. Returns it when the subscription is deaf to it. */
  compare(target: NodeTarget, read: DataValueLike): Unheard | undefined {
    const { index } = target;
    const samples = this.#samples[index] as number;
    const suspect = this.#suspects.get(index);
    if (!isUnheard(this.#told[index], read)) {
      this.#suspects.delete(index);
      return undefined;
    }
    if (suspect === undefined || suspect.samples !== samples) {
      this.#suspects.set(index, { looks: 1, samples });
      return undefined;
    }
    suspect.looks += 1;
    if (suspect.looks < looksWanted) return undefined;
    this.#patience = Math.min(this.#patience * 2, longestPatience);
    this.#accused = index;
    return { target, looks: suspect.looks };
  }

  /** The first sample comes with the subscription; a second one shows that the new connection does better. */
  #seeWhetherAccusedSpeaks(): void {
    if (this.#accused === undefined || (this.#samples[this.#accused] as number) < 2) return;
    this.#accused = undefined;
    this.#patience = 1;
  }
}

/** A read that is not good says nothing about the subscription: some nodes may be watched but not read. */
const isUnheard = (told: DataValueLike | undefined, read: DataValueLike): boolean => {
  if (!isGood(read.statusCode.value >>> 0)) return false;
  if (told === undefined || !isGood(told.statusCode.value >>> 0)) return true;
  return !isSameValue(told.value?.value, read.value?.value);
};
