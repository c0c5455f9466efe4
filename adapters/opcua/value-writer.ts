import { isBad, isGood, type StatusCode, statusCodes } from '../../gateway/core/quality.ts';
import type { NodeTarget } from './layout.ts';

/** What this file needs of a Variant of node-opcua. */
export type VariantLike = {
  /** OPC UA Part 6 §5.1.2. */
  readonly dataType: number;
  /** 0 scalar, 1 array, 2 matrix (as a flat array). */
  readonly arrayType: number;
  readonly value: unknown;
};

/** What this folder needs of a DataValue of node-opcua. */
export type DataValueLike = {
  readonly value?: VariantLike | null;
  readonly statusCode: { readonly value: number };
  readonly sourceTimestamp?: Date | null;
};

/** Built-in types (OPC UA Part 6 §5.1.2, table 1). */
const typeBoolean = 1;
const typeInt64 = 8;
const typeUInt64 = 9;
const typeDouble = 11;
const typeString = 12;
const typeDateTime = 13;
const typeGuid = 14;
const typeXmlElement = 16;
const typeQualifiedName = 20;
const typeLocalizedText = 21;

const twoTo32 = 2 ** 32;
const {
  good,
  badNoData,
  badOutOfRange,
  badResourceUnavailable,
  badTypeMismatch,
  badDataUnavailable,
} = statusCodes;

/** InfoType DataValue with the bit Overflow (OPC UA Part 4 §7.39.2): the server's queue lost samples at this place. */
const overflowMask = 0x0480;

export const hasOverflow = (status: StatusCode): boolean =>
  (status & overflowMask) === overflowMask;

/** Where a value goes: the columns of a frame. */
export type Columns = { readonly values: Float64Array; readonly status: Uint32Array };

/** Turns OPC UA values into numbers in the columns of frames. Allocates nothing for numbers. */
export class ValueWriter {
  readonly #intern: (text: string) => number;
  /** Why the last value could not be converted; good when it could. */
  #failure: StatusCode = good;

  constructor(intern: (text: string) => number) {
    this.#intern = intern;
  }

  /** @param status of the sample as the server gave it, or worse */
  write(target: NodeTarget, data: DataValueLike, status: StatusCode, columns: Columns): void {
    const variant = data.value;
    if (variant === undefined || variant === null || variant.dataType === 0) {
      this.#writeNothing(target, isBad(status) ? status : badNoData, columns);
    } else if (target.isArray) {
      this.#writeArray(target, variant, status, columns);
    } else if (variant.arrayType !== 0) {
      this.#writeNothing(target, isBad(status) ? status : badTypeMismatch, columns);
    } else {
      const value = this.#convert(target, variant.dataType, variant.value);
      this.#put(target, target.channel, value, status, columns);
    }
  }

  #writeNothing(target: NodeTarget, status: StatusCode, { values, status: column }: Columns): void {
    for (let i = target.channel; i < target.channel + target.width; i += 1) {
      values[i] = 0;
      column[i] = status;
    }
  }

  #writeArray(
    target: NodeTarget,
    variant: VariantLike,
    status: StatusCode,
    columns: Columns,
  ): void {
    const elements = variant.value as ArrayLike<unknown> | null;
    if (variant.arrayType === 0 || elements === null) {
      this.#writeNothing(target, isBad(status) ? status : badTypeMismatch, columns);
      return;
    }
    for (let i = 0; i < target.width; i += 1) {
      const channel = target.channel + i;
      if (i < elements.length) {
        const value = this.#convert(target, variant.dataType, elements[i]);
        this.#put(target, channel, value, status, columns);
      } else {
        columns.values[channel] = 0;
        columns.status[channel] = isBad(status) ? status : badDataUnavailable;
      }
    }
  }

  // Five parameters, because an object for each value would be an allocation for each value.
  #put(
    target: NodeTarget,
    channel: number,
    raw: number,
    status: StatusCode,
    columns: Columns,
  ): void {
    const value = (raw * target.multiplier) / target.divisor + target.offset;
    let failure = this.#failure;
    if (!Number.isFinite(value)) {
      failure = Number.isNaN(value) ? badNoData : badOutOfRange;
    } else if (isGood(failure) && (value < target.minimum || value > target.maximum)) {
      failure = badOutOfRange;
    }
    columns.values[channel] = Number.isFinite(value) ? value : 0;
    columns.status[channel] = isBad(failure) && !isBad(status) ? failure : status;
  }

  #convert(target: NodeTarget, dataType: number, raw: unknown): number {
    this.#failure = good;
    if (target.kind === 'string') return this.#convertText(dataType, raw);
    if (dataType === typeBoolean) return raw === true ? 1 : 0;
    if (dataType === typeInt64 || dataType === typeUInt64) {
      return this.#convertLong(dataType, raw as readonly number[]);
    }
    if (dataType <= typeDouble) {
      const value = raw as number;
      return target.kind === 'boolean' && value !== 0 ? 1 : value;
    }
    if (dataType === typeDateTime && raw instanceof Date) return raw.getTime();
    this.#failure = badTypeMismatch;
    return 0;
  }

  /** Beyond 2^53 a float64 no longer tells neighbours apart. */
  #convertLong(dataType: number, pair: readonly number[]): number {
    const high = pair[0] as number;
    const low = pair[1] as number;
    const value = (dataType === typeInt64 ? high | 0 : high >>> 0) * twoTo32 + (low >>> 0);
    if (!Number.isSafeInteger(value)) this.#failure = badOutOfRange;
    return value;
  }

  #convertText(dataType: number, raw: unknown): number {
    const text = textOf(dataType, raw);
    if (typeof text === 'string') {
      const id = this.#intern(text);
      if (id > 0) return id;
      this.#failure = badResourceUnavailable;
      return 0;
    }
    this.#failure = text === null ? badNoData : badTypeMismatch;
    return 0;
  }
}

/** Null: an empty text; undefined: no text at all. */
const textOf = (dataType: number, raw: unknown): string | null | undefined => {
  switch (dataType) {
    case typeString:
    case typeGuid:
    case typeXmlElement:
      return raw as string | null;
    case typeLocalizedText:
      return (raw as { readonly text?: string | null } | null)?.text ?? null;
    case typeQualifiedName:
      return (raw as { readonly name?: string | null } | null)?.name ?? null;
    default:
      return undefined;
  }
};
