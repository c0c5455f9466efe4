import { isBad, statusCodes } from '../../core/quality.ts';

/** Rows of one point, by time. NaN where a line is broken. */
export type SampleRows = {
  readonly timeMs: readonly number[];
  readonly values: readonly number[];
  readonly status: readonly number[];
};

type Row = { readonly timeMs: number; readonly value: number; readonly status: number };

/** What stays of a part of the time. */
type Part = { first: Row; least: Row; greatest: Row; last: Row; gap: Row | undefined };

/** Rows that a part may leave: first, least, greatest, last, and where the line is broken. */
const rowsOfPart = 5;

/**
 * Collects the samples of one point over a time, as they are while they are few enough, else as first, least, greatest and last
 * of equal parts of the time, each with its own time: what is drawn of them looks as if all had been drawn (M4). Where the point
 * was bad, or silent for longer than a sample holds, a row without value breaks the line.
 */
export class SampleColumns {
  readonly #maxRows: number;
  readonly #fromMs: number;
  readonly #partMs: number;
  readonly #holdMs: number;
  #rows: Row[] = [];
  #parts: Map<number, Part> | undefined;
  #newestMs = Number.NaN;
  count = 0;

  constructor(options: {
    readonly fromMs: number;
    readonly toMs: number;
    readonly maxRows: number;
    /** How long a sample stands for what comes after it; Infinity where silence says nothing. */
    readonly holdMs: number;
  }) {
    this.#maxRows = options.maxRows;
    this.#fromMs = options.fromMs;
    const parts = Math.max(1, Math.floor(options.maxRows / rowsOfPart));
    this.#partMs = (options.toMs - options.fromMs) / parts;
    this.#holdMs = options.holdMs;
  }

  get isReduced(): boolean {
    return this.#parts !== undefined;
  }

  /** One that came late stands where it belongs. */
  add(timeMs: number, value: number, status: number): void {
    this.count += 1;
    if (timeMs - this.#newestMs > this.#holdMs) {
      const atMs = this.#newestMs + this.#holdMs;
      this.#put({ timeMs: atMs, value: Number.NaN, status: statusCodes.badNoData });
    }
    if (!(timeMs <= this.#newestMs)) this.#newestMs = timeMs;
    const isUsable = !isBad(status) && Number.isFinite(value);
    this.#put({ timeMs, value: isUsable ? value : Number.NaN, status });
  }

  rows(): SampleRows {
    const rows = this.#parts === undefined ? this.#rows : [...this.#parts.values()].flatMap(rowsIn);
    const sorted = rows.toSorted((a, b) => a.timeMs - b.timeMs);
    return {
      timeMs: sorted.map(({ timeMs }) => timeMs),
      values: sorted.map(({ value }) => value),
      status: sorted.map(({ status }) => status),
    };
  }

  #put(row: Row): void {
    if (this.#parts !== undefined) {
      this.#reduce(this.#parts, row);
      return;
    }
    this.#rows.push(row);
    if (this.#rows.length <= this.#maxRows) return;
    const parts = new Map<number, Part>();
    this.#parts = parts;
    for (const early of this.#rows) this.#reduce(parts, early);
    this.#rows = [];
  }

  #reduce(parts: Map<number, Part>, row: Row): void {
    const place = Math.floor((row.timeMs - this.#fromMs) / this.#partMs);
    const part = parts.get(place);
    const isGap = Number.isNaN(row.value);
    if (part === undefined) {
      parts.set(place, {
        ...{ first: row, least: row, greatest: row, last: row },
        gap: isGap ? row : undefined,
      });
      return;
    }
    if (row.timeMs < part.first.timeMs) part.first = row;
    if (row.timeMs >= part.last.timeMs) part.last = row;
    if (isGap) {
      part.gap ??= row;
      return;
    }
    // A gap that came first is neither the least nor the greatest.
    if (!(row.value >= part.least.value)) part.least = row;
    if (!(row.value <= part.greatest.value)) part.greatest = row;
  }
}

const rowsIn = ({ first, least, greatest, last, gap }: Part): readonly Row[] => [
  ...new Set([first, least, greatest, last, ...(gap === undefined ? [] : [gap])]),
];
