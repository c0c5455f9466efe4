import { createServer, type Server, type ServerOpts, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export type TcpListenerOptions = {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly socketOptions: ServerOpts;
  readonly onConnection: (socket: Socket) => void;
};

const reopenEveryMs = 20;

/** A listening port that can be shut, so that clients are refused, and opened again with the same number. */
export class TcpListener {
  readonly port: number;
  readonly #options: TcpListenerOptions;
  #server: Server | undefined;
  #isWanted = true;
  #isOpening = false;

  private constructor(options: TcpListenerOptions, server: Server, port: number) {
    this.#options = options;
    this.#server = server;
    this.port = port;
  }

  /** Rejects when the port is taken. */
  static async open(options: TcpListenerOptions): Promise<TcpListener> {
    const server = await listen(options, options.port);
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : options.port;
    return new TcpListener(options, server, port);
  }

  get isOpen(): boolean {
    return this.#server !== undefined;
  }

  /** Refuses new connections; the present ones stay. */
  shut(): void {
    this.#isWanted = false;
    this.#server?.close();
    this.#server = undefined;
  }

  /** Takes connections again, as soon as the port can be had: whoever took it meanwhile is waited for. */
  reopen(): void {
    this.#isWanted = true;
    if (!this.#isOpening) void this.#openAgain();
  }

  async #openAgain(): Promise<void> {
    this.#isOpening = true;
    while (this.#isWanted && this.#server === undefined) {
      const server = await listen(this.#options, this.port).catch(() => undefined);
      if (server === undefined) await sleep(reopenEveryMs);
      else if (this.#isWanted) this.#server = server;
      else server.close();
    }
    this.#isOpening = false;
  }
}

const listen = (options: TcpListenerOptions, port: number): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer(options.socketOptions, options.onConnection);
    server.once('error', reject);
    server.listen(port, options.host, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
