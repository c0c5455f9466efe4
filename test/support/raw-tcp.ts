import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const timeoutMs = 5000;

/** A bare TCP client that keeps what comes and how the connection ended. */
export class RawTcp {
  readonly socket: Socket;
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #end: string | undefined;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#size += chunk.length;
      this.#wake();
    });
    socket.on('end', () => this.#finish('FIN'));
    socket.on('error', (error: NodeJS.ErrnoException) => this.#finish(error.code ?? error.message));
    socket.on('close', () => this.#finish('closed'));
  }

  /** Rejects where nobody listens. Who is reset at once may learn of it before it is connected. */
  static async open(port: number, allowHalfOpen = false): Promise<RawTcp> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen });
    const client = new RawTcp(socket);
    await Promise.race([once(socket, 'connect'), once(socket, 'close')]).catch(() => undefined);
    if (client.end === 'ECONNREFUSED') throw new Error(client.end);
    return client;
  }

  get received(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  /** `FIN`, the code of an error such as ECONNRESET, or undefined while the connection stands. */
  get end(): string | undefined {
    return this.#end;
  }

  write(bytes: Buffer | string): void {
    this.socket.write(bytes);
  }

  /** The first `length` bytes of all that came, once they are there. */
  async has(length: number): Promise<Buffer> {
    await this.#until(() => this.#size >= length, `${length} bytes`);
    return this.received.subarray(0, length);
  }

  /** How the connection ended. */
  async ended(): Promise<string> {
    await this.#until(() => this.#end !== undefined, 'an end');
    return this.#end ?? '';
  }

  close(): void {
    this.socket.destroy();
  }

  #finish(how: string): void {
    this.#end ??= how;
    this.#wake();
  }

  async #until(isReached: () => boolean, what: string): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (!isReached()) {
      if (performance.now() >= deadline) {
        throw new Error(`no ${what}: ${this.#size} bytes, end ${String(this.#end)}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        this.#wake = (): void => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}
