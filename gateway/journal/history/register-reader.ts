import {
  classifyCounterStep,
  counterSteps,
  firstStandMs,
} from '../../hot-path/operators/counter-step.ts';
import {
  emptyAggregates,
  fieldCount,
  joins,
  maximumField,
  mergeAggregate,
  minimumField,
} from './aggregate.ts';
import { type GroupRow, inOrder, joinedByTime } from './group-rows.ts';
import { hourMs, minuteMs, quarterMs } from './lengths.ts';
import type { ChannelPlace, HistoryCalls, MinuteChange } from './protocol.ts';
import {
  type FoldedInterval,
  RegisterFold,
  type RegisterInterval,
  type RegisterRow,
  registerRowOf,
} from './register-fold.ts';
import { RegisterRevisions, type Rest, restOf } from './register-revisions.ts';
import { type FoldedTable, type RollupTable, rollupLengthMs } from './rollup-tables.ts';

/** How far beyond the edges a reading is looked for: a device that was off for longer has begun anew. */
export const reachMs = 45 * 24 * hourMs;

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
  /** From when on steps of registers were judged as they came; by the version of the store. */
  readonly judgedFromMs: number;
  /** Minutes that became others, in the order of their times. */
  changes(range: {
    readonly group: number;
    readonly fromMs: number;
    readonly toMs: number;
  }): readonly MinuteChange[];
}

type Input = HistoryCalls['register']['input'];

/** The longest first. */
const foldedTables = ['hour', 'quarter'] as const;

/** What a register counted between boundaries, by hours or quarter hours where they are enough and by minutes elsewhere. */
export const readRegister = (rows: RollupRows, input: Input): readonly RegisterInterval[] => {
  const reader = new RegisterReader(rows, input);
  const fold = new RegisterFold(input);
  for (const row of joinedByTime(reader.rows())) fold.take(row);
  return withRevisions(fold.intervals(), rows, input);
};

const withRevisions = (
  intervals: readonly FoldedInterval[],
  rows: RollupRows,
  { places, changes }: Input,
): readonly RegisterInterval[] => {
  const spans = intervals.map(restOf);
  const fromMs = Math.min(...spans.map((span) => span.fromMs));
  const toMs = Math.max(...spans.map((span) => span.toMs));
  const known = places.flatMap(({ group }) => [
    ...rows.changes({ group, fromMs, toMs: toMs + 1 }),
    ...changes.filter((change) => change.group === group),
  ]);
  const revisions = new RegisterRevisions(known);
  return intervals.map(({ restsFromMs, restsToMs, ...interval }, index) => ({
    ...interval,
    revision: revisions.of(spans[index] as Rest, interval.endMs),
  }));
};

/** `isTurned`: it was made of what its minutes, where they are still there, tell more exactly. */
type ReadRow = GroupRow<RegisterRow & { readonly isTurned: boolean }>;

class RegisterReader {
  readonly #rows: RollupRows;
  readonly #input: Input;

  constructor(rows: RollupRows, input: Input) {
    this.#rows = rows;
    this.#input = input;
  }

  /** In the order of their times: the last before the first boundary, those between, and the first after. */
  *rows(): Generator<ReadRow> {
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

  *#between(fromMs: number, toMs: number): Generator<ReadRow> {
    const { boundariesMs } = this.#input;
    const tables = foldedTables.filter((table) =>
      boundariesMs.every((ms) => ms % rollupLengthMs[table] === 0),
    );
    const [first, end] = this.#clamp(fromMs, toMs);
    for (let atMs = first; atMs < end; ) {
      const { rows, lengthMs } = this.#longest(tables, atMs);
      yield* rows;
      atMs += lengthMs;
    }
  }

