import type { Socket } from 'node:net';
import { type Dlt645Fault, hitsOf } from '../faults/dlt645-faults.ts';
import type { FaultLookup } from '../faults/fault-lookup.ts';
import { type Random, seededRandom } from '../faults/random.ts';
import { answerFrame, type Dlt645Request, takeRequests } from './dlt645-frames.ts';
import { TcpListener } from './tcp-listener.ts';

/** A meter behind the server. */
export type Dlt645Meter = {
  /** The bytes behind the identifier, low byte first; undefined where the meter has no such data. */
  read(identifier: string): Buffer | undefined;
  /** Told at every change of what is wrong with this meter. */
  useFaults(faults: readonly Dlt645Fault[]): void;
};

type Dlt645ServerStats = {
  readonly connections: number;
  readonly requests: number;
  readonly refusals: number;
  /** What would have changed a meter, its clock or its relay. A monitoring product must leave this at 0. */
  readonly writesRefused: number;
};

export type Dlt645Server = {
  readonly port: number;
  readonly stats: Dlt645ServerStats;
  close(): Promise<void>;
};

export type Dlt645ServerOptions = {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** By their addresses of 12 digits. */
  readonly meters: ReadonlyMap<string, Dlt645Meter>;
  /** The device name under which faults find this server. */
  readonly name: string;
  readonly faults?: FaultLookup;
  readonly seed?: number;
  /** Data of one frame beyond which the rest follows in others. Default: 196. */
  readonly mostDataBytes?: number;
  /** Called before requests are answered. */
  readonly beforeAnswer?: () => void;
};

const control = { read: 0x11, readMore: 0x12, readAddress: 0x13 } as const;
const fromMeter = 0x80;
const refused = 0x40;
const more = 0x20;
const noSuchData = 2;
const notAllowed = 4;
const identifierLength = 4;
const wakeUp = Buffer.alloc(4, 0xfe);
const maxConnections = 32;
const maxWaiting = 4096;

/**
 * Meters on a serial line behind a serial server: what comes over TCP is what would be on the wire, without its slowness.
 * Rejects when the port cannot be opened.
 */
export const createDlt645Server = async (options: Dlt645ServerOptions): Promise<Dlt645Server> => {
  const { name, meters, faults, seed = 0 } = options;
  const counters = { connections: 0, requests: 0, refusals: 0, writesRefused: 0 };
  const sockets = new Set<Socket>();
  const refresh = (): void => {
    for (const [address, meter] of meters) meter.useFaults(faultsOf(options, address));
  };
  const unsubscribe = faults?.onChange(refresh);
  refresh();
  const onConnection = (socket: Socket): void => {
    counters.connections += 1;
    if (sockets.size >= maxConnections) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    const random = seededRandom(seed, `${name}/${counters.connections}`);
    new Connection(socket, { options, counters, random }).serve();
  };
  const listener = await TcpListener.open({
    ...options,
    socketOptions: { noDelay: true },
    onConnection,
  });
  return {
    port: listener.port,
    stats: counters,
    close: async () => {
      unsubscribe?.();
      listener.shut();
      for (const socket of sockets) socket.destroy();
    },
  };
};

const faultsOf = ({ faults, name }: Dlt645ServerOptions, address: string) =>
  faults?.dlt645FaultsOn(name, address) ?? [];

type Parts = {
  readonly options: Dlt645ServerOptions;
  readonly counters: { requests: number; refusals: number; writesRefused: number };
  readonly random: Random;
};

class Connection {
  readonly #socket: Socket;
  readonly #parts: Parts;
  readonly #late = new Set<NodeJS.Timeout>();
  #rest: Buffer = Buffer.alloc(0);

  constructor(socket: Socket, parts: Parts) {
    this.#socket = socket;
    this.#parts = parts;
  }

  serve(): void {
    this.#socket.on('error', () => this.#socket.destroy());
    this.#socket.once('close', () => {
      for (const timer of this.#late) clearTimeout(timer);
    });
    this.#socket.on('data', (chunk: Buffer) => {
      this.#parts.options.beforeAnswer?.();
      const { requests, rest } = takeRequests(Buffer.concat([this.#rest, chunk]));
      this.#rest = rest.length > maxWaiting ? Buffer.alloc(0) : rest;
      for (const request of requests) this.#take(request);
    });
  }

