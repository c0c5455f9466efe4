import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { GatewayError } from '../../../../gateway/core/error.ts';
import {
  type InfluxWriteServer,
  type ReceivedWrite,
  type ScriptedAnswer,
  startInfluxWriteServer,
} from '../../../support/influx-write-server.ts';
import { createTestSink, type TestInfluxdbSink } from '../../../support/influxdb-sink.ts';
import { numberedDirectory, numberedFrames, numberOf } from '../../../support/numbered-frames.ts';

// What InfluxDB 2.x, 3 and the services before them answer, after their HTTP API references; no package brings them.

const version1 = { version: 1, database: 'edge' };
const version2 = { version: 2, org: 'plant', bucket: 'edge', token: 'secret-token' };
const version3 = { version: 3, database: 'edge', token: 'secret-token' };

let server: InfluxWriteServer;
beforeEach(async () => {
  server = await startInfluxWriteServer();
  const { close } = server;
  onTestFinished(close);
});

const sinkTo = (config: object): TestInfluxdbSink => {
  const sink = createTestSink({ url: server.url, ...config }, numberedDirectory);
  onTestFinished(() => sink.sink.close());
  return sink;
};

describe('requests', () => {
  it.each([
    [
      version1,
      { path: '/write', query: { db: 'edge', precision: 'ns' }, authorization: undefined },
    ],
    [
      { ...version1, retentionPolicy: 'raw', username: 'gw', password: 'p:w' },
      {
        path: '/write',
        query: { db: 'edge', precision: 'ns', rp: 'raw' },
        authorization: `Basic ${Buffer.from('gw:p:w').toString('base64')}`,
      },
    ],
    [
      version2,
      {
        path: '/api/v2/write',
        query: { org: 'plant', bucket: 'edge', precision: 'ns' },
        authorization: 'Token secret-token',
      },
    ],
    [
      version3,
      {
        path: '/api/v3/write_lp',
        query: { db: 'edge', precision: 'nanosecond', accept_partial: 'true' },
        authorization: 'Bearer secret-token',
      },
    ],
  ])('follow the write API of %o', async (config, expected) => {
    const { write } = sinkTo(config);
    expect(await write(numberedFrames(2))).toEqual({ accepted: 2, rejected: [] });
    const [request] = server.received as [ReceivedWrite];
    expect({
      path: request.path,
      query: request.query,
      authorization: request.headers.authorization,
    }).toEqual(expected);
    expect(request.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(request.lines.map(numberOf)).toEqual([0, 1]);
  });

  it('go below the path of the url', async () => {
    await sinkTo({ ...version2, url: `${server.url}/influx/` }).write(numberedFrames(1));
    expect(server.received[0]?.path).toBe('/influx/api/v2/write');
  });

  it('are compressed when told so', async () => {
    await sinkTo({ ...version2, gzip: true }).write(numberedFrames(3));
    expect(server.received[0]?.headers['content-encoding']).toBe('gzip');
    expect(server.received[0]?.lines.map(numberOf)).toEqual([0, 1, 2]);
  });

  it('hold at most the lines and bytes that are configured, in order', async () => {
    await sinkTo({ ...version2, batchLines: 7 }).write(numberedFrames(20));
    expect(server.received.map(({ lines }) => lines.map(numberOf))).toEqual([
      [0, 1, 2, 3, 4, 5, 6],
      [7, 8, 9, 10, 11, 12, 13],
      [14, 15, 16, 17, 18, 19],
    ]);
    const before = server.received.length;
    await sinkTo({ ...version2, maxBodyBytes: 1_024 }).write(numberedFrames(20));
    const bodies = server.received.slice(before).map(({ body }) => Buffer.byteLength(body));
    expect(Math.max(...bodies)).toBeLessThanOrEqual(1_024);
    expect(bodies.length).toBe(3);
  });

  it('go again over a new connection when the server had closed an idle one', async () => {
    const { write, context } = sinkTo(version2);
    await write(numberedFrames(1));
    server.dropConnections();
    expect(await write(numberedFrames(1))).toEqual({ accepted: 1, rejected: [] });
    expect(context.counters).toMatchObject({ requests: 2, stored_lines: 2 });
  });
});

const failure = async (config: object, answer: ScriptedAnswer): Promise<GatewayError> => {
  server.answer(() => answer);
  try {
    await sinkTo(config).write(numberedFrames(10));
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error('the write should have failed');
};

describe('answers that say nothing about lines', () => {
  it.each([
    [version1, 401, { error: 'authorization failed' }, 'AUTHENTICATION_FAILED', 10_000],
    [
      version2,
      401,
      { code: 'unauthorized', message: 'unauthorized access' },
      'AUTHENTICATION_FAILED',
      10_000,
    ],
    [version3, 403, { error: 'token lacks permission' }, 'AUTHENTICATION_FAILED', 10_000],
    [
      version2,
      404,
      { code: 'not found', message: 'bucket "edge" not found' },
      'UNAVAILABLE',
      undefined,
    ],
    [version2, 405, '', 'UNAVAILABLE', undefined],
    [
      version2,
      500,
      { code: 'internal error', message: 'engine is closed' },
      'UNAVAILABLE',
      undefined,
    ],
    [version2, 503, '<html>no healthy upstream</html>', 'UNAVAILABLE', undefined],
    [version2, 200, 'welcome to the guest network', 'UNAVAILABLE', undefined],
  ])('for %o: %i %o is %s', async (config, status, body, code, retryAfterMs) => {
    const error = await failure(config, { status, body });
    expect(error).toMatchObject({ code, retryable: true, retryAfterMs });
    const words = typeof body === 'string' ? body : Object.values(body).at(-1);
    expect(error.message).toContain(`${status}: ${words === '' ? 'no reason given' : words}`);
    expect(error.message).toContain(server.url);
    expect(error.message).not.toContain('secret-token');
  });

  it.each([
    [429, '17', 17_000],
    [503, '3', 3_000],
    [503, 'Tue, 14 Nov 2023 22:13:50 GMT', 30_000],
    [503, '86400', 600_000],
    [503, 'Tue, 14 Nov 2023 22:10:00 GMT', 0],
    [503, 'soon', undefined],
  ])(
    'with status %i and Retry-After %s say when to come back',
    async (status, header, expected) => {
      const headers = { 'retry-after': header, date: 'Tue, 14 Nov 2023 22:13:20 GMT' };
      expect(await failure(version2, { status, headers })).toMatchObject({
        code: 'UNAVAILABLE',
        retryAfterMs: expected,
      });
    },
  );

  it('that redirect are not followed', async () => {
    const other = await startInfluxWriteServer();
    onTestFinished(other.close);
    const headers = { location: `${other.url}/api/v2/write` };
    const error = await failure(version2, { status: 307, headers });
    expect(error.message).toContain(other.url);
    expect(other.received).toEqual([]);
    expect(server.received).toHaveLength(1);
  });

  it('of any length are read only so far', async () => {
    const error = await failure(version2, { status: 500, body: 'x'.repeat(3_000_000) });
    expect(error.message.length).toBeLessThan(700);
  });

  it('that refuse the greeting keep the sink from opening', async () => {
    server.answerPing({ status: 401, body: { error: 'the request was not authenticated' } });
    await expect(sinkTo(version3).write(numberedFrames(1))).rejects.toMatchObject({
      code: 'AUTHENTICATION_FAILED',
      message: expect.stringContaining('not authenticated'),
    });
    server.answerPing({ status: 503 });
    await expect(sinkTo(version1).write(numberedFrames(1))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    server.answerPing({ status: 404 });
    expect(await sinkTo(version2).write(numberedFrames(1))).toEqual({ accepted: 1, rejected: [] });
  });

  it('never end are given up at the deadline', async () => {
    server.answer(() => ({ status: 400, body: 'half', headers: { 'content-length': 100 } }));
    const startedMs = performance.now();
    await expect(
      sinkTo({ ...version2, timeoutMs: 200 }).write(numberedFrames(1)),
    ).rejects.toMatchObject({
      code: 'TIMEOUT',
      retryable: true,
    });
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });
});

describe('the deadline of the caller', () => {
  it('is told from a stop', async () => {
    const silent = new Promise<never>(() => undefined);
    server.answer(() => ({ status: 204, after: silent }));
    const { sink } = sinkTo(version2);
    await sink.open(AbortSignal.timeout(5_000));
    const batch = { entries: numberedFrames(1), history: false };
    await expect(sink.write(batch, AbortSignal.timeout(50))).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
    const stop = new AbortController();
    const stopped = sink.write(batch, stop.signal);
    stop.abort();
    await expect(stopped).rejects.toMatchObject({ code: 'ABORTED', retryable: true });
  });
});
