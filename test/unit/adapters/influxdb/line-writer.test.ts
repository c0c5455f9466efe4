import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineEncoder } from '../../../../adapters/influxdb/line-encoder.ts';
import { LineWriter, type Refusals } from '../../../../adapters/influxdb/line-writer.ts';
import type { WriteAnswer } from '../../../../adapters/influxdb/write-answer.ts';
import { GatewayError } from '../../../../gateway/core/error.ts';
import type { RegisteredGroup } from '../../../../gateway/core/point.ts';
import { EntryBatchBuilder, testDirectory, testGroup } from '../../../support/entry-batch.ts';
import { testSeed } from '../../../support/seed.ts';

const directory = testDirectory([testGroup({ channels: ['a'] })]);
const [group] = directory.groups as [RegisteredGroup];
const site = { enterprise: 'seamwatt', site: 'demo', simulated: false };

const linesOf = (count: number): ReturnType<LineEncoder['encode']> => {
  const builder = new EntryBatchBuilder();
  for (let index = 0; index < count; index += 1) {
    builder.frame(group, { timeMs: 1_700_000_000_000, values: { a: index } });
  }
  return new LineEncoder({ directory, ...site }).encode(builder.build());
};

const valuesIn = (body: Buffer): number[] =>
  [...body.toString().matchAll(/ a=(\d+) /g)].map(([, digits]) => Number(digits));

/** How a server tells of bad lines: by count and storing the rest, by naming them, or by refusing all. */
const manners = ['partial', 'named', 'refused'] as const;

type Server = {
  readonly isBad: (value: number) => boolean;
  readonly manner: (typeof manners)[number];
  readonly maxBytes: number;
  /** Requests, from 0, that break before their answer; whether they were stored is the server's secret. */
  readonly breaks: ReadonlySet<number>;
};

const createServer = (server: Server) => {
  const stored = new Set<number>();
  let requests = 0;
  const send = (body: Buffer): Promise<WriteAnswer> => {
    const request = requests;
    requests += 1;
    if (body.length > server.maxBytes) return Promise.resolve({ kind: 'too-large', words: 'big' });
    const values = valuesIn(body);
    const bad = values.filter(server.isBad);
    if (bad.length === 0 || server.manner !== 'refused') {
      for (const value of values) if (!server.isBad(value)) stored.add(value);
    }
    if (server.breaks.has(request)) {
      const words = 'connection broken';
      return Promise.reject(new GatewayError('CONNECTION_LOST', words, { retryable: true }));
    }
    if (bad.length === 0) return Promise.resolve({ kind: 'stored' });
    if (server.manner === 'refused') return Promise.resolve({ kind: 'refused', words: 'bad' });
    if (server.manner === 'partial') {
      return Promise.resolve({ kind: 'partial', refusedCount: bad.length, words: 'bad' });
    }
    const refused = new Map(bad.map((value) => [values.indexOf(value), 'bad']));
    return Promise.resolve({ kind: 'named', refused });
  };
  return { send, stored, requestCount: () => requests };
};

describe('lines on their way to a server', () => {
  it('are all stored or refused, whatever is bad, too large or broken', async () => {
    const scenario = fc.record({
      count: fc.integer({ min: 0, max: 300 }),
      bad: fc.array(fc.integer({ min: 0, max: 299 }), { maxLength: 6 }),
      manner: fc.constantFrom(...manners),
      maxBytes: fc.integer({ min: 200, max: 100_000 }),
      breaks: fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ count, bad, manner, maxBytes, breaks }) => {
        const isBad = (value: number): boolean => bad.includes(value);
        const server = createServer({ isBad, manner, maxBytes, breaks: new Set(breaks) });
        const writer = new LineWriter({ send: server.send, maxBodyBytes: 100_000 });
        const refusals: Refusals = new Map();
        const settledCounts: number[] = [];
        const lines = linesOf(count);
        // As the pump does: the same batch again until it is through.
        for (let attempt = 0; attempt <= breaks.length; attempt += 1) {
          try {
            await writer.write(lines, refusals, (settled) => settledCounts.push(settled));
            break;
          } catch (error) {
            if (!(error instanceof GatewayError)) throw error;
          }
        }
        const expected = new Set(bad.filter((value) => value < count));
        expect(new Set(refusals.keys())).toEqual(expected);
        expect(server.stored.size).toBe(count - expected.size);
        expect(settledCounts.at(-1) ?? 0).toBe(count);
      }),
      { seed: testSeed(), numRuns: 200 },
    );
  });

  it('are settled only when nothing before them is open', async () => {
    const isBad = (value: number): boolean => value === 40;
    const server = createServer({ isBad, manner: 'refused', maxBytes: 1e6, breaks: new Set([5]) });
    const writer = new LineWriter({ send: server.send, maxBodyBytes: 1e6 });
    const refusals: Refusals = new Map();
    let settled = 0;
    const writing = writer.write(linesOf(64), refusals, (count) => {
      expect(count).toBeGreaterThanOrEqual(settled);
      settled = count;
      for (let value = 0; value < count; value += 1) {
        expect(server.stored.has(value) || refusals.has(value)).toBe(true);
      }
    });
    await expect(writing).rejects.toThrow('connection broken');
    expect(settled).toBeGreaterThan(0);
    expect(settled).toBeLessThan(64);
  });

  it('go in smaller bodies while connections break, and in full ones afterwards', async () => {
    const sizes: number[] = [];
    let isBroken = true;
    const writer = new LineWriter({
      maxBodyBytes: 400_000,
      send: (body) => {
        sizes.push(body.length);
        if (!isBroken) return Promise.resolve({ kind: 'stored' });
        const words = 'reset';
        return Promise.reject(new GatewayError('CONNECTION_LOST', words, { retryable: true }));
      },
    });
    const lines = linesOf(4_000);
    const write = (): Promise<void> => writer.write(lines, new Map(), () => undefined);
    for (let attempt = 0; attempt < 6; attempt += 1) await expect(write()).rejects.toThrow('reset');
    expect(sizes[0]).toBeGreaterThan(390_000);
    expect(sizes.at(-1)).toBeLessThanOrEqual(64 * 1024);
    isBroken = false;
    await write();
    await write();
    expect(sizes.at(-1)).toBeGreaterThan(8_000);
    expect(Math.max(...sizes.slice(6))).toBeGreaterThan(390_000);
  });
});
