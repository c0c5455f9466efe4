import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { failure } from '../../../gateway/api/failure-answer.ts';
import { GatewayError } from '../../../gateway/core/error.ts';
import type { DeliveryDesk } from '../../../gateway/runtime/delivery-desk.ts';
import { signals, startTestApi, type TestApi } from '../../support/gateway-view.ts';

type Failure = z.infer<typeof failure>['error'];

// Every refusal has one shape: a code, the words in both languages, and what is wrong where the request is.
describe('what the HTTP interface does not answer', () => {
  let api: TestApi;

  beforeAll(async () => {
    const deliveries: Partial<DeliveryDesk> = {
      has: (id) => id === 'database',
      receipts: () => Promise.reject(new Error('a secret of the inside')),
      quarantine: () =>
        Promise.reject(
          new GatewayError('STORE_FAILED', { en: 'no disk', zh: '没有磁盘' }, { retryable: false }),
        ),
    };
    api = await startTestApi({ deliveries: deliveries as DeliveryDesk });
  });

  afterAll(() => api.close());

  const failureOf = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(new URL(path, api.server.url), init);
    const { error } = (await response.json()) as { error: Failure };
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(error.message).toBe(error.words.en);
    expect(error.words.zh).toMatch(/\p{Script=Han}/u);
    return { status: response.status, ...error };
  };

  const post = (path: string, body: string) =>
    failureOf(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body });

  it.each([
    [
      '/api/v1/events?limit=5000',
      'query parameter limit: found "5000", expected at most 1000',
      '查询参数 limit：发现 "5000"，应为不大于 1000 的数',
    ],
    [
      '/api/v1/events?limt=5',
      'query parameter limt: found an unknown name, expected one of limit, afterSeq',
      '查询参数 limt：发现未知的名称，应为 limit、afterSeq 之一',
    ],
    [
      '/api/v1/points?limit=5',
      'query parameter limit: found an unknown name, expected none',
      '查询参数 limit：发现未知的名称，应为空',
    ],
    [
      '/api/v1/events?limit=',
      'query parameter limit: found "", expected a number',
      '查询参数 limit：发现 ""，应为数字',
    ],
    [
      '/api/v1/events?limit=1.5',
      'query parameter limit: found "1.5", expected a whole number',
      '查询参数 limit：发现 "1.5"，应为整数',
    ],
    [
      '/api/v1/events?limit=1&limit=2',
      'query parameter limit: found a list, expected a number',
      '查询参数 limit：发现列表，应为数字',
    ],
    [
      '/api/v1/events?limit=0x10',
      'query parameter limit: found "0x10", expected a number',
      '查询参数 limit：发现 "0x10"，应为数字',
    ],
    [
      `/api/v1/points/1/history?fromMs=2&toMs=1`,
      'query parameter toMs: found "1", expected an instant after fromMs',
      '查询参数 toMs：发现 "1"，应为晚于 fromMs 的时刻',
    ],
    [
      '/api/v1/points/1/history?toMs=1',
      'query parameter fromMs is missing: expected a number',
      '缺少查询参数 fromMs：应为数字',
    ],
    [
      '/api/v1/panels/P-1?revision=0',
      'query parameter revision: found "0", expected at least 1',
      '查询参数 revision：发现 "0"，应为不小于 1 的数',
    ],
    [
      `/api/v1/panels/${'P'.repeat(201)}`,
      `path parameter id: found "${'P'.repeat(60)}…", expected text of at most 200 characters`,
      `路径参数 id：发现 "${'P'.repeat(60)}…"，应为字符数不大于 200 的文本`,
    ],
    [
      '/api/v1/production/orders?status=lost',
      /^query parameter status: found "lost", expected one of .*completed/,
      /^查询参数 status：发现 "lost"，应为 .*completed.* 之一$/,
    ],
  ])('%s', async (path, en, zh) => {
    const { status, code, words, fields } = await failureOf(path);
    expect([status, code]).toEqual([400, 'BAD_REQUEST']);
    expect(words).toEqual({
      en: typeof en === 'string' ? en : expect.stringMatching(en),
      zh: typeof zh === 'string' ? zh : expect.stringMatching(zh),
    });
    expect(fields).toHaveLength(1);
  });

  it('names each field that is wrong, what was found and what is expected', async () => {
    const { fields } = await post(
      '/api/v1/sinks/database/quarantine/drop',
      '{"ids":["7"],"all":true}',
    );
    expect(fields).toEqual([
      {
        ...{ place: 'body', field: 'ids.0', found: { en: '"7"', zh: '"7"' } },
        expected: { en: 'a number', zh: '数字' },
      },
      {
        ...{ place: 'body', field: 'all', found: { en: 'an unknown name', zh: '未知的名称' } },
        expected: { en: 'ids', zh: 'ids' },
      },
    ]);
    const many = JSON.stringify({ ids: Array.from({ length: 900 }, () => 'x') });
    const answer = await post('/api/v1/sinks/database/quarantine/drop', many);
    expect(answer.fields).toHaveLength(20);
    expect(answer.words.zh).toMatch(/另有 895 处$/);
  });

  it('is said of paths and of things that there are not', async () => {
    expect(await failureOf('/api/v1/nothing')).toMatchObject({
      ...{ status: 404, code: 'NOT_FOUND' },
      words: { zh: expect.stringMatching(/^没有 GET \/api\/v1\/nothing：/) },
    });
    const long = await failureOf(`/${'x'.repeat(5000)}`);
    expect(long.message.length).toBeLessThan(300);
    const range = 'fromMs=1&toMs=2';
    expect(await failureOf(`/api/v1/points/999/history?${range}`)).toMatchObject({
      ...{ status: 404, words: { zh: '没有测点 999：/api/v1/points 可列出全部' } },
    });
    expect((await post('/api/v1/sinks/nobody/quarantine/drop', '{"ids":[1]}')).status).toBe(404);
    for (const path of ['/api/v1/panels', '/api/v1/panels/P-1', '/api/v1/production/orders']) {
      expect([path, (await failureOf(path)).status]).toEqual([path, 404]);
    }
    expect((await failureOf('/api/v1/live')).status).toBe(426);
    expect((await post('/api/v1/points', '{}')).status).toBe(404);
  });

  it('finds a point by a path as long as its schema allows, with every / encoded', async () => {
    const id = `welding/mpm01/f01/${'位'.repeat(480)}`;
    const { status, words } = await failureOf(
      `/api/v1/points/${encodeURIComponent(id)}/history?fromMs=1&toMs=2`,
    );
    expect([status, words.en.startsWith(`no point ${id}`)]).toEqual([404, true]);
    const longer = await failureOf(`/api/v1/points/${'x'.repeat(1600)}/history?fromMs=1&toMs=2`);
    expect([longer.status, longer.words.zh]).toEqual([
      ...[400, expect.stringMatching(/^路径参数 id：.*字符数不大于 500 的文本$/)],
    ]);
  });

  it('is said of bodies that are no JSON, empty, too large, or of another kind', async () => {
    const drop = '/api/v1/sinks/database/quarantine/drop';
    expect(await post(drop, '{')).toMatchObject({
      ...{ status: 400, code: 'BAD_REQUEST', words: { zh: '请求体不是 JSON' } },
    });
    expect(await post(drop, '')).toMatchObject({
      status: 400,
      words: { zh: expect.stringMatching(/请求体为空/) },
    });
    expect(await post(drop, '{"__proto__":{}}')).toMatchObject({ status: 400 });
    expect(await post(drop, JSON.stringify({ ids: 'x'.repeat(70_000) }))).toMatchObject({
      ...{ status: 413, code: 'TOO_LARGE' },
      words: { zh: '请求体过大：此处最多接收 65536 字节' },
    });
    const text = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x' };
    expect(await failureOf(drop, text)).toMatchObject({
      ...{ status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' },
      words: { zh: 'content-type 为 "text/plain"：应为 application/json' },
    });
    expect(await post('/api/v1/reload', '{"force":true}')).toMatchObject({
      ...{ status: 400, fields: [{ field: 'force' }] },
    });
    expect((await failureOf('/api/v1/points/%E4%BD/history')).status).toBe(400);
  });

  it('tells nothing of the inside, and the cause of what is known', async () => {
    const inside = await failureOf('/api/v1/sinks/database/receipts');
    expect([inside.status, inside.code, inside.words.zh]).toEqual([
      ...[500, 'INTERNAL', '网关未能应答，原因见其日志'],
    ]);
    expect(JSON.stringify(inside)).not.toContain('secret');
    expect(JSON.stringify(api.log.lines)).toContain('request failed');
    expect(await failureOf('/api/v1/sinks/database/quarantine')).toMatchObject({
      ...{ status: 500, code: 'STORE_FAILED', words: { zh: '数据目录无法读写（没有磁盘）' } },
    });
  });

  it.each([
    ['HTTP/1.1 400 BAD_REQUEST', 'no HTTP at all\r\n\r\n', '请求有误'],
    [
      'HTTP/1.1 431 HEADERS_TOO_LARGE',
      `GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`,
      '请求头过大',
    ],
  ])('answers %s in words to what is no request', async (head, sent, zh) => {
    const socket = connect(Number(new URL(api.server.url).port), '127.0.0.1');
    let answer = '';
    socket.on('data', (data) => {
      answer += String(data);
    });
    socket.on('error', () => undefined);
    socket.write(sent);
    await once(socket, 'close', { signal: AbortSignal.timeout(5000) });
    expect(answer).toMatch(new RegExp(`^${head}\r\n`));
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({
      error: { words: { zh } },
    });
  });

  it('goes on when clients leave amid a request or an answer, and takes no part of a request', async () => {
    const port = Number(new URL(api.server.url).port);
    const logged = api.log.lines.length;
    for (const sent of [
      'GET /api/v1/openapi.json HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n',
      'POST /api/v1/sinks/database/quarantine/drop HTTP/1.1\r\nhost: 127.0.0.1\r\n' +
        'content-type: application/json\r\ncontent-length: 100\r\n\r\n{"ids":',
    ]) {
      for (let client = 0; client < 20; client += 1) {
        const socket = connect(port, '127.0.0.1');
        socket.on('error', () => undefined);
        await once(socket, 'connect');
        socket.write(sent);
        if (client % 2 === 0) socket.resetAndDestroy();
        else setTimeout(() => socket.destroy(), client);
        await once(socket, 'close', { signal: AbortSignal.timeout(5000) });
      }
    }
    const range = 'fromMs=1&toMs=2&maxIntervals=1';
    const path = `/api/v1/points/${signals.pointNumbers[0]}/history?${range}`;
    expect((await api.get(path)).status).toBe(200);
    expect(api.log.lines.slice(logged)).toEqual([]);
  });

  it('is described, route by route, in the OpenAPI document', async () => {
    const { body } = await api.get('/api/v1/openapi.json');
    const { paths } = body as {
      paths: Record<string, Record<string, { responses: Record<string, { description: string }> }>>;
    };
    for (const [path, methods] of Object.entries(paths)) {
      for (const [method, { responses }] of Object.entries(methods)) {
        expect(responses['403']?.description, path).toMatch(/^FORBIDDEN: /);
        expect(responses, path).toHaveProperty('500');
        if (path.startsWith('/api/')) expect(responses, path).toHaveProperty('400');
        if (path.includes('{')) expect(responses, path).toHaveProperty('404');
        if (method !== 'post') continue;
        expect(responses, path).toHaveProperty('413');
        expect(responses['415']?.description, path).toMatch(/^UNSUPPORTED_MEDIA_TYPE: /);
      }
    }
    const history = (paths['/api/v1/points/{id}/history'] as Record<string, unknown>)['get'];
    const { parameters } = history as { parameters: { name: string }[] };
    const named = (name: string) => parameters.find((parameter) => parameter.name === name);
    expect(named('maxIntervals')).toMatchObject({
      schema: { type: 'integer', minimum: 1, maximum: 5000, default: 1000 },
    });
    expect(JSON.stringify(paths['/api/v1/events'])).toContain('"default":0');
    expect(named('fromMs')).toMatchObject({ required: true, schema: { type: 'number' } });
  });
});
