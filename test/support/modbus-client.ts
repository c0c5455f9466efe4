import { connectTcp, type TcpOptions } from '../../adapters/modbus/tcp-transport.ts';
import { dataBytes, type ReadRequest, type Transport } from '../../adapters/modbus/transport.ts';
import type { GatewayError } from '../../gateway/core/error.ts';

export type Counters = Record<string, number>;

export type CountedTransport = { readonly transport: Transport; readonly counters: Counters };

export const countInto =
  (counters: Counters) =>
  (name: string, delta: number): void => {
    counters[name] = (counters[name] ?? 0) + delta;
  };

/** Our TCP transport to a port of this machine. */
export const openTcp = async (
  port: number,
  options: Partial<TcpOptions> = {},
): Promise<CountedTransport> => {
  const counters: Counters = {};
  const transport = await connectTcp({
    host: '127.0.0.1',
    port,
    connectTimeoutMs: 2000,
    maxInFlight: 1,
    signal: new AbortController().signal,
    count: countInto(counters),
    ...options,
  });
  return { transport, counters };
};

/** One read as a promise of the bytes of its data; rejects with the GatewayError. */
export const readBytes = (
  transport: Transport,
  options: Partial<ReadRequest> = {},
): Promise<Buffer> => {
  const request: ReadRequest = {
    unitId: 1,
    functionCode: 3,
    address: 0,
    quantity: 1,
    timeoutMs: 1000,
    ...options,
  };
  const size = dataBytes(request.functionCode, request.quantity);
  return new Promise((resolve, reject) => {
    transport.read(request, {
      answered: (buffer, offset) => resolve(Buffer.from(buffer.subarray(offset, offset + size))),
      failed: (error: GatewayError) => reject(error),
    });
  });
};

/** One read as a promise of its registers. */
export const readRegisters = async (
  transport: Transport,
  options: Partial<ReadRequest> = {},
): Promise<readonly number[]> => {
  const bytes = await readBytes(transport, options);
  return Array.from({ length: bytes.length / 2 }, (_, index) => bytes.readUInt16BE(index * 2));
};
