import { type EntryBatch, type RetentionClass, retentionClasses } from '../core/entry.ts';
import { GatewayError } from '../core/error.ts';
import { layOutEntries, toEntryBatch } from './codec/stored-entries.ts';
import type { Cursor, CursorLag, LeaveOptions, NextOptions } from './contract.ts';
import { countClasses, type MemoryChunk } from './memory-chunk.ts';
import type { MemoryTail } from './memory-tail.ts';
import type { Store, StoredCursor } from './protocol.ts';
import type { WriterClient } from './writer-client.ts';

/** What a cursor needs of its journal. */
export type CursorHost = {
  readonly tail: MemoryTail;
  readonly store: Store;
  readonly writer: WriterClient;
  readonly durableSeq: () => number;
  /** Whether nothing more will be appended. */
  readonly closing: () => boolean;
  /** Resolves when something was appended, after `waitMs`, on abort, or when the journal closes. */
  readonly appended: (waitMs: number, signal: AbortSignal) => Promise<void>;
  /** Resolves after `gatherMs`, on abort, or when the journal closes. */
  readonly gathered: (gatherMs: number, signal: AbortSignal) => Promise<void>;
  readonly closed: (cursor: JournalCursor) => Promise<void>;
  /** Makes another cursor of the same classes. */
  readonly opened: (
    place: StoredCursor,
    classes: readonly RetentionClass[] | undefined,
  ) => JournalCursor;
};

const closingPauseMs = 10;

/** Classes as they are stored; all when none are named. */
export const classNumbers = (classes: readonly RetentionClass[] | undefined): readonly number[] =>
  [...retentionClasses.keys()].filter(
    (index) => classes?.includes(retentionClasses[index] as RetentionClass) ?? true,
  );

/** A batch that was handed out and is not committed. */
type Mark = {
  readonly lastSeq: number;
  readonly oldestMs: number;
  /** Numbers and classes of its entries: a commit may end anywhere. */
  readonly seq: Float64Array;
  readonly retentionClass: Uint8Array;
  /** Entries of each class before it. */
  readonly ordinals: readonly number[];
};

export class JournalCursor implements Cursor {
  readonly persistent: boolean;
  position: number;
  committed = 0;
  lost: number;
  lostToRetention: number;
  readonly #host: CursorHost;
  readonly #number: number;
  readonly #classNames: readonly RetentionClass[] | undefined;
  readonly #classes: readonly number[];
  /** By class: whether this cursor wants it. */
  readonly #wanted: readonly boolean[];
  /** Entries of each class behind `position`, of all ever appended. */
  #ordinals: number[];
  #committedOrdinals: readonly number[];
  #marks: Mark[] = [];
  /** Where it stands by what was committed, with what goes with it. */
  #place: StoredCursor;
  /** Places not known to be stored, oldest first. */
  #storable: StoredCursor[] = [];
  #leased: MemoryChunk | undefined;
  #usedDisk = false;
  #closed = false;

  constructor(input: {
    readonly number: number;
    readonly persistent: boolean;
    readonly classes: readonly RetentionClass[] | undefined;
    readonly place: StoredCursor;
    readonly host: CursorHost;
  }) {
    const { place } = input;
    this.persistent = input.persistent;
    this.position = place.seq;
    this.lost = place.lost;
    this.lostToRetention = place.lostToRetention;
    this.#place = place;
    this.#host = input.host;
    this.#number = input.number;
    this.#ordinals = [...place.ordinals];
    this.#committedOrdinals = place.ordinals;
    this.#classNames = input.classes;
    this.#classes = classNumbers(input.classes);
    this.#wanted = retentionClasses.map((_, index) => this.#classes.includes(index));
  }

  get name(): string {
    return this.#place.name;
  }

  /** Where it stands by what was committed. */
  get place(): StoredCursor {
    return this.#place;
  }

  get end(): number | undefined {
    return this.#place.end?.seq;
  }

  get note(): unknown {
    return this.#place.note;
  }

  get ordinal(): number {
    return this.#count(this.#committedOrdinals);
  }

