import type { Socket } from 'node:net';
import type { FaultLookup } from '../faults/fault-lookup.ts';
import { type AnswerEffect, answerEffect, type ModbusFault } from '../faults/modbus-faults.ts';
import { type Random, seededRandom } from '../faults/random.ts';
import { headerBytes, type ModbusUnit, Responder } from './modbus-responder.ts';
import { UnitFaults } from './modbus-unit-faults.ts';
import { Restarts } from './restarts.ts';
import { TcpListener } from './tcp-listener.ts';

export type { ModbusUnit } from './modbus-responder.ts';

/** Counters since the server started. */
type ModbusServerStats = {
  readonly connections: number;
  readonly requests: number;
  readonly exceptions: number;
  /** Writes asked and refused. A monitoring product must leave this at 0. */
  readonly writesRefused: number;
  /** Connections closed because of bytes that are not Modbus TCP. */
  readonly malformed: number;
  readonly restarts: number;
};

export type ModbusServer = {
  readonly port: number;
  readonly stats: ModbusServerStats;
  close(): Promise<void>;
};

export type ModbusServerOptions = {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly units: ReadonlyMap<number, ModbusUnit>;
  /** The device name under which faults find this server. */
  readonly name: string;
  readonly faults?: FaultLookup;
  /** Decides which requests a fault hits that does not hit all. Default: 0. */
  readonly seed?: number;
  /** Called once for each chunk of requests, before the first of them is answered. */
  readonly beforeAnswer?: () => void;
};

const maxConnections = 128;
const maxLateAnswers = 1024;

/**
 * A Modbus TCP server (MODBUS Messaging on TCP/IP Implementation Guide V1.0b) over register
 * images: reads only, many requests in flight, no timer and no promise per request.
 * Rejects when the port cannot be opened.
 */
export const createModbusServer = async (options: ModbusServerOptions): Promise<ModbusServer> => {
  const { name, units, faults, seed = 0 } = options;
  const counters = {
    connections: 0,
    requests: 0,
    exceptions: 0,
    writesRefused: 0,
    malformed: 0,
    restarts: 0,
  };
  const responder = new Responder(units, counters);
  const unitFaults = new UnitFaults({ name, units, responder, faults });
  const sockets = new Set<Socket>();
  const dropConnections = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const onConnection = (socket: Socket): void => {
    counters.connections += 1;
    if (sockets.size >= maxConnections) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    const random = seededRandom(seed, `${name}/${counters.connections}`);
    const connection = new Connection(socket, { counters, responder, faults: unitFaults, random });
    socket.on('data', (chunk: Buffer) => {
      options.beforeAnswer?.();
      connection.receive(chunk);
    });
  };
  const socketOptions = { noDelay: true };
  const listener = await TcpListener.open({ ...options, socketOptions, onConnection });
  const restarts = new Restarts<RestartFault>({
    down: () => {
      listener.shut();
      dropConnections();
    },
    up: ({ keepsCounters }) => {
      if (!keepsCounters) unitFaults.restartCounters();
      counters.restarts += 1;
      listener.reopen();
    },
  });
  const askRestarts = (): void =>
    restarts.ask(faults?.modbusFaultsOn(name).filter((fault) => fault.kind === 'restart') ?? []);
  const unsubscribe = faults?.onChange(askRestarts);
  return {
    port: listener.port,
    stats: counters,
    close: async () => {
      unsubscribe?.();
      unitFaults.close();
      listener.shut();
      await restarts.close();
      dropConnections();
    },
  };
};

type RestartFault = Extract<ModbusFault, { readonly kind: 'restart' }>;

type ConnectionParts = {
  readonly counters: { requests: number; malformed: number };
  readonly responder: Responder;
  readonly faults: UnitFaults;
  readonly random: Random;
};

/** One client: cuts its byte stream into frames and answers all whole frames of a chunk in one write. */
class Connection {
  readonly #socket: Socket;
  readonly #parts: ConnectionParts;
  readonly #late = new Set<NodeJS.Timeout>();
  #rest: Buffer | undefined;
  /** Hung up: what the client still sends is not read. */
  #isOver = false;

  constructor(socket: Socket, parts: ConnectionParts) {
    this.#socket = socket;
    this.#parts = parts;
    socket.on('drain', () => socket.resume());
    socket.once('close', () => {
      for (const timer of this.#late) clearTimeout(timer);
    });
    // A reset by the peer needs no answer; 'close' follows and frees the connection.
    socket.on('error', () => socket.destroy());
  }

  receive(chunk: Buffer): void {
    if (this.#isOver) return;
    const input = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    const consumed = this.#answerFrames(input);
    // A copy: the chunk is part of a pool that half a frame would keep alive.
    this.#rest = consumed < input.length ? Buffer.from(input.subarray(consumed)) : undefined;
    this.#flush();
    // A client that asks without reading the answers is not read from until it does.
    if (this.#socket.writableNeedDrain) this.#socket.pause();
  }

  /** Answers every whole frame and returns the bytes consumed. */
  #answerFrames(input: Buffer): number {
    const { counters, responder, faults, random } = this.#parts;
    let offset = 0;
    while (input.length - offset >= headerBytes) {
      const length = input.readUInt16BE(offset + 4);
      // Unit and function at least, unit and 253 bytes of PDU at most (Modbus V1.1b3 §4.1).
      if (input.readUInt16BE(offset + 2) !== 0 || length < 2 || length > 254) {
        counters.malformed += 1;
        return this.#hangUp(input);
      }
      const end = offset + 6 + length;
      if (end > input.length) break;
      counters.requests += 1;
      if (responder.isFull) this.#flush();
      const active = faults.on(input[offset + 6] as number);
      const effect = active === undefined ? undefined : answerEffect(active, random);
      if (effect === undefined) responder.answer(input, offset);
      else if (effect.close) return this.#hangUp(input);
      else if (!effect.silent) this.#answerBadly(input, offset, effect);
      offset = end;
    }
    return offset;
  }

  #answerBadly(input: Buffer, offset: number, effect: AnswerEffect): void {
    const { responder } = this.#parts;
    this.#flush();
    if (effect.exceptionCode === undefined) responder.answer(input, offset);
    else responder.refuse(input, offset, effect.exceptionCode);
    const frame = responder.take();
    if (effect.wrongTransactionId) frame[0] = (frame[0] as number) ^ 0x80;
    const bytes = effect.truncate ? frame.subarray(0, frame.length >> 1) : frame;
    if (effect.delayMs === 0) this.#socket.write(bytes);
    else this.#answerLate(bytes, effect.delayMs);
  }

  #answerLate(bytes: Buffer, delayMs: number): void {
    if (this.#late.size >= maxLateAnswers) {
      this.#socket.destroy();
      return;
    }
    const timer = setTimeout(() => {
      this.#late.delete(timer);
      this.#socket.write(bytes);
    }, delayMs);
    this.#late.add(timer);
  }

  #hangUp(input: Buffer): number {
    this.#isOver = true;
    this.#flush();
    this.#socket.destroySoon();
    return input.length;
  }

  #flush(): void {
    const { responder } = this.#parts;
    if (!responder.isEmpty) this.#socket.write(responder.take());
  }
}
