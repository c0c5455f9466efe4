import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { messageKinds } from '../../../gateway/production/messages.ts';
import { startTestApi, type TestApi } from '../../support/gateway-view.ts';

describe('the OpenAPI document', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await startTestApi();
  });

  afterAll(() => api.close());

  it('describes each message of production: its kinds are in the OpenAPI document', async () => {
    const { body } = await api.get('/api/v1/openapi.json');
    const text = JSON.stringify((body as { paths: object }).paths);
    for (const kind of messageKinds)
      expect(text).toContain(`"kind":{"type":"string","enum":["${kind}"]}`);
  });

  it('describes itself: every route of the interface is in the OpenAPI document', async () => {
    const { body } = await api.get('/api/v1/openapi.json');
    expect(Object.keys((body as { paths: object }).paths).sort()).toEqual([
      '/api/v1/devices',
      '/api/v1/events',
      '/api/v1/journal',
      '/api/v1/kpis',
      '/api/v1/kpis/{id}/why',
      '/api/v1/lines/{line}/panel-in-progress',
      '/api/v1/panels',
      '/api/v1/panels/{id}',
      '/api/v1/panels/{id}/bins/{seam}',
      '/api/v1/panels/{id}/footprint',
      '/api/v1/points',
      '/api/v1/points/{id}/history',
      '/api/v1/points/{id}/samples',
      '/api/v1/production/messages',
      '/api/v1/production/orders',
      '/api/v1/reload',
      '/api/v1/series',
      '/api/v1/series.csv',
      '/api/v1/session',
      '/api/v1/sinks',
      '/api/v1/sinks/{id}/quarantine',
      '/api/v1/sinks/{id}/quarantine/drop',
      '/api/v1/sinks/{id}/quarantine/retry',
      '/api/v1/sinks/{id}/receipts',
      '/api/v1/site',
      '/healthz',
      '/readyz',
    ]);
  });
});
