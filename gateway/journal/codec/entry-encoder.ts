import { frameEntry } from '../../core/entry.ts';
import { absentStatus } from '../../core/quality.ts';
import { ByteWriter } from './bytes.ts';
import { ColumnEncoder } from './column-codec.ts';
import { noGroup, type Shape } from './entry-shape.ts';
import { addSamples, type SampleCounts } from './sample-counts.ts';
import type { StoredEntries } from './stored-entries.ts';
import { writeTimes } from './time-codec.ts';

/** Turns entries into bytes. Keeps its buffers, so one serves a whole thread. */
export class EntryEncoder {
  readonly #columns = new ColumnEncoder();
  readonly #meta = new ByteWriter();
  readonly #shapesOf = new ByteWriter();
  readonly #times = new ByteWriter();
  readonly #received = new ByteWriter();
  readonly #presence = new ByteWriter();
  readonly #runs = new ByteWriter();
  readonly #records = new ByteWriter();
  readonly #output = new ByteWriter();
  #column = new Float64Array(256);
  /** Samples that are present, of the entries encoded last. */
  samples = 0;

  /**
   * Encodes the entries whose places stand in `selected`, ascending; the result is valid until the next call. Present
   * samples are added to `counts`.
   */
  encode(source: StoredEntries, selected: Uint32Array, counts?: SampleCounts): Uint8Array {
    const streams = this.#streams();
    for (const stream of streams) stream.clear();
    this.#columns.clear();
    this.#output.clear();
    this.samples = 0;
    const shapes = this.#writeEntries(source, selected);
    writeTimes({ source, selected, times: this.#times, received: this.#received });
    this.#writeShapes(shapes);
    this.#writeColumns(source, shapes, counts);
    for (const stream of streams) this.#output.varint(stream.length);
    for (const stream of streams) this.#output.bytes(stream.written());
    return this.#output.written();
  }

  #streams(): readonly ByteWriter[] {
    const { kinds, layouts, bases, planes } = this.#columns;
    return [
      this.#meta,
      this.#shapesOf,
      this.#times,
      this.#received,
      this.#presence,
      this.#runs,
      this.#records,
      kinds,
      layouts,
      bases,
      ...planes,
    ];
  }

  #writeEntries(source: StoredEntries, selected: Uint32Array): readonly Shape[] {
    const shapes: Shape[] = [];
    const byGroup = new Map<number, Shape[]>();
    this.#meta.varint(selected.length);
    let previousSeq = 0;
    for (const entry of selected) {
      const seq = source.seq[entry] as number;
      this.#meta.varint(seq - previousSeq);
      previousSeq = seq;
      const shape = shapeOf(source, entry, { shapes, byGroup });
      shape.entries.push(entry);
      this.#shapesOf.varint(shape.index);
      if (shape.kind === frameEntry) this.#writePresence(source, entry);
      else this.#writeRecord(source, entry);
    }
    return shapes;
  }

  /** 0 when all channels are present, else one more than how many are, then which, as distances. */
  #writePresence(source: StoredEntries, entry: number): void {
    const start = source.offset[entry] as number;
    const end = source.offset[entry + 1] as number;
    let present = 0;
    for (let at = start; at < end; at++) if (source.status[at] !== absentStatus) present += 1;
    this.samples += present;
    if (present === end - start) {
      this.#presence.varint(0);
      return;
    }
    this.#presence.varint(present + 1);
    let previous = start - 1;
    for (let at = start; at < end; at++) {
      if (source.status[at] === absentStatus) continue;
      this.#presence.varint(at - previous - 1);
      previous = at;
    }
  }

  #writeRecord(source: StoredEntries, entry: number): void {
    const record = source.group[entry] as number;
    const start = record === 0 ? 0 : (source.recordEnds[record - 1] as number);
    const end = source.recordEnds[record] as number;
    this.#records.varint(end - start);
    this.#records.bytes(source.recordBytes.subarray(start, end));
  }

  #writeShapes(shapes: readonly Shape[]): void {
    this.#meta.varint(shapes.length);
    for (const shape of shapes) {
      this.#meta.byte(shape.kind);
      this.#meta.byte(shape.origin);
      this.#meta.byte(shape.retentionClass);
      this.#meta.varint(shape.revision);
      if (shape.kind !== frameEntry) continue;
      this.#meta.varint(shape.group);
      this.#meta.varint(shape.channels);
    }
  }

  /** Present samples, column by column; their codes as runs over that order. */
  #writeColumns(source: StoredEntries, shapes: readonly Shape[], counts?: SampleCounts): void {
    const codes = new Map<number, number>();
    let runCode = -1;
    let runLength = 0;
    for (const shape of shapes) {
      if (this.#column.length < shape.entries.length) {
        this.#column = new Float64Array(shape.entries.length * 2);
      }
      for (let channel = 0; channel < shape.channels; channel++) {
        let count = 0;
        for (const entry of shape.entries) {
          const at = (source.offset[entry] as number) + channel;
          const code = source.status[at] as number;
          if (code === absentStatus) continue;
          this.#column[count] = source.values[at] as number;
          count += 1;
          if (code !== runCode) {
            this.#writeRun(codes, { code: runCode, length: runLength });
            runCode = code;
            runLength = 0;
          }
          runLength += 1;
        }
        this.#columns.add(this.#column, count);
        if (counts !== undefined) addSamples(counts, { group: shape.group, channel, count });
      }
    }
    this.#writeRun(codes, { code: runCode, length: runLength });
  }

  /** A code's number, from 1, is followed by the code when it is new. */
  #writeRun(codes: Map<number, number>, run: { code: number; length: number }): void {
    if (run.length === 0) return;
    const known = codes.get(run.code);
    if (known === undefined) {
      codes.set(run.code, codes.size + 1);
      this.#runs.varint(0);
      this.#runs.uint32(run.code);
    } else this.#runs.varint(known);
    this.#runs.varint(run.length);
  }
}

type ShapeIndex = { readonly shapes: Shape[]; readonly byGroup: Map<number, Shape[]> };

const shapeOf = (source: StoredEntries, entry: number, index: ShapeIndex): Shape => {
  const kind = source.kind[entry] as number;
  const group = kind === frameEntry ? (source.group[entry] as number) : noGroup;
  const origin = source.origin[entry] as number;
  const revision = source.revision[entry] as number;
  const retentionClass = source.retentionClass[entry] as number;
  const channels =
    kind === frameEntry
      ? (source.offset[entry + 1] as number) - (source.offset[entry] as number)
      : 0;
  const known = index.byGroup.get(group);
  if (known !== undefined) {
    for (const shape of known) {
      if (
        shape.origin === origin &&
        shape.revision === revision &&
        shape.retentionClass === retentionClass &&
        shape.channels === channels
      ) {
        return shape;
      }
    }
  }
  const shape: Shape = {
    kind,
    group,
    origin,
    revision,
    retentionClass,
    channels,
    index: index.shapes.length,
    entries: [],
  };
  index.shapes.push(shape);
  if (known === undefined) index.byGroup.set(group, [shape]);
  else known.push(shape);
  return shape;
};
