import { tmpdir } from 'node:os';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { PanelDossiers } from '../../../gateway/api/panel-routes.ts';
import { startApi } from '../../../gateway/api/server.ts';
import { GatewayError } from '../../../gateway/core/error.ts';
import type { DeliveryDesk } from '../../../gateway/runtime/delivery-desk.ts';
import type { GatewayView } from '../../../gateway/runtime/view.ts';
import { noReloads } from '../../support/no-reloads.ts';
import { createTestLog } from '../../support/test-log.ts';

const serve = async (dossier: PanelDossiers['dossier'], hasRecords = true) => {
  const server = await startApi({
    // Only whether there are records is asked of it.
    view: (hasRecords ? { records: {} } : {}) as GatewayView,
    deliveries: {} as DeliveryDesk,
    reloads: noReloads,
    dossiers: { dossier },
    log: createTestLog(),
    ...{ host: '127.0.0.1', port: 0, pageFolder: tmpdir(), version: '1.2.3' },
  });
  onTestFinished(() => server.close());
  return (path: string, headers: Record<string, string> = {}) =>
    fetch(new URL(path, server.url), { headers });
};

const pdf = new TextEncoder().encode('%PDF-1.3 …');

describe('GET /api/v1/panels/{id}/dossier', () => {
  it('gives the PDF of the revision in the language asked for, else in that of the client', async () => {
    const asked: unknown[] = [];
    const get = await serve(async (query) => {
      asked.push(query);
      return { revision: 3, pdf };
    });
    const path = `/api/v1/panels/${encodeURIComponent('屏 7')}/dossier`;
    const response = await get(`${path}?language=zh&revision=3`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/pdf');
    expect(response.headers.get('content-language')).toBe('zh');
    expect(response.headers.get('content-disposition')).toContain(
      `filename*=UTF-8''${encodeURIComponent('屏 7-r3-zh.pdf')}`,
    );
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(pdf);
    await get(path, { 'accept-language': 'zh-CN,zh;q=0.9' });
    await get(path);
    expect(asked).toEqual([
      { id: '屏 7', revision: 3, language: 'zh' },
      { id: '屏 7', revision: undefined, language: 'zh' },
      { id: '屏 7', revision: undefined, language: 'en' },
    ]);
  });

  it('says in both languages what there is not', async () => {
    const get = await serve(async () => undefined);
    const unknown = await get('/api/v1/panels/P-9/dossier');
    expect(unknown.status).toBe(404);
    expect(await unknown.json()).toMatchObject({
      error: { code: 'NOT_FOUND', words: { zh: expect.stringContaining('没有管屏 P-9 的记录') } },
    });
    expect((await get('/api/v1/panels/P-9/dossier?language=fr')).status).toBe(400);
    const without = await serve(async () => undefined, false);
    expect((await without('/api/v1/panels/P-9/dossier')).status).toBe(404);
  });

  it('asks to come again when too many are being made, and tells the cause of a failure', async () => {
    const words = { en: 'too many', zh: '过多' };
    const busy = await serve(() =>
      Promise.reject(
        new GatewayError('UNAVAILABLE', words, { retryable: true, retryAfterMs: 60_000 }),
      ),
    );
    const later = await busy('/api/v1/panels/P-9/dossier');
    expect([later.status, later.headers.get('retry-after')]).toEqual([503, '60']);
    expect(await later.json()).toMatchObject({
      error: { code: 'UNAVAILABLE', message: 'too many', words: { en: 'too many' } },
    });
    const broken = await serve(() =>
      Promise.reject(new GatewayError('REPORT_FAILED', words, { retryable: false })),
    );
    const failed = await broken('/api/v1/panels/P-9/dossier');
    expect(failed.status).toBe(500);
    expect(await failed.json()).toMatchObject({
      error: { code: 'REPORT_FAILED', words: { zh: '报告无法生成（过多）' } },
    });
  });

  it('is in the OpenAPI document', async () => {
    const get = await serve(async () => undefined);
    const document = (await (await get('/api/v1/openapi.json')).json()) as {
      paths: Record<string, unknown>;
    };
    expect(document.paths).toHaveProperty(['/api/v1/panels/{id}/dossier']);
  });
});
