import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LiveFailure, LiveValues } from '../../../gateway/api/contract.ts';
import { type ApiServer, startApi } from '../../../gateway/api/server.ts';
import type { GatewayEvent } from '../../../gateway/core/event.ts';
import { noText, type RegisteredGroup } from '../../../gateway/core/point.ts';
import { statusCodes } from '../../../gateway/core/quality.ts';
import { messageKinds } from '../../../gateway/production/messages.ts';
import type { DeliveryDesk } from '../../../gateway/runtime/delivery-desk.ts';
import { LatestEvents } from '../../../gateway/runtime/latest-events.ts';
import { LatestValues } from '../../../gateway/runtime/latest-values.ts';
import type { GatewayView } from '../../../gateway/runtime/view.ts';
import { EntryBatchBuilder, testDirectory, testGroup } from '../../support/entry-batch.ts';
import { noReloads } from '../../support/no-reloads.ts';
import { createTestLog } from '../../support/test-log.ts';

const diskIsFull = { en: 'the disk is full', zh: '磁盘已满' };

const directory = testDirectory([
  testGroup({
    channels: [
      'current',
      { point: 'panelId', kind: 'string' },
      { point: 'state', kind: 'enum', labels: { 1: { en: 'welding', zh: '焊接' } } },
    ],
  }),
  testGroup({ name: 'kpi', producer: 'kpi', channels: ['heatInput', 'heatInput.coverage'] }),
]);
const [signals, kpi] = directory.groups as [RegisteredGroup, RegisteredGroup];

const events = new LatestEvents();
const eventOf = (code: string, details?: GatewayEvent['details']): GatewayEvent => ({
  code,
  severity: 'warning',
  subject: 'plc',
  text: { en: `the ${code}`, zh: `${code} 事件` },
  ...(details === undefined ? {} : { details }),
});

const createView = (): GatewayView & { ready: boolean } => {
  const view: GatewayView & { ready: boolean } = {
    ready: true,
    site: { enterprise: 'seamwatt', site: 'demo', timeZone: 'Asia/Shanghai', simulated: true },
    siteName: { en: 'Demo', zh: '演示' },
    siteNote: { en: 'Look twice', zh: '请细看' },
    groups: directory.groups,
    latest: new LatestValues(directory.groups),
    kpis: [
      {
        kpi: 'heatInput',
        group: kpi,
        point: 'heatInput',
        formula: { en: 'Q = k·IP/v, arc on', zh: 'Q = k·IP/v，燃弧期间' },
        standard: { en: 'ISO/TR 18491', zh: 'ISO/TR 18491' },
        window: { tier: 'a', over: 'panel', rule: { en: 'arc on', zh: '燃弧期间' } },
        description: { en: 'Heat input', zh: '热输入' },
        inputs: ['welding/mpm01/f01/current'],
        parameters: { process: '135' },
      },
    ],
    nowMs: () => 5000,
    qualityOf: (point) =>
      point === 2 ? { point, path: '', marks: { frozen: 7 }, preventedKwh: 0.25 } : undefined,
    status: () => ({
      version: '1.2.3',
      site: view.site,
      bootId: 'boot',
      startedMs: 1000,
      nowMs: 5000,
      lastTickMs: 5000,
      admission: { admittedFrames: 1, admittedSamples: 3, refusedFrames: 0, lateFrames: 0 },
      quality: [],
      ignoredSamples: 0,
      journal: { nextSeq: 2, durableSeq: 1, statistics: {} as never, recovery: {} as never },
      sources: [
        {
          id: 'plc',
          state: 'down',
          reason: { en: 'refused', zh: '被拒绝' },
          sinceMs: 2000,
          restarts: 3,
          lastFrameMs: undefined,
          members: [{ member: 'unit 1', state: 'down', reason: { en: 'no answer', zh: '无应答' } }],
          clocks: [{ device: 'unit 1', skewMs: -1200 }],
          counters: { timeouts: 2 },
        },
      ],
      sinks: [
        {
          id: 'influx',
          kind: 'influxdb',
          state: 'up',
          reason: noText,
          sinceMs: 1000,
          position: 7,
          lagEntries: 0,
          lagMs: 0,
          liveLagMs: 0,
          history: [],
          balance: {
            ...{ journalled: 10, delivered: 7, waiting: 0, quarantined: 1 },
            ...{ dropped: 0, lost: 2, lostToRetention: 1 },
          },
          retries: 0,
          counters: {},
        },
      ],
    }),
    readiness: () => ({ ready: view.ready, reasons: view.ready ? [] : [diskIsFull] }),
    events: (query) => events.list(query),
    register: async () => [],
    history: async ({ fromMs, maxIntervals }) => [
      {
        startMs: fromMs,
        durationMs: 60_000,
        count: maxIntervals,
        coveredMs: 60_000,
        minimum: 1,
        maximum: 3,
        mean: 2,
        first: 1,
        last: 3,
        revision: 2,
      },
    ],
    text: (id) => directory.text(id),
    metrics: async () => ({ contentType: 'text/plain; version=0.0.4', text: 'seamwatt_up 1\n' }),
  };
  return view;
};

