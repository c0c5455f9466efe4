import type { Socket } from 'node:net';
import type { Framing } from '../fault-lookup.ts';
import { type CutFault, isCut, type ProxyFault, type Side } from '../proxy-faults.ts';
import { seededRandom } from '../random.ts';
import type { ProxyCounters } from './counters.ts';
import { Pipe } from './pipe.ts';

/** What somebody whose peer is gone may still send before it is not read any more, as with a full window. */
const maxUnheardBytes = 64 * 1024;

/** Whoever does not take the last bytes is not waited for longer. */
const closeTimeoutMs = 1000;

export type LinkOptions = {
  readonly client: Socket;
  /** Connecting or connected. */
  readonly server: Socket;
  readonly framing: Framing;
  readonly seed: number;
  /** Distinguishes the links of a proxy: the same for the same connection of a run. */
  readonly name: string;
  readonly counters: ProxyCounters;
  readonly onClosed: () => void;
};

/** Where a socket's bytes go, and where those come from that go to it. */
type Way = { readonly other: Socket; readonly pipe: Pipe; readonly back: Pipe };

/** One connection through a proxy: two sockets and a pipe in each direction. Either side's end becomes the other's. */
export class Link {
  readonly #options: LinkOptions;
  readonly #pipes: readonly Pipe[];
  /** The side that is left after the other one went without a word. */
  #orphan: Socket | undefined;
  #unheardBytes = 0;
  #isPeerBack = false;
  /** A fault has ended both sides, and they are on their way out. */
  #isClosing = false;
  #openSockets = 2;

  constructor(options: LinkOptions) {
    this.#options = options;
    const { client, server } = options;
    const up = this.#pipe(client, server, 'server');
    const down = this.#pipe(server, client, 'client');
    this.#pipes = [up, down];
    this.#watch(client, { other: server, pipe: up, back: down });
    this.#watch(server, { other: client, pipe: down, back: up });
  }

  /** Lets the faults of the moment act: on the line at once, on bytes as they come. */
  setFaults(faults: readonly ProxyFault[]): void {
    const cut = faults.find(isCutAtOnce);
    if (cut !== undefined) {
      this.#cut(cut.kind);
      return;
    }
    const halfOpen = faults.find((fault) => fault.kind === 'half-open');
    if (halfOpen !== undefined) this.#orphanise(halfOpen.gone);
    else if (this.#orphan !== undefined) this.#bringPeerBack(this.#orphan);
    if (this.#orphan === undefined) for (const pipe of this.#pipes) pipe.setFaults(faults);
  }

  /** What has come from either side and was not sent on yet. */
  get waitingBytes(): number {
    return this.#isClosing || this.#orphan !== undefined
      ? 0
      : this.#pipes.reduce((sum, pipe) => sum + pipe.waitingBytes, 0);
  }

  /** Ends both sides with a reset. */
  destroy(): void {
    this.#stopPipes();
    resetSocket(this.#options.client);
    resetSocket(this.#options.server);
  }

  #pipe(from: Socket, to: Socket, towards: Side): Pipe {
    const { framing, seed, name, counters } = this.#options;
    const random = seededRandom(seed, `${name}/${towards}`);
    const onCut = (kind: 'close' | 'reset'): void => this.#cut(kind);
    return new Pipe({ from, to, towards, framing, random, counters, onCut });
  }

  #cut(kind: 'close' | 'reset'): void {
    const { client, server, counters } = this.#options;
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#stopPipes();
    if (kind === 'reset') {
      counters.reset += 1;
      this.destroy();
      return;
    }
    counters.closed += 1;
    for (const socket of [client, server]) {
      // Bytes that nobody reads would turn the end into a reset.
      socket.resume();
      socket.destroySoon();
      const timer = setTimeout(() => socket.destroy(), closeTimeoutMs);
      socket.once('close', () => clearTimeout(timer));
    }
  }

  #stopPipes(): void {
    for (const pipe of this.#pipes) pipe.stop();
  }

  #watch(socket: Socket, { other, pipe, back }: Way): void {
    let hasEnded = false;
    socket.once('end', () => {
      hasEnded = true;
      if (this.#orphan === socket) socket.destroy();
    });
    // A reset needs no answer; 'close' follows and ends the link.
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      if (this.#orphan === socket) this.#unheard(socket, chunk);
    });
    socket.once('close', () => {
      this.#openSockets -= 1;
      if (this.#openSockets === 0) {
        this.#stopPipes();
        this.#options.onClosed();
      } else if (this.#orphan === undefined && hasEnded) {
        back.stop();
        pipe.leave();
      } else if (this.#orphan === undefined && !this.#isClosing) {
        this.#stopPipes();
        resetSocket(other);
      }
    });
  }

  /** One side goes without a word: the other one keeps a connection to nobody. */
  #orphanise(gone: Side): void {
    if (this.#orphan !== undefined) return;
    const { client, server, counters } = this.#options;
    counters.halfOpened += 1;
    this.#orphan = gone === 'server' ? client : server;
    this.#stopPipes();
    this.#orphan.resume();
    (gone === 'server' ? server : client).destroy();
  }

  #unheard(orphan: Socket, chunk: Buffer): void {
    // As a host answers that has started anew and knows nothing of the connection.
    if (this.#isPeerBack) resetSocket(orphan);
    this.#unheardBytes += chunk.length;
    if (this.#unheardBytes > maxUnheardBytes) orphan.pause();
  }

  /** What was sent meanwhile comes again, and is answered with a reset; so is the next byte. */
  #bringPeerBack(orphan: Socket): void {
    this.#isPeerBack = true;
    if (this.#unheardBytes > 0) resetSocket(orphan);
  }
}

/** A reset where there can be one: after an end or before the connection stands, the library's leaves the socket open. */
const resetSocket = (socket: Socket): void => {
  if (socket.writableEnded || socket.connecting) socket.destroy();
  else socket.resetAndDestroy();
};

const isCutAtOnce = (fault: ProxyFault): fault is CutFault =>
  isCut(fault) && fault.afterBytes === undefined && fault.probability === 1;
