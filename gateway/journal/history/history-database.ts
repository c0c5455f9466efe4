import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { type DatabaseSpec, openDatabase } from '../store/database.ts';
import { emptyAggregates, fieldCount, mergeAggregate } from './aggregate.ts';
import { hourMs, minuteMs } from './lengths.ts';
import type { ChannelPlace, GroupState, HistoryCalls, MinuteSpan, RollupRow } from './protocol.ts';
import type { RegisterInterval } from './register-fold.ts';
import { type RollupRows, readRegister } from './register-reader.ts';
import { decodeRollup, RollupEncoder } from './rollup-codec.ts';

/** Minutes into which samples fell late, and how often each was aggregated anew; since version 2. */
const lateTables = `
  CREATE TABLE IF NOT EXISTS dirty (
    start_ms INTEGER NOT NULL, group_number INTEGER NOT NULL,
    PRIMARY KEY (start_ms, group_number)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS revision (
    start_ms INTEGER NOT NULL, group_number INTEGER NOT NULL, revision INTEGER NOT NULL,
    PRIMARY KEY (start_ms, group_number)) STRICT, WITHOUT ROWID;
`;

/**
 * Rows are ordered by time first: what is written in a minute then lies together, and a minute of the whole plant costs a
 * few pages instead of one for each group.
 */
const databaseSpec = (folder: string): DatabaseSpec => ({
  path: join(folder, 'history.db'),
  version: 2,
  migrations: [lateTables],
  tables: `
    CREATE TABLE IF NOT EXISTS minute (
      start_ms INTEGER NOT NULL, group_number INTEGER NOT NULL, fields BLOB NOT NULL,
      PRIMARY KEY (start_ms, group_number)) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS hour (
      start_ms INTEGER NOT NULL, group_number INTEGER NOT NULL, fields BLOB NOT NULL,
      PRIMARY KEY (start_ms, group_number)) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS span (
      start_ms INTEGER PRIMARY KEY, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS group_state (
      group_number INTEGER PRIMARY KEY, last_ms BLOB NOT NULL, usable BLOB NOT NULL) STRICT;
    ${lateTables}
    CREATE TABLE IF NOT EXISTS state (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
  `,
});

type Table = 'minute' | 'hour';
type Calls = HistoryCalls;

/** Roll-ups on disk. Each flush is one transaction with the journal position it reaches, so nothing is counted twice. */
export class HistoryDatabase {
  readonly #database: DatabaseSync;
  readonly #encoder = new RollupEncoder();
  readonly #maxBytes: number;
  readonly #maxAgeMs: number;
  readonly setAside: readonly string[];
  readonly migrated: readonly string[];