  #take(request: Dlt645Request): void {
    const { options, counters } = this.#parts;
    // What comes from meters is not for them.
    if ((request.control & fromMeter) !== 0) return;
    counters.requests += 1;
    for (const [address, meter] of options.meters) {
      if (isMeant(request.address, address)) this.#answer(request, address, meter);
    }
  }

  #answer(request: Dlt645Request, address: string, meter: Dlt645Meter): void {
    const { options, random } = this.#parts;
    const hits = hitsOf(faultsOf(options, address), random);
    const refusal = hits.findLast((hit) => hit.kind === 'refusal');
    const frame =
      refusal === undefined
        ? this.#read(request, address, meter)
        : this.#refuse(request, address, refusal.errorWord);
    let bytes = frame;
    let delayMs = 0;
    for (const hit of hits) {
      switch (hit.kind) {
        case 'silent':
          return;
        case 'close':
          this.#socket.destroySoon();
          return;
        case 'wrong-checksum':
          bytes = flipped(bytes, bytes.length - 2);
          break;
        case 'wrong-address':
          bytes = answerFrame({ ...partsOf(frame), address: '999900000099' });
          break;
        case 'truncate':
          bytes = bytes.subarray(0, bytes.length >> 1);
          break;
        case 'duplicate':
          bytes = Buffer.concat([bytes, wakeUp, bytes]);
          break;
        case 'noise':
          bytes = Buffer.concat([noise(hit.bytes, random), bytes]);
          break;
        case 'delay':
          delayMs = Math.max(delayMs, hit.delayMs + hit.jitterMs * random());
          break;
        case 'refusal':
      }
    }
    this.#send(Buffer.concat([wakeUp, bytes]), delayMs);
  }

  #read(request: Dlt645Request, address: string, meter: Dlt645Meter): Buffer {
    const { mostDataBytes = 196 } = this.#parts.options;
    if (request.control === control.readAddress) {
      const data = Buffer.from(address, 'hex').reverse();
      return answerFrame({ address, control: control.readAddress | fromMeter, data });
    }
    const isFirst = request.control === control.read;
    if (!isFirst && request.control !== control.readMore) {
      this.#parts.counters.writesRefused += 1;
      return this.#refuse(request, address, notAllowed);
    }
    const identifier = request.data.subarray(0, identifierLength);
    const data = meter.read(Buffer.from(identifier).reverse().toString('hex').toUpperCase());
    const sequence = isFirst ? 0 : request.data.readUInt8(identifierLength);
    const from = sequence * mostDataBytes;
    if (data === undefined || (from > 0 && from >= data.length)) {
      return this.#refuse(request, address, noSuchData);
    }
    const hasMore = data.length > from + mostDataBytes;
    return answerFrame({
      address,
      control: request.control | fromMeter | (hasMore ? more : 0),
      data: Buffer.concat([
        identifier,
        data.subarray(from, from + mostDataBytes),
        Buffer.from(isFirst ? [] : [sequence]),
      ]),
    });
  }

  #refuse({ control: asked }: Dlt645Request, address: string, errorWord: number): Buffer {
    this.#parts.counters.refusals += 1;
    return answerFrame({
      address,
      control: asked | fromMeter | refused,
      data: Buffer.from([errorWord]),
    });
  }

  #send(bytes: Buffer, delayMs: number): void {
    if (delayMs === 0) {
      this.#socket.write(bytes);
      return;
    }
    if (this.#late.size >= maxWaiting) {
      this.#socket.destroy();
      return;
    }
    const timer = setTimeout(() => {
      this.#late.delete(timer);
      this.#socket.write(bytes);
    }, delayMs);
    this.#late.add(timer);
  }
}

const isMeant = (asked: string, address: string): boolean =>
  [...asked].every((digit, place) => digit === 'A' || digit === address[place]);

const partsOf = (frame: Buffer): { readonly control: number; readonly data: Buffer } => ({
  control: frame.readUInt8(8),
  data: Buffer.from(frame.subarray(10, -2).map((byte) => (byte - 0x33) & 0xff)),
});

const flipped = (bytes: Buffer, place: number): Buffer => {
  const result = Buffer.from(bytes);
  result[place] = result.readUInt8(place) ^ 0x55;
  return result;
};

const noise = (bytes: number, random: Random): Buffer =>
  Buffer.from(Array.from({ length: bytes }, () => Math.floor(random() * 256)));
