import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Stands between a client and a server of 127.0.0.1, and can do to them what networks do. */
export type StallingProxy = {
  readonly port: number;
  /** From now on no byte passes in either direction; connections stay. */
  stall(): void;
  /** From now on requests pass and answers do not; connections stay. */
  mute(): void;
  /** Lets bytes pass again, on old and new connections. */
  resume(): void;
  /** Breaks every connection; new ones are taken. */
  cut(): void;
  close(): Promise<void>;
};

export const startStallingProxy = async (targetPort: number): Promise<StallingProxy> => {
  const sockets = new Set<Socket>();
  const targets = new WeakSet<Socket>();
  let isStalled = false;
  let isMute = false;
  const isHeld = (socket: Socket): boolean => isStalled || (isMute && targets.has(socket));
  const hold = (): void => {
    for (const socket of sockets) {
      if (isHeld(socket)) socket.pause();
      else socket.resume();
    }
  };
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    if (isHeld(socket)) socket.pause();
  };
  const forward = (from: Socket, to: Socket): void => {
    from.on('data', (chunk) => {
      if (!to.destroyed) to.write(chunk);
      if (isHeld(from)) from.pause();
    });
    from.on('end', () => to.end());
    // A broken side takes the other one with it.
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
  };
  const server = createServer((client) => {
    const target = connect(targetPort, '127.0.0.1');
    targets.add(target);
    forward(client, target);
    forward(target, client);
    keep(client);
    keep(target);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    stall: () => {
      isStalled = true;
      hold();
    },
    mute: () => {
      isMute = true;
      hold();
    },
    resume: () => {
      isStalled = false;
      isMute = false;
      hold();
    },
    cut,
    close: async () => {
      server.close();
      cut();
      await once(server, 'close');
    },
  };
};
