import type { Random } from '../random.ts';

/** What is done to the bytes of one frame or chunk. Each gives new bytes and leaves the given ones as they are. */

/** Turns over so many bits, each drawn; at least one of them stays turned. */
export const flipBits = (unit: Buffer, bits: number, random: Random): Buffer => {
  const flipped = Buffer.from(unit);
  const places = new Set<number>();
  const wanted = Math.min(bits, unit.length * 8);
  while (places.size < wanted) places.add(Math.floor(random() * unit.length * 8));
  for (const place of places) {
    flipped[place >> 3] = (flipped[place >> 3] as number) ^ (1 << (place & 7));
  }
  return flipped;
};

export const firstHalf = (unit: Buffer): Buffer => unit.subarray(0, unit.length >> 1);

/** With the top bit of the transaction id turned over. */
export const withWrongId = (frame: Buffer): Buffer => {
  const wrong = Buffer.from(frame);
  wrong[0] = (wrong[0] as number) ^ 0x80;
  return wrong;
};

/** The first frame with the transaction id of the second, and the other way round. */
export const crossIds = (first: Buffer, second: Buffer): readonly [Buffer, Buffer] => {
  const [one, other] = [Buffer.from(first), Buffer.from(second)];
  second.copy(one, 0, 0, 2);
  first.copy(other, 0, 0, 2);
  return [one, other];
};
