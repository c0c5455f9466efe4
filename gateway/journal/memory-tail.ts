import type { JournalRecord } from '../core/entry.ts';
import type { FrameInput } from './contract.ts';
import { MemoryChunk } from './memory-chunk.ts';

const usualChunkBytes = 256 * 1024;

export type EntryPlace = { readonly chunk: MemoryChunk; readonly index: number };

/** The newest entries: all that is not durable, and of the rest as much as fits. */
export class MemoryTail {
  open: MemoryChunk;
  nextSeq: number;
  /** Entries of each class ever appended. */
  readonly ordinals: number[];
  bytes = 0;
  readonly #memoryBytes: number;
  readonly #chunkEntries: number;
  readonly #chunks: MemoryChunk[] = [];
  readonly #free: MemoryChunk[] = [];
  #durableSeq: number;

  constructor(input: {
    readonly memoryBytes: number;
    readonly nextSeq: number;
    readonly ordinals: readonly number[];
  }) {
    this.#memoryBytes = input.memoryBytes;
    this.#chunkEntries = MemoryChunk.entriesFor(Math.min(usualChunkBytes, input.memoryBytes / 4));
    this.nextSeq = input.nextSeq;
    this.#durableSeq = input.nextSeq - 1;
    this.ordinals = [...input.ordinals];
    this.open = this.#begin(0);
  }

  /** The oldest number in memory; `nextSeq` when there is none. */
  get firstSeq(): number {
    return (this.#chunks[0] as MemoryChunk).firstSeq;
  }

  get entries(): number {
    return this.nextSeq - this.firstSeq;
  }

  appendFrame(frame: FrameInput): number {
    if (!this.open.fits(frame.length)) this.open = this.#begin(frame.length);
    const seq = this.nextSeq;
    const retentionClass = this.open.appendFrame(seq, frame);
    this.ordinals[retentionClass] = (this.ordinals[retentionClass] as number) + 1;
    this.nextSeq = seq + 1;
    return seq;
  }

  appendRecord(record: JournalRecord, text: Uint8Array): number {
    if (!this.open.fits(0)) this.open = this.#begin(0);
    const seq = this.nextSeq;
    const retentionClass = this.open.appendRecord(seq, record, text);
    this.bytes += text.length;
    this.ordinals[retentionClass] = (this.ordinals[retentionClass] as number) + 1;
    this.nextSeq = seq + 1;
    return seq;
  }

  /** Where an entry lies that is in memory; for `nextSeq` the place that it will not necessarily get. */
  find(seq: number): EntryPlace | undefined {
    for (let at = this.#chunks.length - 1; at >= 0; at--) {
      const chunk = this.#chunks[at] as MemoryChunk;
      if (seq >= chunk.firstSeq) return { chunk, index: seq - chunk.firstSeq };
    }
    return undefined;
  }

  /** Entries of each class ever appended up to and including `seq`, which is in memory or just before it. */
  ordinalsThrough(seq: number): readonly number[] {
    const place = this.find(seq + 1);
    if (place === undefined) return [...(this.#chunks[0] as MemoryChunk).ordinals];
    return place.chunk.ordinalsAt(Math.min(place.index, place.chunk.length));
  }

  /** Tells up to where entries survive; older ones may then leave. */
  setDurable(seq: number): void {
    this.#durableSeq = seq;
    this.#evict();
  }

  acquire(chunk: MemoryChunk): void {
    chunk.readers += 1;
  }

  release(chunk: MemoryChunk): void {
    chunk.readers -= 1;
    if (!this.#chunks.includes(chunk)) this.#recycle(chunk);
  }

  #begin(channels: number): MemoryChunk {
    const spare = this.#free.pop();
    let chunk = spare ?? new MemoryChunk(this.#chunkEntries);
    if (channels > chunk.sampleCapacity) chunk = new MemoryChunk(this.#chunkEntries, channels);
    chunk.begin(this.nextSeq, [...this.ordinals]);
    this.#chunks.push(chunk);
    this.bytes += chunk.bytes;
    this.#evict();
    return chunk;
  }

  #evict(): void {
    while (this.bytes > this.#memoryBytes && this.#chunks.length > 1) {
      const second = this.#chunks[1] as MemoryChunk;
      if (second.firstSeq - 1 > this.#durableSeq) return;
      const oldest = this.#chunks.shift() as MemoryChunk;
      this.bytes -= oldest.bytes;
      this.#recycle(oldest);
    }
  }

  /** Two spare chunks are enough to fill one while another leaves. */
  #recycle(chunk: MemoryChunk): void {
    const usual = chunk.sampleCapacity === this.open.sampleCapacity;
    if (usual && chunk.readers === 0 && this.#free.length < 2) {
      chunk.records = [];
      this.#free.push(chunk);
    }
  }
}
