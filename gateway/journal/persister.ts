import { describeError } from '../core/error.ts';
import type { Log } from '../core/log.ts';
import type { JournalCursor } from './cursor.ts';
import type { Store, StoredCursor } from './protocol.ts';
import type { TextTable } from './text-table.ts';

/** How much a sink may get twice after a crash, against a sync for each. */
const intervalMs = 2_000;

/** Stores places of cursors and texts now and then, never ahead of what is durable. */
export class Persister {
  readonly #store: Store;
  readonly #texts: TextTable;
  readonly #log: Log;
  readonly #durable: () => { readonly seq: number; readonly ordinals: readonly number[] };
  readonly #cursors: () => Iterable<JournalCursor>;
  readonly #lastOf = new Map<string, StoredCursor>();
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> = Promise.resolve();
  #closed = false;
  #failing = false;

  constructor(input: {
    readonly store: Store;
    readonly texts: TextTable;
    readonly log: Log;
    readonly durable: () => { readonly seq: number; readonly ordinals: readonly number[] };
    readonly cursors: () => Iterable<JournalCursor>;
  }) {
    this.#store = input.store;
    this.#texts = input.texts;
    this.#log = input.log;
    this.#durable = input.durable;
    this.#cursors = input.cursors;
    this.#timer = setInterval(() => void this.#tick(), intervalMs);
  }

  async #tick(): Promise<void> {
    try {
      await this.persist({ clean: false });
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) {
        const text = 'journal: places of readers are not stored; after a crash more is sent twice';
        this.#log.error({ error: describeError(error) }, text);
      }
      this.#failing = true;
    }
  }

  /** The place that was stored last for a cursor of this run. */
  lastOf(name: string): StoredCursor | undefined {
    return this.#lastOf.get(name);
  }

  /** One at a time, in the order of the calls. */
  persist(options: { readonly clean: boolean }): Promise<void> {
    const before = this.#running.catch(() => undefined);
    this.#running = before.then(() => this.#persist(options.clean));
    return this.#running;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  close(options: { readonly clean: boolean }): Promise<void> {
    this.stop();
    const last = this.persist(options);
    this.#closed = true;
    return last;
  }

  async #persist(clean: boolean): Promise<void> {
    const { seq, ordinals } = this.#durable();
    const places = [...this.#cursors()].flatMap((cursor) => {
      const place = cursor.persistent ? cursor.toStore(seq) : undefined;
      return place === undefined ? [] : [{ cursor, place }];
    });
    const texts = this.#texts.toStore(seq);
    if (places.length === 0 && texts.length === 0 && !this.#closed) return;
    await this.#store.call('persist', {
      cursors: places.map(({ place }) => place),
      texts: texts.map(({ id, text }) => ({ id, text })),
      state: { highSeq: seq, ordinals, dictionarySeq: seq, clean },
    });
    for (const { cursor, place } of places) {
      cursor.stored(place);
      this.#lastOf.set(place.name, place);
    }
    this.#texts.stored(texts);
  }
}
