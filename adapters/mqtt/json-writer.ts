const zero = 0x30;
const minus = 0x2d;
const point = 0x2e;
/** Room for any number, its sign and a separator: the longest shortest-form double has 24 characters. */
const numberRoom = 32;
const int32Max = 0x7fff_ffff;

/**
 * JSON built by hand into one growing buffer that is used again and again: an intermediate object or string per sample
 * would cost ten times as much as the digits themselves.
 */
export class JsonWriter {
  #bytes = Buffer.allocUnsafeSlow(4096);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Forgets what was written after `length`. */
  rewind(length: number): void {
    this.#length = length;
  }

  /** A copy of what was written, independent of this writer. */
  take(): Buffer {
    const copy = Buffer.allocUnsafe(this.#length);
    this.#bytes.copy(copy, 0, 0, this.#length);
    return copy;
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** One character below U+0080. */
  byte(code: number): void {
    this.#reserve(1);
    this.#bytes[this.#length] = code;
    this.#length += 1;
  }

  /** Text that needs no escaping: keys, digits, literals of JSON. */
  ascii(text: string): void {
    this.#reserve(text.length);
    this.#length += this.#bytes.write(text, this.#length, 'latin1');
  }

  string(text: string): void {
    const quoted = JSON.stringify(text);
    this.#reserve(quoted.length * 3);
    this.#length += this.#bytes.write(quoted, this.#length, 'utf8');
  }

  /**
   * `values[index]`, so that JSON.parse gives the same double (negative zero becomes 0), or `null` when JSON cannot say
   * it. Takes the array and not the number because a double passed across a call may be boxed.
   */
  numberAt(values: Float64Array, index: number): void {
    const value = values[index] as number;
    this.#reserve(numberRoom);
    const integer = value | 0;
    if (integer === value) {
      this.#integer(integer);
      return;
    }
    // Division rounds correctly and both operands are exact, so equality proves that the decimal text means this double.
    const thousandths = Math.round(value * 1e3);
    if (thousandths / 1e3 === value && thousandths <= int32Max && thousandths >= -int32Max) {
      this.#decimal(thousandths, 1000, 3);
      return;
    }
    this.#uncommonNumber(value);
  }

  /** A whole number from 0 to 2^32 - 1. */
  unsigned(value: number): void {
    this.#reserve(numberRoom);
    if (value <= int32Max) this.#digits(value, countDigits(value));
    else this.#latin1(String(value));
  }

  #uncommonNumber(value: number): void {
    if (Number.isSafeInteger(value)) {
      this.#longInteger(value);
      return;
    }
    const millionths = Math.round(value * 1e6);
    if (
      millionths / 1e6 === value &&
      Number.isSafeInteger(millionths) &&
      value < int32Max &&
      value > -int32Max
    ) {
      this.#decimal(millionths, 1_000_000, 6);
      return;
    }
    this.#latin1(Number.isFinite(value) ? String(value) : 'null');
  }

  #latin1(text: string): void {
    this.#length += this.#bytes.write(text, this.#length, 'latin1');
  }

  #sign(): void {
    this.#bytes[this.#length] = minus;
    this.#length += 1;
  }

  #integer(value: number): void {
    if (value >= 0) {
      this.#digits(value, countDigits(value));
    } else if (value === -0x8000_0000) {
      this.#latin1('-2147483648');
    } else {
      this.#sign();
      this.#digits(-value, countDigits(-value));
    }
  }

  /** Up to 2^53: two halves that each fit 32-bit arithmetic. Epoch milliseconds are the common case. */
  #longInteger(value: number): void {
    const magnitude = Math.abs(value);
    if (value < 0) this.#sign();
    const high = Math.floor(magnitude / 1e8);
    if (high > 0) {
      this.#digits(high, countDigits(high));
      this.#digits(magnitude - high * 1e8, 8);
    } else {
      this.#digits(magnitude, countDigits(magnitude));
    }
  }

  #decimal(scaled: number, scale: number, places: number): void {
    const magnitude = Math.abs(scaled);
    if (scaled < 0) this.#sign();
    const whole = Math.floor(magnitude / scale);
    this.#digits(whole, countDigits(whole));
    let fraction = magnitude - whole * scale;
    let width = places;
    while (fraction % 10 === 0) {
      fraction /= 10;
      width -= 1;
    }
    this.#bytes[this.#length] = point;
    this.#length += 1;
    this.#digits(fraction, width);
  }

  /** `value` as exactly `width` digits; `value` fits a positive int32. */
  #digits(value: number, width: number): void {
    const bytes = this.#bytes;
    let rest = value | 0;
    for (let at = this.#length + width - 1; at >= this.#length; at -= 1) {
      const quotient = (rest / 10) | 0;
      bytes[at] = zero + (rest - quotient * 10);
      rest = quotient;
    }
    this.#length += width;
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

const countDigits = (value: number): number => {
  if (value < 10) return 1;
  if (value < 100) return 2;
  if (value < 1000) return 3;
  if (value < 10_000) return 4;
  if (value < 100_000) return 5;
  if (value < 1_000_000) return 6;
  if (value < 10_000_000) return 7;
  if (value < 100_000_000) return 8;
  return value < 1_000_000_000 ? 9 : 10;
};
