import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { type DatabaseSpec, openDatabase } from '../store/database.ts';
import { fieldCount } from './aggregate.ts';
import { IntervalSums } from './interval-sums.ts';
import { hourMs, minuteMs } from './lengths.ts';
import { unpackRows } from './packed-rows.ts';
import type { DirtyMinute, GroupState, HistoryCalls, MinuteSpan, RollupRow } from './protocol.ts';
import type { RegisterInterval } from './register-fold.ts';
import { type RollupRows, readRegister } from './register-reader.ts';
import { RollupTables } from './rollup-tables.ts';
import { differsInCoverage, isEmpty } from './row-comparison.ts';

/** Minutes into which samples fell late, and how often each was aggregated anew; since version 2. */
const lateTables = `
  CREATE TABLE IF NOT EXISTS dirty (
    start_ms INTEGER NOT NULL, group_number INTEGER NOT NULL,
    PRIMARY KEY (start_ms, group_number)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS revision (
    start_ms INTEGER NOT NULL, group_number INTEGER NOT NULL, revision INTEGER NOT NULL,
    PRIMARY KEY (start_ms, group_number)) STRICT, WITHOUT ROWID;
`;

/** Quarter hours are folded since version 3: those before stay in minutes and hours alone. */
const quarterHours = `
  CREATE TABLE IF NOT EXISTS quarter (
    start_ms INTEGER NOT NULL, group_number INTEGER NOT NULL, fields BLOB NOT NULL,
    PRIMARY KEY (start_ms, group_number)) STRICT, WITHOUT ROWID;
  INSERT INTO state (key, value)
    SELECT key, (SELECT coalesce(max(start_ms) / 900000 * 900000, 0) FROM minute)
      FROM (SELECT 'quarters-from' AS key UNION ALL SELECT 'quarters-until');
`;

const databaseSpec = (folder: string): DatabaseSpec => ({
  path: join(folder, 'history.db'),
  version: 3,
  migrations: [lateTables, quarterHours],
  tables: `
    ${RollupTables.tables}
    CREATE TABLE IF NOT EXISTS span (
      start_ms INTEGER PRIMARY KEY, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS group_state (
      group_number INTEGER PRIMARY KEY, last_ms BLOB NOT NULL, usable BLOB NOT NULL) STRICT;
    ${lateTables}
    CREATE TABLE IF NOT EXISTS state (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
  `,
});

type Calls = HistoryCalls;

/** Where it is kept up to when each table is folded. */
const foldedUntil = [
  ['quarter', 'quarters-until'],
  ['hour', 'folded-until'],
] as const;

/** Roll-ups on disk. Each flush is one transaction with the journal position it reaches, so nothing is counted twice. */
export class HistoryDatabase {
  readonly #database: DatabaseSync;
  readonly #rows: RollupTables;
  readonly #maxBytes: number;
  readonly #maxAgeMs: number;
  readonly setAside: readonly string[];
  readonly migrated: readonly string[];

  constructor({ folder, maxBytes, maxAgeMs }: Calls['open']['input']) {
    mkdirSync(folder, { recursive: true });
    const { database, setAside, migrated } = openDatabase(databaseSpec(folder));
    this.#database = database;
    this.#rows = new RollupTables(database);
    this.setAside = setAside;
    this.migrated = migrated;
    this.#maxBytes = maxBytes;
    this.#maxAgeMs = maxAgeMs;
  }

  position(): number {
    return this.#state('position');
  }

  states(): readonly GroupState[] {
    return this.#database
      .prepare('SELECT group_number, last_ms, usable FROM group_state')
      .all()
      .map((row) => ({
        group: Number(row['group_number']),
        lastMs: new Float64Array(new Uint8Array(row['last_ms'] as Uint8Array).buffer),
        usable: new Uint8Array(row['usable'] as Uint8Array),
      }));
  }

