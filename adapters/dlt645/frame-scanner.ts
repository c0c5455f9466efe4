import {
  decodeFrame,
  frameEnd,
  frameOverheadBytes,
  frameStart,
  isFrame,
  type ReceivedFrame,
  wakeUpByte,
} from './frame.ts';

/** The longest frame that a length byte can tell. */
const longestFrame = frameOverheadBytes + 255;

export type ScannerListener = {
  frame(frame: ReceivedFrame): void;
  /** Bytes that are part of no frame; those that only wake receivers up are not told. */
  noise(bytes: number): void;
};

/**
 * Finds frames in a stream of bytes, wherever they begin. Every byte that could end a frame is tried against all beginnings
 * before it, so a frame is seen with its last byte, whatever stands before it: noise, half an answer, a start that is none.
 * How the bytes are cut into chunks changes nothing.
 */
export class FrameScanner {
  readonly #listener: ScannerListener;
  readonly #bytes = new Uint8Array(longestFrame);
  #filled = 0;

  constructor(listener: ScannerListener) {
    this.#listener = listener;
  }

  push(chunk: Uint8Array): void {
    for (const byte of chunk) this.#take(byte);
  }

  /** What has come so far begins no frame any more. */
  clear(): void {
    this.#drop(this.#filled);
  }

  #take(byte: number): void {
    if (this.#filled === longestFrame) this.#drop(1);
    this.#bytes[this.#filled] = byte;
    this.#filled += 1;
    if (byte !== frameEnd) return;
    const end = this.#filled;
    const start = this.#startOf(end);
    if (start < 0) return;
    const frame = decodeFrame(this.#bytes, start, end);
    this.#drop(start);
    this.#filled = 0;
    this.#listener.frame(frame);
  }

  /** The first beginning from which a right frame ends here; -1 without. */
  #startOf(end: number): number {
    for (let start = 0; start + frameOverheadBytes <= end; start += 1) {
      if (this.#bytes[start] === frameStart && isFrame(this.#bytes, start, end)) return start;
    }
    return -1;
  }

  #drop(count: number): void {
    const dropped = this.#bytes.subarray(0, count);
    const noise = dropped.reduce((sum, byte) => sum + (byte === wakeUpByte ? 0 : 1), 0);
    this.#bytes.copyWithin(0, count, this.#filled);
    this.#filled -= count;
    if (noise > 0) this.#listener.noise(noise);
  }
}
