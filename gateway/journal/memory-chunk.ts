import {
  type EntryBatch,
  frameEntry,
  type JournalRecord,
  originRetentionClass,
  recordEntry,
  recordRetentionClass,
  retentionClasses,
} from '../core/entry.ts';
import { absentStatus } from '../core/quality.ts';
import { layOutEntries, type StoredEntries } from './codec/stored-entries.ts';
import type { FrameInput } from './contract.ts';

const bytesPerEntry = 46;
const bytesPerSample = 12;
const samplesPerEntry = 8;

/** What an entry takes of the bounds on staging and memory. */
export const frameBytes = (channels: number): number => bytesPerEntry + bytesPerSample * channels;

const encoder = new TextEncoder();
const classOfOrigin = [0, 1, 2, 3].map((origin) =>
  retentionClasses.indexOf(originRetentionClass(origin)),
);

/**
 * A piece of the newest entries in memory, filled from its start and then only read. As an `EntryBatch` it is everything
 * appended to it so far. Numbers in it are consecutive.
 */
export class MemoryChunk implements EntryBatch {
  length = 0;
  readonly seq: Float64Array;
  readonly kind: Uint8Array;
  readonly group: Uint32Array;
  readonly timeMs: Float64Array;
  readonly receivedMs: Float64Array;
  readonly origin: Uint8Array;
  readonly revision: Uint16Array;
  readonly offset: Uint32Array;
  readonly values: Float64Array;
  readonly status: Uint32Array;
  readonly retentionClass: Uint8Array;
  records: JournalRecord[] = [];
  /** Number of the first entry. */
  firstSeq = 0;
  /** Entries of each class ever appended before the first of these. */
  ordinals: readonly number[] = [0, 0, 0, 0];
  /** Cursors that have handed out a view. */
  readers = 0;
  samples = 0;
  /** What the arrays and records take. */
  bytes: number;
  readonly entryCapacity: number;
  readonly sampleCapacity: number;
  #recordTexts: Uint8Array[] = [];

  constructor(entryCapacity: number, sampleCapacity = entryCapacity * samplesPerEntry) {
    this.entryCapacity = entryCapacity;
    this.sampleCapacity = sampleCapacity;
    this.bytes = entryCapacity * bytesPerEntry + sampleCapacity * bytesPerSample;
    this.seq = new Float64Array(entryCapacity);
    this.timeMs = new Float64Array(entryCapacity);
    this.receivedMs = new Float64Array(entryCapacity);
    this.kind = new Uint8Array(entryCapacity);
    this.origin = new Uint8Array(entryCapacity);
    this.retentionClass = new Uint8Array(entryCapacity);
    this.revision = new Uint16Array(entryCapacity);
    this.group = new Uint32Array(entryCapacity);
    this.offset = new Uint32Array(entryCapacity + 1);
    this.values = new Float64Array(sampleCapacity);
    this.status = new Uint32Array(sampleCapacity);
  }

  /** How many entries make a chunk of about `bytes`. */
  static entriesFor(bytes: number): number {
    return Math.max(16, Math.floor(bytes / (bytesPerEntry + samplesPerEntry * bytesPerSample)));
  }

  /** Makes it empty, to be filled from `firstSeq`. */
  begin(firstSeq: number, ordinals: readonly number[]): void {
    this.bytes = this.entryCapacity * bytesPerEntry + this.sampleCapacity * bytesPerSample;
    this.length = 0;
    this.samples = 0;
    this.records = [];
    this.#recordTexts = [];
    this.firstSeq = firstSeq;
    this.ordinals = ordinals;
    this.offset[0] = 0;
  }

  fits(channels: number): boolean {
    return this.length < this.entryCapacity && this.samples + channels <= this.sampleCapacity;
  }

  /** Copies a frame in; returns its class. */
  appendFrame(seq: number, frame: FrameInput): number {
    const at = this.length;
    const start = this.samples;
    const { length, offset, values, status } = frame;
    for (let channel = 0; channel < length; channel++) {
      const code = status[offset + channel] as number;
      this.status[start + channel] = code;
      this.values[start + channel] =
        code === absentStatus ? 0 : (values[offset + channel] as number);
    }
    const retentionClass = classOfOrigin[frame.originCode] as number;
    this.seq[at] = seq;
    this.kind[at] = frameEntry;
    this.group[at] = frame.group;
    this.timeMs[at] = frame.timeMs;
    this.receivedMs[at] = frame.receivedMs;
    this.origin[at] = frame.originCode;
    this.revision[at] = frame.revision;
    this.retentionClass[at] = retentionClass;
    this.samples = start + length;
    this.offset[at + 1] = this.samples;
    this.length = at + 1;
    return retentionClass;
  }

