import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { EntryBatch } from '../../../../gateway/core/entry.ts';
import type { RegisteredGroup } from '../../../../gateway/core/point.ts';
import { statusCodes } from '../../../../gateway/core/quality.ts';
import {
  EntryBatchBuilder,
  type TestDirectory,
  testDirectory,
  testGroup,
} from '../../../support/entry-batch.ts';
import { createTestSink, type TestInfluxdbSink } from '../../../support/influxdb-sink.ts';
import { type Influxd, startInfluxd } from '../../../support/peers/influxd.ts';
import { requireProgram } from '../../../support/programs.ts';

const { path: program, describe } = requireProgram('influxd');
const startMs = 1_700_000_000_000;

const weldingGroups = (): TestDirectory =>
  testDirectory([
    testGroup({
      channels: ['current', 'voltage', { point: 'panelId', kind: 'string' }],
      equipment: 'f01',
    }),
    testGroup({ channels: ['current', 'voltage'], equipment: 'f02' }),
    testGroup({ channels: ['power'], equipment: 'grid', equipmentClass: 'meter', line: 'meters' }),
  ]);

const group = (directory: TestDirectory, index: number): RegisteredGroup => {
  const found = directory.groups[index];
  if (found === undefined) throw new Error(`no group ${index}`);
  return found;
};

