import type { StoredText } from './protocol.ts';

type NewText = StoredText & { readonly seq: number };

/** An entry in each of two maps, and the string itself with two bytes a character at most. */
const overheadBytes = 128;

const bytesOf = (text: string): number => overheadBytes + 2 * text.length;

/** The dictionary of string channels: texts by id and ids by text. */
export class TextTable {
  readonly #texts = new Map<number, string>();
  readonly #ids = new Map<string, number>();
  /** Journalled by this run and not yet in the table on disk. */
  #fresh: NewText[] = [];
  readonly #maxBytes: number;
  nextId = 1;
  /** What the texts take in memory, by estimate. */
  bytes = 0;

  /** What is stored already stays, also beyond `maxBytes`: numbers are permanent. */
  constructor(stored: readonly StoredText[], maxBytes: number) {
    this.#maxBytes = maxBytes;
    for (const text of stored) this.#put(text);
  }

  hasRoomFor(text: string): boolean {
    return this.bytes + bytesOf(text) <= this.#maxBytes;
  }

  id(text: string): number | undefined {
    return this.#ids.get(text);
  }

  text(id: number): string | undefined {
    return this.#texts.get(id);
  }

  /** Takes a text that the record with number `seq` has defined. */
  add(text: NewText): void {
    this.#put(text);
    this.#fresh.push(text);
  }

  /** Texts to be stored whose records are durable. */
  toStore(durableSeq: number): readonly NewText[] {
    return this.#fresh.filter((text) => text.seq <= durableSeq);
  }

  stored(texts: readonly NewText[]): void {
    this.#fresh = this.#fresh.filter((text) => !texts.includes(text));
  }

  #put({ id, text }: StoredText): void {
    this.#texts.set(id, text);
    this.#ids.set(text, id);
    this.bytes += bytesOf(text);
    this.nextId = Math.max(this.nextId, id + 1);
  }
}
