import type { EntryBatch } from '../core/entry.ts';
import type { RegisteredGroup } from '../core/point.ts';
import { absentStatus, isBad } from '../core/quality.ts';
import type { BinColumn, BinTable } from './bins-file.ts';

/** 20 m of bins of 1 mm; the rest is counted. */
export const mostBins = 20_000;

const firstRoom = 256;

class GrowingColumn {
  readonly point: string;
  readonly unit: string;
  readonly texts: string[] | undefined;
  values = new Float32Array(firstRoom);
  status = new Uint32Array(firstRoom).fill(absentStatus);

  constructor(point: string, unit: string, isText: boolean) {
    this.point = point;
    this.unit = unit;
    this.texts = isText ? [] : undefined;
  }

  set(row: number, value: number, status: number): void {
    if (row >= this.values.length) this.#grow(2 * row);
    this.values[row] = value;
    this.status[row] = status;
  }

  /** The place of a text in the column's own list, so that the column is whole without the journal. */
  placeOf(text: string): number {
    const texts = this.texts ?? [];
    const known = texts.indexOf(text);
    return known >= 0 ? known : texts.push(text) - 1;
  }

  cut(rows: number): BinColumn {
    return this.part(0, rows);
  }

  part(fromRow: number, toRow: number): BinColumn {
    if (toRow > this.values.length) this.#grow(toRow);
    const { point, unit, texts } = this;
    const values = this.values.slice(fromRow, toRow);
    const status = this.status.slice(fromRow, toRow);
    return { point, unit, ...(texts === undefined ? {} : { texts: [...texts] }), values, status };
  }

  #grow(rows: number): void {
    const values = new Float32Array(rows);
    values.set(this.values);
    const status = new Uint32Array(rows).fill(absentStatus);
    status.set(this.status);
    this.values = values;
    this.status = status;
  }
}

const longer = (short: Float64Array): Float64Array<ArrayBuffer> => {
  const long = new Float64Array(2 * short.length);
  long.set(short);
  return long;
};

/** Collects the bins of one seam of one panel. Another configuration in the middle may bring other columns. */
export class BinCollector {
  rows = 0;
  /** Rows beyond `mostBins`. */
  leftOut = 0;
  #timeMs = new Float64Array(firstRoom);
  /** Of the entry that each row came in, ascending. */
  #seq = new Float64Array(firstRoom);
  readonly #columns = new Map<string, GrowingColumn>();

  add(
    batch: EntryBatch,
    index: number,
    about: {
      readonly group: RegisteredGroup;
      readonly text: (id: number) => string | undefined;
    },
  ): void {
    if (this.rows >= mostBins) {
      this.leftOut += 1;
      return;
    }
    const row = this.rows;
    if (row >= this.#timeMs.length) {
      this.#timeMs = longer(this.#timeMs);
      this.#seq = longer(this.#seq);
    }
    this.#timeMs[row] = batch.timeMs[index] as number;
    this.#seq[row] = batch.seq[index] as number;
    const from = batch.offset[index] as number;
    const width = (batch.offset[index + 1] as number) - from;
    for (const [channel, { point, unit, kind }] of about.group.channels.entries()) {
      if (channel >= width) break;
      const column = this.#column(point, unit, kind === 'string');
      const status = batch.status[from + channel] as number;
      const value = batch.values[from + channel] as number;
      const isText = column.texts !== undefined && status !== absentStatus && !isBad(status);
      const place = isText ? column.placeOf(about.text(value) ?? '') : value;
      column.set(row, place, status);
    }
    this.rows += 1;
  }

  table(): BinTable {
    return {
      timeMs: this.#timeMs.slice(0, this.rows),
      columns: [...this.#columns.values()].map((column) => column.cut(this.rows)),
    };
  }

  /** How many rows came in entries up to `seq`. */
  rowsThrough(seq: number): number {
    let [low, high] = [0, this.rows];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#seq[middle] as number) <= seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Of the entry that a row came in. */
  seqOf(row: number): number {
    return this.#seq[row] as number;
  }

  /** The rows from `fromRow` up to `toRow`, which is not among them. */
  part(fromRow: number, toRow: number): BinTable {
    return {
      timeMs: this.#timeMs.slice(fromRow, toRow),
      columns: [...this.#columns.values()].map((column) => column.part(fromRow, toRow)),
    };
  }

  #column(point: string, unit: string, isText: boolean): GrowingColumn {
    let column = this.#columns.get(point);
    if (column === undefined) {
      column = new GrowingColumn(point, unit, isText);
      this.#columns.set(point, column);
    }
    return column;
  }
}
