import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A client that says nothing after its request, whatever comes; resolves with the status that it got. */
export const askForUpgrade = async (request: {
  readonly port: number;
  readonly path: string;
  readonly host: string;
}): Promise<readonly [Socket, number]> => {
  const socket = connect(request.port, '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  const lines = [
    `GET ${request.path} HTTP/1.1`,
    `Host: ${request.host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  const [head] = await once(socket, 'data', { signal: AbortSignal.timeout(5000) });
  return [socket, Number(/^HTTP\/1\.1 (\d+) /.exec(String(head))?.[1])];
};
