import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GatewayEvent } from '../../../gateway/core/event.ts';
import { statusCodes } from '../../../gateway/core/quality.ts';
import { EntryBatchBuilder } from '../../support/entry-batch.ts';
import {
  directory,
  diskIsFull,
  kpi,
  signals,
  startTestApi,
  type TestApi,
} from '../../support/gateway-view.ts';

const eventOf = (code: string, details?: GatewayEvent['details']): GatewayEvent => ({
  code,
  severity: 'warning',
  subject: 'plc',
  text: { en: `the ${code}`, zh: `${code} 事件` },
  ...(details === undefined ? {} : { details }),
});

describe('the HTTP interface', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await startTestApi();
  });

  afterAll(() => api.close());

  it('tells site, health and readiness', async () => {
    expect((await api.get('/api/v1/site')).body).toMatchObject({
      enterprise: 'seamwatt',
      name: { zh: '演示' },
      note: { en: 'Look twice', zh: '请细看' },
      simulated: true,
      version: '1.2.3',
    });
    expect(await api.get('/healthz')).toEqual({
      status: 200,
      body: { status: 'ok', version: '1.2.3' },
    });
    expect((await api.get('/readyz')).status).toBe(200);
    api.view.ready = false;
    expect(await api.get('/readyz')).toEqual({
      status: 503,
      body: { ready: false, reasons: [diskIsFull] },
    });
    api.view.ready = true;
  });

  it('gives points with values, texts and statuses, and never the value of a bad one', async () => {
    api.view.latest.read(
      new EntryBatchBuilder()
        .frame(signals, {
          timeMs: 4000,
          values: {
            current: { value: 228, status: statusCodes.badTimeout },
            panelId: directory.intern('MPM01-001'),
            state: 1,
          },
        })
        .frame(kpi, { timeMs: 4000, values: { heatInput: 0.36, 'heatInput.coverage': 0.9 } })
        .build(),
    );
    const { body } = await api.get('/api/v1/points');
    expect(body).toMatchObject([
      {
        path: 'seamwatt/demo/welding/mpm01/f01/current',
        latest: { value: null, statusName: 'BadTimeout', quality: 'bad', timeMs: 4000 },
        marks: {},
        preventedKwh: 0,
      },
      {
        kind: 'string',
        latest: { value: 'MPM01-001', quality: 'good' },
        marks: { frozen: 7 },
        preventedKwh: 0.25,
      },
      { kind: 'enum', labels: { 1: { zh: '焊接' } }, latest: { value: 1 } },
      { producer: 'kpi', latest: { value: 0.36 } },
      { latest: { value: 0.9 } },
    ]);
  });

  it('explains KPIs with formula, standard, inputs, parameters and coverage', async () => {
    expect((await api.get('/api/v1/kpis')).body).toMatchObject([
      {
        kpi: 'heatInput',
        formula: { en: 'Q = k·IP/v, arc on', zh: 'Q = k·IP/v，燃弧期间' },
        standard: { en: 'ISO/TR 18491', zh: 'ISO/TR 18491' },
        window: { tier: 'a', over: 'panel', rule: { en: 'arc on', zh: '燃弧期间' } },
        inputs: ['welding/mpm01/f01/current'],
        inputRoles: { current: ['welding/mpm01/f01/current'] },
        parameters: { process: '135' },
        latest: { value: 0.36 },
        coverage: 0.9,
      },
    ]);
  });

  it('finds the history of a point by number and by path, and says what is wrong with a query', async () => {
    const number = signals.pointNumbers[0];
    const range = 'fromMs=1000&toMs=2000&maxIntervals=5';
    const byNumber = await api.get(`/api/v1/points/${number}/history?${range}`);
    expect(byNumber.body).toMatchObject({
      number,
      intervals: [{ startMs: 1000, count: 5, mean: 2, revision: 2 }],
    });
    const path = encodeURIComponent('welding/mpm01/f01/current');
    expect((await api.get(`/api/v1/points/${path}/history?${range}`)).body).toMatchObject({
      number,
    });
    expect((await api.get(`/api/v1/points/999/history?${range}`)).status).toBe(404);
    // A bare name stands for many points: the first of them would be a wrong answer.
    expect((await api.get(`/api/v1/points/current/history?${range}`)).status).toBe(404);
    expect((await api.get(`/api/v1/points/${number}/history?fromMs=2&toMs=1`)).status).toBe(400);
    expect((await api.get(`/api/v1/points/${number}/history?fromMs=x&toMs=1`)).status).toBe(400);
  });

  it('shows devices and sinks with their state in words', async () => {
    expect((await api.get('/api/v1/devices')).body).toMatchObject([
      {
        id: 'plc',
        state: 'down',
        reason: { en: 'refused', zh: '被拒绝' },
        lastFrameMs: null,
        clocks: [{ device: 'unit 1', skewMs: -1200 }],
        counters: { timeouts: 2 },
      },
    ]);
    expect((await api.get('/api/v1/sinks')).body).toMatchObject([
      { id: 'influx', state: 'up', balance: { delivered: 7, quarantined: 1, lost: 2 } },
    ]);
  });

  it('gives the newest events, newest first, and only those after one that is known', async () => {
    expect((await api.get('/api/v1/events')).body).toEqual([]);
    const builder = new EntryBatchBuilder(100);
    for (const [index, code] of ['first', 'second', 'third'].entries()) {
      const event = eventOf(code, index === 2 ? { member: 'unit 7' } : undefined);
      builder.record({ type: 'event', timeMs: 1000 + index, event });
    }
    api.view.newest.read(builder.build());
    expect((await api.get('/api/v1/events?limit=2')).body).toEqual([
      { seq: 102, timeMs: 1002, ...eventOf('third', { member: 'unit 7' }) },
      { seq: 101, timeMs: 1001, ...eventOf('second') },
    ]);
    expect((await api.get('/api/v1/events?afterSeq=101')).body).toMatchObject([{ seq: 102 }]);
    expect((await api.get('/api/v1/events?afterSeq=102')).body).toEqual([]);
    expect((await api.get('/api/v1/events?limit=1001')).status).toBe(400);
  });

  it('takes no messages of production where there is no welding line, and says so', async () => {
    const words = {
      en: 'this site has no welding line, and so takes no messages of production',
      zh: '本站点没有焊接产线，因此不接收生产消息',
    };
    const expected = {
      status: 404,
      body: { error: { code: 'NOT_FOUND', message: words.en, words } },
    };
    expect(await api.get('/api/v1/production/orders')).toEqual(expected);
    expect(await api.get('/api/v1/production/messages')).toEqual(expected);
    const response = await fetch(new URL('/api/v1/production/messages', api.server.url), {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' },
    });
    expect({ status: response.status, body: await response.json() }).toEqual(expected);
  });

  it('serves metrics and the page, and says so where there is nothing', async () => {
    const metrics = await fetch(new URL('/metrics', api.server.url));
    expect(metrics.headers.get('content-type')).toContain('text/plain');
    expect(await metrics.text()).toBe('seamwatt_up 1\n');
    const page = await fetch(api.server.url);
    expect(await page.text()).toContain('<title>page</title>');
    expect(page.headers.get('content-security-policy')).toContain(
      "default-src 'self'; connect-src 'self';",
    );
    expect(await api.get('/api/v1/nothing')).toMatchObject({
      status: 404,
      body: { error: { code: 'NOT_FOUND' } },
    });
  });
});
