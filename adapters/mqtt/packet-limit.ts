import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** MQTT 3.1.1 §2.2.3: the remaining length has at most four bytes, seven bits in each. */
const maxLengthBytes = 4;

/**
 * Watches a stream of MQTT packets for one that announces more than `maxBytes`. Only fixed headers are read; what a packet
 * contains passes by.
 */
export class PacketLimit {
  readonly #maxBytes: number;
  /** Bytes of the current packet that are still to come. */
  #remaining = 0;
  /** 0: a packet begins here; 1 and more: that many bytes of the fixed header were read. */
  #headerBytes = 0;
  #announced = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** What is wrong with the packets up to the end of `chunk`; undefined when nothing is. */
  check(chunk: Uint8Array): string | undefined {
    let at = 0;
    while (at < chunk.length) {
      if (this.#remaining > 0) {
        const skipped = Math.min(this.#remaining, chunk.length - at);
        this.#remaining -= skipped;
        at += skipped;
        continue;
      }
      const problem = this.#header(chunk[at] as number);
      if (problem !== undefined) return problem;
      at += 1;
    }
    return undefined;
  }

  #header(byte: number): string | undefined {
    if (this.#headerBytes === 0) {
      this.#headerBytes = 1;
      this.#announced = 0;
      return undefined;
    }
    this.#announced += (byte & 0x7f) * 128 ** (this.#headerBytes - 1);
    if (this.#announced > this.#maxBytes) {
      return `a packet of more than ${this.#maxBytes} bytes`;
    }
    if ((byte & 0x80) !== 0) {
      this.#headerBytes += 1;
      return this.#headerBytes > maxLengthBytes ? 'a packet length of five bytes' : undefined;
    }
    this.#headerBytes = 0;
    this.#remaining = this.#announced;
    return undefined;
  }
}

/** A socket that ends with an error before a packet above the limit is taken into memory. */
export class LimitedSocket extends Duplex {
  readonly #socket: Socket;

  constructor(socket: Socket, maxPacketBytes: number) {
    super();
    this.#socket = socket;
    const limit = new PacketLimit(maxPacketBytes);
    socket.on('data', (chunk: Buffer) => {
      const problem = limit.check(chunk);
      if (problem !== undefined) this.destroy(new Error(`the client sent ${problem}`));
      else if (!this.push(chunk)) socket.pause();
    });
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.#socket.write(chunk, (error) => done(error ?? undefined));
  }

  override _writev(
    chunks: readonly { readonly chunk: Buffer }[],
    done: (error?: Error) => void,
  ): void {
    this.#socket.cork();
    const last = chunks.length - 1;
    for (let index = 0; index < last; index += 1) {
      this.#socket.write((chunks[index] as { chunk: Buffer }).chunk);
    }
    this.#socket.write((chunks[last] as { chunk: Buffer }).chunk, (error) =>
      done(error ?? undefined),
    );
    this.#socket.uncork();
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}
