import type { RegisterStands } from './register-track.ts';

export const bytesOf = (numbers: Float64Array): Uint8Array =>
  new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);

export const numbersOf = (bytes: Uint8Array): Float64Array =>
  new Float64Array(new Uint8Array(bytes).buffer);

/** The columns behind each other. */
export const standsBytes = ({ value, timeMs, standMs }: RegisterStands): Uint8Array => {
  const all = new Float64Array(3 * value.length);
  all.set(value);
  all.set(timeMs, value.length);
  all.set(standMs, 2 * value.length);
  return bytesOf(all);
};

export const standsOf = (bytes: Uint8Array): RegisterStands => {
  const all = numbersOf(bytes);
  const channels = all.length / 3;
  return {
    value: all.slice(0, channels),
    timeMs: all.slice(channels, 2 * channels),
    standMs: all.slice(2 * channels),
  };
};