  /** `rows` in the order of their times. */
  flush({ packed, states, spans, dirty, position }: Calls['flush']['input']): undefined {
    const rows = unpackRows(packed);
    this.#transaction(() => {
      this.#rows.mergeMinutes(rows);
      for (const [table, key] of foldedUntil) {
        this.#setState(key, this.#rows.fold(table, this.#state(key), rows));
      }
      this.#saveStates(states);
      this.#saveSpans(spans);
      this.#saveDirty(dirty);
      this.#setState('position', position);
      this.#prune();
    });
  }

  dirty({ limit }: Calls['dirty']['input']): Calls['dirty']['output'] {
    return this.#database
      .prepare('SELECT start_ms, group_number FROM dirty ORDER BY start_ms, group_number LIMIT ?')
      .all(limit)
      .map((row) => ({ startMs: Number(row['start_ms']), group: Number(row['group_number']) }));
  }

  revise({ minutes, rows }: Calls['revise']['input']): undefined {
    const done = this.#database.prepare(
      'DELETE FROM dirty WHERE start_ms = ? AND group_number = ?',
    );
    const raise = this.#database.prepare(
      `INSERT INTO revision (start_ms, group_number, revision) VALUES (?, ?, 1)
         ON CONFLICT (start_ms, group_number) DO UPDATE SET revision = revision + 1`,
    );
    this.#transaction(() => {
      for (const { startMs, group } of minutes) done.run(startMs, group);
      const changed = rows.filter((row) => this.#isOther(row, minutes));
      for (const row of changed) {
        this.#rows.put('minute', row);
        raise.run(row.startMs, row.group);
      }
      for (const [table, key] of foldedUntil) this.#rows.refold(table, this.#state(key), changed);
    });
  }

  /** What shares a quarter hour with dirty minutes may hold more or less of it, and has the same samples as before. */
  #isOther(row: RollupRow, dirty: readonly DirtyMinute[]): boolean {
    const stored = this.#rows.get('minute', row.startMs, row.group);
    if (stored === undefined) return !isEmpty(row.fields);
    const isDirty = dirty.some(
      ({ group, startMs }) => group === row.group && startMs === row.startMs,
    );
    return isDirty || differsInCoverage(stored, row.fields);
  }

  #transaction(work: () => void): void {
    const database = this.#database;
    database.exec('BEGIN IMMEDIATE');
    try {
      work();
      database.exec('COMMIT');
    } catch (error) {
      this.#rows.forget();
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }

  #saveDirty(dirty: Calls['flush']['input']['dirty']): void {
    const save = this.#database.prepare(
      'INSERT OR IGNORE INTO dirty (start_ms, group_number) VALUES (?, ?)',
    );
    for (const { startMs, group } of dirty) save.run(startMs, group);
  }

  query({ places, fromMs, toMs, intervalMs }: Calls['query']['input']): Calls['query']['output'] {
    const sums = new IntervalSums({ fromMs, toMs, intervalMs });
    const { intervals } = sums;
    const openHourMs = this.#state('folded-until');
    const minutesFromMs = intervalMs < hourMs ? fromMs : Math.max(fromMs, openHourMs);
    for (const { group, channel } of places) {
      if (minutesFromMs > fromMs) {
        const hours = { group, fromMs, toMs: Math.min(toMs, openHourMs) };
        this.#rows.scan('hour', hours, (startMs, fields) => {
          sums.add({ startMs, lengthMs: hourMs }, fields, channel);
        });
      }
      const minutes = { group, fromMs: IntervalSums.reachMs(minutesFromMs), toMs };
      this.#rows.scan('minute', minutes, (startMs, fields) => {
        sums.add({ startMs, lengthMs: minuteMs }, fields, channel);
      });
    }
    const starts = [...intervals.keys()].sort((a, b) => a - b);
    const fields = new Float64Array(starts.length * fieldCount);
    starts.forEach((start, index) => {
      fields.set(intervals.get(start) as Float64Array, index * fieldCount);
    });
    const revisions = this.#revisions({ places, fromMs, toMs, intervalMs });
    return {
      startMs: Float64Array.from(starts),
      fields,
      revisions: Float64Array.from(starts, (start) => revisions.get(start) ?? 0),
    };
  }

  /** Of each interval the highest of its minutes. */
  #revisions(query: Calls['query']['input']): ReadonlyMap<number, number> {
    const revisions = new Map<number, number>();
    const find = this.#database.prepare(
      `SELECT start_ms, revision FROM revision
         WHERE start_ms > ?1 AND start_ms < ?2 AND group_number = ?3`,
    );
    for (const { group } of query.places) {
      for (const row of find.all(query.fromMs - minuteMs, query.toMs, group)) {
        const start = Math.floor(Number(row['start_ms']) / query.intervalMs) * query.intervalMs;
        revisions.set(start, Math.max(revisions.get(start) ?? 0, Number(row['revision'])));
      }
    }
    return revisions;
  }

  register(input: Calls['register']['input']): readonly RegisterInterval[] {
    return readRegister(this.#rollups(), input);
  }

  #rollups(): RollupRows {
    const database = this.#database;
    const revision = database.prepare(
      'SELECT max(revision) AS newest FROM revision WHERE start_ms >= ? AND start_ms < ? AND group_number = ?',
    );
    const [minutes, hours] = [this.#rows.edges('minute'), this.#rows.edges('hour')];
    return {
      folded: {
        quarter: { fromMs: this.#state('quarters-from'), toMs: this.#state('quarters-until') },
        hour: { fromMs: 0, toMs: this.#state('folded-until') },
      },
      range:
        minutes === undefined && hours === undefined
          ? undefined
          : {
              fromMs: Math.min(minutes?.oldestMs ?? Infinity, hours?.oldestMs ?? Infinity),
              toMs: Math.max(minutes?.newestMs ?? -Infinity, hours?.newestMs ?? -Infinity),
            },
      get: (table, startMs, group) => this.#rows.get(table, startMs, group),
      revision: (startMs, endMs, group) =>
        Number(revision.get(startMs, endMs, group)?.['newest'] ?? 0),
    };
  }

  span({ fromMs, toMs }: Calls['span']['input']): Calls['span']['output'] {
    const row = this.#database
      .prepare(
        'SELECT min(first_seq) AS first, max(last_seq) AS last FROM span WHERE start_ms > ?1 AND start_ms < ?2',
      )
      .get(fromMs - minuteMs, toMs);
    if (row === undefined || row['first'] === null) return undefined;
    return { firstSeq: Number(row['first']), lastSeq: Number(row['last']) };
  }

  close(): undefined {
    this.#database.close();
  }

  #state(key: string): number {
    const row = this.#database.prepare('SELECT value FROM state WHERE key = ?').get(key);
    return Number(row?.['value'] ?? 0);
  }

  #setState(key: string, value: number): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO state (key, value) VALUES (?, ?)')
      .run(key, value);
  }

  #saveStates(states: readonly GroupState[]): void {
    const save = this.#database.prepare(
      'INSERT OR REPLACE INTO group_state (group_number, last_ms, usable) VALUES (?, ?, ?)',
    );
    for (const { group, lastMs, usable } of states) {
      save.run(group, new Uint8Array(lastMs.buffer, lastMs.byteOffset, lastMs.byteLength), usable);
    }
  }

  #saveSpans(spans: readonly MinuteSpan[]): void {
    const save = this.#database.prepare(
      `INSERT INTO span (start_ms, first_seq, last_seq) VALUES (?1, ?2, ?3) ON CONFLICT (start_ms) DO UPDATE
         SET first_seq = min(first_seq, ?2), last_seq = max(last_seq, ?3)`,
    );
    for (const { startMs, firstSeq, lastSeq } of spans) save.run(startMs, firstSeq, lastSeq);
  }

  /** By age, counted from the newest row, and a day at a time when the file has grown too large; hours stay. */
  #prune(): void {
    const edges = this.#rows.edges('minute');
    if (edges === undefined) return;
    const { oldestMs, newestMs } = edges;
    let before = newestMs - this.#maxAgeMs;
    if (this.#usedBytes() > this.#maxBytes) {
      before = Math.max(before, Math.min(oldestMs + 24 * hourMs, newestMs));
    }
    if (before <= oldestMs) return;
    for (const table of ['minute', 'quarter', 'span', 'dirty']) {
      this.#database.prepare(`DELETE FROM ${table} WHERE start_ms < ?`).run(before);
    }
  }

  #usedBytes(): number {
    const pragma = (name: string): number =>
      Number(this.#database.prepare(`PRAGMA ${name}`).get()?.[name]);
    return (pragma('page_count') - pragma('freelist_count')) * pragma('page_size');
  }
}