  async next(options: NextOptions): Promise<EntryBatch | undefined> {
    this.#release();
    // Nobody asks where it was, so asking for more means done with what came before: marks must not pile up.
    if (!this.persistent) this.commit(this.position);
    const deadlineMs = performance.now() + options.waitMs;
    let gatherMs = options.gatherMs ?? 0;
    while (!this.#closed && !options.signal.aborted) {
      if (this.position >= this.#lastSeq()) {
        this.#accountAtEnd();
        return undefined;
      }
      const waiting = this.#host.tail.nextSeq - 1 - this.position;
      if (
        gatherMs > 0 &&
        this.end === undefined &&
        waiting > 0 &&
        waiting < options.maxEntries &&
        !this.#host.closing()
      ) {
        await this.#host.gathered(gatherMs, options.signal);
        gatherMs = 0;
        continue;
      }
      const inMemory = this.position + 1 >= this.#host.tail.firstSeq;
      const batch = inMemory
        ? this.#fromMemory(options.maxEntries)
        : await this.#fromDisk(options.maxEntries);
      if (batch !== undefined) return batch;
      if (this.position + 1 < this.#host.tail.nextSeq) continue;
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) return undefined;
      if (this.#host.closing()) {
        // A reader that asks again at once must not keep the event loop from the end that it waits for.
        await this.#host.gathered(Math.min(leftMs, closingPauseMs), options.signal);
        return undefined;
      }
      await this.#host.appended(leftMs, options.signal);
    }
    return undefined;
  }