  constructor({ folder, maxBytes, maxAgeMs }: Calls['open']['input']) {
    mkdirSync(folder, { recursive: true });
    const { database, setAside, migrated } = openDatabase(databaseSpec(folder));
    this.#database = database;
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

  flush({ rows, states, spans, dirty, position }: Calls['flush']['input']): undefined {
    this.#transaction(() => {
      for (const row of rows) this.#merge('minute', row);
      this.#foldHours(rows);
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
      for (const row of rows) {
        this.#put('minute', row);
        raise.run(row.startMs, row.group);
      }
      this.#foldHours(rows);
    });
  }

  #transaction(work: () => void): void {
    const database = this.#database;
    database.exec('BEGIN IMMEDIATE');
    try {
      work();
      database.exec('COMMIT');
    } catch (error) {
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
    const intervals = new Map<number, Float64Array>();
    const openHourMs = this.#state('folded-until');
    const minutesFromMs = intervalMs < hourMs ? fromMs : Math.max(fromMs, openHourMs);
    for (const place of places) {
      const take = (table: Table, range: { from: number; to: number; stepMs: number }): void => {
        this.#scan(table, { ...place, ...range }, (startMs, fields) => {
          const start = Math.floor(startMs / intervalMs) * intervalMs;
          const target = intervalAt(intervals, start);
          mergeAggregate({ fields: target, at: 0 }, { fields, at: place.channel * fieldCount });
        });
      };
      if (minutesFromMs > fromMs) {
        take('hour', { from: fromMs, to: Math.min(toMs, openHourMs), stepMs: hourMs });
      }
      take('minute', { from: minutesFromMs, to: toMs, stepMs: minuteMs });
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
    const select = (table: Table) =>
      database.prepare(`SELECT fields FROM ${table} WHERE start_ms = ? AND group_number = ?`);
    const statements = { minute: select('minute'), hour: select('hour') };
    const revision = database.prepare(
      'SELECT max(revision) AS newest FROM revision WHERE start_ms >= ? AND start_ms < ? AND group_number = ?',
    );
    const [minutes, hours] = [this.#edges('minute'), this.#edges('hour')];
    return {
      foldedUntilMs: this.#state('folded-until'),
      range:
        minutes === undefined && hours === undefined
          ? undefined
          : {
              fromMs: Math.min(minutes?.oldestMs ?? Infinity, hours?.oldestMs ?? Infinity),
              toMs: Math.max(minutes?.newestMs ?? -Infinity, hours?.newestMs ?? -Infinity),
            },
      get: (table, startMs, group) => {
        const row = statements[table].get(startMs, group);
        return row === undefined ? undefined : decodeRollup(row['fields'] as Uint8Array, startMs);
      },
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

  #newestHour(): number {
    return Math.floor((this.#edges('minute')?.newestMs ?? 0) / hourMs) * hourMs;
  }

  /** Oldest and newest start. Each is asked for by itself: for both at once SQLite reads the whole table. */
  #edges(table: Table): { readonly oldestMs: number; readonly newestMs: number } | undefined {
    const row = this.#database
      .prepare(
        `SELECT (SELECT min(start_ms) FROM ${table}) AS oldest,
                (SELECT max(start_ms) FROM ${table}) AS newest`,
      )
      .get();
    if (row === undefined || row['oldest'] === null) return undefined;
    return { oldestMs: Number(row['oldest']), newestMs: Number(row['newest']) };
  }

  #get(table: Table, startMs: number, group: number): Float64Array | undefined {
    const row = this.#database
      .prepare(`SELECT fields FROM ${table} WHERE start_ms = ? AND group_number = ?`)
      .get(startMs, group);
    return row === undefined ? undefined : decodeRollup(row['fields'] as Uint8Array, startMs);
  }

  #put(table: Table, { startMs, group, fields }: RollupRow): void {
    this.#database
      .prepare(`INSERT OR REPLACE INTO ${table} (start_ms, group_number, fields) VALUES (?, ?, ?)`)
      .run(startMs, group, this.#encoder.encode(fields, startMs));
  }

  #merge(table: Table, row: RollupRow): void {
    const stored = this.#get(table, row.startMs, row.group);
    if (stored === undefined) {
      this.#put(table, row);
      return;
    }
    mergeAll(stored, row.fields);
    this.#put(table, { ...row, fields: stored });
  }

  /** Hours that are over are kept folded; one that new rows fell into is folded anew. */
  #foldHours(rows: readonly RollupRow[]): void {
    const foldedMs = this.#state('folded-until');
    const openHourMs = this.#newestHour();
    const over = this.#database
      .prepare(
        `SELECT DISTINCT start_ms - start_ms % ${hourMs} AS hour FROM minute
           WHERE start_ms >= ? AND start_ms < ?`,
      )
      .all(foldedMs, openHourMs);
    for (const row of over) this.#foldWholeHour(Number(row['hour']));
    const late = new Map<string, { readonly hour: number; readonly group: number }>();
    for (const { startMs, group } of rows) {
      const hour = Math.floor(startMs / hourMs) * hourMs;
      if (hour < foldedMs) late.set(`${hour}/${group}`, { hour, group });
    }
    for (const { hour, group } of late.values()) this.#foldHour(hour, group);
    this.#setState('folded-until', Math.max(foldedMs, openHourMs));
  }

  /** All groups in one pass, for their minutes lie together. */
  #foldWholeHour(hour: number): void {
    const folded = new Map<number, Float64Array>();
    const minutes = this.#database.prepare(
      'SELECT start_ms, group_number, fields FROM minute WHERE start_ms >= ? AND start_ms < ? ORDER BY start_ms',
    );
    for (const row of minutes.iterate(hour, hour + hourMs)) {
      const group = Number(row['group_number']);
      const fields = decodeRollup(row['fields'] as Uint8Array, Number(row['start_ms']));
      const known = folded.get(group);
      if (known === undefined) folded.set(group, fields);
      else mergeAll(known, fields);
    }
    for (const [group, fields] of folded) this.#put('hour', { group, startMs: hour, fields });
  }

  #foldHour(hour: number, group: number): void {
    let folded: Float64Array | undefined;
    const range = { from: hour, to: hour + hourMs, stepMs: minuteMs };
    this.#scan('minute', { group, channel: 0, ...range }, (_, fields) => {
      if (folded === undefined) folded = fields;
      else mergeAll(folded, fields);
    });
    if (folded !== undefined) this.#put('hour', { group, startMs: hour, fields: folded });
  }

  #scan(
    table: Table,
    range: ChannelPlace & { readonly from: number; readonly to: number; readonly stepMs: number },
    take: (startMs: number, fields: Float64Array) => void,
  ): void {
    const statement = this.#database.prepare(
      `SELECT fields FROM ${table} WHERE start_ms = ? AND group_number = ?`,
    );
    const edges = this.#edges(table);
    if (edges === undefined) return;
    const first = Math.floor(range.from / range.stepMs) * range.stepMs;
    const end = Math.min(range.to, edges.newestMs + 1);
    for (let at = Math.max(first, edges.oldestMs); at < end; at += range.stepMs) {
      const row = statement.get(at, range.group);
      if (row !== undefined) take(at, decodeRollup(row['fields'] as Uint8Array, at));
    }
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
    const edges = this.#edges('minute');
    if (edges === undefined) return;
    const { oldestMs, newestMs } = edges;
    let before = newestMs - this.#maxAgeMs;
    if (this.#usedBytes() > this.#maxBytes) {
      before = Math.max(before, Math.min(oldestMs + 24 * hourMs, newestMs));
    }
    if (before <= oldestMs) return;
    this.#database.prepare('DELETE FROM minute WHERE start_ms < ?').run(before);
    this.#database.prepare('DELETE FROM span WHERE start_ms < ?').run(before);
    this.#database.prepare('DELETE FROM dirty WHERE start_ms < ?').run(before);
  }

  #usedBytes(): number {
    const pragma = (name: string): number =>
      Number(this.#database.prepare(`PRAGMA ${name}`).get()?.[name]);
    return (pragma('page_count') - pragma('freelist_count')) * pragma('page_size');
  }
}

const intervalAt = (intervals: Map<number, Float64Array>, start: number): Float64Array => {
  let fields = intervals.get(start);
  if (fields === undefined) {
    fields = emptyAggregates(1);
    intervals.set(start, fields);
  }
  return fields;
};

const mergeAll = (target: Float64Array, source: Float64Array): void => {
  for (let at = 0; at < Math.min(target.length, source.length); at += fieldCount) {
    mergeAggregate({ fields: target, at }, { fields: source, at });
  }
};
