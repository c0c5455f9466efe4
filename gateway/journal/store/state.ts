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
      .prepare('SELECT name, seq, ordinals FROM cursor')
      .all()
      .map((row) => ({
        name: String(row['name']),
        seq: Number(row['seq']),
        ordinals: JSON.parse(String(row['ordinals'])),
      }));
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
      'INSERT INTO cursor (name, seq, ordinals) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO UPDATE SET seq = ?2, ordinals = ?3',
    );
    for (const { name, seq, ordinals } of cursors)
      saveCursor.run(name, seq, JSON.stringify(ordinals));
    this.addTexts(texts);
    this.#database
      .prepare(
        "INSERT INTO state (key, value) VALUES ('journal', ?1) ON CONFLICT (key) DO UPDATE SET value = ?1",
      )
      .run(JSON.stringify(state));
  }

  addTexts(texts: readonly StoredText[]): void {
    const save = this.#database.prepare('INSERT OR IGNORE INTO text (id, text) VALUES (?, ?)');
    for (const { id, text } of texts) save.run(id, text);
  }
}
