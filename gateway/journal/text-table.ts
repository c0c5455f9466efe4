import type { StoredText } from './protocol.ts';

type NewText = StoredText & { readonly seq: number };

/** The dictionary of string channels: texts by id and ids by text. */
export class TextTable {
  readonly #texts = new Map<number, string>();
  readonly #ids = new Map<string, number>();
  /** Journalled by this run and not yet in the table on disk. */
  #fresh: NewText[] = [];
  nextId = 1;

  constructor(stored: readonly StoredText[]) {
    for (const text of stored) this.#put(text);
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
    this.nextId = Math.max(this.nextId, id + 1);
  }
}