describe('InfluxDB sink against influxd', () => {
  let influxd: Influxd;
  beforeAll(async () => {
    influxd = await startInfluxd({ program });
  });
  afterAll(() => influxd.stop());

  const open = (config: object, directory: TestDirectory): TestInfluxdbSink => {
    const sink = createTestSink({ version: 1, url: influxd.url, ...config }, directory);
    onTestFinished(() => sink.sink.close());
    return sink;
  };

  const rows = async (database: string, from = 'weld_seam') => {
    const answer = await influxd.query(`SELECT * FROM "${from}" GROUP BY *`, { database });
    return answer.results?.[0]?.series ?? [];
  };

  /** What another writer has put there before. */
  const writeByHand = async (database: string, lines: string): Promise<void> => {
    const url = `${influxd.url}/write?db=${database}`;
    const response = await fetch(url, { method: 'POST', body: lines });
    expect(response.status).toBe(204);
  };

  const count = async (database: string, field: string, from = 'weld_seam'): Promise<unknown> => {
    const influxQl = `SELECT count("${field}") FROM "${from}"`;
    const answer = await influxd.query(influxQl, { database });
    return answer.results?.[0]?.series?.[0]?.values[0]?.[1] ?? 0;
  };

  it('creates the database and stores frames exactly', async () => {
    const directory = weldingGroups();
    const { write } = open({ database: 'exact', createDatabase: true }, directory);
    const f01 = group(directory, 0);
    const entries = new EntryBatchBuilder()
      .frame(f01, {
        timeMs: startMs + 0.25,
        values: { current: 182.437, voltage: 0.1 + 0.2, panelId: directory.intern('板"A\\1, 2') },
      })
      .frame(f01, {
        timeMs: startMs + 20,
        values: {
          current: { value: 7, status: statusCodes.badTimeout },
          voltage: { value: 21.5, status: statusCodes.uncertain },
        },
      })
      .build();
    expect(await write(entries)).toEqual({ accepted: 2, rejected: [] });
    const [series] = await rows('exact');
    expect(series?.tags).toEqual({
      area: 'welding',
      enterprise: 'seamwatt',
      equipment: 'f01',
      line: 'mpm01',
      site: 'demo',
    });
    const named = series?.values.map((row) =>
      Object.fromEntries(series.columns.map((column, index) => [column, row[index]])),
    );
    expect(named).toEqual([
      {
        time: `${startMs}250000`,
        current: 182.437,
        current_status: null,
        panelId: '板"A\\1, 2',
        voltage: 0.1 + 0.2,
        voltage_status: null,
      },
      {
        time: `${startMs + 20}000000`,
        current: null,
        current_status: statusCodes.badTimeout,
        panelId: null,
        voltage: 21.5,
        voltage_status: statusCodes.uncertain,
      },
    ]);
  });

  /** `frameCount` frames of f01 with current and voltage; where `isBad`, of the meter with power. */
  const mixedFrames = (
    directory: TestDirectory,
    frameCount: number,
    isBad: (index: number) => boolean,
  ): EntryBatch => {
    const builder = new EntryBatchBuilder();
    for (let index = 0; index < frameCount; index += 1) {
      const timeMs = startMs + index;
      if (isBad(index)) builder.frame(group(directory, 2), { timeMs, values: { power: index } });
      else builder.frame(group(directory, 0), { timeMs, values: { current: index } });
    }
    return builder.build();
  };

  it.each([
    ['one line', 500, (index: number) => index === 123, 2],
    ['the first and the last line', 500, (index: number) => index % 499 === 0, 2],
    ['every other line', 500, (index: number) => index % 2 === 1, 2],
    ['every line', 500, () => true, 1],
  ])(
    'names %s of another type, keeps the rest, and asks little',
    async (name, frames, isBad, asked) => {
      const database = `conflict ${name}`;
      const directory = weldingGroups();
      const sink = open({ database, createDatabase: true }, directory);
      await sink.write(new EntryBatchBuilder().build());
      await writeByHand(encodeURIComponent(database), `meter power="much" ${startMs}000000`);
      const { accepted, rejected } = await sink.write(mixedFrames(directory, frames, isBad));
      const bad = Array.from({ length: frames }, (_, index) => index).filter(isBad);
      expect(rejected.map(({ index }) => index)).toEqual(bad);
      expect(accepted).toBe(frames - bad.length);
      expect(new Set(rejected.map(({ reason }) => reason))).toEqual(
        new Set([
          'field type conflict: input field "power" on measurement "meter" is type float,' +
            ' already exists as type string',
        ]),
      );
      expect(await count(database, 'current')).toBe(frames - bad.length);
      expect(sink.context.counters).toMatchObject({
        requests: asked,
        refused_entries: bad.length,
        stored_lines: frames - bad.length,
      });
    },
  );

  it('finds the bad lines of two conflicts at once', async () => {
    const database = 'two_conflicts';
    const directory = weldingGroups();
    const sink = open({ database, createDatabase: true }, directory);
    await sink.write(new EntryBatchBuilder().build());
    await writeByHand(database, `meter power="much" ${startMs}000000`);
    await writeByHand(database, `weld_seam voltage="high" ${startMs}000000`);
    const builder = new EntryBatchBuilder();
    for (let index = 0; index < 200; index += 1) {
      const frame = { timeMs: startMs + index };
      if (index === 17 || index === 150) {
        builder.frame(group(directory, 0), { ...frame, values: { voltage: 21 } });
      } else if (index === 90) {
        builder.frame(group(directory, 2), { ...frame, values: { power: 5 } });
      } else {
        builder.frame(group(directory, 0), { ...frame, values: { current: index } });
      }
    }
    const { rejected } = await sink.write(builder.build());
    expect(rejected.map(({ index }) => index)).toEqual([17, 90, 150]);
    expect(rejected.map(({ reason }) => /field "(\w+)"/.exec(reason)?.[1])).toEqual([
      'voltage',
      'power',
      'voltage',
    ]);
    expect(await count(database, 'current')).toBe(197);
  });

  it('sets aside what is older than the retention policy keeps', async () => {
    const directory = weldingGroups();
    const sink = open(
      {
        database: 'short',
        createDatabase: true,
        retentionPolicy: 'two_days',
        retentionDuration: '2d',
      },
      directory,
    );
    const nowMs = Date.now();
    const entries = new EntryBatchBuilder()
      .frame(group(directory, 0), { timeMs: startMs, values: { current: 1 } })
      .frame(group(directory, 0), { timeMs: nowMs, values: { current: 2 } })
      .build();
    const { rejected } = await sink.write(entries);
    expect(rejected).toEqual([{ index: 0, reason: expect.stringContaining('retention policy') }]);
    expect(await count('short', 'current', 'two_days"."weld_seam')).toBe(1);
    const policies = await influxd.query('SHOW RETENTION POLICIES ON short');
    expect(policies.results?.[0]?.series?.[0]?.values.map(([name]) => name)).toContain('two_days');
  });

  it('leaves a database and a retention policy as they are', async () => {
    await influxd.query('CREATE DATABASE kept');
    await influxd.query('CREATE RETENTION POLICY raw ON kept DURATION 30d REPLICATION 1');
    const directory = weldingGroups();
    const config = { database: 'kept', createDatabase: true, retentionPolicy: 'raw' };
    const sink = open({ ...config, retentionDuration: '1d' }, directory);
    await sink.write(new EntryBatchBuilder().build());
    const policies = await influxd.query('SHOW RETENTION POLICIES ON kept');
    const raw = policies.results?.[0]?.series?.[0]?.values.find(([name]) => name === 'raw');
    expect(raw?.[1]).toBe('720h0m0s');
  });

  it('says that the database is missing, and goes on once it is there', async () => {
    const directory = weldingGroups();
    const { write } = open({ database: 'nope' }, directory);
    const entries = mixedFrames(directory, 10, () => false);
    await expect(write(entries)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: true,
      message: expect.stringMatching(/404: database not found: "nope"/),
    });
    await influxd.query('CREATE DATABASE nope');
    expect(await write(entries)).toEqual({ accepted: 10, rejected: [] });
  });

  it('stores the same from compressed requests', async () => {
    const directory = weldingGroups();
    const entries = mixedFrames(directory, 2_000, () => false);
    const plain = open({ database: 'plain', createDatabase: true }, directory);
    const packed = open({ database: 'packed', createDatabase: true, gzip: true }, directory);
    await plain.write(entries);
    await packed.write(entries);
    expect(await rows('packed')).toEqual(await rows('plain'));
    const ratio =
      (plain.context.counters['sent_bytes'] ?? 0) / (packed.context.counters['sent_bytes'] ?? 0);
    expect(ratio).toBeGreaterThan(5);
  });

  it('overwrites what a repeated batch had stored', async () => {
    const directory = weldingGroups();
    const { write } = open({ database: 'twice', createDatabase: true }, directory);
    await write(mixedFrames(directory, 100, () => false));
    const before = await rows('twice');
    await write(mixedFrames(directory, 100, () => false));
    expect(await rows('twice')).toEqual(before);
  });

  it('stores events beside the measurements', async () => {
    const directory = weldingGroups();
    const { write } = open({ database: 'events', createDatabase: true }, directory);
    const event = {
      code: 'source-lost',
      severity: 'warning',
      subject: 'plc',
      text: { en: 'Source plc is lost', zh: '数据源 plc 丢失' },
    } as const;
    await write(new EntryBatchBuilder(9).record({ type: 'event', timeMs: startMs, event }).build());
    const [series] = await rows('events', 'seamwatt_event');
    expect(series?.tags).toMatchObject({
      code: 'source-lost',
      severity: 'warning',
      subject: 'plc',
    });
    expect(series?.values).toEqual([[`${startMs}000009`, 'Source plc is lost', '数据源 plc 丢失']]);
  });
});

