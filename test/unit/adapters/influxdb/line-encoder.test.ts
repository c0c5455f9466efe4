import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EntryBatch } from '../../../../gateway/core/entry.ts';
import type { RegisteredGroup } from '../../../../gateway/core/point.ts';
import { statusCodes } from '../../../../gateway/core/quality.ts';
import {
  EntryBatchBuilder,
  type TestDirectory,
  type TestSample,
} from '../../../support/entry-batch.ts';
import { encoderOf, oneGroup, parseEncoded } from '../../../support/influxdb-lines.ts';
import type { ParsedLine } from '../../../support/line-protocol.ts';
import { testSeed } from '../../../support/seed.ts';

const timeMs = 1_700_000_000_000;

/** The text of one frame of points `a`, `b`, `c`. */
const encodeSamples = (values: Record<string, TestSample>, revision = 0): string => {
  const { directory, group } = oneGroup({ channels: ['a', 'b', 'c'] });
  const batch = new EntryBatchBuilder().frame(group, { timeMs, values, revision }).build();
  return encoderOf(directory).encode(batch).bytes.toString('utf8');
};

const head = 'weld_seam,area=welding,enterprise=seamwatt,equipment=f01,line=mpm01,site=demo';

describe('lines of frames', () => {
  it('carries equipment class, path and every present point in one line with nanoseconds', () => {
    expect(encodeSamples({ a: 182.5, b: -0.125, c: 3 })).toBe(
      `${head} a=182.5,b=-0.125,c=3 1700000000000000000\n`,
    );
  });

  it('skips absent points, also the first one', () => {
    expect(encodeSamples({ b: 1, c: 2 })).toBe(`${head} b=1,c=2 1700000000000000000\n`);
    expect(encodeSamples({ a: 1 })).toBe(`${head} a=1 1700000000000000000\n`);
  });

  it('makes no line of a frame without present points', () => {
    const { directory, group } = oneGroup({ channels: ['a'] });
    const batch = new EntryBatchBuilder()
      .frame(group, { timeMs, values: {} })
      .frame(group, { timeMs: timeMs + 1, values: { a: 1 } })
      .build();
    const lines = encoderOf(directory).encode(batch);
    expect(parseEncoded(lines)).toHaveLength(1);
    expect([lines.lineCount, lines.lineEntry[0], lines.lineEnd[0]]).toEqual([
      1,
      1,
      lines.bytes.length,
    ]);
  });

  it('says the status of an uncertain value and gives no value to a bad one', () => {
    const uncertain = { value: 7, status: statusCodes.uncertainSubNormal };
    const bad = { value: 8, status: statusCodes.badTimeout };
    expect(encodeSamples({ a: uncertain, b: bad, c: 9 })).toBe(
      `${head} a=7,a_status=1083506688i,b_status=2148139008i,c=9 1700000000000000000\n`,
    );
    expect(encodeSamples({ a: bad })).toBe(`${head} a_status=2148139008i 1700000000000000000\n`);
  });

  it('writes the status of good values too in a revision, over one that was stored before', () => {
    expect(encodeSamples({ a: 7 }, 1)).toBe(`${head} a=7,a_status=0i 1700000000000000000\n`);
  });

  it('writes the status of good values too in what comes late, over one that was stored before', () => {
    const { directory, group } = oneGroup({ channels: ['a', 'b', 'c'] });
    const batch = new EntryBatchBuilder()
      .frame(group, { timeMs, values: { a: 7 }, origin: 'late' })
      .frame(group, { timeMs, values: { a: 7 }, origin: 'source' })
      .build();
    expect(encoderOf(directory).encode(batch).bytes.toString('utf8')).toBe(
      `${head} a=7,a_status=0i 1700000000000000000\n${head} a=7 1700000000000000000\n`,
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'never sends %d but a bad status, and counts it',
    (value) => {
      const { directory, group } = oneGroup({ channels: ['a', 'b'] });
      const uncertain = { value, status: statusCodes.uncertain };
      const batch = new EntryBatchBuilder()
        .frame(group, { timeMs, values: { a: 1 } })
        .frame(group, { timeMs, values: { a: value, b: uncertain } })
        .build();
      const lines = encoderOf(directory).encode(batch);
      expect(parseEncoded(lines)[1]?.fields).toEqual({
        a_status: { type: 'integer', value: BigInt(statusCodes.bad) },
        b_status: { type: 'integer', value: BigInt(statusCodes.bad) },
      });
      expect(lines.nonFinite).toEqual([1, 1]);
    },
  );

  it('says simulated only of a simulated site', () => {
    const { directory, group } = oneGroup({ channels: ['a'] });
    const batch = new EntryBatchBuilder().frame(group, { timeMs, values: { a: 1 } }).build();
    expect(encoderOf(directory, true).encode(batch).bytes.toString()).toBe(
      'weld_seam,area=welding,enterprise=seamwatt,equipment=f01,line=mpm01,simulated=true,site=demo' +
        ' a=1 1700000000000000000\n',
    );
  });

  it('gives computed frames the same series as measured ones', () => {
    const { directory, group } = oneGroup({ channels: ['heatInput'], name: 'kpi' });
    const batch = new EntryBatchBuilder()
      .frame(group, { timeMs, values: { heatInput: 0.84 }, origin: 'computed' })
      .build();
    const [line] = parseEncoded(encoderOf(directory).encode(batch));
    expect(line?.measurement).toBe('weld_seam');
    expect(Object.keys(line?.tags ?? {})).toEqual([
      'area',
      'enterprise',
      'equipment',
      'line',
      'site',
    ]);
    expect(Object.keys(line?.fields ?? {})).toEqual(['heatInput']);
  });

  it('sends strings as text and says when a text is unknown', () => {
    const { directory, group } = oneGroup({
      channels: [{ point: 'panelId', kind: 'string' }, 'a'],
      equipmentClass: 'weld_line',
    });
    const id = directory.intern('P-2024"07\\ 板, a=b');
    const batch = new EntryBatchBuilder()
      .frame(group, { timeMs, values: { panelId: id, a: 1 } })
      .frame(group, { timeMs, values: { panelId: 99 } })
      .build();
    const [known, unknown] = parseEncoded(encoderOf(directory).encode(batch));
    expect(known?.fields).toEqual({
      panelId: { type: 'string', value: 'P-2024"07\\ 板, a=b' },
      a: { type: 'float', value: 1 },
    });
    expect(unknown?.fields).toEqual({
      panelId_status: { type: 'integer', value: BigInt(statusCodes.badDataUnavailable) },
    });
  });

  it('sends enums, booleans and counters as floats', () => {
    const { directory, group } = oneGroup({
      channels: [
        { point: 'mode', kind: 'enum' },
        { point: 'arcOn', kind: 'boolean' },
        { point: 'energy', kind: 'counter' },
      ],
    });
    const values = { mode: 3, arcOn: 1, energy: 4_294_967_296_123 };
    const batch = new EntryBatchBuilder().frame(group, { timeMs, values }).build();
    expect(encoderOf(directory).encode(batch).bytes.toString()).toBe(
      `${head} mode=3,arcOn=1,energy=4294967296123 1700000000000000000\n`,
    );
  });

  it('renames points that would clash with the time or a tag', () => {
    const { directory, group } = oneGroup({ channels: ['time', 'line', 'timeout'] });
    const bad = { value: 0, status: statusCodes.badNoData };
    const values = { time: 1, line: bad, timeout: 3 };
    const batch = new EntryBatchBuilder().frame(group, { timeMs, values }).build();
    expect(encoderOf(directory).encode(batch).bytes.toString()).toBe(
      `${head} time_=1,line__status=2157641728i,timeout=3 1700000000000000000\n`,
    );
  });

  it('names entries of which no line can be made', () => {
    const { directory, group } = oneGroup({ channels: ['a', 'b'] });
    const builder = new EntryBatchBuilder()
      .frame({ ...group, number: 77 as RegisteredGroup['number'] }, { timeMs, values: { a: 1 } })
      .frame({ ...group, channels: group.channels.slice(1) }, { timeMs, values: { b: 1 } })
      .frame(group, { timeMs: Number.NaN, values: { a: 1 } })
      .frame(group, { timeMs: 1e13, values: { a: 1 } })
      .frame(group, { timeMs, values: { a: 1 } });
    const lines = encoderOf(directory).encode(builder.build());
    expect(lines.lineCount).toBe(1);
    expect(lines.unencodable).toEqual([
      { index: 0, reason: 'group 77 is unknown' },
      { index: 1, reason: 'frame has 1 channels, its group 1 has 2' },
      { index: 2, reason: 'time NaN ms is outside of what InfluxDB can hold' },
      { index: 3, reason: 'time 10000000000000 ms is outside of what InfluxDB can hold' },
    ]);
  });

  it('follows a group whose channels have changed between two batches', () => {
    const before = oneGroup({ channels: ['a'] });
    const after = oneGroup({ channels: ['x', 'y'] });
    let current: TestDirectory = before.directory;
    const directory = { ...before.directory, byNumber: (n: never) => current.byNumber(n) };
    const encoder = encoderOf(directory);
    const frameOf = (group: RegisteredGroup, values: Record<string, number>): EntryBatch =>
      new EntryBatchBuilder().frame(group, { timeMs, values }).build();
    encoder.encode(frameOf(before.group, { a: 1 }));
    current = after.directory;
    const [line] = parseEncoded(encoder.encode(frameOf(after.group, { x: 1, y: 2 })));
    expect(Object.keys(line?.fields ?? {})).toEqual(['x', 'y']);
  });

  it('encodes a part of a batch with the indices of the whole', () => {
    const { directory, group } = oneGroup({ channels: ['a'] });
    const builder = new EntryBatchBuilder();
    for (let value = 0; value < 10; value += 1)
      builder.frame(group, { timeMs, values: { a: value } });
    const lines = encoderOf(directory).encode(builder.build(), 4, 7);
    expect(parseEncoded(lines).map((line) => line.fields['a'])).toEqual(
      [4, 5, 6].map((value) => ({ type: 'float', value })),
    );
    expect([...lines.lineEntry.subarray(0, lines.lineCount)]).toEqual([4, 5, 6]);
  });
});

describe('time stamps', () => {
  const timeOf = (ms: number): bigint | undefined => {
    const { directory, group } = oneGroup({ channels: ['a'] });
    const batch = new EntryBatchBuilder().frame(group, { timeMs: ms, values: { a: 1 } }).build();
    return parseEncoded(encoderOf(directory).encode(batch))[0]?.timeNs;
  };

  it.each([
    [timeMs + 0.25, 1_700_000_000_000_250_000n],
    [0, 0n],
    [1, 1_000_000n],
    [0.5, 500_000n],
    [-0.5, -500_000n],
    [-86_400_000, -86_400_000_000_000n],
    [9_223_372_036_853, 9_223_372_036_853_000_000n],
    [-9_223_372_036_853, -9_223_372_036_853_000_000n],
  ])('writes %d ms as %d ns', (ms, ns) => {
    expect(timeOf(ms)).toBe(ns);
  });

  it('keeps the order of times and loses less than a nanosecond of what a double holds', () => {
    const times = fc.double({ min: 1e12, max: 2e12, noNaN: true });
    fc.assert(
      fc.property(times, (ms) => {
        const exact = BigInt(Math.floor(ms)) * 1_000_000n;
        const within = BigInt(Math.floor((ms % 1) * 1e6));
        expect(timeOf(ms)).toBe(exact + within);
      }),
      { seed: testSeed() },
    );
  });
});

describe('events', () => {
  const event = {
    code: 'sink-lost',
    severity: 'warning',
    subject: 'mqtt, main',
    text: { en: 'Sink "mqtt" is lost', zh: '输出 mqtt 丢失' },
    details: { attempts: 3, address: '10.0.0.1' },
  } as const;

  it('go to a measurement of their own', () => {
    const { directory } = oneGroup({ channels: ['a'] });
    const batch = new EntryBatchBuilder(41).record({ type: 'event', timeMs, event }).build();
    expect(parseEncoded(encoderOf(directory).encode(batch))).toEqual([
      {
        measurement: 'seamwatt_event',
        tags: {
          code: 'sink-lost',
          enterprise: 'seamwatt',
          site: 'demo',
          severity: 'warning',
          subject: 'mqtt, main',
        },
        fields: {
          text: { type: 'string', value: 'Sink "mqtt" is lost' },
          text_zh: { type: 'string', value: '输出 mqtt 丢失' },
          details: { type: 'string', value: '{"attempts":3,"address":"10.0.0.1"}' },
        },
        timeNs: 1_700_000_000_000_000_041n,
      },
    ]);
  });

  it('of one millisecond do not overwrite each other, and a repeated one overwrites itself', () => {
    const { directory } = oneGroup({ channels: ['a'] });
    const record = { type: 'event', timeMs, event } as const;
    const batch = new EntryBatchBuilder(7).record(record).record(record).build();
    const encode = (): ParsedLine[] => parseEncoded(encoderOf(directory).encode(batch));
    const [first, second] = encode();
    expect(first?.timeNs).not.toBe(second?.timeNs);
    expect(encode()[0]).toEqual(first);
  });

  it('are the only records that make lines', () => {
    const { directory } = oneGroup({ channels: ['a'] });
    const batch = new EntryBatchBuilder()
      .record({ type: 'boot', bootId: 'b', version: '1', timeMs })
      .record({ type: 'tick', timeMs, watermarkMs: timeMs, dayStartMs: timeMs })
      .record({ type: 'dictionary', timeMs, id: 1, text: 'x' })
      .record({
        type: 'configuration',
        configurationId: 'c',
        programId: 'p',
        timeMs,
        groups: [],
        computation: {},
      })
      .build();
    const lines = encoderOf(directory).encode(batch);
    expect([lines.lineCount, lines.unencodable]).toEqual([0, []]);
  });
});
