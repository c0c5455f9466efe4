import { statusCodes } from '../../gateway/core/quality.ts';
import { type ProfilePoint, pointLength, type ValueType } from './profile-point.ts';
import { StringCell } from './string-cell.ts';
import { bytePlaces, isByteSwapped, type WordCount } from './words.ts';

/** One point and where its registers lie in the answer. */
export type DecodeInput = {
  readonly point: ProfilePoint;
  /** Place in the arrays of the group. */
  readonly channel: number;
  /** Registers from the start of the read, or bits where the read is of a table of bits. */
  readonly place: number;
  /** Registers from the start of the read to the SunSpec scale factor. */
  readonly scaleFactorPlace?: number | undefined;
  readonly isBitTable: boolean;
};

export type DecodeTarget = {
  readonly values: Float64Array;
  readonly status: Uint32Array;
  /** The dictionary id of a text. */
  intern(text: string): number;
};

const unsigned = 1;
const signed16 = 2;
const signed32 = 3;
const float32 = 4;
const unsigned64 = 5;
const signed64 = 6;
const float64 = 7;
const text = 8;

const operations: Readonly<Record<ValueType, number>> = {
  bit: unsigned,
  bitfield: unsigned,
  enum: unsigned,
  u16: unsigned,
  u32: unsigned,
  i16: signed16,
  i32: signed32,
  f32: float32,
  u64: unsigned64,
  i64: signed64,
  f64: float64,
  string: text,
};

const { good, badNoData, badOutOfRange, badResourceUnavailable, badConfigurationError } =
  statusCodes;
const twoTo32 = 0x1_0000_0000;
/** SunSpec: a scale factor of 0x8000 is not implemented; the others are -10 to 10. */
const maxScaleExponent = 10;
const powersOfTen = Float64Array.from({ length: maxScaleExponent + 1 }, (_, n) => 10 ** n);
const bytesPerValue = 8;

const scratch = new DataView(new ArrayBuffer(8));

/**
 * The points of one read that belong to one group, compiled into tables: an answer is decoded by walking over them,
 * without a call or an allocation for each point (a text that changed excepted).
 */
export class DecodeProgram {
  readonly #target: DecodeTarget;
  readonly #length: number;
  readonly #operation: Uint8Array;
  readonly #channel: Uint16Array;
  /** Eight a point: where the bytes lie, the most significant first, right-aligned. */
  readonly #bytes: Uint16Array;
  readonly #byteCount: Uint8Array;
  readonly #mask: Uint32Array;
  readonly #shift: Uint8Array;
  readonly #multiplier: Float64Array;
  readonly #divisor: Float64Array;
  readonly #offset: Float64Array;
  readonly #minimum: Float64Array;
  readonly #maximum: Float64Array;
  /** Byte place, or -1 for none. */
  readonly #scaleFactorAt: Int32Array;
  /** Sentinels of point i are at `#sentinelFrom[i]` up to `#sentinelFrom[i + 1]`. */
  readonly #sentinelFrom: Uint16Array;
  readonly #sentinelHigh: Int32Array;
  readonly #sentinelLow: Int32Array;
  readonly #strings: readonly (StringCell | undefined)[];

