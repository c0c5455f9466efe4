import { type ByteReader, ByteWriter } from './bytes.ts';

/**
 * Columns of float64, losslessly and small. What devices send are mostly scaled integers and float32s: a column is stored
 * as integers with the decimal scale that gives back every bit, else as float32 patterns, else as it is. Integers are
 * stored above their minimum or as differences, in as many bytes as the widest needs; equal bytes of all columns
 * stand together, where the compressor finds them alike.
 */

const decimals = 9;
const powers = Float64Array.from({ length: decimals + 1 }, (_, digits) => 10 ** digits);
const fractions = Float64Array.from({ length: decimals + 1 }, (_, digits) =>
  Number(`1e-${digits}`),
);
/** Scaled integers stay so small that differences of two are exact also after zigzag. */
const integerLimit = 2 ** 49;

/** Kinds 0 to 19: even ones are n / 10^d, odd ones n * 10^-d; they differ in the last bit. */
const float32Kind = 20;
const float64Kind = 21;
/** Added to the layout byte of columns of differences; the rest of it is the width. */
const differences = 8;

const planeCount = 8;
const float32 = new Float32Array(1);
const float32Bits = new Uint32Array(float32.buffer);
const float64 = new Float64Array(1);
const float64Bytes = new Uint8Array(float64.buffer);

const scaled = (value: number, kind: number): number => {
  const power = powers[kind >> 1] as number;
  const integer = Math.round(value * power);
  const back = (kind & 1) === 0 ? integer / power : integer * (fractions[kind >> 1] as number);
  if (back !== value || integer > integerLimit || integer < -integerLimit) return Number.NaN;
  return integer === 0 && Object.is(value, -0) ? Number.NaN : integer;
};

const isConstant = (values: Float64Array, count: number): boolean => {
  const first = values[0] as number;
  for (let index = 1; index < count; index++) if (!Object.is(values[index], first)) return false;
  return true;
};

export class ColumnEncoder {
  readonly kinds = new ByteWriter();
  readonly layouts = new ByteWriter();
  readonly bases = new ByteWriter();
  readonly planes: readonly ByteWriter[] = Array.from(
    { length: planeCount },
    () => new ByteWriter(),
  );
  #integers = new Float64Array(256);

  clear(): void {
    this.kinds.clear();
    this.layouts.clear();
    this.bases.clear();
    for (const plane of this.planes) plane.clear();
  }

  /** Adds the first `count` values as one column. */
  add(values: Float64Array, count: number): void {
    if (count === 0) return;
    if (this.#integers.length < count) this.#integers = new Float64Array(count * 2);
    if (isConstant(values, count) && this.#addConstant(values)) return;
    let kind = this.#scale(values, count);
    if (kind === float64Kind && this.#asFloat32(values, count)) kind = float32Kind;
    this.kinds.byte(kind);
    if (kind === float64Kind) this.#addRaw(values, count);
    else this.#addIntegers(count);
  }

  /** The same bytes as for any other column, without looking at each value for each of them. */
  #addConstant(values: Float64Array): boolean {
    const kind = this.#scale(values, 1);
    if (kind === float64Kind) return false;
    this.kinds.byte(kind);
    this.#addIntegers(1);
    return true;
  }

  /** Fills the integers with the first kind that gives back every value. */
  #scale(values: Float64Array, count: number): number {
    const integers = this.#integers;
    let index = 0;
    for (let kind = 0; kind < float32Kind; ) {
      const integer = scaled(values[index] as number, kind);
      if (!Number.isNaN(integer)) {
        integers[index] = integer;
        index += 1;
        if (index === count) return kind;
      } else {
        // Factors 1 / 1 and 1 * 1 are the same.
        kind += kind === 0 ? 2 : 1;
        index = 0;
      }
    }
    return float64Kind;
  }

  #asFloat32(values: Float64Array, count: number): boolean {
    for (let index = 0; index < count; index++) {
      const value = values[index] as number;
      if (Math.fround(value) !== value) return false;
      float32[0] = value;
      this.#integers[index] = float32Bits[0] as number;
    }
    return true;
  }

