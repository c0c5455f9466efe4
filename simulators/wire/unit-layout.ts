import type { RegisterBlock, WordOrder } from './register-image.ts';

/** A counter of a unit: an unsigned number over so many registers. */
export type CounterPlace = {
  readonly address: number;
  readonly registers: 1 | 2 | 4;
  /** Of two registers. Default: ABCD. */
  readonly order?: Extract<WordOrder, 'ABCD' | 'CDAB'>;
  /** Default: that of the layout. */
  readonly table?: RegisterTable;
};

export type RegisterTable = 'holding' | 'input';

/** Where in a unit's registers is what a fault can change by its meaning. */
export type UnitLayout = {
  readonly table: RegisterTable;
  readonly counters: readonly CounterPlace[];
  /** Address of the clock: UTC epoch s as u32, and ms as u16. */
  readonly clockAddress?: number;
  /** What shows that the device lives: heartbeat, clock, step number. */
  readonly alive: readonly RegisterBlock[];
  /** Serial number as ASCII. */
  readonly serialNumber?: RegisterBlock;
};

/** The number in a counter's bytes. */
export const readCounter = (place: CounterPlace, bytes: Buffer): bigint => {
  let value = 0n;
  for (const register of wordsOf(place))
    value = (value << 16n) | BigInt(bytes.readUInt16BE(register * 2));
  return value;
};

/** The bytes of a counter, which starts over where the number does not fit. */
export const writeCounter = (place: CounterPlace, value: bigint): Buffer => {
  const bytes = Buffer.alloc(place.registers * 2);
  let rest = BigInt.asUintN(place.registers * 16, value);
  for (const register of wordsOf(place).reverse()) {
    bytes.writeUInt16BE(Number(rest & 0xffffn), register * 2);
    rest >>= 16n;
  }
  return bytes;
};

/** Registers of a counter, the most significant first. */
const wordsOf = ({ registers, order }: CounterPlace): number[] => {
  const words = Array.from({ length: registers }, (_, index) => index);
  return order === 'CDAB' ? words.reverse() : words;
};
