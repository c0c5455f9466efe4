import type { Framing } from '../fault-lookup.ts';

/** Cuts a byte stream into the units that faults hit. Nothing of the stream is lost or changed. */
export type Splitter = {
  /** The whole units that end in this chunk. */
  push(chunk: Buffer): readonly Buffer[];
  /** What is left of a unit that never became whole. */
  rest(): Buffer | undefined;
};

/** Transaction id, protocol id, length and unit id (MODBUS on TCP/IP V1.0b §3.1.3). */
const lengthEnd = 6;
/** Unit and function at least, unit and 253 bytes of PDU at most (Modbus V1.1b3 §4.1). */
const minLength = 2;
const maxLength = 254;

export const createSplitter = (framing: Framing, onMalformed: () => void): Splitter =>
  framing === 'modbus' ? new FrameSplitter(onMalformed) : chunkSplitter;

const chunkSplitter: Splitter = { push: (chunk) => [chunk], rest: () => undefined };

/** Bytes that are no Modbus TCP go on as they come, from there to the end of the stream. */
class FrameSplitter implements Splitter {
  readonly #onMalformed: () => void;
  #rest: Buffer | undefined;
  #isMalformed = false;

  constructor(onMalformed: () => void) {
    this.#onMalformed = onMalformed;
  }

  push(chunk: Buffer): readonly Buffer[] {
    if (this.#isMalformed) return [chunk];
    const input = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: Buffer[] = [];
    let offset = 0;
    while (input.length - offset >= lengthEnd) {
      const length = input.readUInt16BE(offset + 4);
      if (input.readUInt16BE(offset + 2) !== 0 || length < minLength || length > maxLength) {
        this.#isMalformed = true;
        this.#rest = undefined;
        this.#onMalformed();
        return [...frames, input.subarray(offset)];
      }
      const end = offset + lengthEnd + length;
      if (end > input.length) break;
      frames.push(input.subarray(offset, end));
      offset = end;
    }
    // A copy: the chunk is part of a pool that half a frame would keep alive.
    this.#rest = offset < input.length ? Buffer.from(input.subarray(offset)) : undefined;
    return frames;
  }

  rest(): Buffer | undefined {
    return this.#rest;
  }
}
