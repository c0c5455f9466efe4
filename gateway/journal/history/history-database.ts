import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { type DatabaseSpec, openDatabase } from '../store/database.ts';
import { fieldCount } from './aggregate.ts';
import { type Believed, StoredBeliefs } from './beliefs.ts';
import { IntervalSums } from './interval-sums.ts';
import { hourMs, minuteMs } from './lengths.ts';
import { unpackRows } from './packed-rows.ts';
import type { DirtyMinute, GroupState, HistoryCalls, MinuteSpan, RollupRow } from './protocol.ts';
import type { RegisterInterval } from './register-fold.ts';
import { type RollupRows, readRegister } from './register-reader.ts';
import type { RegisterStands } from './register-track.ts';
import { RollupTables } from './rollup-tables.ts';
import { differs, isEmpty } from './row-comparison.ts';
import { bytesOf, numbersOf, standsBytes, standsOf } from './stand-bytes.ts';
import { StoredChanges } from './stored-changes.ts';
import { type Edge, edgesOf, nextReadings, otherStands, standsBefore } from './stored-stands.ts';

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

/**
 * Registers are judged step by step since version 4: of minutes before, and of those of the hour in which it came, what the first,
 * last, least and most reading tell. Of changes there is kept what brought them.
 */
const judgedRegisters = `
  ALTER TABLE group_state ADD COLUMN stands BLOB;
  ALTER TABLE revision ADD COLUMN closing INTEGER NOT NULL DEFAULT 0;
  ${StoredBeliefs.tables}
  INSERT INTO state (key, value)
    SELECT 'judged-from', coalesce(max(start_ms) / 3600000 * 3600000 + 3600000, 0) FROM minute;
`;

const databaseSpec = (folder: string): DatabaseSpec => ({
  path: join(folder, 'history.db'),
  version: 4,
  migrations: [lateTables, quarterHours, judgedRegisters],
  tables: `
    ${RollupTables.tables}
    CREATE TABLE IF NOT EXISTS span (
      start_ms INTEGER PRIMARY KEY, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS group_state (
      group_number INTEGER PRIMARY KEY, last_ms BLOB NOT NULL, usable BLOB NOT NULL,
      stands BLOB) STRICT;
    ${lateTables}
    ALTER TABLE revision ADD COLUMN closing INTEGER NOT NULL DEFAULT 0;
    ${StoredBeliefs.tables}
    CREATE TABLE IF NOT EXISTS state (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
  `,
});

type Calls = HistoryCalls;

/** Where it is kept which number was given last to what was aggregated anew. */
const newestChangeKey = 'newest-change';

/** Where it is kept up to when each table is folded. */
const foldedUntil = [
  ['quarter', 'quarters-until'],
  ['hour', 'folded-until'],
] as const;

/** Roll-ups on disk. Each flush is one transaction with the journal position it reaches, so nothing is counted twice. */
export class HistoryDatabase {
  readonly #database: DatabaseSync;
  readonly #rows: RollupTables;
  readonly #changes: StoredChanges;
  readonly #beliefs: StoredBeliefs;
  readonly #maxBytes: number;
  readonly #maxAgeMs: number;
  readonly setAside: readonly string[];
  readonly migrated: readonly string[];

  constructor({ folder, maxBytes, maxAgeMs }: Calls['open']['input']) {
    mkdirSync(folder, { recursive: true });
    const { database, setAside, migrated } = openDatabase(databaseSpec(folder));
    this.#database = database;
    this.#rows = new RollupTables(database);
    this.#changes = new StoredChanges(database);
    this.#beliefs = new StoredBeliefs(database);
    this.setAside = setAside;
    this.migrated = migrated;
    this.#maxBytes = maxBytes;
    this.#maxAgeMs = maxAgeMs;
  }

  position(): number {
    return this.#state('position');
  }

  newestChange(): number {
    const given = this.#state(newestChangeKey);
    return Math.max(given, this.#changes.newest(), this.#beliefs.newest());
  }

  states(): readonly GroupState[] {
    return this.#database
      .prepare('SELECT group_number, last_ms, usable, stands FROM group_state')
      .all()
      .map((row) => ({
        group: Number(row['group_number']),
        lastMs: numbersOf(row['last_ms'] as Uint8Array),
        usable: new Uint8Array(row['usable'] as Uint8Array),
        stands: row['stands'] === null ? undefined : standsOf(row['stands'] as Uint8Array),
      }));
  }

  /** `rows` in the order of their times. */
  flush(input: Calls['flush']['input']): undefined {
    const { packed, states, spans, dirty, registers, changes, position } = input;
    const rows = unpackRows(packed);
    this.#transaction(() => {
      this.#judgingNext(edgesOf(dirty, registers), () => {
        this.#rows.mergeMinutes(rows);
        for (const [table, key] of foldedUntil) {
          this.#setState(key, this.#rows.fold(table, this.#state(key), rows));
        }
      });
      this.#saveStates(states);
      this.#saveSpans(spans);
      this.#saveDirty(dirty);
      for (const change of changes) this.#changes.raise(change);
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

