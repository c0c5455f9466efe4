import { ByteReader, ByteWriter } from '../codec/bytes.ts';
import { ColumnDecoder, ColumnEncoder } from '../codec/column-codec.ts';
import { fieldCount, timeFields } from './aggregate.ts';

const streamCount = 11;

/** Times stand relative to the interval; none is stored as -1. */
const relative = (timeMs: number, startMs: number): number =>
  Number.isFinite(timeMs) ? timeMs - startMs : -1;

/** Aggregates of all channels of a group over one interval, as the bytes of a row. */
export class RollupEncoder {
  readonly #columns = new ColumnEncoder();
  readonly #output = new ByteWriter();
  #column = new Float64Array(64);

  encode(fields: Float64Array, startMs: number): Uint8Array {
    const channels = fields.length / fieldCount;
    if (this.#column.length < channels) this.#column = new Float64Array(channels);
    this.#columns.clear();
    this.#output.clear();
    for (let field = 0; field < fieldCount; field++) {
      for (let channel = 0; channel < channels; channel++) {
        const value = fields[channel * fieldCount + field] as number;
        this.#column[channel] = timeFields.has(field) ? relative(value, startMs) : value;
      }
      this.#columns.add(this.#column, channels);
    }
    const { kinds, layouts, bases, planes } = this.#columns;
    const streams = [kinds, layouts, bases, ...planes];
    this.#output.varint(channels);
    for (const stream of streams) this.#output.varint(stream.length);
    for (const stream of streams) this.#output.bytes(stream.written());
    return this.#output.written().slice();
  }
}

export const decodeRollup = (bytes: Uint8Array, startMs: number): Float64Array => {
  const input = new ByteReader(bytes);
  const channels = input.varint();
  const lengths = Array.from({ length: streamCount }, () => input.varint());
  const streams = lengths.map((length) => new ByteReader(input.bytes(length)));
  const [kinds, layouts, bases, ...planes] = streams as unknown as readonly [
    ByteReader,
    ByteReader,
    ByteReader,
    ...ByteReader[],
  ];
  const decoder = new ColumnDecoder({ kinds, layouts, bases, planes });
  const column = new Float64Array(channels);
  const fields = new Float64Array(channels * fieldCount);
  for (let field = 0; field < fieldCount; field++) {
    decoder.next(column, channels);
    for (let channel = 0; channel < channels; channel++) {
      const value = column[channel] as number;
      const none = timeFields.get(field);
      const time = value < 0 ? (none ?? 0) : value + startMs;
      fields[channel * fieldCount + field] = none === undefined ? value : time;
    }
  }
  return fields;
};
