import { createServer, type Socket } from 'node:net';

export type RtuRequest = {
  readonly index: number;
  readonly unitId: number;
  readonly functionCode: number;
  readonly address: number;
  readonly quantity: number;
  /** `performance.now()` when it had come whole. */
  readonly atMs: number;
  readonly socket: Socket;
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

/** A serial line behind a TCP converter, with devices that do with each request what the script says. */
export const startRtuDevice = async (script: (request: RtuRequest) => void): Promise<RtuDevice> => {
  const requests: RtuRequest[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    let rest: Buffer = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= requestBytes) {
        const request: RtuRequest = {
          index: requests.length,
          unitId: rest[0] as number,
          functionCode: rest[1] as number,
          address: rest.readUInt16BE(2),
          quantity: rest.readUInt16BE(4),
          atMs: performance.now(),
          socket,
        };
        const isRight = withCrc([...rest.subarray(0, 6)]).equals(rest.subarray(0, requestBytes));
        rest = rest.subarray(requestBytes);
        if (!isRight) throw new Error('a request with a wrong CRC');
        requests.push(request);
        script(request);
      }
    });
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