  /** Adds a record, with its JSON as from `recordText`; returns its class. */
  appendRecord(seq: number, record: JournalRecord, text: Uint8Array): number {
    const at = this.length;
    const retentionClass = retentionClasses.indexOf(recordRetentionClass(record));
    this.seq[at] = seq;
    this.kind[at] = recordEntry;
    this.group[at] = this.records.length;
    this.timeMs[at] = record.timeMs;
    this.receivedMs[at] = record.timeMs;
    this.origin[at] = 0;
    this.revision[at] = 0;
    this.retentionClass[at] = retentionClass;
    this.offset[at + 1] = this.samples;
    this.records.push(record);
    this.#recordTexts.push(text);
    this.bytes += text.length;
    this.length = at + 1;
    return retentionClass;
  }

  /** Entries from `start` up to `end`, sharing the columns. */
  view(start: number, end: number): EntryBatch {
    return {
      length: end - start,
      seq: this.seq.subarray(start, end),
      kind: this.kind.subarray(start, end),
      group: this.group.subarray(start, end),
      timeMs: this.timeMs.subarray(start, end),
      receivedMs: this.receivedMs.subarray(start, end),
      origin: this.origin.subarray(start, end),
      revision: this.revision.subarray(start, end),
      offset: this.offset.subarray(start, end + 1),
      values: this.values,
      status: this.status,
      records: this.records,
    };
  }

  /** A copy of entries from `start` up to `end` for another thread, in `reuse` when that is large enough. */
  pack(start: number, end: number, reuse?: ArrayBuffer): StoredEntries {
    const firstSample = this.offset[start] as number;
    const samples = (this.offset[end] as number) - firstSample;
    let firstRecord = 0;
    const texts: Uint8Array[] = [];
    for (let at = start; at < end; at++) {
      if (this.kind[at] === frameEntry) continue;
      if (texts.length === 0) firstRecord = this.group[at] as number;
      texts.push(this.#recordTexts[this.group[at] as number] as Uint8Array);
    }
    const recordBytes = texts.reduce((sum, text) => sum + text.length, 0);
    const counts = { entries: end - start, samples, records: texts.length, recordBytes };
    const packed = layOutEntries(counts, reuse);
    packed.seq.set(this.seq.subarray(start, end));
    packed.timeMs.set(this.timeMs.subarray(start, end));
    packed.receivedMs.set(this.receivedMs.subarray(start, end));
    packed.revision.set(this.revision.subarray(start, end));
    packed.kind.set(this.kind.subarray(start, end));
    packed.origin.set(this.origin.subarray(start, end));
    packed.retentionClass.set(this.retentionClass.subarray(start, end));
    packed.values.set(this.values.subarray(firstSample, firstSample + samples));
    packed.status.set(this.status.subarray(firstSample, firstSample + samples));
    for (let at = start; at < end; at++) {
      const group = this.group[at] as number;
      packed.group[at - start] = this.kind[at] === frameEntry ? group : group - firstRecord;
      packed.offset[at - start] = (this.offset[at] as number) - firstSample;
    }
    packed.offset[end - start] = samples;
    let byte = 0;
    texts.forEach((text, record) => {
      packed.recordBytes.set(text, byte);
      byte += text.length;
      packed.recordEnds[record] = byte;
    });
    return packed;
  }

  /** Entries of each class ever appended before the one at `index`. */
  ordinalsAt(index: number): number[] {
    const ordinals = [...this.ordinals];
    countClasses(ordinals, this.retentionClass, { start: 0, end: index });
    return ordinals;
  }
}

export const countClasses = (
  ordinals: number[],
  retentionClass: Uint8Array,
  range: { readonly start: number; readonly end: number },
): void => {
  for (let at = range.start; at < range.end; at++) {
    const index = retentionClass[at] as number;
    ordinals[index] = (ordinals[index] as number) + 1;
  }
};

/** A record as it is stored. */
export const recordText = (record: JournalRecord): Uint8Array =>
  encoder.encode(JSON.stringify(record));