  #addRaw(values: Float64Array, count: number): void {
    for (let index = 0; index < count; index++) {
      float64[0] = values[index] as number;
      for (let plane = 0; plane < planeCount; plane++) {
        (this.planes[plane] as ByteWriter).byte(float64Bytes[plane] as number);
      }
    }
  }

  #addIntegers(count: number): void {
    const integers = this.#integers;
    const first = integers[0] as number;
    let least = first;
    let most = first;
    let step = 0;
    for (let index = 1; index < count; index++) {
      const value = integers[index] as number;
      if (value < least) least = value;
      if (value > most) most = value;
      const change = Math.abs(value - (integers[index - 1] as number));
      if (change > step) step = change;
    }
    const asDifferences = step * 2 < most - least;
    let width = 0;
    for (let rest = asDifferences ? step * 2 : most - least; rest >= 1; rest /= 256) width += 1;
    this.layouts.byte(asDifferences ? differences + width : width);
    this.bases.zigzag(asDifferences ? first : least);
    if (width === 0) return;
    if (asDifferences) toDifferences(integers, count);
    else
      for (let index = 0; index < count; index++)
        integers[index] = (integers[index] as number) - least;
    this.#addPlanes(asDifferences ? 1 : 0, count, width);
  }

  #addPlanes(start: number, count: number, width: number): void {
    const integers = this.#integers;
    for (let byte = 0; byte < width; byte++) {
      const plane = this.planes[byte] as ByteWriter;
      const bytes = plane.reserve(count - start);
      let at = plane.length;
      if (width <= 4) {
        const shift = byte * 8;
        for (let index = start; index < count; index++)
          bytes[at++] = (integers[index] as number) >>> shift;
      } else {
        const divisor = 256 ** byte;
        for (let index = start; index < count; index++) {
          bytes[at++] = Math.floor((integers[index] as number) / divisor) % 256;
        }
      }
      plane.length = at;
    }
  }
}

const toDifferences = (integers: Float64Array, count: number): void => {
  for (let index = count - 1; index > 0; index--) {
    const change = (integers[index] as number) - (integers[index - 1] as number);
    integers[index] = change >= 0 ? change * 2 : change * -2 - 1;
  }
};

export type ColumnStreams = {
  readonly kinds: ByteReader;
  readonly layouts: ByteReader;
  readonly bases: ByteReader;
  readonly planes: readonly ByteReader[];
};

/** Reads the columns of a `ColumnEncoder` back in the order they were added. */
export class ColumnDecoder {
  readonly #streams: ColumnStreams;

  constructor(streams: ColumnStreams) {
    this.#streams = streams;
  }

  /** Fills the first `count` of `values` with the next column. */
  next(values: Float64Array, count: number): void {
    if (count === 0) return;
    const kind = this.#streams.kinds.byte();
    if (kind === float64Kind) {
      this.#raw(values, count);
      return;
    }
    this.#integers(values, count);
    if (kind === float32Kind) fromFloat32Bits(values, count);
    else if (kind > 0) unscale(values, count, kind);
  }

  #raw(values: Float64Array, count: number): void {
    const planes = this.#streams.planes.map((plane) => plane.bytes(count));
    for (let index = 0; index < count; index++) {
      for (let plane = 0; plane < planeCount; plane++) {
        float64Bytes[plane] = (planes[plane] as Uint8Array)[index] as number;
      }
      values[index] = float64[0] as number;
    }
  }

  #integers(values: Float64Array, count: number): void {
    const layout = this.#streams.layouts.byte();
    const width = layout % differences;
    const asDifferences = layout >= differences;
    const base = this.#streams.bases.zigzag();
    const start = asDifferences ? 1 : 0;
    values.fill(0, 0, count);
    for (let byte = 0; byte < width; byte++) {
      const bytes = (this.#streams.planes[byte] as ByteReader).bytes(count - start);
      const factor = 256 ** byte;
      for (let index = start; index < count; index++) {
        values[index] = (values[index] as number) + (bytes[index - start] as number) * factor;
      }
    }
    if (!asDifferences) {
      for (let index = 0; index < count; index++) values[index] = (values[index] as number) + base;
      return;
    }
    values[0] = base;
    for (let index = 1; index < count; index++) {
      const coded = values[index] as number;
      const change = coded % 2 === 0 ? coded / 2 : -(coded + 1) / 2;
      values[index] = (values[index - 1] as number) + change;
    }
  }
}

const fromFloat32Bits = (values: Float64Array, count: number): void => {
  for (let index = 0; index < count; index++) {
    float32Bits[0] = values[index] as number;
    values[index] = float32[0] as number;
  }
};

const unscale = (values: Float64Array, count: number, kind: number): void => {
  const divisor = powers[kind >> 1] as number;
  const factor = fractions[kind >> 1] as number;
  for (let index = 0; index < count; index++) {
    const integer = values[index] as number;
    values[index] = (kind & 1) === 0 ? integer / divisor : integer * factor;
  }
};
