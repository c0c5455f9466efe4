import { type StatusCode, statusCodes } from '../../gateway/core/quality.ts';

/** As the standard writes it: XXXXXX.XX is eight decimal digits, of which two stand behind the point. */
export const numberFormat = /^X{1,12}(?:\.X{1,8})?$/;
/** When a maximum demand was reached, by the meter's own clock. */
export const timeFormat = 'YYMMDDhhmm';

const timeBytes = 5;
const absentByte = 0xff;
const signBit = 0x80;

/** Bytes that a field takes: two digits in each. */
export const fieldBytes = (format: string): number =>
  format === timeFormat ? timeBytes : format.replace('.', '').length / 2;

export const fieldDecimals = (format: string): number => format.split('.')[1]?.length ?? 0;

/** The first number that a field of this format cannot show, so where a register starts again at 0. */
export const fieldLimit = (format: string): number => 10 ** (format.split('.')[0] ?? '').length;

/** Digits of a field as a whole number, or why there is none. */
export type FieldDigits = { readonly digits: number } | { readonly status: StatusCode };

/**
 * Reads a number in BCD, low byte first.
 *
 * @param isSigned whether the highest bit is the sign, as with powers and currents
 */
export const readDigits = (bytes: Uint8Array, isSigned: boolean): FieldDigits => {
  if (bytes.every((byte) => byte === absentByte)) return { status: statusCodes.badNoData };
  const last = bytes.length - 1;
  const isNegative = isSigned && ((bytes[last] as number) & signBit) !== 0;
  let digits = 0;
  for (let place = last; place >= 0; place -= 1) {
    const byte = (bytes[place] as number) & (isNegative && place === last ? 0x7f : 0xff);
    const [high, low] = [byte >> 4, byte & 0x0f];
    if (high > 9 || low > 9) return { status: statusCodes.badDecodingError };
    digits = digits * 100 + high * 10 + low;
  }
  return { digits: isNegative && digits !== 0 ? -digits : digits };
};

/** `2026-03-01 10:15`; none where the meter has not had one yet. */
export type FieldTime = { readonly text: string } | { readonly status: StatusCode };

/** Reads the five bytes of a moment: minute first, year last. */
export const readTime = (bytes: Uint8Array): FieldTime => {
  const parts = Array.from(bytes, (byte) => readDigits(Uint8Array.of(byte), false));
  const [minute, hour, day, month, year] = parts.map((part) =>
    'digits' in part ? part.digits : Number.NaN,
  ) as [number, number, number, number, number];
  if (month === 0 && day === 0) return { status: statusCodes.badNoData };
  if (bytes.every((byte) => byte === absentByte)) return { status: statusCodes.badNoData };
  if (!isDay(year, month, day) || !(hour < 24) || !(minute < 60)) {
    return { status: statusCodes.badDecodingError };
  }
  return { text: `20${two(year)}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}` };
};

const two = (value: number): string => String(value).padStart(2, '0');

/** Whether there is such a day in the two digits of a year; never with a part that is no number. */
export const isDay = (year: number, month: number, day: number): boolean => {
  const date = new Date(Date.UTC(2000 + year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
};
