import { createServer, type Server, type Socket } from 'node:net';
import type { FaultEffect, FaultLookup } from '../faults/fault-effect.ts';
import { headerBytes, maxFrameBytes, refusal, Responder } from './modbus-responder.ts';
import type { BitImage, RegisterImage } from './register-image.ts';

/** The four tables of one unit; a read of a table that it lacks is answered with exception 01. */
export type ModbusUnit = {
  readonly holding?: RegisterImage;
  readonly input?: RegisterImage;
  readonly coils?: BitImage;
  readonly discrete?: BitImage;
};

/** Counters since the server started. */
export type ModbusServerStats = {
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
const noEffects: ReadonlyMap<number, FaultEffect> = new Map();
/** Answers of one chunk are gathered here, then copied once into what the socket keeps. */
const gathered = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * A Modbus TCP server (MODBUS Messaging on TCP/IP Implementation Guide V1.0b) over register
 * images: reads only, many requests in flight, no timer and no promise per request.
 * Rejects when the port cannot be opened.
 */
export const createModbusServer = async (options: ModbusServerOptions): Promise<ModbusServer> => {
  const counters = { connections: 0, requests: 0, exceptions: 0, writesRefused: 0, malformed: 0 };
  const responder = new Responder(options.units, counters);
  const faultState = new UnitFaults(options, responder);
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    counters.connections += 1;
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    serveConnection(socket, { counters, responder, faultState, options });
  });
  server.maxConnections = maxConnections;
  const port = await listen(server, options);
  return {
    port,
    stats: counters,
    close: async () => {
      faultState.close();
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
};

type Serving = {
  readonly counters: { requests: number; malformed: number };
  readonly responder: Responder;
  readonly faultState: UnitFaults;
  readonly options: ModbusServerOptions;
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
  effects: ReadonlyMap<number, FaultEffect> = noEffects;
  readonly #options: ModbusServerOptions;
  readonly #responder: Responder;
  readonly #unsubscribe: () => void;

  constructor(options: ModbusServerOptions, responder: Responder) {
    this.#options = options;
    this.#responder = responder;
    this.#unsubscribe = options.faults?.onChange(() => this.#refresh()) ?? (() => undefined);
    this.#refresh();
  }

  close(): void {
    this.#unsubscribe();
  }

  #refresh(): void {
    const { faults, name, units } = this.#options;
    const effects = new Map<number, FaultEffect>();
    for (const unitId of units.keys()) {
      const effect = faults?.effectOn(name, unitId);
      if (effect !== undefined) effects.set(unitId, effect);
      this.#responder.setFrozen(unitId, effect?.frozen ?? false);
    }
    this.effects = effects;
  }
}

const serveConnection = (socket: Socket, serving: Serving): void => {
  let rest: Buffer | undefined;
  socket.on('data', (chunk: Buffer) => {
    const input = rest === undefined ? chunk : Buffer.concat([rest, chunk]);
    const consumed = answerChunk(socket, input, serving);
    // A copy: the chunk is part of a pool that a slow half frame would keep alive.
    rest = consumed < input.length ? Buffer.from(input.subarray(consumed)) : undefined;
    if (socket.writableNeedDrain) socket.pause();
  });
  socket.on('drain', () => socket.resume());
  // A reset by the peer needs no answer; 'close' follows and frees the connection.
  socket.on('error', () => socket.destroy());
};

/** Answers every whole frame of the input in one write and returns the bytes consumed. */
const answerChunk = (socket: Socket, input: Buffer, serving: Serving): number => {
  const { counters, responder, faultState, options } = serving;
  options.beforeAnswer?.();
  let offset = 0;
  let filled = 0;
  while (input.length - offset >= headerBytes) {
    const length = input.readUInt16BE(offset + 4);
    // Unit and function at least, 253 bytes of PDU and the unit at most (Modbus V1.1b3 §4.1).
    if (input.readUInt16BE(offset + 2) !== 0 || length < 2 || length > 254) {
      counters.malformed += 1;
      socket.destroy();
      return input.length;
    }
    const end = offset + 6 + length;
    if (end > input.length) break;
    counters.requests += 1;
    const unitId = input[offset + 6] as number;
    const effect = faultState.effects.get(unitId);
    if (filled + maxFrameBytes > gathered.length) filled = flush(socket, filled);
    if (effect === undefined) {
      filled += responder.answer({ input, offset, end, output: gathered, at: filled });
    } else if (effect.close) {
      socket.destroy();
      return input.length;
    } else if (!effect.silent) {
      const { exceptionCode } = effect;
      const written =
        exceptionCode === undefined
          ? responder.answer({ input, offset, end, output: gathered, at: filled })
          : responder.refuse(refusal(input, offset, exceptionCode), gathered, filled);
      filled += spoil(socket, gathered.subarray(filled, filled + written), effect);
    }
    offset = end;
  }
  flush(socket, filled);
  return offset;
};

/** Sends what was gathered and returns the new, empty fill. */
const flush = (socket: Socket, filled: number): number => {
  if (filled > 0) socket.write(Buffer.from(gathered.subarray(0, filled)));
  return 0;
};

/** Applies what a fault does to a finished answer; returns how many of its bytes go out now. */
const spoil = (socket: Socket, frame: Buffer, effect: FaultEffect): number => {
  if (effect.wrongTransactionId) frame[0] = (frame[0] as number) ^ 0x80;
  const length = effect.truncate ? frame.length >> 1 : frame.length;
  if (effect.delayMs === 0) return length;
  const late = Buffer.from(frame.subarray(0, length));
  const timer = setTimeout(() => socket.write(late), effect.delayMs);
  socket.once('close', () => clearTimeout(timer));
  return 0;
};
