import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type ApiServer, startApi } from '../../../gateway/api/server.ts';
import type { DeliveryDesk } from '../../../gateway/runtime/delivery-desk.ts';
import type { GatewayView } from '../../../gateway/runtime/view.ts';
import { noReloads } from '../../support/no-reloads.ts';
import { askForUpgrade } from '../../support/raw-upgrade.ts';
import { createTestLog } from '../../support/test-log.ts';

// A socket that has asked for an upgrade is no longer one of the HTTP server's connections. If nobody ends it, the server
// waits for it when it closes, and the gateway does not stop.
describe('the HTTP server closes in time', () => {
  let server: ApiServer;

  beforeEach(async () => {
    const pageFolder = await mkdtemp(join(tmpdir(), 'seamwatt-page-'));
    await writeFile(join(pageFolder, 'index.html'), '');
    onTestFinished(() => rm(pageFolder, { recursive: true }));
    server = await startApi({
      // No request of these tests gets as far as the view.
      view: {} as GatewayView,
      deliveries: {} as DeliveryDesk,
      reloads: noReloads,
      log: createTestLog(),
      host: '127.0.0.1',
      port: 0,
      pageFolder,
      version: '1.2.3',
    });
  });

  const askUpgrade = (path: string, host: string): Promise<readonly [Socket, number]> =>
    askForUpgrade({ port: Number(new URL(server.url).port), path, host });

  const closeMs = async (): Promise<number> => {
    const startMs = performance.now();
    const late = new Promise((resolve) => setTimeout(resolve, 5000));
    await Promise.race([server.close(), late]);
    return performance.now() - startMs;
  };

  it('after an upgrade that it refused, whose socket it ends', async () => {
    const [socket, status] = await askUpgrade('/api/v1/live', 'evil.example');
    expect(status).toBe(403);
    if (!socket.destroyed) await once(socket, 'close', { signal: AbortSignal.timeout(5000) });
    expect(await closeMs()).toBeLessThan(2000);
  });

  it.each(['/api/v1/live', '/no-feed-here'])(
    'with a client of %s that does not say goodbye',
    async (path) => {
      const [, status] = await askUpgrade(path, '127.0.0.1');
      expect(status).toBe(101);
      expect(await closeMs()).toBeLessThan(2000);
    },
  );
});
