import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type {
  Actor,
  AuditDetails,
  AuditEntry,
  AuditEvent,
  AuditQuery,
  AuditState,
} from './protocol.ts';
import type { Role } from './roles.ts';

/** Some years of an ordinary site; with 300 bytes each 30 MB. */
const mostEntries = 100_000;
/** Removed at once, when it is full. */
const removedEntries = 10_000;

type Row = Readonly<Record<string, unknown>>;

const textOrNull = (value: unknown): string | null => (value === null ? null : String(value));

const entryOf = (row: Row): AuditEntry => ({
  seq: Number(row['seq']),
  timeMs: Number(row['time_ms']),
  actor: {
    kind: String(row['actor_kind']) as Actor['kind'],
    name: textOrNull(row['actor']),
    role: textOrNull(row['role']) as Role | null,
    address: textOrNull(row['address']),
  },
  action: String(row['action']),
  subject: textOrNull(row['subject']),
  outcome: String(row['outcome']) as AuditEvent['outcome'],
  reason: textOrNull(row['reason']),
  details: JSON.parse(String(row['details'])) as AuditDetails,
  hash: String(row['hash']),
});

/** What an entry is hashed over, with the entry before. */
const hashOf = (before: string, seq: number, event: AuditEvent): string => {
  const { timeMs, actor, action, subject, outcome, reason, details } = event;
  const { kind, name, role, address } = actor;
  const told = [timeMs, kind, name, role, address, action, subject, outcome, reason, details];
  return createHash('sha256')
    .update(JSON.stringify([before, seq, ...told]))
    .digest('hex');
};

/** Who did what: only ever added to, each entry chained to the one before. */
export class AuditLog {
  readonly #database: DatabaseSync;
  readonly #most: number;

  /** A database with the tables of `accessSchema`. */
  constructor(database: DatabaseSync, most = mostEntries) {
    this.#database = database;
    this.#most = most;
  }

  /** Within a transaction of the caller's. */
  append(events: readonly AuditEvent[]): void {
    let { seq, hash } = this.#end();
    const insert = this.#database.prepare(
      `INSERT INTO audit (seq, time_ms, actor_kind, actor, role, address, action, subject, outcome, reason, details, hash)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    for (const event of events) {
      seq += 1;
      hash = hashOf(hash, seq, event);
      const { timeMs, actor, action, subject, outcome, reason, details } = event;
      insert.run(
        ...[seq, timeMs, actor.kind, actor.name, actor.role, actor.address, action, subject],
        ...[outcome, reason, JSON.stringify(details), hash],
      );
    }
    if (seq - this.#removed().seq > this.#most) this.#removeOldest();
  }

  list({ beforeSeq, actor, action, outcome, limit }: AuditQuery): readonly AuditEntry[] {
    const conditions = { 'seq < ?': beforeSeq, 'actor = ?': actor, 'action = ?': action };
    const wanted = Object.entries({ ...conditions, 'outcome = ?': outcome }).flatMap(
      ([condition, value]) => (value === undefined ? [] : [{ condition, value }]),
    );
    const where =
      wanted.length === 0 ? '' : `WHERE ${wanted.map(({ condition }) => condition).join(' AND ')}`;
    return this.#database
      .prepare(`SELECT * FROM audit ${where} ORDER BY seq DESC LIMIT ?`)
      .all(...wanted.map(({ value }) => value), limit)
      .map(entryOf);
  }

  state(): AuditState {
    const removed = this.#removed();
    let { seq, hash } = removed;
    let entries = 0;
    let brokenAtSeq: number | null = null;
    for (const row of this.#database.prepare('SELECT * FROM audit ORDER BY seq').iterate()) {
      const entry = entryOf(row);
      if (entry.seq !== seq + 1 || entry.hash !== hashOf(hash, entry.seq, entry)) {
        brokenAtSeq ??= entry.seq;
      }
      ({ seq, hash } = entry);
      entries += 1;
    }
    return { entries, lastSeq: seq, removedThroughSeq: removed.seq, lastHash: hash, brokenAtSeq };
  }

  #end(): { readonly seq: number; readonly hash: string } {
    const row = this.#database
      .prepare('SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1')
      .get();
    if (row === undefined) return this.#removed();
    return { seq: Number(row['seq']), hash: String(row['hash']) };
  }

  #removed(): { readonly seq: number; readonly hash: string } {
    const row = this.#database.prepare('SELECT removed_seq, removed_hash FROM instance').get();
    return { seq: Number(row?.['removed_seq'] ?? 0), hash: String(row?.['removed_hash'] ?? '') };
  }

  /** The hash of the last that goes is what the first that stays follows from. */
  #removeOldest(): void {
    const through = this.#removed().seq + Math.min(removedEntries, Math.ceil(this.#most / 10));
    this.#database
      .prepare(
        `UPDATE instance SET removed_seq = ?1, removed_hash = (SELECT hash FROM audit WHERE seq = ?1)`,
      )
      .run(through);
    this.#database.prepare('DELETE FROM audit WHERE seq <= ?').run(through);
  }
}
