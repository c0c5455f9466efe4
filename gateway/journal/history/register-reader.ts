import {
  countField,
  coveredField,
  fieldCount,
  firstField,
  firstMsField,
  heldField,
  lastField,
  lastMsField,
  maximumField,
  mergeAggregate,
  minimumField,
} from './aggregate.ts';
import { hourMs, minuteMs, quarterMs } from './lengths.ts';
import type { ChannelPlace, HistoryCalls } from './protocol.ts';
import { RegisterFold, type RegisterInterval, type RegisterRow } from './register-fold.ts';
import { type FoldedTable, type RollupTable, rollupLengthMs } from './rollup-tables.ts';

/** How far beyond the edges a reading is looked for: a device that was off for longer has begun anew. */
const reachMs = 45 * 24 * hourMs;

/** Roll-ups as they are stored. */
export interface RollupRows {
  /** Aggregates of all channels of a group. */
  get(table: RollupTable, startMs: number, group: number): Float64Array | undefined;
  /** Where intervals are folded; elsewhere there are only minutes, or none any more. */
  readonly folded: Readonly<
    Record<FoldedTable, { readonly fromMs: number; readonly toMs: number }>
  >;
  /** Oldest and newest minute and hour, undefined without any. */
  readonly range: { readonly fromMs: number; readonly toMs: number } | undefined;
  revision(startMs: number, endMs: number, group: number): number;
}

type Input = HistoryCalls['register']['input'];

/** The longest first. */
const foldedTables = ['hour', 'quarter'] as const;

/** What a register counted between boundaries, by hours or quarter hours where they are enough and by minutes elsewhere. */
export const readRegister = (rows: RollupRows, input: Input): readonly RegisterInterval[] => {
  const reader = new RegisterReader(rows, input);
  const fold = new RegisterFold(input);
  for (const row of reader.rows()) fold.take(row);
  return fold.intervals();
};

class RegisterReader {
  readonly #rows: RollupRows;
  readonly #input: Input;

  constructor(rows: RollupRows, input: Input) {
    this.#rows = rows;
    this.#input = input;
  }

  /** In the order of their times: the last before the first boundary, those between, and the first after. */
  *rows(): Generator<RegisterRow> {
    const { boundariesMs } = this.#input;
    // A minute before the first boundary may hold what is behind it, within its quarter hour.
    const fromMs = Math.floor((boundariesMs[0] ?? 0) / quarterMs) * quarterMs;
    const toMs = boundariesMs.at(-1) ?? 0;
    const before = this.#before(fromMs);
    if (before !== undefined) yield before;
    yield* this.#between(fromMs, toMs);
    const after = this.#after(toMs);
    if (after !== undefined) yield after;
  }

