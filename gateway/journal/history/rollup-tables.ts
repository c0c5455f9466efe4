import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { mergeAggregate } from './aggregate.ts';
import { IntervalFold, mergeRow } from './interval-fold.ts';
import { hourMs, minuteMs, quarterMs } from './lengths.ts';
import type { RollupRow } from './protocol.ts';
import { decodeRollup, RollupEncoder } from './rollup-codec.ts';

export type FoldedTable = 'quarter' | 'hour';
export type RollupTable = 'minute' | FoldedTable;

export const rollupLengthMs: Readonly<Record<RollupTable, number>> = {
  ...{ minute: minuteMs, quarter: quarterMs, hour: hourMs },
};

/** Oldest and newest start. */
export type Edges = { readonly oldestMs: number; readonly newestMs: number };

/**
 * The tables of roll-ups. Rows are ordered by time first: what is written in a minute then lies together, and a minute of the
 * whole plant costs a few pages instead of one for each group.
 */
export class RollupTables {
  static readonly tables = ['minute', 'quarter', 'hour']
    .map(
      (table) => `
    CREATE TABLE IF NOT EXISTS ${table} (
      start_ms INTEGER NOT NULL, group_number INTEGER NOT NULL, fields BLOB NOT NULL,
      PRIMARY KEY (start_ms, group_number)) STRICT, WITHOUT ROWID;`,
    )
    .join('');

