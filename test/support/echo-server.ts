import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A TCP server of 127.0.0.1 that keeps what came and, unless it only listens, sends it back. */
export type EchoServer = {
  readonly port: number;
  readonly sockets: readonly Socket[];
  /** The last 200 bytes that came, on whatever connection. */
  received(): Buffer;
  /** How many connections have ended, by whatever way. */
  closed(): number;
  close(): Promise<void>;
};

export const startEchoServer = async (mode: 'echo' | 'listen' = 'echo'): Promise<EchoServer> => {
  const sockets: Socket[] = [];
  let received = Buffer.alloc(0);
  let closed = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.push(socket);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk.subarray(-200)]).subarray(-200);
      if (mode === 'echo') socket.write(chunk);
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      closed += 1;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    received: () => received,
    closed: () => closed,
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
};
