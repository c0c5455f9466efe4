import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { EntryBatch } from '../../../../gateway/core/entry.ts';
import { GatewayError } from '../../../../gateway/core/error.ts';
import type { RegisteredGroup } from '../../../../gateway/core/point.ts';
import { EntryBatchBuilder, testDirectory, testGroup } from '../../../support/entry-batch.ts';
import {
  type InfluxWriteServer,
  type ReceivedWrite,
  type ScriptedAnswer,
  startInfluxWriteServer,
} from '../../../support/influx-write-server.ts';
import { createTestSink, type TestInfluxdbSink } from '../../../support/influxdb-sink.ts';

// What InfluxDB 2.x, 3 and the services before them answer, after their HTTP API references; no package brings them.

const startMs = 1_700_000_000_000;
const version1 = { version: 1, database: 'edge' };
const version2 = { version: 2, org: 'plant', bucket: 'edge', token: 'secret-token' };
const version3 = { version: 3, database: 'edge', token: 'secret-token' };

const directory = testDirectory([testGroup({ channels: ['a'] })]);
const [group] = directory.groups as [RegisteredGroup];

const frames = (count: number): EntryBatch => {
  const builder = new EntryBatchBuilder();
  for (let index = 0; index < count; index += 1) {
    builder.frame(group, { timeMs: startMs + index, values: { a: index } });
  }
  return builder.build();
};

const numberOf = (line: string): number => Number(/ a=(\d+) /.exec(line)?.[1]);

let server: InfluxWriteServer;
beforeEach(async () => {
  server = await startInfluxWriteServer();
  const { close } = server;
  onTestFinished(close);
});

const sinkTo = (config: object): TestInfluxdbSink => {
  const sink = createTestSink({ url: server.url, ...config }, directory);
  onTestFinished(() => sink.sink.close());
  return sink;
};

/** Stores lines as a server does: the set of values of all lines that it has taken. */
const storing = (
  isBad: (value: number) => boolean,
  refuse: (lines: readonly string[], store: (lines: readonly string[]) => void) => ScriptedAnswer,
): ReadonlySet<number> => {
  const stored = new Set<number>();
  const store = (lines: readonly string[]): void => {
    for (const line of lines) stored.add(numberOf(line));
  };
  server.answer(({ lines }) => {
    if (lines.some((line) => isBad(numberOf(line)))) return refuse(lines, store);
    store(lines);
    return { status: 204 };
  });
  return stored;
};

const goodOnes = (count: number, isBad: (value: number) => boolean): Set<number> =>
  new Set(Array.from({ length: count }, (_, value) => value).filter((value) => !isBad(value)));

const sorted = (values: Iterable<number>): number[] => [...values].sort((a, b) => a - b);

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
    expect(await write(frames(2))).toEqual({ accepted: 2, rejected: [] });
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
    await sinkTo({ ...version2, url: `${server.url}/influx/` }).write(frames(1));
    expect(server.received[0]?.path).toBe('/influx/api/v2/write');
  });

  it('are compressed when told so', async () => {
    await sinkTo({ ...version2, gzip: true }).write(frames(3));
    expect(server.received[0]?.headers['content-encoding']).toBe('gzip');
    expect(server.received[0]?.lines.map(numberOf)).toEqual([0, 1, 2]);
  });

  it('hold at most the lines and bytes that are configured, in order', async () => {
    await sinkTo({ ...version2, batchLines: 7 }).write(frames(20));
    expect(server.received.map(({ lines }) => lines.map(numberOf))).toEqual([
      [0, 1, 2, 3, 4, 5, 6],
      [7, 8, 9, 10, 11, 12, 13],
      [14, 15, 16, 17, 18, 19],
    ]);
    const before = server.received.length;
    await sinkTo({ ...version2, maxBodyBytes: 1_024 }).write(frames(20));
    const bodies = server.received.slice(before).map(({ body }) => Buffer.byteLength(body));
    expect(Math.max(...bodies)).toBeLessThanOrEqual(1_024);
    expect(bodies.length).toBe(3);
  });

  it('go again over a new connection when the server had closed an idle one', async () => {
    const { write, context } = sinkTo(version2);
    await write(frames(1));
    server.dropConnections();
    expect(await write(frames(1))).toEqual({ accepted: 1, rejected: [] });
    expect(context.counters).toMatchObject({ requests: 2, stored_lines: 2 });
  });
});

