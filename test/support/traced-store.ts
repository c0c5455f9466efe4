import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { GatewayError } from '../../gateway/core/error.ts';
import { decodeEntries } from '../../gateway/journal/codec/entry-decoder.ts';
import { recordText } from '../../gateway/journal/memory-chunk.ts';
import { MemoryTail } from '../../gateway/journal/memory-tail.ts';
import {
  parseSegmentFileName,
  segmentHeaderBytes,
  unpackPayload,
} from '../../gateway/journal/segments/format.ts';
import { cutTails } from '../../gateway/journal/segments/recovery.ts';
import { heldSource, SegmentFile } from '../../gateway/journal/segments/segment-file.ts';
import { StoreWriter } from '../../gateway/journal/segments/store-writer.ts';
import { analyseTails } from '../../gateway/journal/segments/tail.ts';
import { SnapshotFiles } from '../../gateway/journal/store/snapshots.ts';
import { checkVersion } from '../../gateway/journal/store/version.ts';
import type { DiskTrace } from './disk-trace.ts';
import { type PlainEntry, plainEntries } from './journal.ts';

/** At a step of the trace: everything up to `seq` was acknowledged, and the snapshot at `snapshotSeq`. */
export type Acknowledged = {
  readonly step: number;
  readonly seq: number;
  readonly snapshotSeq: number;
};

export type StoreHistory = {
  /** Everything that was handed to be written, by number. */
  readonly handed: Map<number, PlainEntry>;
  readonly acknowledged: Acknowledged[];
  /** From `step` on these must not come back: a recovery cut them. */
  cut: { readonly step: number; readonly seqs: ReadonlySet<number> };
};

const gap = 1_000;
const memory = { memoryBytes: 1024 * 1024, ordinals: [0, 0, 0, 0] };
export const traceWriterOptions = (
  folder: string,
): ConstructorParameters<typeof StoreWriter>[0] => ({
  folder: join(folder, 'segments'),
  maxBytes: 32 * 1024,
  segmentBytes: 4 * 1024,
  maxAgeMs: [1e15, 1e15, 1e15, 1e15],
  slowSyncMs: 0,
});

/** Writes a store as the two workers of the journal do, on this thread, and keeps what a test must know of it. */
export class TracedStore {
  readonly history: StoreHistory = {
    handed: new Map(),
    acknowledged: [],
    cut: { step: Number.POSITIVE_INFINITY, seqs: new Set() },
  };
  readonly #folder: string;
  readonly #trace: DiskTrace;
  #writer!: StoreWriter;
  #tail!: MemoryTail;
  #snapshots!: SnapshotFiles;
  #snapshotSeq = 0;
  #wallMs = 1_760_000_000_000;

  constructor(folder: string, trace: DiskTrace) {
    this.#folder = folder;
    this.#trace = trace;
    mkdirSync(join(folder, 'segments'));
    mkdirSync(join(folder, 'snapshots'));
  }

  /** Begins, or goes on after a crash. */
  open(): void {
    checkVersion(this.#folder);
    const options = traceWriterOptions(this.#folder);
    const tails = analyseTails(options.folder);
    cutTails(options.folder, tails);
    const seqs = [...this.history.handed.keys()].filter((seq) => seq > tails.lastSeq);
    if (seqs.length > 0) this.history.cut = { step: this.#trace.steps.length, seqs: new Set(seqs) };
    this.#writer = new StoreWriter(options, tails, [0, 0, 0, 0]);
    const last = Math.max(0, ...this.history.handed.keys());
    this.#tail = new MemoryTail({ ...memory, nextSeq: last + 1 + (last === 0 ? 0 : gap) });
    this.#snapshots = new SnapshotFiles(this.#folder);
  }

  /** Entries of all classes, values that do not compress. */
  hand(size: number): number {
    const first = this.#tail.nextSeq;
    this.#wallMs += 1_000;
    for (let k = 0; k < size; k++) {
      const timeMs = this.#wallMs + k;
      const values = Float64Array.from({ length: 4 }, (_, at) => Math.sqrt(timeMs * 7 + at) * 1e-3);
      this.#tail.appendFrame({
        group: 1,
        timeMs,
        receivedMs: timeMs,
        originCode: k % 5 === 0 ? 1 : 0,
        revision: 0,
        values,
        status: new Uint32Array(4),
        offset: 0,
        length: 4,
      });
    }
    const text = { en: `${first}`.repeat(9), zh: '丢失' };
    const event = { code: 'x', severity: 'info', subject: 's', text } as const;
    this.#append({ type: 'event', timeMs: this.#wallMs, event });
    if (size % 2 === 0) this.#append({ type: 'dictionary', timeMs: 1, id: first, text: 'text' });
    const place = this.#tail.find(first) ?? { chunk: this.#tail.open, index: 0 };
    const end = place.index + this.#tail.nextSeq - first;
    for (const entry of plainEntries(place.chunk.view(place.index, end))) {
      this.history.handed.set(entry.seq, entry);
    }
    this.#writer.add({ entries: place.chunk.pack(place.index, end), wallMs: this.#wallMs });
    return this.#tail.nextSeq - 1;
  }

  #append(record: Parameters<MemoryTail['appendRecord']>[0]): void {
    this.#tail.appendRecord(record, recordText(record));
  }

  /** Makes everything that was handed durable and acknowledges it. */
  settle(): void {
    this.#writer.settle(this.#wallMs);
    this.#tail.setDurable(this.#tail.nextSeq - 1);
    this.#acknowledge();
  }

  saveSnapshot(): void {
    const seq = this.#tail.nextSeq - 1;
    this.#snapshots.save('hot-path', seq, snapshotOf(seq));
    this.#snapshotSeq = seq;
    this.#acknowledge();
  }

  #acknowledge(): void {
    const seq = this.#tail.nextSeq - 1;
    const step = this.#trace.steps.length;
    this.history.acknowledged.push({ step, seq, snapshotSeq: this.#snapshotSeq });
  }

  close(): void {
    this.#writer.close();
  }
}

export const snapshotOf = (seq: number): Uint8Array =>
  Uint8Array.from({ length: 1_500 }, (_, at) => (seq * 31 + at * at) & 0xff);

/** Numbers of the entries in a segment. */
export const numbersIn = (name: string, bytes: Buffer): readonly number[] => {
  const parsed = parseSegmentFileName(name);
  if (parsed === undefined) throw new GatewayError('STORE_CORRUPT', name, { retryable: false });
  const file = new SegmentFile({ path: name, ...parsed }, heldSource(bytes));
  const numbers: number[] = [];
  let offset = segmentHeaderBytes;
  for (;;) {
    const { block } = file.next(offset, file.bytes);
    if (block === undefined) return numbers;
    numbers.push(...decodeEntries(unpackPayload(block.bytes, block.header)).seq);
    offset = block.offset + block.length;
  }
};
