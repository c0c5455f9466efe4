import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** A frame of a meter, put together byte by byte from DL/T 645-2007 §5, apart from the code under test. */
export const meterFrame = (frame: {
  readonly address: string;
  readonly control: number;
  readonly data: Iterable<number>;
}): Buffer => {
  const address = frame.address.match(/../g)?.reverse() ?? [];
  const data = [...frame.data].map((byte) => (byte + 0x33) % 256);
  const body = [
    0x68,
    ...address.map((pair) => Number.parseInt(pair, 16)),
    0x68,
    frame.control,
    data.length,
    ...data,
  ];
  return Buffer.from([...body, body.reduce((sum, byte) => sum + byte, 0) % 256, 0x16]);
};

export type MeterRequest = {
  readonly index: number;
  readonly address: string;
  readonly control: number;
  /** Empty where the request has none. */
  readonly identifier: string;
  readonly sequence: number | undefined;
  readonly atMs: number;
  readonly socket: Duplex;
};

/** The right answer to a request for data: the bytes of the value, low byte first. */
export const answerOf = (request: MeterRequest, value: string, control = 0x91): Buffer => {
  const { address, identifier, sequence } = request;
  const data = [
    ...Buffer.from(identifier, 'hex').reverse(),
    ...Buffer.from(value, 'hex'),
    ...(sequence === undefined ? [] : [sequence]),
  ];
  return meterFrame({ address, control, data });
};

export const refusalOf = ({ address, control }: MeterRequest, errorWord = 2): Buffer =>
  meterFrame({ address, control: control | 0xc0, data: [errorWord] });

const parse = (bytes: Buffer): Omit<MeterRequest, 'index' | 'atMs' | 'socket'> => {
  const data = bytes.subarray(10, -2).map((byte) => (byte - 0x33 + 256) % 256);
  const sum = bytes.subarray(0, -2).reduce((total, byte) => total + byte, 0) % 256;
  if (sum !== bytes.at(-2) || bytes.at(-1) !== 0x16) throw new Error('a request with a wrong end');
  return {
    address: Buffer.from(bytes.subarray(1, 7)).reverse().toString('hex').toUpperCase(),
    control: bytes[8] as number,
    identifier: Buffer.from(data.subarray(0, 4)).reverse().toString('hex').toUpperCase(),
    sequence: data.length > 4 ? data[4] : undefined,
  };
};

export type MeterLineServer = {
  readonly port: number;
  readonly requests: readonly MeterRequest[];
  readonly sockets: ReadonlySet<Socket>;
  close(): Promise<void>;
};

/** A serial server with meters behind it that do with each request what the script says. */
export const startMeterLine = async (
  script: (request: MeterRequest) => void,
): Promise<MeterLineServer> => {
  const requests: MeterRequest[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    let rest: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      for (;;) {
        const start = rest.indexOf(0x68);
        const length = start < 0 ? undefined : rest[start + 9];
        if (length === undefined || rest.length < start + 12 + length) return;
        const frame = rest.subarray(start, start + 12 + length);
        rest = rest.subarray(start + 12 + length);
        const request = {
          ...parse(frame),
          index: requests.length,
          atMs: performance.now(),
          socket,
        };
        requests.push(request);
        script(request);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    sockets,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};
