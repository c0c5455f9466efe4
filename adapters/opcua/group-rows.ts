import { absentStatus } from '../../gateway/core/quality.ts';
import type { SourceFrame } from '../../gateway/core/source.ts';

/** One frame in the making; filled and emptied again and again. */
class Row implements SourceFrame {
  readonly groupIndex: number;
  readonly values: Float64Array;
  readonly status: Uint32Array;
  timeMs = 0;
  receivedMs = 0;

  constructor(groupIndex: number, width: number) {
    this.groupIndex = groupIndex;
    this.values = new Float64Array(width);
    this.status = new Uint32Array(width).fill(absentStatus);
  }

  clear(): void {
    this.values.fill(0);
    this.status.fill(absentStatus);
  }
}

/** More rows than that are emitted before the message is at its end, so that memory stays bounded. */
const maxRows = 256;

/**
 * Sorts the samples of one group that came in one message into frames by their time. Servers send them item by item, each
 * in the order of time, so that the row wanted is nearly always the one after the last, or the first.
 */
export class GroupRows {
  readonly #groupIndex: number;
  readonly #width: number;
  readonly #rows: Row[] = [];
  #count = 0;
  #last = 0;
  /** Whether two rows have the same time: then a sample belongs into the first that is free, not into the next. */
  #hasTwins = false;

  constructor(groupIndex: number, width: number) {
    this.#groupIndex = groupIndex;
    this.#width = width;
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  get isFull(): boolean {
    return this.#count >= maxRows;
  }

  /** The row of this time in which `channel` is still free; the caller fills it. */
  row(timeMs: number, channel: number): Row {
    const next = this.#last + 1;
    if (!this.#hasTwins && this.#fits(next, timeMs, channel)) this.#last = next;
    else this.#last = this.#find(timeMs, channel);
    return this.#rows[this.#last] as Row;
  }

  /** Hands over the frames in the order of time and is empty then. */
  flush(emit: (frame: SourceFrame) => void, receivedMs: number): void {
    const count = this.#count;
    this.#sort();
    for (let i = 0; i < count; i += 1) {
      const row = this.#rows[i] as Row;
      row.receivedMs = receivedMs;
      emit(row);
      row.clear();
    }
    this.#count = 0;
    this.#last = 0;
    this.#hasTwins = false;
  }

  #fits(index: number, timeMs: number, channel: number): boolean {
    if (index >= this.#count) return false;
    const row = this.#rows[index] as Row;
    return row.timeMs === timeMs && row.status[channel] === absentStatus;
  }

  #find(timeMs: number, channel: number): number {
    for (let i = 0; i < this.#count; i += 1) {
      if (this.#fits(i, timeMs, channel)) return i;
      this.#hasTwins ||= (this.#rows[i] as Row).timeMs === timeMs;
    }
    const index = this.#count;
    this.#count += 1;
    if (index === this.#rows.length) this.#rows.push(new Row(this.#groupIndex, this.#width));
    (this.#rows[index] as Row).timeMs = timeMs;
    return index;
  }

  /** By insertion, which keeps the order of equal times: rows are nearly in order. */
  #sort(): void {
    for (let i = 1; i < this.#count; i += 1) {
      const row = this.#rows[i] as Row;
      let at = i;
      while (at > 0 && (this.#rows[at - 1] as Row).timeMs > row.timeMs) {
        this.#rows[at] = this.#rows[at - 1] as Row;
        at -= 1;
      }
      this.#rows[at] = row;
    }
  }
}
