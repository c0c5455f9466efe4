import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiServer, startApi } from '../../../gateway/api/server.ts';
import type { DeliveryDesk } from '../../../gateway/runtime/delivery-desk.ts';
import { startTestApi, type TestApi } from '../../support/gateway-view.ts';
import { noReloads } from '../../support/no-reloads.ts';

describe('where the HTTP interface listens', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await startTestApi();
  });

  afterAll(() => api.close());

  const startAt = (host: string, port: number, folder = api.pageFolder): Promise<ApiServer> =>
    startApi({
      ...{ view: api.view, deliveries: {} as DeliveryDesk, reloads: noReloads },
      ...{ log: api.log, pageFolder: folder },
      ...{ host, port, version: '1' },
    });

  it('says in words that a port is taken', async () => {
    const port = Number(new URL(api.server.url).port);
    await expect(startAt('127.0.0.1', port)).rejects.toMatchObject({
      code: 'LISTEN_FAILED',
      words: {
        en: `the HTTP server cannot listen on port ${port} of 127.0.0.1: another program has it; stop that one, or set api.port`,
        zh: `HTTP 服务无法使用 127.0.0.1 的端口 ${port}：已被其他程序占用；请停止该程序，或修改 api.port`,
      },
    });
  });

  it.each(['0.0.0.0', '::', '192.168.1.10', 'example.org'])(
    'does not listen on %s, whoever asks',
    async (host) => {
      await expect(startAt(host, 0)).rejects.toMatchObject({
        code: 'LISTEN_FAILED',
        message: expect.stringContaining('no sign-in'),
      });
    },
  );

  it('says in both languages that the page is not built, and serves all the rest', async () => {
    const folder = join(api.pageFolder, 'not-there');
    const bare = await startAt('127.0.0.1', 0, folder);
    const page = await fetch(bare.url);
    expect(page.status).toBe(503);
    expect(await page.text()).toMatch(/^The page is not built: npm run build.*\n网页尚未构建/);
    expect((await fetch(new URL('/healthz', bare.url))).status).toBe(200);
    await bare.close();
    expect(api.log.lines.map(({ message }) => message).join()).toMatch(
      /page is not built.*网页尚未构建/,
    );
  });
});