describe('refusals of lines', () => {
  const isBad = (value: number): boolean => value === 5 || value === 61;

  it('of InfluxDB 2.x are found by its count', async () => {
    const stored = storing(isBad, (lines, store) => {
      const good = lines.filter((line) => !isBad(numberOf(line)));
      store(good);
      const message =
        'failure writing points to database: partial write: max-values-per-tag limit exceeded ' +
        `dropped=${lines.length - good.length}`;
      return { status: 422, body: { code: 'unprocessable entity', message } };
    });
    const { accepted, rejected } = await sinkTo(version2).write(frames(100));
    expect(accepted).toBe(98);
    expect(rejected).toEqual(
      [5, 61].map((index) => ({ index, reason: 'max-values-per-tag limit exceeded' })),
    );
    expect(stored).toEqual(goodOnes(100, isBad));
    expect(server.received.length).toBeLessThan(22);
  });

  const named = (lines: readonly string[], numbers: readonly number[]): ScriptedAnswer => ({
    status: 400,
    body: {
      error: 'partial write of line protocol occurred',
      data: numbers.map((number) => ({
        original_line: lines[number - 1],
        line_number: number,
        error_message: `invalid column type for column 'a' in line ${number}`,
      })),
    },
  });
  const badNumbers = (lines: readonly string[]): number[] =>
    lines.flatMap((line, index) => (isBad(numberOf(line)) ? [index + 1] : []));

  it('of InfluxDB 3 are taken from the lines that it names', async () => {
    const stored = storing(isBad, (lines, store) => {
      store(lines.filter((line) => !isBad(numberOf(line))));
      return named(lines, badNumbers(lines));
    });
    const { rejected } = await sinkTo(version3).write(frames(100));
    expect(rejected.map(({ index }) => index)).toEqual([5, 61]);
    expect(rejected[1]?.reason).toBe(`invalid column type for column 'a' in line 62`);
    expect(stored).toEqual(goodOnes(100, isBad));
    expect(server.received).toHaveLength(2);
  });

  it.each([
    ['only some', (numbers: number[]) => numbers.slice(0, 1)],
    ['the wrong ones', (numbers: number[]) => numbers.map((number) => number + 1)],
    ['lines beyond the last', () => [1_000_000]],
  ])('are found all the same when the server names %s', async (_name, lie) => {
    const stored = storing(isBad, (lines, store) => {
      store(lines.filter((line) => !isBad(numberOf(line))));
      return named(lines, lie(badNumbers(lines)));
    });
    const { rejected } = await sinkTo(version3).write(frames(100));
    expect(rejected.map(({ index }) => index)).toEqual([5, 61]);
    expect(stored).toEqual(goodOnes(100, isBad));
  });

  it('of whole requests are narrowed down to the bad lines', async () => {
    const stored = storing(isBad, () => ({
      status: 400,
      body: { code: 'invalid', message: 'unable to parse: bad timestamp' },
    }));
    const { rejected } = await sinkTo(version2).write(frames(100));
    expect(rejected).toEqual(
      [5, 61].map((index) => ({ index, reason: 'unable to parse: bad timestamp' })),
    );
    expect(stored).toEqual(goodOnes(100, isBad));
    expect([...stored]).toEqual(sorted(stored));
  });

  it('without end cost a bounded number of requests, and nothing is lost', async () => {
    const isOdd = (value: number): boolean => value % 2 === 1;
    const stored = storing(isOdd, () => ({ status: 400, body: 'no' }));
    const { accepted, rejected } = await sinkTo(version2).write(frames(2_000));
    expect(server.received.length).toBeLessThan(150);
    expect(accepted + rejected.length).toBe(2_000);
    const refused = new Set(rejected.map(({ index }) => index));
    expect(refused.size).toBe(rejected.length);
    for (let value = 0; value < 2_000; value += 1) {
      expect(stored.has(value)).toBe(!refused.has(value));
    }
    expect(rejected.at(-1)?.reason).toMatch(/^among \d+ lines that were refused together: no$/);
  });
});

