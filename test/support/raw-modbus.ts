import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const answerTimeoutMs = 5_000;

/** A Modbus TCP request as bytes. */
export const modbusRequest = (parts: {
  readonly transactionId: number;
  readonly unitId: number;
  readonly pdu: readonly number[];
}): Buffer => {
  const frame = Buffer.alloc(7 + parts.pdu.length);
  frame.writeUInt16BE(parts.transactionId, 0);
  frame.writeUInt16BE(parts.pdu.length + 1, 4);
  frame[6] = parts.unitId;
  frame.set(parts.pdu, 7);
  return frame;
};

/** PDU of a read function. */
export const readPdu = (functionCode: number, address: number, quantity: number): number[] => [
  functionCode,
  address >> 8,
  address & 0xff,
  quantity >> 8,
  quantity & 0xff,
];

/** A bare socket that writes bytes and waits for bytes, without any Modbus library in between. */
export class RawModbus {
  readonly #socket: Socket;
  #chunks: Buffer[] = [];
  #size = 0;
  #isClosed = false;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => {
      this.#chunks.push(chunk);
      this.#size += chunk.length;
      this.#wake();
    });
    // A reset ends the connection as a close does; 'close' follows.
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      this.#isClosed = true;
      this.#wake();
    });
  }

  static async open(address: { readonly host: string; readonly port: number }): Promise<RawModbus> {
    const socket = connect({ ...address, noDelay: true });
    await once(socket, 'connect');
    return new RawModbus(socket);
  }

  /** Bytes that came and were not taken. */
  get pending(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  write(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  /** The next `length` bytes; rejects when they do not come within 5 s or the server closes. */
  async take(length: number): Promise<Buffer> {
    await this.#until(() => {
      if (this.#size >= length) return true;
      if (this.#isClosed) throw new Error('the server closed the connection');
      return false;
    });
    const received = Buffer.concat(this.#chunks);
    this.#chunks = received.length > length ? [received.subarray(length)] : [];
    this.#size = received.length - length;
    return received.subarray(0, length);
  }

  /** Leaves what the server sends in the network until `resume`. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Holding registers as bytes. */
  async readHolding(unitId: number, address: number, quantity: number): Promise<Buffer> {
    this.write(modbusRequest({ transactionId: 1, unitId, pdu: readPdu(3, address, quantity) }));
    const head = await this.take(9);
    if (head[7] !== 3) throw new Error(`exception ${String(head[8])} on ${address}`);
    return this.take(quantity * 2);
  }

  /** Resolves when the server has closed the connection; rejects when it has not within 5 s. */
  closed(): Promise<void> {
    return this.#until(() => this.#isClosed);
  }

  close(): void {
    this.#socket.destroy();
  }

  async #until(isReached: () => boolean): Promise<void> {
    const deadline = performance.now() + answerTimeoutMs;
    while (!isReached()) {
      if (performance.now() >= deadline) throw new Error('no answer from the server');
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, answerTimeoutMs);
        this.#wake = (): void => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}