  readonly #database: DatabaseSync;
  readonly #encoder = new RollupEncoder();
  readonly #statements = new Map<string, StatementSync>();
  /** Of each table the interval that has not ended, where all that is stored of it is known. */
  readonly #open = new Map<FoldedTable, IntervalFold>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  get(table: RollupTable, startMs: number, group: number): Float64Array | undefined {
    const row = this.#prepare(
      `SELECT fields FROM ${table} WHERE start_ms = ? AND group_number = ?`,
    ).get(startMs, group);
    return row === undefined ? undefined : decodeRollup(row['fields'] as Uint8Array, startMs);
  }

  put(table: RollupTable, { startMs, group, fields }: RollupRow): void {
    this.#prepare(
      `INSERT OR REPLACE INTO ${table} (start_ms, group_number, fields) VALUES (?, ?, ?)`,
    ).run(startMs, group, this.#encoder.encode(fields, startMs));
  }

  /** Start of the newest minute; -Infinity before the first. */
  newestMs(): number {
    return this.edges('minute')?.newestMs ?? Number.NEGATIVE_INFINITY;
  }

  /** Adds to what is stored of the same minutes. Rows in the order of their times are appended; others cost pages. */
  mergeMinutes(rows: readonly RollupRow[]): void {
    const newestMs = this.newestMs();
    for (const row of rows) {
      const stored =
        row.startMs > newestMs ? undefined : this.get('minute', row.startMs, row.group);
      if (stored !== undefined) mergeRow(stored, row.fields, mergeAggregate);
      this.put('minute', stored === undefined ? row : { ...row, fields: stored });
    }
  }

  /** Each is asked for by itself: for both at once SQLite reads the whole table. */
  edges(table: RollupTable): Edges | undefined {
    const row = this.#prepare(
      `SELECT (SELECT min(start_ms) FROM ${table}) AS oldest,
              (SELECT max(start_ms) FROM ${table}) AS newest`,
    ).get();
    if (row === undefined || row['oldest'] === null) return undefined;
    return { oldestMs: Number(row['oldest']), newestMs: Number(row['newest']) };
  }

  /** Rows of one group, from that in which `fromMs` lies. */
  scan(
    table: RollupTable,
    range: { readonly group: number; readonly fromMs: number; readonly toMs: number },
    take: (startMs: number, fields: Float64Array) => void,
  ): void {
    const edges = this.edges(table);
    if (edges === undefined) return;
    const lengthMs = rollupLengthMs[table];
    const firstMs = Math.floor(range.fromMs / lengthMs) * lengthMs;
    const endMs = Math.min(range.toMs, edges.newestMs + 1);
    for (let atMs = Math.max(firstMs, edges.oldestMs); atMs < endMs; atMs += lengthMs) {
      const fields = this.get(table, atMs, range.group);
      if (fields !== undefined) take(atMs, fields);
    }
  }

  /**
   * Folds minutes that were just stored, in the order of their times, into the intervals that have ended since `untilMs`; those
   * before are folded anew. Returns up to where all is folded now.
   */
  fold(table: FoldedTable, untilMs: number, stored: readonly RollupRow[]): number {
    const startOf = startIn(table);
    const known = this.#open.get(table);
    // After a start and after a revision the minutes of the open interval are read, and with them those just stored.
    const isKnown = known?.startMs === untilMs;
    let open = isKnown ? known : this.#read(table, untilMs);
    for (const row of stored) {
      const startMs = startOf(row.startMs);
      if (startMs < untilMs || (startMs === untilMs && !isKnown)) continue;
      open = this.#openAt(table, open, startMs);
      open.add(row);
    }
    const openMs = Math.max(untilMs, startOf(this.newestMs()));
    this.#open.set(table, this.#openAt(table, open, openMs));
    this.#foldLate(table, untilMs, stored);
    return openMs;
  }

  /** Folds anew the intervals that had ended at `untilMs` and in which `changed` minutes lie. */
  refold(table: FoldedTable, untilMs: number, changed: readonly RollupRow[]): void {
    this.#open.delete(table);
    this.#foldLate(table, untilMs, changed);
  }

  /** What is known of open intervals is not true: what was stored last is not. */
  forget(): void {
    this.#open.clear();
  }

  /** The fold of the interval that begins at `startMs`; one that has ended is stored. */
  #openAt(table: FoldedTable, open: IntervalFold, startMs: number): IntervalFold {
    if (startMs <= open.startMs) return open;
    this.#putAll(table, open);
    return new IntervalFold(startMs);
  }

  /** All groups in one pass, for their minutes lie together. */
  #read(table: FoldedTable, startMs: number): IntervalFold {
    const fold = new IntervalFold(startMs);
    const minutes = this.#prepare(
      'SELECT start_ms, group_number, fields FROM minute WHERE start_ms >= ? AND start_ms < ? ORDER BY start_ms',
    );
    for (const row of minutes.iterate(startMs, startMs + rollupLengthMs[table])) {
      const atMs = Number(row['start_ms']);
      const fields = decodeRollup(row['fields'] as Uint8Array, atMs);
      fold.add({ group: Number(row['group_number']), startMs: atMs, fields });
    }
    return fold;
  }

  #foldLate(table: FoldedTable, untilMs: number, changed: readonly RollupRow[]): void {
    const startOf = startIn(table);
    const late = new Map<string, { readonly startMs: number; readonly group: number }>();
    for (const row of changed) {
      const startMs = startOf(row.startMs);
      if (startMs < untilMs) late.set(`${startMs}/${row.group}`, { startMs, group: row.group });
    }
    for (const { startMs, group } of late.values()) {
      const fold = new IntervalFold(startMs);
      const range = { group, fromMs: startMs, toMs: startMs + rollupLengthMs[table] };
      this.scan('minute', range, (atMs, fields) => fold.add({ group, startMs: atMs, fields }));
      this.#putAll(table, fold);
    }
  }

  /** A quarter hour with a single minute is that minute. */
  #putAll(table: FoldedTable, fold: IntervalFold): void {
    for (const row of fold.rows(table === 'quarter' ? 2 : 1)) this.put(table, row);
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

const startIn = (table: FoldedTable): ((timeMs: number) => number) => {
  const lengthMs = rollupLengthMs[table];
  return (timeMs) => Math.floor(timeMs / lengthMs) * lengthMs;
};
