import type { ByteOrder } from './profile-point.ts';

/** Whether the register with the lowest address holds the least significant word. */
export const isWordReversed = (order: ByteOrder): boolean => order === 'CDAB' || order === 'DCBA';
/** Whether the low byte of a register comes first. */
export const isByteSwapped = (order: ByteOrder): boolean => order === 'BADC' || order === 'DCBA';

/** How many registers one value takes: 1, 2 or 4. */
export type WordCount = 1 | 2 | 4;

/** The bytes of a value in the order of significance, most significant first, as `at`-relative places in the buffer. */
export const bytePlaces = (order: ByteOrder, words: WordCount): readonly number[] => {
  const places: number[] = [];
  for (let word = 0; word < words; word += 1) {
    const at = 2 * (isWordReversed(order) ? words - 1 - word : word);
    places.push(...(isByteSwapped(order) ? [at + 1, at] : [at, at + 1]));
  }
  return places;
};
