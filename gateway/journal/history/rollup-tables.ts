import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { fieldCount, foldAggregate, foldHeld, mergeAggregate } from './aggregate.ts';
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
      if (stored !== undefined) merge(stored, row.fields, mergeAggregate);
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
   * Folds the minutes of all groups into the intervals that ended since `untilMs`, and anew those before in which `changed` minutes
   * lie; of those after `readMs` all minutes are among `changed`. Returns up to where all is folded now.
   */
  fold(
    table: FoldedTable,
    { untilMs, readMs }: { readonly untilMs: number; readonly readMs: number },
    changed: readonly RollupRow[],
  ): number {
    const lengthMs = rollupLengthMs[table];
    const openMs = Math.max(untilMs, Math.floor(this.newestMs() / lengthMs) * lengthMs);
    if (untilMs <= readMs && untilMs < openMs) this.#foldStored(table, untilMs);
    const begun = new Map<number, Map<number, RollupRow[]>>();
    for (const row of changed) {
      const startMs = Math.floor(row.startMs / lengthMs) * lengthMs;
      if (startMs >= openMs || (startMs === untilMs && untilMs <= readMs)) continue;
      const groups = begun.get(startMs) ?? new Map<number, RollupRow[]>();
      begun.set(startMs, groups);
      groups.set(row.group, [...(groups.get(row.group) ?? []), row]);
    }
    for (const [startMs, groups] of begun) {
      for (const [group, rows] of groups) {
        if (startMs < untilMs) this.#foldGroup(table, startMs, group);
        else
          this.#putFolded(
            table,
            { startMs, group },
            rows.map(({ fields }) => fields),
          );
      }
    }
    return openMs;
  }

  /** All groups in one pass, for their minutes lie together. */
  #foldStored(table: FoldedTable, startMs: number): void {
    const groups = new Map<number, Float64Array[]>();
    const minutes = this.#prepare(
      'SELECT start_ms, group_number, fields FROM minute WHERE start_ms >= ? AND start_ms < ? ORDER BY start_ms',
    );
    for (const row of minutes.iterate(startMs, startMs + rollupLengthMs[table])) {
      const group = Number(row['group_number']);
      const fields = decodeRollup(row['fields'] as Uint8Array, Number(row['start_ms']));
      const known = groups.get(group);
      if (known === undefined) groups.set(group, [fields]);
      else known.push(fields);
    }
    for (const [group, minute] of groups) this.#putFolded(table, { startMs, group }, minute);
  }

  #foldGroup(table: FoldedTable, startMs: number, group: number): void {
    const minutes: Float64Array[] = [];
    const range = { group, fromMs: startMs, toMs: startMs + rollupLengthMs[table] };
    this.scan('minute', range, (_, fields) => {
      minutes.push(fields);
    });
    this.#putFolded(table, { startMs, group }, minutes);
  }

  /** `minutes` in the order of their times. */
  #putFolded(
    table: FoldedTable,
    place: { readonly startMs: number; readonly group: number },
    [first, ...minutes]: readonly Float64Array[],
  ): void {
    // A quarter hour with a single minute is that minute.
    if (first === undefined || (table === 'quarter' && minutes.length === 0)) return;
    const fields = first.slice();
    for (let at = 0; at < fields.length; at += fieldCount) foldHeld({ fields, at });
    for (const minute of minutes) merge(fields, minute, foldAggregate);
    this.put(table, { ...place, fields });
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

type Add = typeof mergeAggregate;

const merge = (target: Float64Array, source: Float64Array, add: Add): void => {
  for (let at = 0; at < Math.min(target.length, source.length); at += fieldCount) {
    add({ fields: target, at }, { fields: source, at });
  }
};
