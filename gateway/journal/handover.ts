import { frameBytes } from './memory-chunk.ts';
import type { MemoryTail } from './memory-tail.ts';
import type { WriterClient } from './writer-client.ts';

/** A hand-over is not delayed beyond this size. */
const usualPackBytes = 256 * 1024;
/** Beyond this much on its way, entries wait in memory, where they are anyway. */
const inFlightLimitBytes = 4 * 1024 * 1024;

/** Hands what was appended to the writer: `intervalMs` after it was, or as soon as it is much. */
export class Handover {
  /** Appended and not durable. */
  stagedBytes = 0;
  readonly #tail: MemoryTail;
  readonly #writer: WriterClient;
  readonly #packBytes: number;
  readonly #intervalMs: number;
  readonly #nowMs: () => number;
  readonly #sizes: { readonly lastSeq: number; readonly bytes: number }[] = [];
  #handedSeq: number;
  #pendingBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #held = false;

  constructor(input: {
    readonly tail: MemoryTail;
    readonly writer: WriterClient;
    readonly segmentBytes: number;
    readonly intervalMs: number;
    readonly nowMs: () => number;
  }) {
    this.#tail = input.tail;
    this.#writer = input.writer;
    this.#packBytes = Math.min(usualPackBytes, input.segmentBytes);
    this.#intervalMs = input.intervalMs;
    this.#nowMs = input.nowMs;
    this.#handedSeq = input.tail.nextSeq - 1;
  }

  added(bytes: number): void {
    this.stagedBytes += bytes;
    this.#pendingBytes += bytes;
    if (this.#pendingBytes >= this.#packBytes) this.now();
    else this.#timer ??= setTimeout(() => this.now(), this.#intervalMs);
  }

  /** Hands over all there is, as far as the writer keeps up. */
  now(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#held = false;
    while (this.#handedSeq + 1 < this.#tail.nextSeq) {
      if (this.#writer.inFlightBytes >= inFlightLimitBytes) {
        this.#held = true;
        break;
      }
      this.#handOver();
    }
  }

  durable(seq: number): void {
    while (this.#sizes[0] !== undefined && this.#sizes[0].lastSeq <= seq) {
      this.stagedBytes -= this.#sizes.shift()?.bytes ?? 0;
    }
    if (this.#held) this.now();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #handOver(): void {
    const place = this.#tail.find(this.#handedSeq + 1);
    if (place === undefined) throw new Error(`entry ${this.#handedSeq + 1} is not in memory`);
    const { chunk, index } = place;
    let end = index + 1;
    const firstSample = chunk.offset[index] as number;
    while (
      end < chunk.length &&
      frameBytes((chunk.offset[end] as number) - firstSample) + 46 * (end - index) < this.#packBytes
    ) {
      end += 1;
    }
    const entries = chunk.pack(index, end, this.#writer.takeBuffer());
    this.#handedSeq = chunk.firstSeq + end - 1;
    const bytes = entryBytes(entries.counts);
    this.#pendingBytes -= bytes;
    this.#sizes.push({ lastSeq: this.#handedSeq, bytes });
    this.#writer.commit(entries, this.#nowMs());
  }
}

/** What entries count in staging. */
const entryBytes = (counts: {
  readonly entries: number;
  readonly samples: number;
  readonly recordBytes: number;
}): number =>
  frameBytes(0) * counts.entries +
  (frameBytes(1) - frameBytes(0)) * counts.samples +
  counts.recordBytes;
