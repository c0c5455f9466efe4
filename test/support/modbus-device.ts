import { createServer, type Socket } from 'node:net';

/** A request as it came, with what a script needs to answer it. */
export type DeviceRequest = {
  /** Counts all requests of the device, from 0. */
  readonly index: number;
  readonly transactionId: number;
  readonly unitId: number;
  readonly functionCode: number;
  readonly address: number;
  readonly quantity: number;
  readonly socket: Socket;
};

export type ScriptedDevice = {
  readonly port: number;
  readonly requests: readonly DeviceRequest[];
  readonly connections: readonly Socket[];
  close(): Promise<void>;
};

const requestBytes = 12;

/** A Modbus TCP frame; `length` and `protocolId` may lie. */
export const frame = (parts: {
  readonly transactionId: number;
  readonly unitId?: number;
  readonly pdu: readonly number[];
  readonly protocolId?: number;
  readonly length?: number;
}): Buffer => {
  const bytes = Buffer.alloc(7 + parts.pdu.length);
  bytes.writeUInt16BE(parts.transactionId & 0xffff, 0);
  bytes.writeUInt16BE(parts.protocolId ?? 0, 2);
  bytes.writeUInt16BE(parts.length ?? parts.pdu.length + 1, 4);
  bytes[6] = parts.unitId ?? 1;
  bytes.set(parts.pdu, 7);
  return bytes;
};

/** The right answer to a read of registers. */
export const registersAnswer = (request: DeviceRequest, registers: readonly number[]): Buffer =>
  frame({
    ...request,
    pdu: [
      request.functionCode,
      registers.length * 2,
      ...registers.flatMap((register) => [(register >> 8) & 0xff, register & 0xff]),
    ],
  });

export const exceptionAnswer = (request: DeviceRequest, code: number): Buffer =>
  frame({ ...request, pdu: [request.functionCode | 0x80, code] });

/** Registers whose values are their addresses: what a device without anything to say answers. */
export const addressesAnswer = (request: DeviceRequest): Buffer =>
  registersAnswer(
    request,
    Array.from({ length: request.quantity }, (_, index) => request.address + index),
  );

/** A raw TCP server, on a free port unless told, that does with each read request what the script says, rightly or wrongly. */
export const startDevice = async (
  script: (request: DeviceRequest) => void,
  { port = 0, host = '127.0.0.1' }: { readonly port?: number; readonly host?: string } = {},
): Promise<ScriptedDevice> => {
  const requests: DeviceRequest[] = [];
  const connections: Socket[] = [];
  const server = createServer({ noDelay: true }, (socket) => {
    connections.push(socket);
    let rest: Buffer = Buffer.alloc(0);
    // A reset by the client ends the connection like a close.
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= requestBytes) {
        const request: DeviceRequest = {
          index: requests.length,
          transactionId: rest.readUInt16BE(0),
          unitId: rest[6] as number,
          functionCode: rest[7] as number,
          address: rest.readUInt16BE(8),
          quantity: rest.readUInt16BE(10),
          socket,
        };
        rest = rest.subarray(requestBytes);
        requests.push(request);
        script(request);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    requests,
    connections,
    close: async () => {
      for (const socket of connections) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};
