import type { EntryBatch, JournalRecord } from '../../core/entry.ts';

/**
 * Journal entries as they travel between threads and to the disk: the columns of `EntryBatch`, all in one buffer, each
 * entry's retention class (an index into `retentionClasses`), and records as JSON. `recordEnds[k]` is where record k ends
 * in `recordBytes`.
 */
export type StoredEntries = {
  readonly counts: EntryCounts;
  readonly buffer: ArrayBuffer;
  readonly length: number;
  readonly seq: Float64Array;
  readonly timeMs: Float64Array;
  readonly receivedMs: Float64Array;
  readonly values: Float64Array;
  readonly group: Uint32Array;
  readonly offset: Uint32Array;
  readonly status: Uint32Array;
  readonly recordEnds: Uint32Array;
  readonly revision: Uint16Array;
  readonly kind: Uint8Array;
  readonly origin: Uint8Array;
  readonly retentionClass: Uint8Array;
  readonly recordBytes: Uint8Array;
};

export type EntryCounts = {
  readonly entries: number;
  readonly samples: number;
  readonly records: number;
  readonly recordBytes: number;
};

const bytesNeeded = ({ entries, samples, records, recordBytes }: EntryCounts): number =>
  8 * (3 * entries + samples) +
  4 * (entries + entries + 1 + samples + records) +
  5 * entries +
  recordBytes;

/** Lays the columns out in `buffer` (a new one unless given and large enough); widest items first, so that all are aligned. */
export const layOutEntries = (counts: EntryCounts, reuse?: ArrayBuffer): StoredEntries => {
  const { entries, samples, records } = counts;
  const needed = bytesNeeded(counts);
  const buffer =
    reuse !== undefined && reuse.byteLength >= needed ? reuse : new ArrayBuffer(needed);
  let at = 0;
  const place = (bytes: number): number => {
    const start = at;
    at += bytes;
    return start;
  };
  return {
    counts,
    buffer,
    length: entries,
    seq: new Float64Array(buffer, place(8 * entries), entries),
    timeMs: new Float64Array(buffer, place(8 * entries), entries),
    receivedMs: new Float64Array(buffer, place(8 * entries), entries),
    values: new Float64Array(buffer, place(8 * samples), samples),
    group: new Uint32Array(buffer, place(4 * entries), entries),
    offset: new Uint32Array(buffer, place(4 * (entries + 1)), entries + 1),
    status: new Uint32Array(buffer, place(4 * samples), samples),
    recordEnds: new Uint32Array(buffer, place(4 * records), records),
    revision: new Uint16Array(buffer, place(2 * entries), entries),
    kind: new Uint8Array(buffer, place(entries), entries),
    origin: new Uint8Array(buffer, place(entries), entries),
    retentionClass: new Uint8Array(buffer, place(entries), entries),
    recordBytes: new Uint8Array(buffer, place(counts.recordBytes), counts.recordBytes),
  };
};

const decoder = new TextDecoder();

/** The entries as readers see them; shares the columns. */
export const toEntryBatch = (entries: StoredEntries): EntryBatch => {
  const records: JournalRecord[] = [];
  let start = 0;
  for (const end of entries.recordEnds) {
    records.push(JSON.parse(decoder.decode(entries.recordBytes.subarray(start, end))));
    start = end;
  }
  const { length, seq, kind, group, timeMs, receivedMs } = entries;
  const { origin, revision, offset, values, status } = entries;
  return {
    length,
    seq,
    kind,
    group,
    timeMs,
    receivedMs,
    origin,
    revision,
    offset,
    values,
    status,
    records,
  };
};

/** A run of entries to copy: from `start` up to, not including, `end`. */
export type EntryRun = {
  readonly source: StoredEntries;
  readonly start: number;
  readonly end: number;
};

const recordStart = (entries: StoredEntries, record: number): number =>
  record === 0 ? 0 : (entries.recordEnds[record - 1] as number);

const runCounts = ({ source, start, end }: EntryRun): EntryCounts & { firstRecord: number } => {
  let records = 0;
  let firstRecord = 0;
  for (let index = start; index < end; index++) {
    if (source.kind[index] === 0) continue;
    if (records === 0) firstRecord = source.group[index] as number;
    records += 1;
  }
  const recordBytes =
    records === 0
      ? 0
      : recordStart(source, firstRecord + records) - recordStart(source, firstRecord);
  return {
    entries: end - start,
    samples: (source.offset[end] as number) - (source.offset[start] as number),
    records,
    recordBytes,
    firstRecord,
  };
};

/** Copies runs into one batch, in the order given. The records of a run must lie in the order of its entries. */
export const joinRuns = (runs: readonly EntryRun[]): StoredEntries => {
  const counted = runs.map((run) => ({ run, counts: runCounts(run) }));
  const total = { entries: 0, samples: 0, records: 0, recordBytes: 0 };
  for (const { counts } of counted) {
    total.entries += counts.entries;
    total.samples += counts.samples;
    total.records += counts.records;
    total.recordBytes += counts.recordBytes;
  }
  const target = layOutEntries(total);
  const at = { entry: 0, sample: 0, record: 0, recordByte: 0 };
  for (const { run, counts } of counted) {
    copyRun(target, run, { ...at, firstRecord: counts.firstRecord });
    const byteStart = recordStart(run.source, counts.firstRecord);
    for (let k = 0; k < counts.records; k++) {
      const end = run.source.recordEnds[counts.firstRecord + k] as number;
      target.recordEnds[at.record + k] = at.recordByte + end - byteStart;
    }
    target.recordBytes.set(
      run.source.recordBytes.subarray(byteStart, byteStart + counts.recordBytes),
      at.recordByte,
    );
    at.entry += counts.entries;
    at.sample += counts.samples;
    at.record += counts.records;
    at.recordByte += counts.recordBytes;
  }
  target.offset[at.entry] = at.sample;
  return target;
};

type RunTarget = { entry: number; sample: number; record: number; firstRecord: number };

const copyRun = (target: StoredEntries, run: EntryRun, at: RunTarget): void => {
  const { source, start, end } = run;
  const firstSample = source.offset[start] as number;
  target.seq.set(source.seq.subarray(start, end), at.entry);
  target.timeMs.set(source.timeMs.subarray(start, end), at.entry);
  target.receivedMs.set(source.receivedMs.subarray(start, end), at.entry);
  target.revision.set(source.revision.subarray(start, end), at.entry);
  target.kind.set(source.kind.subarray(start, end), at.entry);
  target.origin.set(source.origin.subarray(start, end), at.entry);
  target.retentionClass.set(source.retentionClass.subarray(start, end), at.entry);
  target.values.set(source.values.subarray(firstSample, source.offset[end]), at.sample);
  target.status.set(source.status.subarray(firstSample, source.offset[end]), at.sample);
  for (let index = start; index < end; index++) {
    const entry = at.entry + index - start;
    target.offset[entry] = (source.offset[index] as number) - firstSample + at.sample;
    const group = source.group[index] as number;
    target.group[entry] = source.kind[index] === 0 ? group : group - at.firstRecord + at.record;
  }
};
