/** Order of the four bytes ABCD (most significant first) of a 32-bit value over two registers. */
export type WordOrder = 'ABCD' | 'CDAB' | 'BADC' | 'DCBA';

/** A table of 16-bit registers at zero-based addresses. */
export type RegisterImage = {
  /**
   * Registers `[address, address + quantity)` as big-endian bytes, a view that is valid until the
   * next write, or undefined where any of them does not exist (exception 02).
   */
  read(address: number, quantity: number): Buffer | undefined;
  /** A copy that stands still, for a frozen device. An image without it cannot freeze. */
  snapshot?(): RegisterImage;
};

/** A table of coils or discrete inputs at zero-based addresses. */
export type BitImage = {
  /** Bits `[address, address + quantity)` packed from the least significant bit on, or undefined (exception 02). */
  read(address: number, quantity: number): Buffer | undefined;
  snapshot?(): BitImage;
};

/** First address and number of registers of a contiguous part of the map. */
export type RegisterBlock = readonly [address: number, length: number];

type StoredBlock = { readonly start: number; readonly end: number; readonly bytes: Buffer };

const order32: Readonly<Record<WordOrder, readonly [number, number, number, number]>> = {
  ABCD: [0, 1, 2, 3],
  CDAB: [2, 3, 0, 1],
  BADC: [1, 0, 3, 2],
  DCBA: [3, 2, 1, 0],
};

const scratch = Buffer.alloc(8);

/**
 * Registers in blocks, with everything between them absent. A read must lie within one block,
 * as in a PLC whose data blocks are mapped apart. Writers throw a RangeError outside the map
 * and on values that the type cannot hold: both are mistakes of the model.
 */
export class SparseImage implements RegisterImage {
  readonly #blocks: readonly StoredBlock[];

  constructor(blocks: readonly RegisterBlock[]) {
    const sorted = [...blocks].sort((a, b) => a[0] - b[0]);
    let previousEnd = 0;
    for (const [start, length] of sorted) {
      if (start < previousEnd || length < 1 || start + length > 0x10000) {
        throw new RangeError(`register block [${start}, ${length}] overlaps or leaves 0..65535`);
      }
      previousEnd = start + length;
    }
    this.#blocks = sorted.map(([start, length]) => ({
      start,
      end: start + length,
      bytes: Buffer.alloc(length * 2),
    }));
  }

  read(address: number, quantity: number): Buffer | undefined {
    const block = this.#find(address, quantity);
    if (block === undefined) return undefined;
    const from = (address - block.start) * 2;
    return block.bytes.subarray(from, from + quantity * 2);
  }

  /** The bytes of these registers themselves, for a writer that keeps them; what is written into them is read from then on. */
  bytesAt(address: number, quantity: number): Buffer {
    const { bytes, start } = this.#require(address, quantity);
    const from = (address - start) * 2;
    return bytes.subarray(from, from + quantity * 2);
  }

  snapshot(): RegisterImage {
    const copy = new SparseImage(this.#blocks.map(({ start, end }) => [start, end - start]));
    for (const [index, { bytes }] of this.#blocks.entries()) {
      bytes.copy((copy.#blocks[index] as StoredBlock).bytes);
    }
    return copy;
  }

  setU16(address: number, value: number): void {
    const { bytes, start } = this.#require(address, 1);
    bytes.writeUInt16BE(value, (address - start) * 2);
  }

  setI16(address: number, value: number): void {
    const { bytes, start } = this.#require(address, 1);
    bytes.writeInt16BE(value, (address - start) * 2);
  }

  setU32(address: number, value: number, order: WordOrder = 'ABCD'): void {
    scratch.writeUInt32BE(value, 0);
    this.#store32(address, order);
  }

  setI32(address: number, value: number, order: WordOrder = 'ABCD'): void {
    scratch.writeInt32BE(value, 0);
    this.#store32(address, order);
  }

  /** A whole number of 0 up to 2^64 - 1, over four registers, most significant first. */
  setU64(address: number, value: bigint | number): void {
    const { bytes, start } = this.#require(address, 4);
    bytes.writeBigUInt64BE(BigInt(value), (address - start) * 2);
  }

  setF32(address: number, value: number, order: WordOrder = 'ABCD'): void {
    scratch.writeFloatBE(value, 0);
    this.#store32(address, order);
  }

  /** ASCII, two characters a register, the first in the high byte, the rest filled with zero bytes. */
  setString(address: number, quantity: number, text: string): void {
    const { bytes, start } = this.#require(address, quantity);
    const from = (address - start) * 2;
    if (text.length > quantity * 2) {
      throw new RangeError(`"${text}" is longer than ${quantity * 2} characters`);
    }
    bytes.fill(0, from, from + quantity * 2);
    bytes.write(text, from, 'latin1');
  }

  #store32(address: number, order: WordOrder): void {
    const { bytes, start } = this.#require(address, 2);
    const from = (address - start) * 2;
    const source = order32[order];
    for (let index = 0; index < 4; index += 1) {
      bytes[from + index] = scratch[source[index] as number] as number;
    }
  }

  #find(address: number, quantity: number): StoredBlock | undefined {
    for (const block of this.#blocks) {
      if (address >= block.start && address + quantity <= block.end) return block;
    }
    return undefined;
  }

  #require(address: number, quantity: number): StoredBlock {
    const block = this.#find(address, quantity);
    if (block === undefined) {
      throw new RangeError(`registers ${address}..${address + quantity - 1} are not in the map`);
    }
    return block;
  }
}
