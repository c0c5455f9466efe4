import type { DatabaseSync } from 'node:sqlite';
import { decodeEntries } from '../codec/entry-decoder.ts';
import { EntryEncoder } from '../codec/entry-encoder.ts';
import { layOutEntries } from '../codec/stored-entries.ts';
import type { StoredQuarantine, StoreInput } from '../protocol.ts';

/** Per sink; beyond, the oldest is dropped and counted. */
const mostPerSink = 10_000;

/** Entries that a sink refused for good, each kept with its content. */
export class Quarantine {
  readonly #database: DatabaseSync;
  readonly #encoder = new EntryEncoder();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** To be called within a transaction. Returns how many were dropped. */
  add({ sinkId, timeMs, entries }: StoreInput<'quarantine'>): number {
    const insert = this.#database.prepare(
      `INSERT INTO quarantine (sink_id, seq, reason, time_ms, entry) VALUES (?1, ?2, ?3, ?4, ?5)
       ON CONFLICT (sink_id, seq) DO UPDATE SET reason = ?3, time_ms = ?4`,
    );
    for (const { seq, reason, entry } of entries) {
      const columns = layOutEntries(entry.counts, entry.buffer);
      const bytes = this.#encoder.encode(columns, Uint32Array.of(0));
      insert.run(sinkId, seq, reason, timeMs, bytes.slice());
    }
    const { changes } = this.#database
      .prepare(
        `DELETE FROM quarantine WHERE sink_id = ?1 AND id <=
           (SELECT id FROM quarantine WHERE sink_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)`,
      )
      .run(sinkId, mostPerSink);
    return Number(changes);
  }

  list({ sinkId, afterId, limit }: StoreInput<'listQuarantine'>): readonly StoredQuarantine[] {
    const rows = this.#database
      .prepare(
        `SELECT id, sink_id, seq, reason, time_ms, entry FROM quarantine
         WHERE id > ?1 AND (?2 IS NULL OR sink_id = ?2) ORDER BY id LIMIT ?3`,
      )
      .all(afterId, sinkId ?? null, limit);
    return rows.map((row) => {
      const { counts, buffer } = decodeEntries(row['entry'] as Uint8Array);
      return {
        id: Number(row['id']),
        sinkId: String(row['sink_id']),
        seq: Number(row['seq']),
        reason: String(row['reason']),
        timeMs: Number(row['time_ms']),
        entry: { counts, buffer },
      };
    });
  }

  /** To be called within a transaction. Gives how many there were. */
  remove(sinkId: string, ids: readonly number[]): number {
    const remove = this.#database.prepare('DELETE FROM quarantine WHERE id = ? AND sink_id = ?');
    return ids.reduce((sum, id) => sum + Number(remove.run(id, sinkId).changes), 0);
  }
}
