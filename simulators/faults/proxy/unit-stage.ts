import type { UnitFault } from '../proxy-faults.ts';
import type { Random } from '../random.ts';
import { crossIds, firstHalf, flipBits, withWrongId } from './byte-faults.ts';
import type { ProxyCounters } from './counters.ts';

/** Bytes to be sent, and how long they wait for it. */
export type Parcel = { readonly bytes: Buffer; readonly delayMs: number };

type PairFault = Extract<UnitFault, { readonly holdMs: number }>;

type Held = {
  readonly kind: 'reorder' | 'crossed-ids';
  readonly parcel: Parcel;
  readonly dueMs: number;
};

export type StageOptions = {
  readonly random: Random;
  readonly counters: ProxyCounters;
  /** A clock that only rises. */
  readonly nowMs: () => number;
};

/**
 * What faults do to the frames or chunks of one direction of one connection: bytes in, parcels out.
 * Pure of sockets and timers. Faults act in the order in which they were asked for; where several
 * want a second frame, the first of them has it.
 */
export class UnitStage {
  readonly #options: StageOptions;
  #held: Held | undefined;

  constructor(options: StageOptions) {
    this.#options = options;
  }

  /** When what is held back for a second frame has to go alone. */
  get heldUntilMs(): number | undefined {
    return this.#held?.dueMs;
  }

  get heldBytes(): number {
    return this.#held?.parcel.bytes.length ?? 0;
  }

  /** What is held back. */
  release(): readonly Parcel[] {
    const held = this.#held;
    this.#held = undefined;
    return held === undefined ? [] : [held.parcel];
  }

  apply(unit: Buffer, faults: readonly UnitFault[]): readonly Parcel[] {
    let bytes = unit;
    let delayMs = 0;
    let isTwice = false;
    let pairing: PairFault | undefined;
    const { random, counters } = this.#options;
    for (const fault of faults) {
      if (!this.#hits(fault.probability)) continue;
      switch (fault.kind) {
        case 'delay':
          delayMs = Math.max(delayMs, fault.delayMs + fault.jitterMs * random());
          counters.delayed += 1;
          break;
        case 'corrupt':
          bytes = flipBits(bytes, fault.bits, random);
          counters.corrupted += 1;
          break;
        case 'truncate':
          counters.truncated += 1;
          counters.bytesLost += bytes.length - firstHalf(bytes).length;
          bytes = firstHalf(bytes);
          break;
        case 'duplicate':
          isTwice = true;
          break;
        case 'wrong-transaction-id':
          bytes = withWrongId(bytes);
          counters.wrongIds += 1;
          break;
        case 'reorder':
        case 'crossed-ids':
          pairing ??= fault;
          break;
      }
    }
    const parcel = { bytes, delayMs };
    const parcels = this.#pair(parcel, pairing);
    if (!isTwice) return parcels;
    counters.duplicated += parcels.length;
    return [...parcels, ...parcels];
  }

  /** Puts a frame together with the one held back, or holds it back. */
  #pair(parcel: Parcel, fault: PairFault | undefined): readonly Parcel[] {
    const held = this.#held;
    if (held !== undefined) {
      this.#held = undefined;
      return this.#joined(held, parcel);
    }
    if (fault === undefined) return [parcel];
    const dueMs = this.#options.nowMs() + fault.holdMs;
    this.#held = { kind: fault.kind, parcel, dueMs };
    return [];
  }

  #joined({ kind, parcel: first }: Held, second: Parcel): readonly Parcel[] {
    const { counters } = this.#options;
    if (kind === 'reorder') {
      counters.reordered += 1;
      return [second, first];
    }
    if (first.bytes.length < 2 || second.bytes.length < 2) return [first, second];
    counters.crossedIds += 1;
    const [one, other] = crossIds(first.bytes, second.bytes);
    return [
      { ...first, bytes: one },
      { ...second, bytes: other },
    ];
  }

  #hits(probability: number): boolean {
    return probability === 1 || this.#options.random() < probability;
  }
}
