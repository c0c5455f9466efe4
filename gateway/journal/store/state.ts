import type { DatabaseSync } from 'node:sqlite';
import type { StoredCursor, StoredState, StoredText, StoreInput } from '../protocol.ts';

const fresh: StoredState = { highSeq: 0, ordinals: [0, 0, 0, 0], dictionarySeq: 0, clean: true };

/** Places of cursors, texts of the dictionary, and where the journal stood. */
export class StateTable {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  state(): StoredState {
    const row = this.#database.prepare("SELECT value FROM state WHERE key = 'journal'").get();
    return row === undefined ? fresh : JSON.parse(String(row['value']));
  }

  cursors(): readonly StoredCursor[] {
    return this.#database
      .prepare('SELECT name, place FROM cursor')
      .all()
      .map((row) => ({ ...JSON.parse(String(row['place'])), name: String(row['name']) }));
  }

  texts(): readonly StoredText[] {
    return this.#database
      .prepare('SELECT id, text FROM text ORDER BY id')
      .all()
      .map((row) => ({ id: Number(row['id']), text: String(row['text']) }));
  }

  /** To be called within a transaction. */
  persist({ cursors, texts, state }: StoreInput<'persist'>): void {
    const saveCursor = this.#database.prepare(
      'INSERT INTO cursor (name, place) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET place = ?2',
    );
    for (const { name, ...place } of cursors) saveCursor.run(name, JSON.stringify(place));
    this.addTexts(texts);
    this.#database
      .prepare(
        "INSERT INTO state (key, value) VALUES ('journal', ?1) ON CONFLICT (key) DO UPDATE SET value = ?1",
      )
      .run(JSON.stringify(state));
  }

  removeCursor(name: string): void {
    this.#database.prepare('DELETE FROM cursor WHERE name = ?').run(name);
  }

  addTexts(texts: readonly StoredText[]): void {
    const save = this.#database.prepare('INSERT OR IGNORE INTO text (id, text) VALUES (?, ?)');
    for (const { id, text } of texts) save.run(id, text);
  }
}