describe('the HTTP interface', () => {
  let pageFolder: string;
  let view: ReturnType<typeof createView>;
  let server: ApiServer;
  const log = createTestLog();

  beforeAll(async () => {
    pageFolder = await mkdtemp(join(tmpdir(), 'seamwatt-page-'));
    await writeFile(join(pageFolder, 'index.html'), '<title>page</title>');
    view = createView();
    server = await startApi({
      view,
      deliveries: {} as DeliveryDesk,
      reloads: noReloads,
      log,
      host: '127.0.0.1',
      port: 0,
      pageFolder,
      version: '1.2.3',
    });
  });

  afterAll(async () => {
    await server.close();
    await rm(pageFolder, { recursive: true });
  });

  const get = async (path: string): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(new URL(path, server.url));
    return { status: response.status, body: await response.json() };
  };

  /** fetch does not let a Host header be set. */
  const statusWith = (
    headers: Record<string, string>,
    { method = 'GET', path = '/healthz' } = {},
  ): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      request(new URL(path, server.url), { method, headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });

  it('tells site, health and readiness', async () => {
    expect((await get('/api/v1/site')).body).toMatchObject({
      enterprise: 'seamwatt',
      name: { zh: '演示' },
      note: { en: 'Look twice', zh: '请细看' },
      simulated: true,
      version: '1.2.3',
    });
    expect(await get('/healthz')).toEqual({
      status: 200,
      body: { status: 'ok', version: '1.2.3' },
    });
    expect((await get('/readyz')).status).toBe(200);
    view.ready = false;
    expect(await get('/readyz')).toEqual({
      status: 503,
      body: { ready: false, reasons: [diskIsFull] },
    });
    view.ready = true;
  });

  it('gives points with values, texts and statuses, and never the value of a bad one', async () => {
    view.latest.read(
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
    const { body } = await get('/api/v1/points');
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
    expect((await get('/api/v1/kpis')).body).toMatchObject([
      {
        kpi: 'heatInput',
        formula: { en: 'Q = k·IP/v, arc on', zh: 'Q = k·IP/v，燃弧期间' },
        standard: { en: 'ISO/TR 18491', zh: 'ISO/TR 18491' },
        window: { tier: 'a', over: 'panel', rule: { en: 'arc on', zh: '燃弧期间' } },
        inputs: ['welding/mpm01/f01/current'],
        parameters: { process: '135' },
        latest: { value: 0.36 },
        coverage: 0.9,
      },
    ]);
  });

  it('finds the history of a point by number and by path, and says what is wrong with a query', async () => {
    const number = signals.pointNumbers[0];
    const range = 'fromMs=1000&toMs=2000&maxIntervals=5';
    const byNumber = await get(`/api/v1/points/${number}/history?${range}`);
    expect(byNumber.body).toMatchObject({
      number,
      intervals: [{ startMs: 1000, count: 5, mean: 2, revision: 2 }],
    });
    const path = encodeURIComponent('welding/mpm01/f01/current');
    expect((await get(`/api/v1/points/${path}/history?${range}`)).body).toMatchObject({ number });
    expect((await get(`/api/v1/points/999/history?${range}`)).status).toBe(404);
    // A bare name stands for many points: the first of them would be a wrong answer.
    expect((await get(`/api/v1/points/current/history?${range}`)).status).toBe(404);
    expect((await get(`/api/v1/points/${number}/history?fromMs=2&toMs=1`)).status).toBe(400);
    expect((await get(`/api/v1/points/${number}/history?fromMs=x&toMs=1`)).status).toBe(400);
  });

  it('shows devices and sinks with their state in words', async () => {
    expect((await get('/api/v1/devices')).body).toMatchObject([
      {
        id: 'plc',
        state: 'down',
        reason: { en: 'refused', zh: '被拒绝' },
        lastFrameMs: null,
        clocks: [{ device: 'unit 1', skewMs: -1200 }],
        counters: { timeouts: 2 },
      },
    ]);
    expect((await get('/api/v1/sinks')).body).toMatchObject([
      { id: 'influx', state: 'up', balance: { delivered: 7, quarantined: 1, lost: 2 } },
    ]);
  });

  it('gives the newest events, newest first, and only those after one that is known', async () => {
    expect((await get('/api/v1/events')).body).toEqual([]);
    const builder = new EntryBatchBuilder(100);
    for (const [index, code] of ['first', 'second', 'third'].entries()) {
      const event = eventOf(code, index === 2 ? { member: 'unit 7' } : undefined);
      builder.record({ type: 'event', timeMs: 1000 + index, event });
    }
    events.read(builder.build());
    expect((await get('/api/v1/events?limit=2')).body).toEqual([
      { seq: 102, timeMs: 1002, ...eventOf('third', { member: 'unit 7' }) },
      { seq: 101, timeMs: 1001, ...eventOf('second') },
    ]);
    expect((await get('/api/v1/events?afterSeq=101')).body).toMatchObject([{ seq: 102 }]);
    expect((await get('/api/v1/events?afterSeq=102')).body).toEqual([]);
    expect((await get('/api/v1/events?limit=1001')).status).toBe(400);
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
    expect(await get('/api/v1/production/orders')).toEqual(expected);
    expect(await get('/api/v1/production/messages')).toEqual(expected);
    const response = await fetch(new URL('/api/v1/production/messages', server.url), {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' },
    });
    expect({ status: response.status, body: await response.json() }).toEqual(expected);
  });

  it('describes each message of production: its kinds are in the OpenAPI document', async () => {
    const { body } = await get('/api/v1/openapi.json');
    const text = JSON.stringify((body as { paths: object }).paths);
    for (const kind of messageKinds)
      expect(text).toContain(`"kind":{"type":"string","enum":["${kind}"]}`);
  });

  it('describes itself: every route of the interface is in the OpenAPI document', async () => {
    const { body } = await get('/api/v1/openapi.json');
    expect(Object.keys((body as { paths: object }).paths).sort()).toEqual([
      '/api/v1/devices',
      '/api/v1/events',
      '/api/v1/kpis',
      '/api/v1/panels',
      '/api/v1/panels/{id}',
      '/api/v1/panels/{id}/bins/{seam}',
      '/api/v1/points',
      '/api/v1/points/{id}/history',
      '/api/v1/production/messages',
      '/api/v1/production/orders',
      '/api/v1/reload',
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

  it('serves metrics and the page, and says so where there is nothing', async () => {
    const metrics = await fetch(new URL('/metrics', server.url));
    expect(metrics.headers.get('content-type')).toContain('text/plain');
    expect(await metrics.text()).toBe('seamwatt_up 1\n');
    const page = await fetch(server.url);
    expect(await page.text()).toContain('<title>page</title>');
    expect(page.headers.get('content-security-policy')).toContain(
      "default-src 'self'; connect-src 'self';",
    );
    expect(await get('/api/v1/nothing')).toMatchObject({
      status: 404,
      body: { error: { code: 'NOT_FOUND' } },
    });
  });

  it('answers local requests only', async () => {
    const { host } = new URL(server.url);
    expect(await statusWith({ host })).toBe(200);
    expect(await statusWith({ host, origin: server.url })).toBe(200);
    expect(await statusWith({ host: 'evil.example:8080' })).toBe(403);
    expect(await statusWith({ host, origin: 'https://evil.example' })).toBe(403);
    expect(await statusWith({ host, origin: 'null' })).toBe(403);
  });

  describe('a request that may change something', () => {
    const json = { 'content-type': 'application/json' };
    // 404 is the answer of the route itself: there is no sink of that id.
    const drop = (headers: Record<string, string>, method = 'POST') =>
      statusWith(headers, { method, path: '/api/v1/sinks/none/quarantine/drop' });

    it('is taken from the own page and from programs, but from no page of another local server', async () => {
      const { host, port } = new URL(server.url);
      expect(await drop({ host, ...json })).toBe(400);
      expect(await drop({ host, ...json, origin: `http://${host}` })).toBe(400);
      const tunnel = 'localhost:9';
      expect(await drop({ host: tunnel, ...json, origin: `http://${tunnel}` })).toBe(400);
      for (const origin of [
        `http://127.0.0.1:${Number(port) + 1}`,
        `http://localhost:${port}`,
        `https://${host}`,
        'http://127.0.0.1',
        'null',
      ]) {
        expect([origin, await drop({ host, ...json, origin })]).toEqual([origin, 403]);
      }
    });

    it('must be JSON, which a browser does not send to another origin without asking', async () => {
      const { host } = new URL(server.url);
      expect(await drop({ host, 'content-type': 'application/json; charset=utf-8' })).toBe(400);
      expect(await drop({ host })).toBe(415);
      expect(await drop({ host, 'content-type': 'text/plain' })).toBe(415);
      expect(await drop({ host, 'content-type': 'application/x-www-form-urlencoded' })).toBe(415);
      expect(await drop({ host, 'content-type': 'application/json+x' })).toBe(415);
    });

    it('is judged whatever its method', async () => {
      const { host } = new URL(server.url);
      for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
        const origin = 'http://localhost:3000';
        expect([method, await drop({ host, ...json, origin }, method)]).toEqual([method, 403]);
        expect([method, await drop({ host }, method)]).toEqual([method, 415]);
      }
    });
  });

  const startAt = (host: string, port: number, folder = pageFolder): Promise<ApiServer> =>
    startApi({
      ...{ view, deliveries: {} as DeliveryDesk, reloads: noReloads, log, pageFolder: folder },
      ...{ host, port, version: '1' },
    });

  it('says in words that a port is taken', async () => {
    const port = Number(new URL(server.url).port);
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
    const folder = join(pageFolder, 'not-there');
    const bare = await startAt('127.0.0.1', 0, folder);
    const page = await fetch(bare.url);
    expect(page.status).toBe(503);
    expect(await page.text()).toMatch(/^The page is not built: npm run build.*\n网页尚未构建/);
    expect((await fetch(new URL('/healthz', bare.url))).status).toBe(200);
    await bare.close();
    expect(log.lines.map(({ message }) => message).join()).toMatch(
      /page is not built.*网页尚未构建/,
    );
  });

  describe('live feed', () => {
    type Feed = {
      readonly next: () => Promise<LiveValues | LiveFailure>;
      readonly send: (message: unknown) => void;
      readonly close: () => void;
    };

    const open = async (): Promise<Feed> => {
      const url = new URL('/api/v1/live', server.url);
      url.protocol = 'ws:';
      const socket = new WebSocket(url);
      const arrived: (LiveValues | LiveFailure)[] = [];
      let wake = (): void => undefined;
      socket.addEventListener('message', (event) => {
        arrived.push(JSON.parse(String(event.data)));
        wake();
      });
      await new Promise((resolve, reject) => {
        socket.addEventListener('open', resolve, { once: true });
        socket.addEventListener('error', reject, { once: true });
      });
      const next = async (): Promise<LiveValues | LiveFailure> => {
        for (;;) {
          const message = arrived.shift();
          if (message !== undefined) return message;
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      };
      return {
        next,
        send: (message) => socket.send(JSON.stringify(message)),
        close: () => socket.close(),
      };
    };

    it('sends all that was asked for at once, then only what is new, and a sign of life', async () => {
      const feed = await open();
      feed.send({
        type: 'subscribe',
        points: ['welding/mpm01/*/heatInput', '*/*/*/*/*/state'],
        intervalMs: 100,
      });
      const first = await feed.next();
      expect(first).toMatchObject({ type: 'values', nowMs: 5000 });
      expect((first as LiveValues).values.map(([number]) => number)).toEqual([
        signals.pointNumbers[2],
        kpi.pointNumbers[0],
      ]);
      expect(await feed.next()).toEqual({ type: 'values', nowMs: 5000, values: [] });
      view.latest.read(
        new EntryBatchBuilder().frame(kpi, { timeMs: 5000, values: { heatInput: 0.37 } }).build(),
      );
      let message = (await feed.next()) as LiveValues;
      while (message.values.length === 0) message = (await feed.next()) as LiveValues;
      expect(message.values).toEqual([[kpi.pointNumbers[0], 5000, 0.37, 0]]);
      feed.close();
    });

    it('says what is wrong with a request and goes on', async () => {
      const feed = await open();
      feed.send({ type: 'subscribe', points: [], intervalMs: 5 });
      expect(await feed.next()).toMatchObject({ type: 'error' });
      feed.send({ type: 'subscribe', points: ['*/*/*/*/*/current'], intervalMs: 100 });
      expect(await feed.next()).toMatchObject({
        values: [[signals.pointNumbers[0], 4000, null, statusCodes.badTimeout]],
      });
      feed.close();
    });
  });
});