  revise({ minutes, rows, registers, number }: Calls['revise']['input']): undefined {
    const done = this.#database.prepare(
      'DELETE FROM dirty WHERE start_ms = ? AND group_number = ?',
    );
    this.#transaction(() => {
      for (const { startMs, group } of minutes) done.run(startMs, group);
      // Also where no row is another: what is numbered after it and not flushed must not fall after a crash.
      this.#setState(newestChangeKey, number);
      const changed = rows.filter((row) => this.#isOther(row));
      this.#judgingNext(edgesOf(changed, registers), () => {
        for (const row of changed) {
          this.#rows.put('minute', row);
          this.#changes.raise({ ...row, kind: 'late', number });
        }
        for (const [table, key] of foldedUntil) this.#rows.refold(table, this.#state(key), changed);
      });
    });
  }

  /** Does what may change how registers stand at some edges; the readings after those where it does are to be judged anew. */
  #judgingNext(edges: readonly Edge[], work: () => void): void {
    const stands = () => edges.map((edge) => standsBefore(this.#rollups(), edge));
    const before = stands();
    work();
    for (const [index, now] of stands().entries()) {
      const edge = edges[index] as Edge;
      const channels = otherStands(before[index] as RegisterStands, now, edge.channels);
      this.#saveDirty(nextReadings(this.#rollups(), { ...edge, channels, fromMs: edge.beforeMs }));
    }
  }

  believe({ subjects, number }: Calls['believe']['input']): Calls['believe']['output'] {
    const believed: (readonly Believed[])[] = [];
    this.#transaction(() => {
      for (const subject of subjects) {
        const now = this.#beliefs.believe(subject, number);
        if (now !== undefined) believed.push(now);
      }
    });
    return believed.length === subjects.length ? believed : undefined;
  }

  stands(input: Calls['stands']['input']): RegisterStands {
    return standsBefore(this.#rollups(), input);
  }

  /** What shares a quarter hour with dirty minutes may hold more or less of it, and has the same samples as before. */
  #isOther(row: RollupRow): boolean {
    const stored = this.#rows.get('minute', row.startMs, row.group);
    return stored === undefined ? !isEmpty(row.fields) : differs(stored, row.fields);
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

  #saveDirty(dirty: readonly DirtyMinute[]): void {
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
    const { fromMs, toMs } = query;
    for (const { group } of query.places) {
      for (const { kind, startMs, number } of this.#changes.within({ group, fromMs, toMs })) {
        if (kind !== 'late') continue;
        const start = Math.floor(startMs / query.intervalMs) * query.intervalMs;
        revisions.set(start, Math.max(revisions.get(start) ?? 0, number));
      }
    }
    return revisions;
  }

  register(input: Calls['register']['input']): readonly RegisterInterval[] {
    return readRegister(this.#rollups(), input);
  }

  #rollups(): RollupRows {
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
      judgedFromMs: this.#state('judged-from'),
      changes: (range) => this.#changes.within(range),
    };
  }

  span({ fromMs, toMs }: Calls['span']['input']): Calls['span']['output'] {
    const row = this.#database
      .prepare(
        'SELECT min(first_seq) AS first, max(last_seq) AS last, min(start_ms) AS start FROM span WHERE start_ms > ?1 AND start_ms < ?2',
      )
      .get(fromMs - minuteMs, toMs);
    if (row === undefined || row['first'] === null) return undefined;
    return {
      firstSeq: Number(row['first']),
      lastSeq: Number(row['last']),
      startMs: Number(row['start']),
    };
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
      'INSERT OR REPLACE INTO group_state (group_number, last_ms, usable, stands) VALUES (?, ?, ?, ?)',
    );
    for (const { group, lastMs, usable, stands } of states) {
      save.run(group, bytesOf(lastMs), usable, stands === undefined ? null : standsBytes(stands));
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