describe('InfluxDB sink against influxd that is killed', () => {
  it('delivers everything across kill -9, each line at least once', async () => {
    const influxd = await startInfluxd({ program });
    onTestFinished(influxd.stop);
    const directory = weldingGroups();
    const config = { version: 1, url: influxd.url, database: 'power_cut', createDatabase: true };
    const { sink, write, context } = createTestSink({ ...config, batchLines: 100 }, directory);
    onTestFinished(() => sink.close());
    const builder = new EntryBatchBuilder();
    for (let index = 0; index < 20_000; index += 1) {
      builder.frame(group(directory, 1), { timeMs: startMs + index, values: { current: index } });
    }
    const entries = builder.build();
    const { signal } = new AbortController();
    const interrupted = write(entries);
    const outcome = interrupted.then(
      () => 'stored',
      (error: unknown) => error,
    );
    await expect.poll(() => context.counters['requests'], { interval: 1 }).toBeGreaterThan(20);
    await influxd.kill();
    expect(await outcome).toMatchObject({
      retryable: true,
      code: expect.stringMatching(/^CONNECTION_(LOST|FAILED)$/),
    });
    await expect(sink.open(signal)).rejects.toMatchObject({ code: 'CONNECTION_FAILED' });
    await influxd.start();
    await sink.open(signal);
    expect(await write(entries)).toEqual({ accepted: 20_000, rejected: [] });
    // What was settled before the kill is not sent again.
    expect(context.counters).toMatchObject({ stored_lines: 20_000 });
    expect(context.counters['requests']).toBeLessThanOrEqual(202);
    const answer = await influxd.query('SELECT count(current), sum(current) FROM weld_seam', {
      database: 'power_cut',
    });
    expect(answer.results?.[0]?.series?.[0]?.values[0]?.slice(1)).toEqual([20_000, 199_990_000]);
  });
});

describe('InfluxDB sink against influxd with small requests', () => {
  it('splits what the server calls too large, and remembers', async () => {
    const influxd = await startInfluxd({ program, maxBodyBytes: 40_000 });
    onTestFinished(influxd.stop);
    const directory = weldingGroups();
    const config = { version: 1, url: influxd.url, database: 'small', createDatabase: true };
    const { sink, write, context } = createTestSink(config, directory);
    onTestFinished(() => sink.close());
    const frames = (from: number): EntryBatch => {
      const builder = new EntryBatchBuilder();
      for (let index = from; index < from + 2_000; index += 1) {
        builder.frame(group(directory, 1), { timeMs: startMs + index, values: { current: index } });
      }
      return builder.build();
    };
    expect(await write(frames(0))).toEqual({ accepted: 2_000, rejected: [] });
    const first = context.counters['requests'] ?? 0;
    expect(await write(frames(2_000))).toEqual({ accepted: 2_000, rejected: [] });
    const second = (context.counters['requests'] ?? 0) - first;
    expect(second).toBeLessThan(first);
    const answer = await influxd.query('SELECT count(current) FROM weld_seam', {
      database: 'small',
    });
    expect(answer.results?.[0]?.series?.[0]?.values[0]?.[1]).toBe(4_000);
  });
});