  constructor(inputs: readonly DecodeInput[], target: DecodeTarget) {
    const points = inputs.map((input) => input.point);
    const sentinels = points.map(sentinelsOf);
    const scales = points.map(({ scale, sign }) => exactScale(scale * sign));
    this.#target = target;
    this.#length = inputs.length;
    this.#operation = Uint8Array.from(points, (point) => operations[point.type]);
    this.#channel = Uint16Array.from(inputs, (input) => input.channel);
    this.#bytes = Uint16Array.from(inputs.flatMap(bytesOf));
    this.#byteCount = Uint8Array.from(inputs, byteCountOf);
    this.#mask = Uint32Array.from(inputs, maskOf);
    this.#shift = Uint8Array.from(inputs, shiftOf);
    this.#multiplier = Float64Array.from(scales, (scale) => scale.multiplier);
    this.#divisor = Float64Array.from(scales, (scale) => scale.divisor);
    this.#offset = Float64Array.from(points, (point) => point.offset);
    this.#minimum = Float64Array.from(points, (point) => point.minimum ?? -Infinity);
    this.#maximum = Float64Array.from(points, (point) => point.maximum ?? Infinity);
    this.#scaleFactorAt = Int32Array.from(inputs, ({ scaleFactorPlace }) =>
      scaleFactorPlace === undefined ? -1 : scaleFactorPlace * 2,
    );
    this.#sentinelFrom = Uint16Array.from([
      0,
      ...sentinels.map((_, index) => sentinels.slice(0, index + 1).flat().length),
    ]);
    this.#sentinelHigh = Int32Array.from(sentinels.flat(), (bits) => Number(bits >> 32n));
    this.#sentinelLow = Int32Array.from(sentinels.flat(), (bits) => Number(bits & 0xffff_ffffn));
    this.#strings = inputs.map(({ point }) =>
      point.type === 'string'
        ? new StringCell(pointLength(point) * 2, isByteSwapped(point.order))
        : undefined,
    );
  }

  /** Decodes the answer whose data begins at `start` into the target's arrays. */
  run(buffer: Buffer, start: number): void {
    for (let i = 0; i < this.#length; i += 1) {
      if (this.#operation[i] === text) this.#readText(i, buffer, start);
      else this.#readNumber(i, buffer, start);
    }
  }

  // From here on numbers go through the arrays: a float64 handed from function to function may be allocated.

  #readNumber(i: number, buffer: Buffer, start: number): void {
    let high = 0;
    let low = 0;
    const end = (i + 1) * bytesPerValue;
    for (let k = end - (this.#byteCount[i] as number); k < end; k += 1) {
      const byte = buffer[start + (this.#bytes[k] as number)] as number;
      if (end - k > 4) high = (high << 8) | byte;
      else low = (low << 8) | byte;
    }
    const channel = this.#channel[i] as number;
    if (this.#isSentinel(i, high, low)) {
      this.#target.values[channel] = 0;
      this.#target.status[channel] = badNoData;
      return;
    }
    this.#target.status[channel] = good;
    this.#convert(i, high, low);
    const scaleFactorAt = this.#scaleFactorAt[i] as number;
    if (scaleFactorAt >= 0) this.#scaleBySunSpec(channel, buffer, start + scaleFactorAt);
    this.#check(i);
  }

  /** @param high and low as int32, whatever the type */
  #convert(i: number, high: number, low: number): void {
    let value: number;
    switch (this.#operation[i] as number) {
      case unsigned:
        value = (low & (this.#mask[i] as number)) >>> (this.#shift[i] as number);
        break;
      case signed16:
        value = (low << 16) >> 16;
        break;
      case signed32:
        value = low;
        break;
      case float32:
        scratch.setInt32(0, low);
        value = scratch.getFloat32(0);
        break;
      case float64:
        scratch.setInt32(0, high);
        scratch.setInt32(4, low);
        value = scratch.getFloat64(0);
        break;
      default: {
        const isSigned = this.#operation[i] === signed64;
        value = (isSigned ? high : high >>> 0) * twoTo32 + (low >>> 0);
        // Beyond 2^53 a float64 no longer tells neighbours apart.
        if (!Number.isSafeInteger(value)) {
          this.#target.status[this.#channel[i] as number] = badOutOfRange;
        }
      }
    }
    this.#target.values[this.#channel[i] as number] =
      (value * (this.#multiplier[i] as number)) / (this.#divisor[i] as number);
  }

  #scaleBySunSpec(channel: number, buffer: Buffer, at: number): void {
    const { values, status } = this.#target;
    const exponent = (((buffer[at] as number) << 24) >> 16) | (buffer[at + 1] as number);
    if (exponent > maxScaleExponent || exponent < -maxScaleExponent) {
      values[channel] = 0;
      status[channel] = badConfigurationError;
    } else if (exponent >= 0) {
      values[channel] = (values[channel] as number) * (powersOfTen[exponent] as number);
    } else {
      values[channel] = (values[channel] as number) / (powersOfTen[-exponent] as number);
    }
  }

  #check(i: number): void {
    const { values, status } = this.#target;
    const channel = this.#channel[i] as number;
    if (status[channel] === badConfigurationError) return;
    const value = (values[channel] as number) + (this.#offset[i] as number);
    if (Number.isFinite(value)) {
      values[channel] = value;
      if (value < (this.#minimum[i] as number) || value > (this.#maximum[i] as number)) {
        status[channel] = badOutOfRange;
      }
    } else {
      values[channel] = 0;
      status[channel] = Number.isNaN(value) ? badNoData : badOutOfRange;
    }
  }

  #isSentinel(i: number, high: number, low: number): boolean {
    const end = this.#sentinelFrom[i + 1] as number;
    for (let k = this.#sentinelFrom[i] as number; k < end; k += 1) {
      if (this.#sentinelLow[k] === low && this.#sentinelHigh[k] === high) return true;
    }
    return false;
  }

  #readText(i: number, buffer: Buffer, start: number): void {
    const { values, status } = this.#target;
    const channel = this.#channel[i] as number;
    const cell = this.#strings[i];
    const at = start + (this.#bytes[i * bytesPerValue] as number);
    const id = cell?.read({ buffer, at, intern: (value) => this.#target.intern(value) });
    values[channel] = id === undefined || id < 1 ? 0 : id;
    status[channel] = id === undefined ? badNoData : id < 1 ? badResourceUnavailable : good;
  }
}

const byteCountOf = ({ point, isBitTable }: DecodeInput): number => {
  if (isBitTable) return 1;
  return point.type === 'string' ? 0 : pointLength(point) * 2;
};

/** Eight places, of which the last `2 * words` count; of a text only the first, where it begins. */
const bytesOf = (input: DecodeInput): readonly number[] => {
  if (input.isBitTable) return [0, 0, 0, 0, 0, 0, 0, input.place >> 3];
  const start = input.place * 2;
  if (input.point.type === 'string') return [start, 0, 0, 0, 0, 0, 0, 0];
  const places = bytePlaces(input.point.order, pointLength(input.point) as WordCount);
  const unused = new Array<number>(bytesPerValue - places.length).fill(0);
  return [...unused, ...places.map((place) => start + place)];
};

const maskOf = ({ point, place, isBitTable }: DecodeInput): number => {
  if (isBitTable) return 1 << (place & 7);
  if (point.bit !== undefined) return 1 << point.bit;
  return point.mask ?? 0xffff_ffff;
};

const shiftOf = ({ point, place, isBitTable }: DecodeInput): number =>
  isBitTable ? place & 7 : (point.bit ?? point.shift ?? 0);

/**
 * A decimal scale such as 0.1 has no exact float64, but its inverse 10 has: dividing gives the nearest value to the
 * decimal that the device means (3 * 0.1 is 0.30000000000000004, 3 / 10 is 0.3).
 */
const exactScale = (scale: number): { readonly multiplier: number; readonly divisor: number } => {
  const inverse = Math.round(1 / Math.abs(scale));
  const isInverse = inverse > 1 && Math.abs(Math.abs(scale) * inverse - 1) < 1e-12;
  return isInverse
    ? { multiplier: Math.sign(scale), divisor: inverse }
    : { multiplier: scale, divisor: 1 };
};

/** Sentinels as bit patterns of the point's width: -32768 and 0x8000 are the same. */
const sentinelsOf = (point: ProfilePoint): readonly bigint[] => {
  if (point.type === 'string') return [];
  return point.invalid.map((sentinel) => {
    if (point.type === 'f32' || point.type === 'f64') return floatPattern(point.type, sentinel);
    return BigInt.asUintN(16 * pointLength(point), BigInt(sentinel));
  });
};

/** A number means the float, hexadecimal text its bits. */
const floatPattern = (type: 'f32' | 'f64', sentinel: number | string): bigint => {
  if (typeof sentinel === 'string') return BigInt(sentinel);
  const view = new DataView(new ArrayBuffer(8));
  if (type === 'f64') {
    view.setFloat64(0, sentinel);
    return view.getBigUint64(0);
  }
  view.setFloat32(0, sentinel);
  return BigInt(view.getUint32(0));
};
