import { frameEntry } from '../../core/entry.ts';
import { absentStatus } from '../../core/quality.ts';
import { ByteReader } from './bytes.ts';
import { ColumnDecoder } from './column-codec.ts';
import { noGroup, type Shape } from './entry-shape.ts';
import { layOutEntries, type StoredEntries } from './stored-entries.ts';
import { readTimes } from './time-codec.ts';

const streamCount = 18;

/** Turns bytes of an `EntryEncoder` back into entries. Trusts them: a checksum stands before. */
export const decodeEntries = (bytes: Uint8Array): StoredEntries => {
  const input = new ByteReader(bytes);
  const lengths = Array.from({ length: streamCount }, () => input.varint());
  const streams = lengths.map((length) => new ByteReader(input.bytes(length)));
  const [meta, shapesOf, times, received, presence, runs, recordStream, ...rest] =
    streams as unknown as readonly [...Seven, ...ByteReader[]];
  const [kinds, layouts, bases, ...planes] = rest as unknown as readonly [
    ByteReader,
    ByteReader,
    ByteReader,
    ...ByteReader[],
  ];
  const directory = readDirectory(meta, shapesOf);
  const entries = allocate(directory, lengths[6] as number);
  placeEntries({ entries, directory, recordStream });
  readTimes({ entries, times, received });
  readPresence({ entries, presence });
  const columns = new ColumnDecoder({ kinds, layouts, bases, planes });
  readColumns({ entries, directory, columns, runs: new RunReader(runs) });
  return entries;
};

type Seven = [ByteReader, ByteReader, ByteReader, ByteReader, ByteReader, ByteReader, ByteReader];

type Directory = {
  readonly seqs: readonly number[];
  readonly shapes: readonly Shape[];
  /** Shape of each entry. */
  readonly shapesOf: readonly Shape[];
};

const readDirectory = (meta: ByteReader, shapeNumbers: ByteReader): Directory => {
  const count = meta.varint();
  const seqs: number[] = [];
  let seq = 0;
  for (let entry = 0; entry < count; entry++) {
    seq += meta.varint();
    seqs.push(seq);
  }
  const shapes = Array.from({ length: meta.varint() }, (_, index): Shape => {
    const kind = meta.byte();
    const origin = meta.byte();
    const retentionClass = meta.byte();
    const revision = meta.varint();
    const group = kind === frameEntry ? meta.varint() : noGroup;
    const channels = kind === frameEntry ? meta.varint() : 0;
    return { kind, origin, retentionClass, revision, group, channels, index, entries: [] };
  });
  const shapesOf: Shape[] = [];
  for (let entry = 0; entry < count; entry++) {
    const shape = shapes[shapeNumbers.varint()] as Shape;
    shape.entries.push(entry);
    shapesOf.push(shape);
  }
  return { seqs, shapes, shapesOf };
};

const allocate = (directory: Directory, recordStreamBytes: number): StoredEntries => {
  let samples = 0;
  let recordCount = 0;
  for (const shape of directory.shapes) {
    samples += shape.channels * shape.entries.length;
    if (shape.kind !== frameEntry) recordCount += shape.entries.length;
  }
  // The stream holds each record's length too, so this is a little more than needed.
  return layOutEntries({
    entries: directory.seqs.length,
    samples,
    records: recordCount,
    recordBytes: recordStreamBytes,
  });
};

const placeEntries = (input: {
  readonly entries: StoredEntries;
  readonly directory: Directory;
  readonly recordStream: ByteReader;
}): void => {
  const { entries, directory, recordStream } = input;
  let sample = 0;
  let record = 0;
  let recordByte = 0;
  for (let entry = 0; entry < entries.length; entry++) {
    const shape = directory.shapesOf[entry] as Shape;
    entries.seq[entry] = directory.seqs[entry] as number;
    entries.kind[entry] = shape.kind;
    entries.origin[entry] = shape.origin;
    entries.revision[entry] = shape.revision;
    entries.retentionClass[entry] = shape.retentionClass;
    entries.offset[entry] = sample;
    sample += shape.channels;
    if (shape.kind === frameEntry) {
      entries.group[entry] = shape.group;
      continue;
    }
    const bytes = recordStream.bytes(recordStream.varint());
    entries.recordBytes.set(bytes, recordByte);
    recordByte += bytes.length;
    entries.recordEnds[record] = recordByte;
    entries.group[entry] = record;
    record += 1;
  }
  entries.offset[entries.length] = sample;
};

/** Marks absent channels in `status`. */
const readPresence = (input: {
  readonly entries: StoredEntries;
  readonly presence: ByteReader;
}): void => {
  const { entries, presence } = input;
  for (let entry = 0; entry < entries.length; entry++) {
    if (entries.kind[entry] !== frameEntry) continue;
    const coded = presence.varint();
    if (coded === 0) continue;
    const start = entries.offset[entry] as number;
    entries.status.fill(absentStatus, start, entries.offset[entry + 1]);
    let at = start - 1;
    for (let k = 1; k < coded; k++) {
      at += presence.varint() + 1;
      entries.status[at] = 0;
    }
  }
};

class RunReader {
  #code = 0;
  #left = 0;
  readonly #codes: number[] = [];
  readonly #runs: ByteReader;

  constructor(runs: ByteReader) {
    this.#runs = runs;
  }

  next(): number {
    if (this.#left === 0) {
      const known = this.#runs.varint();
      if (known === 0) {
        this.#code = this.#runs.uint32();
        this.#codes.push(this.#code);
      } else this.#code = this.#codes[known - 1] as number;
      this.#left = this.#runs.varint();
    }
    this.#left -= 1;
    return this.#code;
  }
}

const readColumns = (input: {
  readonly entries: StoredEntries;
  readonly directory: Directory;
  readonly columns: ColumnDecoder;
  readonly runs: RunReader;
}): void => {
  const { entries, directory, columns, runs } = input;
  let scratch = new Float64Array(256);
  for (const shape of directory.shapes) {
    if (scratch.length < shape.entries.length) scratch = new Float64Array(shape.entries.length);
    for (let channel = 0; channel < shape.channels; channel++) {
      let count = 0;
      for (const entry of shape.entries) {
        const at = (entries.offset[entry] as number) + channel;
        if (entries.status[at] === absentStatus) continue;
        entries.status[at] = runs.next();
        count += 1;
      }
      columns.next(scratch, count);
      count = 0;
      for (const entry of shape.entries) {
        const at = (entries.offset[entry] as number) + channel;
        if (entries.status[at] !== absentStatus) entries.values[at] = scratch[count++] as number;
      }
    }
  }
};
