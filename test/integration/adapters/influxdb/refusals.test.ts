import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  type InfluxWriteServer,
  type ScriptedAnswer,
  startInfluxWriteServer,
} from '../../../support/influx-write-server.ts';
import { createTestSink, type TestInfluxdbSink } from '../../../support/influxdb-sink.ts';
import { numberedDirectory, numberedFrames, numberOf } from '../../../support/numbered-frames.ts';

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
    const { accepted, rejected } = await sinkTo(version2).write(numberedFrames(100));
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
    const { rejected } = await sinkTo(version3).write(numberedFrames(100));
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
    const { rejected } = await sinkTo(version3).write(numberedFrames(100));
    expect(rejected.map(({ index }) => index)).toEqual([5, 61]);
    expect(stored).toEqual(goodOnes(100, isBad));
  });

  it('of whole requests are narrowed down to the bad lines', async () => {
    const stored = storing(isBad, () => ({
      status: 400,
      body: { code: 'invalid', message: 'unable to parse: bad timestamp' },
    }));
    const { rejected } = await sinkTo(version2).write(numberedFrames(100));
    expect(rejected).toEqual(
      [5, 61].map((index) => ({ index, reason: 'unable to parse: bad timestamp' })),
    );
    expect(stored).toEqual(goodOnes(100, isBad));
    expect([...stored]).toEqual(sorted(stored));
  });

  it('without end cost a bounded number of requests, and nothing is lost', async () => {
    const isOdd = (value: number): boolean => value % 2 === 1;
    const stored = storing(isOdd, () => ({ status: 400, body: 'no' }));
    const { accepted, rejected } = await sinkTo(version2).write(numberedFrames(2_000));
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
    expect(await write(numberedFrames(2_000))).toEqual({ accepted: 2_000, rejected: [] });
    const first = server.received.length;
    expect(await write(numberedFrames(2_000))).toEqual({ accepted: 2_000, rejected: [] });
    expect(server.received.length - first).toBeLessThan(first);
  });

  it('with a single line are refused', async () => {
    limited(10);
    expect(await sinkTo(version2).write(numberedFrames(1))).toEqual({
      accepted: 0,
      rejected: [{ index: 0, reason: 'cannot read data' }],
    });
  });
});

describe('a batch that failed half-way', () => {
  it('goes on where it had come to, and keeps what was refused', async () => {
    const { write, context } = sinkTo({ ...version2, batchLines: 10 });
    const entries = numberedFrames(50);
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
