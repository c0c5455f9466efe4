import { retentionClasses } from '../../core/entry.ts';
import { decodeEntries } from '../codec/entry-decoder.ts';
import { type EntryRun, joinRuns, type StoredEntries } from '../codec/stored-entries.ts';
import type { Damage } from '../contract.ts';
import { ChainReader } from './chain-reader.ts';
import { unpackPayload } from './format.ts';
import type { Block } from './segment-file.ts';
import type { ChainEnd } from './tail.ts';

export type ReadRequest = {
  readonly afterSeq: number;
  /** Nothing of a commit that ends above this is read. */
  readonly throughSeq: number;
  /** Nothing above this is given, also of a commit that goes on behind it. */
  readonly lastSeq: number;
  readonly ends: readonly (ChainEnd | undefined)[];
  readonly maxEntries: number;
  /**
   * Entries of each class that the reader has behind it, of all ever stored; NaN where not known. A gap to what is found
   * is what was lost.
   */
  readonly ordinals: readonly number[];
};

export type ReadResult = {
  /** Undefined when there is nothing above `afterSeq` up to `throughSeq`. */
  readonly entries: StoredEntries | undefined;
  readonly ordinals: readonly number[];
  readonly lost: number;
  /** The part of `lost` that did not verify. */
  readonly damaged: number;
};

type Head = { readonly entries: StoredEntries; readonly ordinal: number; at: number };
type Lane = {
  readonly retentionClass: number;
  readonly chain: ChainReader;
  head: Head | undefined;
  /** Read, but of a commit above `throughSeq`. */
  ahead: Block | undefined;
  /** Whether blocks were skipped since the last entry was taken. */
  damaged: boolean;
};

/** Bounds the size of one answer, whatever is asked. */
const maxSamples = 65_536;

/** Merges the chains of some classes into one sequence; goes only forward. */
export class MergeReader {
  readonly #lanes: readonly Lane[];

  constructor(input: {
    readonly folder: string;
    readonly classes: readonly number[];
    readonly onDamage: (damage: Damage) => void;
  }) {
    this.#lanes = input.classes.map((retentionClass): Lane => {
      const lane: Lane = {
        retentionClass,
        head: undefined,
        ahead: undefined,
        damaged: false,
        chain: new ChainReader({
          folder: input.folder,
          retentionClass,
          onDamage: (damage) => {
            lane.damaged = true;
            input.onDamage(damage);
          },
        }),
      };
      return lane;
    });
  }

  read(request: ReadRequest): ReadResult {
    const ordinals = [...request.ordinals];
    const losses = { lost: 0, damaged: 0 };
    const runs: EntryRun[] = [];
    let entries = 0;
    let samples = 0;
    while (entries < request.maxEntries && samples < maxSamples) {
      const run = this.#nextRun(request, request.maxEntries - entries);
      if (run === undefined) break;
      this.#account(run, { ordinals, losses });
      runs.push(run);
      entries += run.end - run.start;
      samples += (run.source.offset[run.end] as number) - (run.source.offset[run.start] as number);
    }
    const whole =
      runs.length === 1 && runs[0]?.start === 0 && runs[0].end === runs[0].source.length;
    const joined = whole ? runs[0]?.source : joinRuns(runs);
    return { entries: runs.length === 0 ? undefined : joined, ordinals, ...losses };
  }

  /** Entries of each class at or below `afterSeq`, of all ever stored; NaN where none is found above it. */
  locate(place: Pick<ReadRequest, 'afterSeq' | 'throughSeq' | 'ends'>): readonly number[] {
    const ordinals = retentionClasses.map(() => Number.NaN);
    for (const lane of this.#lanes) {
      const head = this.#head(lane, place);
      if (head !== undefined) ordinals[lane.retentionClass] = head.ordinal + head.at;
    }
    return ordinals;
  }

  close(): void {
    for (const lane of this.#lanes) lane.chain.close();
  }

  /** Entries of the class that is next, up to where another class comes between. */
  #nextRun(request: ReadRequest, most: number): (EntryRun & { readonly lane: Lane }) | undefined {
    let first: Lane | undefined;
    let firstSeq = Number.POSITIVE_INFINITY;
    let otherSeq = Number.POSITIVE_INFINITY;
    for (const lane of this.#lanes) {
      const head = this.#head(lane, request);
      if (head === undefined) continue;
      const seq = head.entries.seq[head.at] as number;
      if (seq > request.lastSeq) continue;
      if (seq < firstSeq) {
        otherSeq = firstSeq;
        firstSeq = seq;
        first = lane;
      } else if (seq < otherSeq) otherSeq = seq;
    }
    const head = first?.head;
    if (first === undefined || head === undefined) return undefined;
    const start = head.at;
    const limit = Math.min(head.entries.length, start + most);
    let end = start + 1;
    const beforeSeq = Math.min(otherSeq, request.lastSeq + 1);
    while (end < limit && (head.entries.seq[end] as number) < beforeSeq) end += 1;
    head.at = end;
    return { source: head.entries, start, end, lane: first };
  }

  #head(
    lane: Lane,
    request: Pick<ReadRequest, 'afterSeq' | 'throughSeq' | 'ends'>,
  ): Head | undefined {
    for (;;) {
      const { head } = lane;
      if (head !== undefined) {
        while (
          head.at < head.entries.length &&
          (head.entries.seq[head.at] as number) <= request.afterSeq
        ) {
          head.at += 1;
        }
        if (head.at < head.entries.length) return head;
        lane.head = undefined;
      }
      const end = request.ends[lane.retentionClass];
      const block = lane.ahead ?? lane.chain.next(end, request.afterSeq);
      lane.ahead = undefined;
      if (block === undefined) return undefined;
      if (block.header.commitLastSeq > request.throughSeq) {
        lane.ahead = block;
        return undefined;
      }
      const entries = decodeEntries(unpackPayload(block.bytes, block.header));
      lane.head = { entries, ordinal: block.header.ordinal, at: 0 };
    }
  }

  #account(
    run: EntryRun & { readonly lane: Lane },
    state: { ordinals: number[]; losses: { lost: number; damaged: number } },
  ): void {
    const { lane, start, end } = run;
    const ordinal = (lane.head?.ordinal ?? 0) + start;
    const gap = ordinal - (state.ordinals[lane.retentionClass] ?? Number.NaN);
    if (gap > 0) {
      state.losses.lost += gap;
      if (lane.damaged) state.losses.damaged += gap;
    }
    lane.damaged = false;
    state.ordinals[lane.retentionClass] = ordinal + end - start;
  }
}
