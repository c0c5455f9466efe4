import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Simulator, SimulatorAnswer } from './simulator.ts';

export type PacedControl = { readonly url: string; close(): Promise<void> };

/**
 * Stands between a lock-step gateway and its simulators: up to `untilMs` (UTC epoch ms) time goes as fast as both can,
 * from there on no faster than real time, or `speed` times that. A page can so be looked at in a simulated afternoon at any
 * hour, and on a busy machine before what it shows is over.
 */
export const startPacedControl = async (
  simulator: Simulator,
  untilMs: number,
  speed = 1,
): Promise<PacedControl> => {
  let paceStartMs: number | undefined;
  const pace = async (toMs: number): Promise<void> => {
    if (toMs <= untilMs) return;
    paceStartMs ??= performance.now();
    await sleep(Math.max(0, (toMs - untilMs) / speed - (performance.now() - paceStartMs)));
  };
  const forward = async (request: IncomingMessage): Promise<SimulatorAnswer> => {
    const text = await textOf(request);
    if (request.url === '/advance') await pace((JSON.parse(text) as { toMs: number }).toMs);
    const { method = 'GET', url = '/' } = request;
    return simulator.send(method, url, text === '' ? undefined : text);
  };
  const server = createServer((request, response) => {
    forward(request).then(
      ({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      },
      // Either side is gone; the other learns it from its connection.
      () => response.destroy(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};

const textOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
};
