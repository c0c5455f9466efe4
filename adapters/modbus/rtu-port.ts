import { EventEmitter } from 'node:events';
import type { SerialLine } from '../shared/serial-line.ts';

const exceptionBytes = 5;
const exceptionBit = 0x80;
/** Unit id, function, byte count, CRC. */
const answerOverheadBytes = 5;
const maxFrameBytes = 256;

/**
 * A byte stream (a serial port, or a socket to a converter) as the port of `modbus-serial`: that library builds the
 * requests and checks CRC, unit, function and length of the answers; this port decides which bytes are an answer. Bytes
 * that come while nothing is asked are noise or a late answer, and never reach the next request.
 */
export class RtuPort extends EventEmitter {
  isOpen = true;
  /** `performance.now()` of the last byte received or request sent. */
  lastByteMs = Number.NEGATIVE_INFINITY;
  readonly #line: SerialLine;
  readonly #frame = Buffer.allocUnsafe(maxFrameBytes);
  #filled = 0;
  #functionCode = 0;
  #answerBytes = 0;
  #isAsking = false;

  constructor(line: SerialLine) {
    super();
    this.#line = line;
    const { stream } = line;
    stream.on('data', (chunk: Buffer) => this.#receive(chunk));
    stream.once('close', () => {
      this.isOpen = false;
      this.emit('lost', undefined);
    });
    stream.once('end', () => this.emit('lost', undefined));
    stream.on('error', (error: Error) => this.emit('lost', error));
  }

  /** For `modbus-serial`: the stream is open already. */
  open(callback: (error?: Error) => void): void {
    callback();
  }

  /** For `modbus-serial`: sends a read request. */
  write(request: Buffer): void {
    this.#functionCode = request[1] as number;
    const quantity = request.readUInt16BE(4);
    const dataBytes = this.#functionCode <= 2 ? (quantity + 7) >> 3 : quantity * 2;
    this.#answerBytes = answerOverheadBytes + dataBytes;
    this.#filled = 0;
    this.#isAsking = true;
    this.lastByteMs = performance.now();
    this.#line.stream.write(request);
  }

  /** The request has been given up: what comes now belongs to nobody. */
  stopAsking(): void {
    this.#isAsking = false;
  }

  /** Resolves when the line is free again. */
  async close(): Promise<void> {
    this.isOpen = false;
    await this.#line.close();
  }

  get name(): string {
    return this.#line.name;
  }

  #receive(chunk: Buffer): void {
    this.lastByteMs = performance.now();
    if (!this.#isAsking) {
      this.emit('noise', chunk.length);
      return;
    }
    const taken = Math.min(chunk.length, maxFrameBytes - this.#filled);
    chunk.copy(this.#frame, this.#filled, 0, taken);
    this.#filled += taken;
    if (this.#filled < exceptionBytes) return;
    const isException = this.#frame[1] === (this.#functionCode | exceptionBit);
    const wanted = isException ? exceptionBytes : this.#answerBytes;
    if (this.#filled < wanted) return;
    this.#isAsking = false;
    const surplus = this.#filled - wanted + chunk.length - taken;
    if (surplus > 0) this.emit('noise', surplus);
    // With bytes beyond its end it is no frame: the whole of it goes to the check of the CRC, which refuses it.
    this.emit('data', Buffer.from(this.#frame.subarray(0, this.#filled)));
  }
}
