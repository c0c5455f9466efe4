import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { LiveLimits } from '../../../gateway/api/live.ts';
import { type ApiServer, startApi } from '../../../gateway/api/server.ts';
import type { DeliveryDesk } from '../../../gateway/runtime/delivery-desk.ts';
import type { GatewayView } from '../../../gateway/runtime/view.ts';
import { noReloads } from '../../support/no-reloads.ts';
import { askForUpgrade } from '../../support/raw-upgrade.ts';
import { createTestLog } from '../../support/test-log.ts';

const startServer = async (live: Partial<LiveLimits>): Promise<ApiServer> => {
  const pageFolder = await mkdtemp(join(tmpdir(), 'seamwatt-page-'));
  const server = await startApi({
    // Nobody here subscribes to a point.
    view: {} as GatewayView,
    deliveries: {} as DeliveryDesk,
    reloads: noReloads,
    log: createTestLog(),
    host: '127.0.0.1',
    port: 0,
    pageFolder,
    version: '1.2.3',
    live,
  });
  onTestFinished(async () => {
    await server.close();
    await rm(pageFolder, { recursive: true });
  });
  return server;
};

const openClient = async (server: ApiServer): Promise<WebSocket> => {
  const url = new URL('/api/v1/live', server.url);
  url.protocol = 'ws:';
  const socket = new WebSocket(url);
  await once(socket, 'open', { signal: AbortSignal.timeout(5000) });
  return socket;
};

const closing = async (socket: WebSocket): Promise<CloseEvent> => {
  const [event] = await once(socket, 'close', { signal: AbortSignal.timeout(5000) });
  return event as CloseEvent;
};

/** Whether one more client gets an answer, here to a request that is none. */
const isServed = async (server: ApiServer): Promise<boolean> => {
  const socket = await openClient(server);
  socket.send('{}');
  return Promise.race([
    once(socket, 'message').then(() => true),
    once(socket, 'close').then(() => false),
  ]);
};

describe('clients of the live feed', () => {
  it('are so many at most: one more is told why, and has a place once another has left', async () => {
    const server = await startServer({ maxClients: 2, pingMs: 30_000 });
    const first = await openClient(server);
    const second = await openClient(server);
    const refused = await closing(await openClient(server));
    expect([refused.code, refused.reason]).toEqual([
      1013,
      '2 clients are served already; try later',
    ]);
    expect(second.readyState).toBe(WebSocket.OPEN);
    first.close();
    await closing(first);
    // The server may learn of the goodbye a moment after its client.
    await expect.poll(() => isServed(server), { timeout: 5000 }).toBe(true);
  });

  it('are let go when they no longer answer, and only then', async () => {
    const server = await startServer({ maxClients: 2, pingMs: 50 });
    const living = await openClient(server);
    const port = Number(new URL(server.url).port);
    const [dead, status] = await askForUpgrade({ port, path: '/api/v1/live', host: '127.0.0.1' });
    expect(status).toBe(101);
    await once(dead, 'close', { signal: AbortSignal.timeout(5000) });
    expect(living.readyState).toBe(WebSocket.OPEN);
  });
});