  #lastSeq(): number {
    return this.end ?? Number.POSITIVE_INFINITY;
  }

  /** What was to come before the end and did not is lost. */
  #accountAtEnd(): void {
    const { end } = this.#place;
    if (end === undefined) return;
    const gap = this.#moveTo(end.ordinals);
    this.lost += gap;
    this.lostToRetention += gap;
  }

  /** A run of wanted entries; steps over others. */
  #fromMemory(maxEntries: number): EntryBatch | undefined {
    const place = this.#host.tail.find(this.position + 1);
    if (place === undefined) return undefined;
    const { chunk, index } = place;
    this.#account(chunk, index);
    const { retentionClass } = chunk;
    const length = Math.min(chunk.length, this.#lastSeq() - chunk.firstSeq + 1);
    let start = index;
    while (start < length && !this.#wanted[retentionClass[start] as number]) start += 1;
    let end = start;
    const limit = Math.min(length, start + maxEntries);
    while (end < limit && this.#wanted[retentionClass[end] as number]) end += 1;
    countClasses(this.#ordinals, retentionClass, { start: index, end: start });
    this.position = chunk.firstSeq + start - 1;
    if (end === start) return undefined;
    this.#host.tail.acquire(chunk);
    this.#leased = chunk;
    return this.#hand(chunk.view(start, end), retentionClass.slice(start, end));
  }

  /** What is missing between what was read last and the place in memory was lost on the disk. */
  #account(chunk: MemoryChunk, index: number): void {
    if (!this.#usedDisk) return;
    this.#usedDisk = false;
    const gap = this.#moveTo(chunk.ordinalsAt(index));
    this.lost += gap;
    this.lostToRetention += gap;
  }

  /** Sets what lies behind; returns how many entries were left out. They no longer count as lagging. */
  #moveTo(ordinals: readonly number[]): number {
    const committed = [...this.#committedOrdinals];
    let left = 0;
    for (const index of this.#classes) {
      const gap = (ordinals[index] as number) - (this.#ordinals[index] as number);
      left += gap;
      committed[index] = (committed[index] as number) + gap;
    }
    this.#committedOrdinals = committed;
    this.#ordinals = [...ordinals];
    return left;
  }

  async #fromDisk(maxEntries: number): Promise<EntryBatch | undefined> {
    this.#usedDisk = true;
    const throughSeq = this.#host.durableSeq();
    const lastSeq = this.#lastSeq();
    const result = await this.#host.store.call('read', {
      reader: this.#number,
      classes: this.#classes,
      afterSeq: this.position,
      throughSeq,
      lastSeq,
      ends: this.#host.writer.ends,
      maxEntries,
      ordinals: this.#ordinals,
    });
    if (this.#closed) return undefined;
    this.lost += result.lost;
    this.lostToRetention += result.lost - result.damaged;
    if (result.entries === undefined) {
      this.position = Math.min(throughSeq, lastSeq);
      return undefined;
    }
    const entries = layOutEntries(result.entries.counts, result.entries.buffer);
    // Where it begins, gaps counted in, follows from where it ends.
    const ordinals = [...result.ordinals];
    const own = retentionClasses.map(() => 0);
    countClasses(own, entries.retentionClass, { start: 0, end: entries.length });
    own.forEach((count, index) => {
      ordinals[index] = (ordinals[index] as number) - count;
    });
    this.#moveTo(ordinals);
    return this.#hand(toEntryBatch(entries), entries.retentionClass.slice());
  }

  #hand(batch: EntryBatch, retentionClass: Uint8Array): EntryBatch {
    const lastSeq = batch.seq[batch.length - 1] as number;
    this.#marks.push({
      lastSeq,
      oldestMs: batch.receivedMs[0] as number,
      seq: batch.seq.slice(0, batch.length),
      retentionClass,
      ordinals: [...this.#ordinals],
    });
    countClasses(this.#ordinals, retentionClass, { start: 0, end: batch.length });
    this.position = lastSeq;
    return batch;
  }

  commit(seq: number, note: unknown = this.note): void {
    if (seq > this.position) {
      throw new GatewayError(
        'STORE_FAILED',
        `cursor ${this.name} cannot commit ${seq}: it has read up to ${this.position}`,
        { retryable: false },
      );
    }
    if (seq <= this.committed) {
      if (note !== this.note) this.#stand({ note });
      return;
    }
    this.committed = seq;
    let last: Mark | undefined;
    while (this.#marks[0] !== undefined && (this.#marks[0].seq[0] as number) <= seq) {
      last = this.#marks.shift();
    }
    if (last === undefined) return;
    let end = 0;
    while (end < last.seq.length && (last.seq[end] as number) <= seq) end += 1;
    const ordinals = [...last.ordinals];
    countClasses(ordinals, last.retentionClass, { start: 0, end });
    if (end < last.seq.length) {
      const rest = {
        seq: last.seq.subarray(end),
        retentionClass: last.retentionClass.subarray(end),
      };
      this.#marks.unshift({ ...last, ...rest, ordinals });
    }
    this.#committedOrdinals = ordinals;
    this.#stand({ seq, ordinals, note, lost: this.lost, lostToRetention: this.lostToRetention });
  }

  #stand(change: Partial<StoredCursor>): void {
    this.#place = { ...this.#place, ...change };
    if (this.persistent) this.#storable.push(this.#place);
  }

  leave({ name, note, extending }: LeaveOptions): Cursor {
    const { tail, opened } = this.#host;
    const end = { seq: tail.nextSeq - 1, ordinals: [...tail.ordinals] };
    let rest: JournalCursor;
    if (extending instanceof JournalCursor && extending.end === this.#place.seq) {
      rest = extending;
      rest.#stand({ end });
    } else {
      rest = opened(
        { ...this.#place, name, note, end, lost: 0, lostToRetention: 0 },
        this.#classNames,
      );
      rest.#stand({});
    }
    this.#release();
    this.#marks = [];
    this.#usedDisk = false;
    this.position = end.seq;
    this.committed = end.seq;
    this.#ordinals = [...end.ordinals];
    this.#committedOrdinals = end.ordinals;
    this.#stand(end);
    return rest;
  }

  lag(): CursorLag {
    const last = this.#place.end?.ordinals ?? this.#host.tail.ordinals;
    const entries = this.#count(last) - this.#count(this.#committedOrdinals);
    return { entries, oldestMs: entries === 0 ? undefined : this.#oldestMs() };
  }

  #count(ordinals: readonly number[]): number {
    return this.#classes.reduce((sum, index) => sum + (ordinals[index] as number), 0);
  }

  #oldestMs(): number | undefined {
    const [oldest] = this.#marks;
    if (oldest !== undefined) return oldest.oldestMs;
    const place = this.#host.tail.find(this.position + 1);
    return place !== undefined && place.index < place.chunk.length
      ? place.chunk.receivedMs[place.index]
      : undefined;
  }

  /** The newest place to be stored that is durable, when there is one since `stored` was last called with it. */
  toStore(durableSeq: number): StoredCursor | undefined {
    return this.#storable.findLast((place) => place.seq <= durableSeq);
  }

  stored(place: StoredCursor): void {
    this.#storable = this.#storable.slice(this.#storable.indexOf(place) + 1);
  }

  #release(): void {
    if (this.#leased !== undefined) this.#host.tail.release(this.#leased);
    this.#leased = undefined;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#release();
    await this.#host.closed(this);
  }

  /** Number of its reader in the store worker. */
  get reader(): number {
    return this.#number;
  }
}
