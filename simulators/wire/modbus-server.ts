import { createServer, type Server, type Socket } from 'node:net';
import type { FaultEffect, FaultLookup } from '../faults/fault-effect.ts';
import { headerBytes, type ModbusUnit, Responder } from './modbus-responder.ts';

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
  /** Called once for each chunk of requests, before the first of them is answered. */
  readonly beforeAnswer?: () => void;
};

const maxConnections = 128;
const maxUnitId = 255;
const maxLateAnswers = 1024;

/**
 * A Modbus TCP server (MODBUS Messaging on TCP/IP Implementation Guide V1.0b) over register
 * images: reads only, many requests in flight, no timer and no promise per request.
 * Rejects when the port cannot be opened.
 */
export const createModbusServer = async (options: ModbusServerOptions): Promise<ModbusServer> => {
  const counters = { connections: 0, requests: 0, exceptions: 0, writesRefused: 0, malformed: 0 };
  const responder = new Responder(options.units, counters);
  const faults = new UnitFaults(options, responder);
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    counters.connections += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    const connection = new Connection(socket, { counters, responder, faults });
    socket.on('data', (chunk: Buffer) => {
      options.beforeAnswer?.();
      connection.receive(chunk);
    });
  });
  server.maxConnections = maxConnections;
  const port = await listen(server, options);
  return {
    port,
    stats: counters,
    close: async () => {
      faults.close();
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
};

const listen = (server: Server, { host, port }: ModbusServerOptions): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });

/** What is wrong with which unit; recomputed on a change of faults, so that a request only looks it up. */
class UnitFaults {
  readonly #options: ModbusServerOptions;
  readonly #responder: Responder;
  readonly #unsubscribe: () => void;
  #effects: readonly (FaultEffect | undefined)[] = [];

  constructor(options: ModbusServerOptions, responder: Responder) {
    this.#options = options;
    this.#responder = responder;
    this.#unsubscribe = options.faults?.onChange(() => this.#refresh()) ?? (() => undefined);
    this.#refresh();
  }

  on(unitId: number): FaultEffect | undefined {
    return this.#effects[unitId];
  }

  close(): void {
    this.#unsubscribe();
  }

  #refresh(): void {
    const { faults, name } = this.#options;
    if (faults === undefined) return;
    const effects: (FaultEffect | undefined)[] = [];
    for (let unitId = 0; unitId <= maxUnitId; unitId += 1) {
      const effect = faults.effectOn(name, unitId);
      effects.push(effect);
      this.#responder.setFrozen(unitId, effect?.frozen ?? false);
    }
    this.#effects = effects;
  }
}

type ConnectionParts = {
  readonly counters: { requests: number; malformed: number };
  readonly responder: Responder;
  readonly faults: UnitFaults;
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
    const { counters, responder, faults } = this.#parts;
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
      const effect = faults.on(input[offset + 6] as number);
      if (effect === undefined) responder.answer(input, offset);
      else if (effect.close) return this.#hangUp(input);
      else if (!effect.silent) this.#answerBadly(input, offset, effect);
      offset = end;
    }
    return offset;
  }

  #answerBadly(input: Buffer, offset: number, effect: FaultEffect): void {
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
