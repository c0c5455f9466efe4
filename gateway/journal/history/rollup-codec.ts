import { ByteReader, ByteWriter } from '../codec/bytes.ts';
import { ColumnDecoder, ColumnEncoder } from '../codec/column-codec.ts';
import {
  countField,
  coveredField,
  fieldCount,
  firstField,
  firstMsField,
  heldField,
  joinField,
  lastField,
  lastMsField,
  lostField,
  maximumField,
  minimumField,
  standField,
  statusField,
  statusMsField,
  sumField,
  timeFields,
} from './aggregate.ts';

const streamCount = 11;

const allFields: readonly number[] = Array.from({ length: fieldCount }, (_, field) => field);
/** Without those of registers, which are 0 mostly. */
const plainFields = allFields.slice(0, standField);
const standingFields = [...plainFields, standField];
/** What a row is known by whose channels have one sample each, or none; the others of its fields repeat these. */
const singleFields: readonly number[] = [
  ...[countField, coveredField, heldField, firstField, firstMsField, statusField, statusMsField],
];
const standingSingleFields: readonly number[] = [...singleFields, standField];
/** By how many columns they have, no two have as many. */
const layouts = [singleFields, standingSingleFields, plainFields, standingFields, allFields];
const repeated: readonly (readonly [field: number, of: number])[] = [
  [sumField, firstField],
  [minimumField, firstField],
  [maximumField, firstField],
  [lastField, firstField],
];

/** Times stand relative to the interval; none is stored as -1. */
const relative = (timeMs: number, startMs: number): number =>
  Number.isFinite(timeMs) ? timeMs - startMs : -1;

/** Whether all fields follow from those of a single sample a channel. */
const isSingle = (fields: Float64Array): boolean => {
  for (let at = 0; at < fields.length; at += fieldCount) {
    const count = fields[at + countField] as number;
    if (count > 1) return false;
    if (count === 1 && fields[at + lastMsField] !== fields[at + firstMsField]) return false;
    for (const [field, of] of repeated) {
      if (!Object.is(fields[at + field], fields[at + of])) return false;
    }
  }
  return true;
};

const repeatSingle = (fields: Float64Array): void => {
  for (let at = 0; at < fields.length; at += fieldCount) {
    for (const [field, of] of repeated) fields[at + field] = fields[at + of] as number;
    const isRead = fields[at + countField] === 1;
    fields[at + lastMsField] = isRead ? (fields[at + firstMsField] as number) : -Infinity;
  }
};

const isZero = (fields: Float64Array, first: number, last: number): boolean => {
  for (let at = 0; at < fields.length; at += fieldCount) {
    for (let field = first; field <= last; field++) if (fields[at + field] !== 0) return false;
  }
  return true;
};

/** The fewest fields from which all follow. */
const layoutOf = (fields: Float64Array): readonly number[] => {
  if (!isZero(fields, joinField, lostField)) return allFields;
  const hasStood = !isZero(fields, standField, standField);
  if (isSingle(fields)) return hasStood ? standingSingleFields : singleFields;
  return hasStood ? standingFields : plainFields;
};

/** Makes of the aggregates of all channels of a group over one interval the bytes of a row. */
export class RollupEncoder {
  readonly #columns = new ColumnEncoder();
  readonly #output = new ByteWriter();
  #column = new Float64Array(64);

  /** A view that is valid until the next call. */
  encode(fields: Float64Array, startMs: number): Uint8Array {
    const channels = fields.length / fieldCount;
    if (this.#column.length < channels) this.#column = new Float64Array(channels);
    this.#columns.clear();
    this.#output.clear();
    for (const field of layoutOf(fields)) {
      const isTime = timeFields.has(field);
      for (let channel = 0; channel < channels; channel++) {
        const value = fields[channel * fieldCount + field] as number;
        this.#column[channel] = isTime ? relative(value, startMs) : value;
      }
      this.#columns.add(this.#column, channels);
    }
    const { kinds, layouts, bases, planes } = this.#columns;
    const streams = [kinds, layouts, bases, ...planes];
    this.#output.varint(channels);
    for (const stream of streams) this.#output.varint(stream.length);
    for (const stream of streams) this.#output.bytes(stream.written());
    return this.#output.written();
  }
}

/** By how many columns there are; rows of before version 3 have none for the time that is held, which is the last of the plain. */
const fieldsOf = (columns: number): readonly number[] =>
  layouts.find((fields) => fields.length === columns) ?? plainFields.slice(0, columns);

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
  // One kind a column.
  const stored = fieldsOf(lengths[0] as number);
  for (const field of stored) {
    decoder.next(column, channels);
    const none = timeFields.get(field);
    for (let channel = 0; channel < channels; channel++) {
      const value = column[channel] as number;
      const time = value < 0 ? (none ?? 0) : value + startMs;
      fields[channel * fieldCount + field] = none === undefined ? value : time;
    }
  }
  if (stored.length <= standingSingleFields.length) repeatSingle(fields);
  return fields;
};
