/**
 * Decimal text of numbers, written into a `DataView` in words of up to four digits from tables. A word may be longer than
 * its text: what it leaves behind the end is overwritten by whatever follows, so a view needs `overrunBytes` to spare.
 */
export const overrunBytes = 4;

/** No text of a double written here is longer (`-2.2250738585072014e-308`). */
export const longestNumberBytes = 24;

const minus = 45;

type WordTable = { readonly words: Uint32Array; readonly lengths: Uint8Array };

const wordTable = (size: number, text: (value: number) => string): WordTable => {
  const words = new Uint32Array(size);
  const lengths = new Uint8Array(size);
  for (let value = 0; value < size; value += 1) {
    const bytes = Buffer.alloc(4);
    lengths[value] = bytes.write(text(value), 'latin1');
    words[value] = bytes.readUInt32LE(0);
  }
  return { words, lengths };
};

/** `0` to `999` */
const plain = wordTable(1_000, String);
/** `000` to `999` */
const padded = wordTable(1_000, (value) => String(value).padStart(3, '0'));
/** Thousandths as a fraction without trailing zeros: nothing, `.001` to `.999` */
const fraction = wordTable(1_000, (value) =>
  value === 0 ? '' : `.${String(value).padStart(3, '0').replace(/0+$/, '')}`,
);

const writeThree = (view: DataView, at: number, value: number): number => {
  view.setUint32(at, padded.words[value] as number, true);
  return at + 3;
};

/** Writes the six digits of a whole number below 1 000 000; returns the end. */
export const writeSix = (view: DataView, at: number, value: number): number => {
  const thousands = (value / 1_000) | 0;
  return writeThree(view, writeThree(view, at, thousands), value - thousands * 1_000);
};

/** Writes a whole number from 0 to 2^53 without leading zeros; returns the end. */
export const writeWhole = (view: DataView, at: number, value: number): number => {
  if (value < 1_000) {
    view.setUint32(at, plain.words[value] as number, true);
    return at + (plain.lengths[value] as number);
  }
  if (value < 1_000_000) {
    const thousands = (value / 1_000) | 0;
    const middle = writeWhole(view, at, thousands);
    return writeThree(view, middle, value - thousands * 1_000);
  }
  const millions = Math.floor(value / 1_000_000);
  const middle = writeWhole(view, at, millions);
  return writeSix(view, middle, value - millions * 1_000_000);
};

const writeThousandths = (view: DataView, at: number, value: number): number => {
  view.setUint32(at, fraction.words[value] as number, true);
  return at + (fraction.lengths[value] as number);
};

const writeMillionths = (view: DataView, at: number, value: number): number => {
  const thousandths = (value / 1_000) | 0;
  const rest = value - thousandths * 1_000;
  if (rest === 0) return writeThousandths(view, at, thousandths);
  // Four bytes `.ddd`; where the table's text is shorter its digits are written over.
  view.setUint8(at, 46);
  const middle = writeThree(view, at + 1, thousandths);
  const length = fraction.lengths[rest] as number;
  writeThree(view, middle, rest);
  return middle + length - 1;
};

const writeText = (view: DataView, at: number, text: string): number => {
  for (let index = 0; index < text.length; index += 1) {
    view.setUint8(at + index, text.charCodeAt(index));
  }
  return at + text.length;
};

/**
 * Writes the finite double `values[index]` in decimal such that reading it gives the same double again, and returns the
 * end. Numbers with up to three or six decimals and at most 15 digits, which is nearly all that devices send, are written
 * from integers: `n / 1000` is the double nearest to that decimal because both are exact and division rounds correctly
 * (IEEE 754-2019 §5.4.1). All others are left to the engine's shortest round-trip text. The value is passed by its place,
 * because a double given to a call that is not inlined is allocated.
 */
export const writeNumber = (
  view: DataView,
  at: number,
  values: Float64Array,
  index: number,
): number => {
  const value = values[index] as number;
  let position = at;
  let magnitude = value;
  if (value < 0 || Object.is(value, -0)) {
    view.setUint8(position++, minus);
    magnitude = -value;
  }
  if (magnitude < 2_000_000) {
    const thousandths = (magnitude * 1_000 + 0.5) | 0;
    if (thousandths / 1_000 === magnitude) {
      const whole = (thousandths / 1_000) | 0;
      position = writeWhole(view, position, whole);
      return writeThousandths(view, position, thousandths - whole * 1_000);
    }
  }
  return writeLongNumber(view, at, values, index);
};

const writeLongNumber = (
  view: DataView,
  at: number,
  values: Float64Array,
  index: number,
): number => {
  const value = values[index] as number;
  const magnitude = Math.abs(value);
  const whole = Math.floor(magnitude);
  if (magnitude < 1e9) {
    const millionths = Math.round(magnitude * 1_000_000);
    if (millionths / 1_000_000 === magnitude) {
      const upper = Math.floor(millionths / 1_000_000);
      const position = writeWhole(view, writeSign(view, at, value), upper);
      return writeMillionths(view, position, millionths - upper * 1_000_000);
    }
  } else if (whole === magnitude && magnitude < 1e15) {
    return writeWhole(view, writeSign(view, at, value), whole);
  }
  return writeText(view, at, String(value));
};

const writeSign = (view: DataView, at: number, value: number): number => {
  if (value >= 0) return at;
  view.setUint8(at, minus);
  return at + 1;
};
