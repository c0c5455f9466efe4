import {
  countField,
  coveredField,
  fieldCount,
  firstField,
  firstMsField,
  lastField,
  lastMsField,
  maximumField,
  mergeAggregate,
  minimumField,
} from './aggregate.ts';
import { hourMs, minuteMs } from './lengths.ts';
import type { ChannelPlace, HistoryCalls } from './protocol.ts';
import { RegisterFold, type RegisterInterval, type RegisterRow } from './register-fold.ts';

/** How far beyond the edges a reading is looked for: a device that was off for longer has begun anew. */
const reachMs = 45 * 24 * hourMs;

/** Roll-ups as they are stored. */
export interface RollupRows {
  /** Aggregates of all channels of a group. */
  get(table: 'minute' | 'hour', startMs: number, group: number): Float64Array | undefined;
  /** Hours before are stored; from there on there are only minutes. */
  readonly foldedUntilMs: number;
  /** Oldest and newest minute and hour, undefined without any. */
  readonly range: { readonly fromMs: number; readonly toMs: number } | undefined;
  revision(startMs: number, endMs: number, group: number): number;
}

type Input = HistoryCalls['register']['input'];

/** What a register counted between boundaries, by hours where they are enough and by minutes elsewhere. */
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
    const fromMs = boundariesMs[0] ?? 0;
    const toMs = boundariesMs.at(-1) ?? 0;
    const before = this.#before(fromMs);
    if (before !== undefined) yield before;
    yield* this.#between(fromMs, toMs);
    const after = this.#after(toMs);
    if (after !== undefined) yield after;
  }

  *#between(fromMs: number, toMs: number): Generator<RegisterRow> {
    const isHourly = this.#input.boundariesMs.every((ms) => ms % hourMs === 0);
    const [first, end] = this.#clamp(fromMs, toMs);
    for (let atMs = first; atMs < end; ) {
      const hour = isHourly && atMs % hourMs === 0 ? this.#wholeHour(atMs) : undefined;
      if (hour === undefined) {
        const row = this.#minute(atMs);
        if (row !== undefined) yield row;
        atMs += minuteMs;
      } else {
        if (hour !== 'empty') yield hour;
        atMs += hourMs;
      }
    }
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

  /** Undefined where its minutes are wanted: it is not over, or the register turned in it, and minutes may know more. */
  #wholeHour(startMs: number): RegisterRow | 'empty' | undefined {
    if (startMs >= this.#rows.foldedUntilMs) return undefined;
    const isFresh = this.#input.unflushed.some(
      (row) => row.startMs >= startMs && row.startMs < startMs + hourMs,
    );
    if (isFresh) return undefined;
    const row = this.#row('hour', startMs, hourMs);
    if (row === undefined) return 'empty';
    const isTurned = row.count > 0 && (row.minimum < row.first || row.maximum > row.last);
    return isTurned && this.#hasMinutes(startMs) ? undefined : row;
  }

  #hasMinutes(startMs: number): boolean {
    for (let atMs = startMs; atMs < startMs + hourMs; atMs += minuteMs) {
      if (this.#minute(atMs) !== undefined) return true;
    }
    return false;
  }

  #minute(startMs: number): RegisterRow | undefined {
    return this.#row('minute', startMs, minuteMs);
  }

  /** The newest row before `fromMs` that has a reading. */
  #before(fromMs: number): RegisterRow | undefined {
    const [first] = this.#clamp(fromMs - reachMs, fromMs);
    let atMs = fromMs;
    while (atMs > first) {
      const isHour = atMs % hourMs === 0 && atMs <= this.#rows.foldedUntilMs;
      atMs -= isHour ? hourMs : minuteMs;
      const row = isHour ? this.#row('hour', atMs, hourMs) : this.#minute(atMs);
      if (row !== undefined && row.count > 0) return row;
    }
    return undefined;
  }

  /** The oldest row from `toMs` on that has a reading. */
  #after(toMs: number): RegisterRow | undefined {
    const [first, end] = this.#clamp(toMs, toMs + reachMs);
    for (let atMs = first; atMs < end; ) {
      const isHour = atMs % hourMs === 0 && atMs + hourMs <= this.#rows.foldedUntilMs;
      const row = isHour ? this.#row('hour', atMs, hourMs) : this.#minute(atMs);
      if (row !== undefined && row.count > 0) return row;
      atMs += isHour ? hourMs : minuteMs;
    }
    return undefined;
  }

  /** Of all group numbers that the register had; where it changed its group, both are merged. */
  #row(table: 'minute' | 'hour', startMs: number, durationMs: number): RegisterRow | undefined {
    let merged: Float64Array | undefined;
    let revision = 0;
    for (const place of this.#input.places) {
      for (const fields of this.#stored(table, startMs, place)) {
        const at = place.channel * fieldCount;
        if (at + fieldCount > fields.length) continue;
        const own = fields.subarray(at, at + fieldCount);
        if (merged === undefined) merged = own.slice();
        else mergeAggregate({ fields: merged, at: 0 }, { fields: own, at: 0 });
        revision = Math.max(
          revision,
          this.#rows.revision(startMs, startMs + durationMs, place.group),
        );
      }
    }
    return merged === undefined ? undefined : rowOf(startMs, revision, merged);
  }

  #stored(
    table: 'minute' | 'hour',
    startMs: number,
    { group }: ChannelPlace,
  ): readonly Float64Array[] {
    const stored = this.#rows.get(table, startMs, group);
    const fresh =
      table === 'minute'
        ? this.#input.unflushed.filter((row) => row.group === group && row.startMs === startMs)
        : [];
    return [...(stored === undefined ? [] : [stored]), ...fresh.map(({ fields }) => fields)];
  }
}

const rowOf = (startMs: number, revision: number, fields: Float64Array): RegisterRow => {
  const at = (field: number): number => fields[field] as number;
  return {
    ...{ startMs, revision, count: at(countField), coveredMs: at(coveredField) },
    ...{ first: at(firstField), firstMs: at(firstMsField) },
    ...{ last: at(lastField), lastMs: at(lastMsField) },
    ...{ minimum: at(minimumField), maximum: at(maximumField) },
  };
};
