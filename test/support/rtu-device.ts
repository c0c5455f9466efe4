import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { SerialPort } from 'serialport';

export type RtuRequest = {
  readonly index: number;
  readonly unitId: number;
  readonly functionCode: number;
  readonly address: number;
  readonly quantity: number;
  /** `performance.now()` when it had come whole. */
  readonly atMs: number;
  readonly socket: Duplex;
};

export type RtuDevice = {
  readonly port: number;
  readonly requests: readonly RtuRequest[];
  close(): Promise<void>;
};

const requestBytes = 8;

/** CRC-16 of Modbus over Serial Line V1.02 §6.2.2, bit by bit, low byte first. */
export const withCrc = (bytes: readonly number[]): Buffer => {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return Buffer.from([...bytes, crc & 0xff, crc >> 8]);
};

/** The right answer to a read of registers, which hold their addresses plus 1000 times the unit unless told. */
export const rtuAnswer = (request: RtuRequest, registers?: readonly number[]): Buffer => {
  const values =
    registers ??
    Array.from(
      { length: request.quantity },
      (_, index) => request.unitId * 1000 + request.address + index,
    );
  const data = values.flatMap((value) => [value >> 8, value & 0xff]);
  return withCrc([request.unitId, request.functionCode, data.length, ...data]);
};

/** Calls the script for each request that comes whole. */
const listen = (
  stream: Duplex,
  { requests, script }: { requests: RtuRequest[]; script: (request: RtuRequest) => void },
): void => {
  let rest: Buffer = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= requestBytes) {
      const request: RtuRequest = {
        index: requests.length,
        unitId: rest[0] as number,
        functionCode: rest[1] as number,
        address: rest.readUInt16BE(2),
        quantity: rest.readUInt16BE(4),
        atMs: performance.now(),
        socket: stream,
      };
      const isRight = withCrc([...rest.subarray(0, 6)]).equals(rest.subarray(0, requestBytes));
      rest = rest.subarray(requestBytes);
      if (!isRight) throw new Error('a request with a wrong CRC');
      requests.push(request);
      script(request);
    }
  });
};

/** Devices on a serial port. */
export const startRtuPort = async (
  path: string,
  script: (request: RtuRequest) => void,
): Promise<Omit<RtuDevice, 'port'>> => {
  const requests: RtuRequest[] = [];
  const port = new SerialPort({ path, baudRate: 19_200 });
  await once(port, 'open');
  listen(port, { requests, script });
  return {
    requests,
    close: async () => {
      if (!port.isOpen) return;
      const closed = once(port, 'close');
      port.close();
      await closed;
    },
  };
};

/** A serial line behind a TCP converter, with devices that do with each request what the script says. */
export const startRtuDevice = async (script: (request: RtuRequest) => void): Promise<RtuDevice> => {
  const requests: RtuRequest[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    listen(socket, { requests, script });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    requests,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};
