import {
  type EntryBatch,
  frameEntry,
  originRetentionClass,
  recordRetentionClass,
  retentionClasses,
} from '../core/entry.ts';
import { layOutEntries, type StoredEntries } from './codec/stored-entries.ts';
import { recordText } from './memory-chunk.ts';

/** A copy of one entry of a batch, to be kept by itself. */
export const copyEntry = (batch: EntryBatch, index: number): StoredEntries => {
  const isFrame = batch.kind[index] === frameEntry;
  const record = isFrame ? undefined : batch.records[batch.group[index] as number];
  const text = record === undefined ? new Uint8Array(0) : recordText(record);
  const start = isFrame ? (batch.offset[index] as number) : 0;
  const end = isFrame ? (batch.offset[index + 1] as number) : 0;
  const copy = layOutEntries({
    entries: 1,
    samples: end - start,
    records: record === undefined ? 0 : 1,
    recordBytes: text.length,
  });
  copy.seq[0] = batch.seq[index] as number;
  copy.timeMs[0] = batch.timeMs[index] as number;
  copy.receivedMs[0] = batch.receivedMs[index] as number;
  copy.revision[0] = batch.revision[index] as number;
  copy.kind[0] = batch.kind[index] as number;
  copy.origin[0] = batch.origin[index] as number;
  copy.retentionClass[0] = retentionClasses.indexOf(
    record === undefined
      ? originRetentionClass(batch.origin[index] as number)
      : recordRetentionClass(record),
  );
  copy.group[0] = isFrame ? (batch.group[index] as number) : 0;
  copy.offset[1] = end - start;
  copy.values.set(batch.values.subarray(start, end));
  copy.status.set(batch.status.subarray(start, end));
  if (record !== undefined) {
    copy.recordBytes.set(text);
    copy.recordEnds[0] = text.length;
  }
  return copy;
};
