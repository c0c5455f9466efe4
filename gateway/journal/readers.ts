import type { AppendSignal } from './append-signal.ts';
import type { Cursor, CursorOptions } from './contract.ts';
import { type CursorHost, classNumbers, JournalCursor } from './cursor.ts';
import type { MemoryTail } from './memory-tail.ts';
import type { Persister } from './persister.ts';
import type { Store, StoredCursor } from './protocol.ts';
import type { WriterClient } from './writer-client.ts';

type ReadersParts = {
  readonly tail: MemoryTail;
  readonly store: Store;
  readonly writer: WriterClient;
  readonly signal: AppendSignal;
  readonly persister: Persister;
  /** The cursors that are open, for whoever stores their places; kept here. */
  readonly open: Set<JournalCursor>;
  /** As the store had them when the journal was opened. */
  readonly stored: readonly StoredCursor[];
  /** What the journal ended with when it was opened. */
  readonly recovered: JournalEnd;
  readonly durableSeq: () => number;
  /** Whether nothing more will be appended. */
  readonly closing: () => boolean;
};

type JournalEnd = { readonly durableSeq: number; readonly ordinals: readonly number[] };

/** Who reads the journal: opens cursors at the place where they were left or at one that is looked for. */
export class JournalReaders {
  readonly #parts: ReadersParts;
  readonly #stored = new Map<string, StoredCursor>();
  #nextReader = 1;

  constructor(parts: ReadersParts) {
    this.#parts = parts;
    for (const cursor of parts.stored) {
      this.#stored.set(cursor.name, withinJournal(cursor, parts.recovered));
    }
  }

  async open(name: string, options: CursorOptions): Promise<Cursor> {
    const number = this.#nextReader++;
    const stored = options.from === 'stored' ? this.#stored.get(name) : undefined;
    const place = (stored && upTo(stored, options.leftBy)) ?? {
      ...(await this.#locate(number, options)),
      ...{ name, end: undefined, lost: 0, lostToRetention: 0, note: undefined },
    };
    const { persist, classes } = options;
    const cursor = this.#add({ number, persistent: persist, classes, place });
    if (stored !== undefined) cursor.committed = stored.seq;
    return cursor;
  }

  /** Names of the cursors of which a place is kept. */
  names(): readonly string[] {
    return [...this.#stored.keys()];
  }

  /** The store has removed the place of a cursor. */
  removed(name: string): void {
    this.#stored.delete(name);
  }

  #add(input: Omit<ConstructorParameters<typeof JournalCursor>[0], 'host'>): JournalCursor {
    const { tail, store, writer, signal: appends, durableSeq, closing, open } = this.#parts;
    const host: CursorHost = {
      ...{ tail, store, writer, durableSeq, closing },
      appended: (waitMs, signal) => appends.wait(waitMs, signal),
      gathered: (gatherMs, signal) => appends.gather(gatherMs, signal),
      closed: (closed) => this.#closed(closed),
      opened: (place, classes) =>
        this.#add({ number: this.#nextReader++, persistent: input.persistent, classes, place }),
    };
    const cursor = new JournalCursor({ ...input, host });
    open.add(cursor);
    return cursor;
  }

  /** The place before the first entry that a cursor with these options reads. */
  async #locate(
    reader: number,
    { from, classes }: CursorOptions,
  ): Promise<{ readonly seq: number; readonly ordinals: readonly number[] }> {
    const { tail, store, writer } = this.#parts;
    const lastSeq = tail.nextSeq - 1;
    if (from === 'end') return { seq: lastSeq, ordinals: [...tail.ordinals] };
    const seq = typeof from === 'number' ? Math.max(0, from - 1) : 0;
    if (seq + 1 >= tail.firstSeq) {
      return { seq, ordinals: tail.ordinalsThrough(Math.min(seq, lastSeq)) };
    }
    const durableSeq = this.#parts.durableSeq();
    const durableOrdinals = tail.ordinalsThrough(durableSeq);
    const found = await store.call('locate', {
      reader,
      classes: classNumbers(classes),
      afterSeq: seq,
      throughSeq: durableSeq,
      ends: writer.ends,
    });
    const ordinals = durableOrdinals.map((durable, index) => {
      const located = found[index] ?? Number.NaN;
      return Number.isNaN(located) ? durable : located;
    });
    return { seq, ordinals };
  }

  async #closed(cursor: JournalCursor): Promise<void> {
    const { persister, open, store } = this.#parts;
    if (cursor.persistent) await persister.persist({ clean: false });
    const place = cursor.toStore(Number.POSITIVE_INFINITY) ?? persister.lastOf(cursor.name);
    if (place !== undefined) this.#stored.set(cursor.name, place);
    open.delete(cursor);
    await store.call('closeReader', cursor.reader);
  }
}

const upTo = (cursor: StoredCursor, leftBy: Cursor | undefined): StoredCursor => {
  if (!(leftBy instanceof JournalCursor) || cursor.end === undefined) return cursor;
  const { seq, ordinals } = leftBy.place;
  return seq < cursor.end.seq ? { ...cursor, end: { seq, ordinals } } : cursor;
};

/** An end that was set before its entries were durable may lie above what a crash has left. */
const withinJournal = (
  cursor: StoredCursor,
  { durableSeq, ordinals }: JournalEnd,
): StoredCursor => {
  const { end } = cursor;
  if (end === undefined || end.seq <= durableSeq) return cursor;
  return { ...cursor, end: { seq: durableSeq, ordinals } };
};
