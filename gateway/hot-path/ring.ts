import type { EntryBatch } from '../core/entry.ts';

/** Neighbouring channels of a ring that one operator works on: lane `i` is channel `firstChannel + i`. */
export type Lanes = { readonly firstChannel: number; readonly lanes: number };

/**
 * The newest frames of one group, frame by frame: one time, then all channels side by side. (Channel by channel with
 * power-of-two strides, the heads of all channels share one cache set; this layout pushes about 16 times faster.)
 */
export class FrameRing {
  /** Frames that it holds; a power of two. */
  readonly capacity: number;
  /** Channels of a frame. */
  readonly width: number;
  readonly timeMs: Float64Array;
  /** Row `r` holds the channels of one frame from `r * width` on. */
  readonly values: Float64Array;
  /** Like `values`, but only written for rows with anything but good samples: ask `worst` first. */
  readonly status: Uint32Array;
  /** Of each row, all statuses or-ed: 0 when all are good, below the first bad status when all are usable. */
  readonly worst: Uint32Array;
  /** Frames ever pushed, in an array so that it is part of the state like the rest. */
  readonly #sequence = new Float64Array(1);
  readonly #mask: number;
  #newestRow: number;

  constructor(options: { readonly width: number; readonly minimumCapacity: number }) {
    // `| 0`: a small integer for the compiler too, or every index would be computed with doubles.
    this.capacity = (2 ** Math.ceil(Math.log2(Math.max(1, options.minimumCapacity)))) | 0;
    this.width = options.width;
    this.timeMs = new Float64Array(this.capacity);
    this.values = new Float64Array(this.capacity * this.width);
    this.status = new Uint32Array(this.capacity * this.width);
    this.worst = new Uint32Array(this.capacity);
    this.#mask = this.capacity - 1;
    this.#newestRow = this.#mask;
  }

  /** Frames ever pushed; the newest has this number, counted from 1. */
  get sequence(): number {
    return this.#sequence[0] as number;
  }

  /** Frames held. */
  get length(): number {
    return Math.min(this.#sequence[0] as number, this.capacity);
  }

  get newestRow(): number {
    return this.#newestRow;
  }

  /** Row of the frame that came `age` frames before the newest; `age` is below `length`. */
  rowAt(age: number): number {
    return (this.#newestRow - age) & this.#mask;
  }

  /** Copies frame `index` of the batch, which has `width` channels; the oldest frame makes room. */
  push(batch: EntryBatch, index: number): void {
    const row = (this.#newestRow + 1) & this.#mask;
    const width = this.width;
    const to = row * width;
    const from = batch.offset[index] as number;
    const { values, status } = this;
    const sourceValues = batch.values;
    const sourceStatus = batch.status;
    let worst = 0;
    for (let channel = 0; channel < width; channel++) {
      values[to + channel] = sourceValues[from + channel] as number;
      worst |= sourceStatus[from + channel] as number;
    }
    this.worst[row] = worst;
    if (worst !== 0) {
      for (let channel = 0; channel < width; channel++) {
        status[to + channel] = sourceStatus[from + channel] as number;
      }
    }
    this.timeMs[row] = batch.timeMs[index] as number;
    this.#newestRow = row;
    this.#sequence[0] = (this.#sequence[0] as number) + 1;
  }

  /** Takes one frame from the arena: its channels lie side by side from `source` on and share one status. */
  pushCells(
    memory: Float64Array,
    cells: { readonly source: number; readonly timeIndex: number; readonly statusIndex: number },
  ): void {
    const row = (this.#newestRow + 1) & this.#mask;
    const to = row * this.width;
    const status = memory[cells.statusIndex] as number;
    for (let channel = 0; channel < this.width; channel++) {
      this.values[to + channel] = memory[cells.source + channel] as number;
    }
    this.worst[row] = status;
    if (status !== 0) {
      for (let channel = 0; channel < this.width; channel++) this.status[to + channel] = status;
    }
    this.timeMs[row] = memory[cells.timeIndex] as number;
    this.#newestRow = row;
    this.#sequence[0] = (this.#sequence[0] as number) + 1;
  }

  /** Forgets all frames. */
  clear(): void {
    this.#sequence[0] = 0;
    this.#newestRow = this.#mask;
  }

  /** Number of the newest frames that are later than the time in cell `timeIndex`; times must ascend. */
  countAfter(memory: Float64Array, timeIndex: number): number {
    const fromMs = memory[timeIndex] as number;
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.timeMs[this.rowAt(middle)] as number) > fromMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The arrays that are the whole state: what a snapshot copies. Call `restored` after writing to them. */
  get state(): readonly (Float64Array | Uint32Array)[] {
    return [this.#sequence, this.timeMs, this.values, this.status, this.worst];
  }

  /** Takes the frames of a ring of the same width and capacity. */
  copy(other: FrameRing): void {
    this.#sequence.set(other.#sequence);
    this.timeMs.set(other.timeMs);
    this.values.set(other.values);
    this.status.set(other.status);
    this.worst.set(other.worst);
    this.#newestRow = other.#newestRow;
  }

  /** To be called after `state` was overwritten. */
  restored(): void {
    this.#newestRow = (((this.#sequence[0] as number) % this.capacity) + this.#mask) & this.#mask;
  }
}