describe('requests that are too large', () => {
  const limited = (bytes: number): void => {
    server.answer(({ body }) =>
      Buffer.byteLength(body) > bytes
        ? { status: 413, body: { code: 'request too large', message: 'cannot read data' } }
        : { status: 204 },
    );
  };

  it('are halved until they fit, and later ones begin smaller', async () => {
    limited(40_000);
    const { write } = sinkTo(version2);
    expect(await write(frames(2_000))).toEqual({ accepted: 2_000, rejected: [] });
    const first = server.received.length;
    expect(await write(frames(2_000))).toEqual({ accepted: 2_000, rejected: [] });
    expect(server.received.length - first).toBeLessThan(first);
  });

  it('with a single line are refused', async () => {
    limited(10);
    expect(await sinkTo(version2).write(frames(1))).toEqual({
      accepted: 0,
      rejected: [{ index: 0, reason: 'cannot read data' }],
    });
  });
});

const failure = async (config: object, answer: ScriptedAnswer): Promise<GatewayError> => {
  server.answer(() => answer);
  try {
    await sinkTo(config).write(frames(10));
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error('the write should have failed');
};

describe('answers that say nothing about lines', () => {
  it.each([
    [version1, 401, { error: 'authorization failed' }, 'AUTHENTICATION_FAILED', 30_000],
    [
      version2,
      401,
      { code: 'unauthorized', message: 'unauthorized access' },
      'AUTHENTICATION_FAILED',
      30_000,
    ],
    [version3, 403, { error: 'token lacks permission' }, 'AUTHENTICATION_FAILED', 30_000],
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
    await expect(sinkTo(version3).write(frames(1))).rejects.toMatchObject({
      code: 'AUTHENTICATION_FAILED',
      message: expect.stringContaining('not authenticated'),
    });
    server.answerPing({ status: 503 });
    await expect(sinkTo(version1).write(frames(1))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    server.answerPing({ status: 404 });
    expect(await sinkTo(version2).write(frames(1))).toEqual({ accepted: 1, rejected: [] });
  });

  it('never end are given up at the deadline', async () => {
    server.answer(() => ({ status: 400, body: 'half', headers: { 'content-length': 100 } }));
    const startedMs = performance.now();
    await expect(sinkTo({ ...version2, timeoutMs: 200 }).write(frames(1))).rejects.toMatchObject({
      code: 'TIMEOUT',
      retryable: true,
    });
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });
});

describe('a batch that failed half-way', () => {
  it('goes on where it had come to, and keeps what was refused', async () => {
    const { write, context } = sinkTo({ ...version2, batchLines: 10 });
    const entries = frames(50);
    let isDown = true;
    server.answer(({ lines }) => {
      const values = lines.map(numberOf);
      if (values.includes(25) && isDown) return { status: 503 };
      return values.includes(3) ? { status: 400, body: 'bad' } : { status: 204 };
    });
    await expect(write(entries)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    isDown = false;
    const before = server.received.length;
    expect(await write(entries)).toEqual({
      accepted: 49,
      rejected: [{ index: 3, reason: 'bad' }],
    });
    const values = server.received.slice(before).flatMap(({ lines }) => lines.map(numberOf));
    expect(values).toEqual(Array.from({ length: 30 }, (_, index) => index + 20));
    expect(context.counters).toMatchObject({ stored_lines: 49, refused_entries: 1 });
  });
});