  /** The longest roll-ups that begin at `atMs` and tell all that their minutes do, one of each group. */
  #longest(
    tables: readonly FoldedTable[],
    atMs: number,
  ): { readonly rows: readonly ReadRow[]; readonly lengthMs: number } {
    for (const table of tables) {
      if (!this.#isFolded(table, atMs) || this.#isFresh(table, atMs)) continue;
      const rows = this.#rowsOf(table, atMs);
      if (table === 'quarter' && (rows.length === 0 || this.#hasSingle(atMs))) continue;
      const ordered = inOrder(rows);
      const isPlain = ordered !== undefined && !rows.some(({ isTurned }) => isTurned);
      if (!isPlain && this.#hasMinutes(table, atMs)) continue;
      return { rows: ordered ?? [this.#merged(table, atMs)], lengthMs: rollupLengthMs[table] };
    }
    const rows = this.#rowsOf('minute', atMs);
    return { rows: inOrder(rows) ?? [this.#merged('minute', atMs)], lengthMs: minuteMs };
  }

  /** Whether a group has a single minute in a quarter hour in which another has more: a single one is not folded. */
  #hasSingle(atMs: number): boolean {
    const { places } = this.#input;
    if (places.length === 1) return false;
    const hourStartMs = Math.floor(atMs / hourMs) * hourMs;
    const isHourFolded = this.#isFolded('hour', hourStartMs);
    return places.some((place) => {
      if (this.#fieldsOf('quarter', atMs, place) !== undefined) return false;
      const isAbsent = isHourFolded && this.#fieldsOf('hour', hourStartMs, place) === undefined;
      return !isAbsent && this.#hasMinutes('quarter', atMs, [place]);
    });
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

  #hasMinutes(table: FoldedTable, startMs: number, places = this.#input.places): boolean {
    const endMs = startMs + rollupLengthMs[table];
    for (let atMs = startMs; atMs < endMs; atMs += minuteMs) {
      if (places.some((place) => this.#fieldsOf('minute', atMs, place) !== undefined)) return true;
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
  #before(fromMs: number): ReadRow | undefined {
    const [first] = this.#clamp(fromMs - reachMs, fromMs);
    let atMs = fromMs;
    while (atMs > first) {
      const table = this.#isFolded('hour', atMs - hourMs) ? 'hour' : 'minute';
      atMs -= rollupLengthMs[table];
      const rows = this.#rowsOf(table, atMs).filter(({ count }) => count > 0);
      if (rows.length > 0) return rows.toSorted((a, b) => a.lastMs - b.lastMs).at(-1);
    }
    return undefined;
  }

  /** The oldest row from `toMs` on that has a reading. */
  #after(toMs: number): ReadRow | undefined {
    const [first, end] = this.#clamp(toMs, toMs + reachMs);
    for (let atMs = first; atMs < end; ) {
      const table = this.#isFolded('hour', atMs) ? 'hour' : 'minute';
      const rows = this.#rowsOf(table, atMs).filter(({ count }) => count > 0);
      if (rows.length > 0) return rows.toSorted((a, b) => a.firstMs - b.firstMs)[0];
      atMs += rollupLengthMs[table];
    }
    return undefined;
  }

  /** One of each group number that the register had. */
  #rowsOf(table: RollupTable, startMs: number): readonly ReadRow[] {
    return this.#input.places.flatMap((place) => {
      const fields = this.#fieldsOf(table, startMs, place);
      return fields === undefined ? [] : [this.#rowOf(startMs, fields, place.group, place.group)];
    });
  }

  /** Of all groups, where their readings lie between each other and nothing shorter tells them apart. */
  #merged(table: RollupTable, startMs: number): ReadRow {
    const rows = this.#rowsOf(table, startMs).filter(({ count }) => count > 0);
    const first = rows.toSorted((a, b) => a.firstMs - b.firstMs)[0]?.firstGroup ?? 0;
    const last = rows.toSorted((a, b) => a.lastMs - b.lastMs).at(-1)?.lastGroup ?? 0;
    const merged = emptyAggregates(1);
    for (const place of this.#input.places) {
      const own = this.#fieldsOf(table, startMs, place);
      if (own !== undefined) mergeAggregate({ fields: merged, at: 0 }, { fields: own, at: 0 });
    }
    return this.#rowOf(startMs, merged, first, last);
  }

  #rowOf(startMs: number, fields: Float64Array, firstGroup: number, lastGroup: number): ReadRow {
    const row = { ...registerRowOf(startMs, fields), firstGroup, lastGroup };
    if (startMs >= this.#rows.judgedFromMs) return { ...row, isTurned: false };
    return { ...row, ...unjudged(row, fields, this.#input) };
  }

  #fieldsOf(table: RollupTable, startMs: number, place: ChannelPlace): Float64Array | undefined {
    let merged: Float64Array | undefined;
    for (const fields of this.#stored(table, startMs, place)) {
      const at = place.channel * fieldCount;
      if (at + fieldCount > fields.length) continue;
      const own = fields.subarray(at, at + fieldCount);
      if (merged === undefined) merged = own.slice();
      else mergeAggregate({ fields: merged, at: 0 }, { fields: own, at: 0 });
    }
    return merged;
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

/**
 * Of a version that did not judge steps as they came: a register that only counted has its minimum first and its maximum last, and
 * one that did not stood at the maximum before and began at the minimum. What it jumped up is not seen.
 */
const unjudged = (
  row: RegisterRow,
  fields: Float64Array,
  { limits, stepsPerUnit }: Pick<Input, 'limits' | 'stepsPerUnit'>,
): RegisterRow & { readonly isTurned: boolean } => {
  const [minimum, maximum] = [fields[minimumField] as number, fields[maximumField] as number];
  const plain = { ...row, join: joins.none, breaks: 0, rollovers: 0, jump: 0, lostMs: 0 };
  const isTurned = row.count > 0 && (minimum < row.first || maximum > row.last);
  if (!isTurned) return { ...plain, isTurned };
  const passedMs = firstStandMs + row.lastMs - row.firstMs;
  const step = classifyCounterStep(limits, maximum, minimum, passedMs);
  if (step === counterSteps.rollover) return { ...plain, isTurned, rollovers: 1 };
  const jump = Math.round(minimum * stepsPerUnit) - Math.round(maximum * stepsPerUnit);
  return { ...plain, isTurned, breaks: 1, jump };
};