  *#between(fromMs: number, toMs: number): Generator<RegisterRow> {
    const { boundariesMs } = this.#input;
    const tables = foldedTables.filter((table) =>
      boundariesMs.every((ms) => ms % rollupLengthMs[table] === 0),
    );
    const [first, end] = this.#clamp(fromMs, toMs);
    for (let atMs = first; atMs < end; ) {
      const { row, lengthMs } = this.#longest(tables, atMs);
      if (row !== undefined) yield row;
      atMs += lengthMs;
    }
  }

  /** The longest roll-up that begins at `atMs` and tells all that its minutes do. */
  #longest(
    tables: readonly FoldedTable[],
    atMs: number,
  ): { readonly row: RegisterRow | undefined; readonly lengthMs: number } {
    for (const table of tables) {
      if (!this.#isFolded(table, atMs) || this.#isFresh(table, atMs)) continue;
      const row = this.#row(table, atMs);
      // A quarter hour with a single minute is not folded.
      if (row === undefined && table === 'quarter') continue;
      if (row !== undefined && isTurned(row) && this.#hasMinutes(table, atMs)) continue;
      return { row, lengthMs: rollupLengthMs[table] };
    }
    return { row: this.#row('minute', atMs), lengthMs: minuteMs };
  }

  #isFolded(table: FoldedTable, startMs: number): boolean {
    const { fromMs, toMs } = this.#rows.folded[table];
    const lengthMs = rollupLengthMs[table];
    return startMs % lengthMs === 0 && startMs >= fromMs && startMs + lengthMs <= toMs;
  }

  /** Minutes of it are not flushed. */
  #isFresh(table: FoldedTable, startMs: number): boolean {
    const endMs = startMs + rollupLengthMs[table];
    return this.#input.unflushed.some((row) => row.startMs >= startMs && row.startMs < endMs);
  }

  #hasMinutes(table: FoldedTable, startMs: number): boolean {
    const endMs = startMs + rollupLengthMs[table];
    for (let atMs = startMs; atMs < endMs; atMs += minuteMs) {
      if (this.#row('minute', atMs) !== undefined) return true;
    }
    return false;
  }

  /** What of a time can have rows at all. */
  #clamp(fromMs: number, toMs: number): readonly [number, number] {
    const { range } = this.#rows;
    const unflushed = this.#input.unflushed.map(({ startMs }) => startMs);
    const oldestMs = Math.min(range?.fromMs ?? Number.POSITIVE_INFINITY, ...unflushed);
    const newestMs = Math.max(range?.toMs ?? Number.NEGATIVE_INFINITY, ...unflushed);
    const firstMs = Math.max(fromMs, Math.floor(oldestMs / hourMs) * hourMs);
    return [firstMs, Math.min(toMs, newestMs + minuteMs)];
  }

  /** The newest row before `fromMs` that has a reading. */
  #before(fromMs: number): RegisterRow | undefined {
    const [first] = this.#clamp(fromMs - reachMs, fromMs);
    let atMs = fromMs;
    while (atMs > first) {
      const table = this.#isFolded('hour', atMs - hourMs) ? 'hour' : 'minute';
      atMs -= rollupLengthMs[table];
      const row = this.#row(table, atMs);
      if (row !== undefined && row.count > 0) return row;
    }
    return undefined;
  }

  /** The oldest row from `toMs` on that has a reading. */
  #after(toMs: number): RegisterRow | undefined {
    const [first, end] = this.#clamp(toMs, toMs + reachMs);
    for (let atMs = first; atMs < end; ) {
      const table = this.#isFolded('hour', atMs) ? 'hour' : 'minute';
      const row = this.#row(table, atMs);
      if (row !== undefined && row.count > 0) return row;
      atMs += rollupLengthMs[table];
    }
    return undefined;
  }

  /** Of all group numbers that the register had; where it changed its group, both are merged. */
  #row(table: RollupTable, startMs: number): RegisterRow | undefined {
    const endMs = startMs + rollupLengthMs[table];
    let merged: Float64Array | undefined;
    let revision = 0;
    for (const place of this.#input.places) {
      for (const fields of this.#stored(table, startMs, place)) {
        const at = place.channel * fieldCount;
        if (at + fieldCount > fields.length) continue;
        const own = fields.subarray(at, at + fieldCount);
        if (merged === undefined) merged = own.slice();
        else mergeAggregate({ fields: merged, at: 0 }, { fields: own, at: 0 });
        revision = Math.max(revision, this.#rows.revision(startMs, endMs, place.group));
      }
    }
    return merged === undefined ? undefined : rowOf(startMs, revision, merged);
  }

  #stored(table: RollupTable, startMs: number, { group }: ChannelPlace): readonly Float64Array[] {
    const stored = this.#rows.get(table, startMs, group);
    const fresh =
      table === 'minute'
        ? this.#input.unflushed.filter((row) => row.group === group && row.startMs === startMs)
        : [];
    return [...(stored === undefined ? [] : [stored]), ...fresh.map(({ fields }) => fields)];
  }
}

const isTurned = ({ count, first, last, minimum, maximum }: RegisterRow): boolean =>
  count > 0 && (minimum < first || maximum > last);

const rowOf = (startMs: number, revision: number, fields: Float64Array): RegisterRow => {
  const at = (field: number): number => fields[field] as number;
  return {
    ...{ startMs, revision, count: at(countField), coveredMs: at(coveredField) },
    heldMs: at(heldField),
    ...{ first: at(firstField), firstMs: at(firstMsField) },
    ...{ last: at(lastField), lastMs: at(lastMsField) },
    ...{ minimum: at(minimumField), maximum: at(maximumField) },
  };
};
