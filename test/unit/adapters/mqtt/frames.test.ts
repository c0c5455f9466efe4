import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrameMessages } from '../../../../adapters/mqtt/frame-messages.ts';
import { FramesEncoder } from '../../../../adapters/mqtt/frames-encoder.ts';
import { type EntryBatch, type FrameOrigin, frameOrigins } from '../../../../gateway/core/entry.ts';
import type { RegisteredGroup } from '../../../../gateway/core/point.ts';
import { statusCodes } from '../../../../gateway/core/quality.ts';
import {
  EntryBatchBuilder,
  type TestDirectory,
  type TestSample,
  testDirectory,
  testGroup,
} from '../../../support/entry-batch.ts';
import { testSeed } from '../../../support/seed.ts';

type Column = readonly unknown[] | { readonly rows: number[]; readonly values: unknown[] };
type Payload = {
  readonly v: number;
  readonly group: string;
  readonly points: string[];
  readonly units: string[];
  readonly simulated: boolean;
  readonly history: boolean;
  readonly origin: string;
  readonly revision: number;
  readonly seq: number[];
  readonly t: number[];
  readonly values: Column[];
  readonly status: Record<string, [number, number][]>;
};
type Sent = { readonly topic: string; readonly body: Payload; readonly bytes: number };

const send = (
  directory: TestDirectory,
  entries: EntryBatch,
  limits: { readonly history?: boolean; readonly maxBytes?: number; readonly simulated?: boolean },
): { readonly sent: readonly Sent[]; readonly oversize: readonly number[] } => {
  const messages = new FrameMessages(new FramesEncoder(directory), limits.simulated ?? false);
  messages.begin();
  for (let index = 0; index < entries.length; index += 1) {
    const group = directory.byNumber(entries.group[index] as RegisteredGroup['number']);
    if (group !== undefined) messages.add(group, index);
  }
  const oversize: number[] = [];
  const iterator = messages.messages(entries, {
    history: limits.history ?? false,
    maxBytes: limits.maxBytes ?? 65_536,
    oversize: ({ entry }) => oversize.push(entry),
  });
  const sent = [...iterator].map(({ topic, payload }) => ({
    topic,
    body: JSON.parse(payload.toString()) as Payload,
    bytes: payload.length,
  }));
  return { sent, oversize };
};

/** What a reader makes of a column: one item a row, null when it is absent. */
const dense = (column: Column, rows: number): readonly unknown[] => {
  if (!('rows' in column)) return column;
  const full: unknown[] = new Array(rows).fill(null);
  for (const [place, row] of column.rows.entries()) full[row] = column.values[place];
  return full;
};

const setUp = () => {
  const directory = testDirectory([
    testGroup({
      channels: [
        { point: 'current', unit: 'A' },
        { point: 'voltage', unit: 'V' },
        { point: 'panelId', kind: 'string', unit: '1' },
      ],
    }),
    testGroup({ equipment: 'f02', channels: ['gap'] }),
  ]);
  const [seam, other] = directory.groups as [RegisteredGroup, RegisteredGroup];
  return { directory, seam, other };
};

test('one message carries the frames of one group in columns', () => {
  const { directory, seam } = setUp();
  const panel = directory.intern('P-117 膜式壁');
  const entries = new EntryBatchBuilder(41)
    .frame(seam, { timeMs: 1000, values: { current: 182.5, voltage: 24.1, panelId: panel } })
    .frame(seam, { timeMs: 1020, values: { current: 183, voltage: 24, panelId: panel } })
    .build();
  const { sent } = send(directory, entries, { history: true, simulated: true });
  expect(sent.map(({ topic, body }) => ({ topic, body }))).toEqual([
    {
      topic: 'seamwatt/demo/welding/mpm01/f01/_frames',
      body: {
        v: 1,
        group: 'signals',
        points: ['current', 'voltage', 'panelId'],
        units: ['A', 'V', '1'],
        simulated: true,
        history: true,
        origin: 'source',
        revision: 0,
        seq: [41, 42],
        t: [1000, 1020],
        values: [
          [182.5, 183],
          [24.1, 24],
          ['P-117 膜式壁', 'P-117 膜式壁'],
        ],
        status: {},
      },
    },
  ]);
});

test('absent is null, bad is null with its status, uncertain keeps its value', () => {
  const { directory, seam } = setUp();
  const entries = new EntryBatchBuilder()
    .frame(seam, { timeMs: 1, values: { voltage: { value: 24, status: statusCodes.uncertain } } })
    .frame(seam, { timeMs: 2, values: { current: 1, voltage: 25 } })
    .frame(seam, { timeMs: 3, values: { current: { value: 99, status: statusCodes.badTimeout } } })
    .build();
  const { sent } = send(directory, entries, {});
  expect(sent[0]?.body.values.slice(0, 2)).toEqual([
    [null, 1, null],
    [24, 25, null],
  ]);
  expect(sent[0]?.body.status).toEqual({
    current: [[2, statusCodes.badTimeout]],
    voltage: [[0, statusCodes.uncertain]],
  });
});

test('a number that JSON cannot say and an unknown text are bad, never a good null', () => {
  const { directory, seam } = setUp();
  const entries = new EntryBatchBuilder()
    .frame(seam, { timeMs: 1, values: { current: Number.NaN, panelId: 12_345 } })
    .build();
  const { sent } = send(directory, entries, {});
  expect(sent[0]?.body.values.map((column) => dense(column, 1))).toEqual([[null], [null], [null]]);
  expect(sent[0]?.body.status).toEqual({
    current: [[0, statusCodes.badOutOfRange]],
    panelId: [[0, statusCodes.badDataUnavailable]],
  });
});

test('a column that is mostly absent is written as rows and values', () => {
  const { directory, seam } = setUp();
  const builder = new EntryBatchBuilder();
  for (let row = 0; row < 9; row += 1) builder.frame(seam, { timeMs: row, values: { current: 1 } });
  builder.frame(seam, {
    timeMs: 9,
    values: { voltage: { value: 3, status: statusCodes.badSensorFailure } },
  });
  const { sent } = send(directory, builder.build(), {});
  expect(sent[0]?.body.values).toEqual([
    [1, 1, 1, 1, 1, 1, 1, 1, 1, null],
    { rows: [9], values: [null] },
    { rows: [], values: [] },
  ]);
  expect(sent[0]?.body.status).toEqual({ voltage: [[9, statusCodes.badSensorFailure]] });
});

test('a message ends where origin or revision changes, and order is kept', () => {
  const { directory, seam } = setUp();
  const entries = new EntryBatchBuilder()
    .frame(seam, { timeMs: 10, values: { current: 1 } })
    .frame(seam, { timeMs: 5, origin: 'late', values: { current: 2 } })
    .frame(seam, { timeMs: 11, values: { current: 3 } })
    .frame(seam, { timeMs: 11, revision: 1, values: { current: 4 } })
    .build();
  const { sent } = send(directory, entries, {});
  expect(sent.map(({ body }) => [body.origin, body.revision, body.seq])).toEqual([
    ['source', 0, [1]],
    ['late', 0, [2]],
    ['source', 0, [3]],
    ['source', 1, [4]],
  ]);
});

test('a frame above the limit is named and those around it are sent', () => {
  const { directory, seam, other } = setUp();
  const long = directory.intern('x'.repeat(2000));
  const entries = new EntryBatchBuilder()
    .frame(seam, { timeMs: 1, values: { current: 1 } })
    .frame(seam, { timeMs: 2, values: { panelId: long } })
    .frame(seam, { timeMs: 3, values: { current: 3 } })
    .frame(other, { timeMs: 4, values: { gap: 4 } })
    .build();
  const { sent, oversize } = send(directory, entries, { maxBytes: 1024 });
  expect(oversize).toEqual([1]);
  expect(sent.flatMap(({ body }) => body.seq)).toEqual([1, 3, 4]);
});

const sampleOf = fc.option(
  fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
    fc.record({
      value: fc.integer(),
      status: fc.constantFrom(statusCodes.uncertain, statusCodes.badTimeout, statusCodes.good),
    }),
  ),
);
const frameOf = fc.record({
  group: fc.integer({ min: 0, max: 1 }),
  timeMs: fc.integer({ min: 0, max: 2 ** 42 }),
  origin: fc.constantFrom<FrameOrigin>(...frameOrigins),
  revision: fc.integer({ min: 0, max: 2 }),
  a: sampleOf,
  b: sampleOf,
});

const expectedValue = (sample: TestSample | null): unknown => {
  if (sample === null) return null;
  if (typeof sample === 'number') return sample;
  return sample.status >>> 31 === 1 ? null : sample.value;
};

test('whatever the frames and the limit, every one arrives once, in order of its group, as it was', () => {
  const groups = [
    testGroup({ channels: ['a', 'b'] }),
    testGroup({ equipment: 'b01', channels: ['a', 'b'] }),
  ];
  fc.assert(
    fc.property(
      fc.array(frameOf, { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 400, max: 3000 }),
      (frames, maxBytes) => {
        const directory = testDirectory(groups);
        const builder = new EntryBatchBuilder(0);
        for (const { group, a, b, ...frame } of frames) {
          builder.frame(directory.groups[group] as RegisteredGroup, {
            ...frame,
            values: { ...(a === null ? {} : { a }), ...(b === null ? {} : { b }) },
          });
        }
        const { sent, oversize } = send(directory, builder.build(), { maxBytes });
        expect(oversize).toEqual([]);
        for (const [number, equipment] of ['f01', 'b01'].entries()) {
          const bodies = sent.filter(({ topic }) => topic.includes(`/${equipment}/`));
          const expected = frames.flatMap((frame, seq) => (frame.group === number ? [seq] : []));
          expect(bodies.flatMap(({ body }) => body.seq)).toEqual(expected);
          for (const { body, bytes } of bodies) {
            expect(bytes).toBeLessThanOrEqual(maxBytes);
            for (const [row, seq] of body.seq.entries()) {
              const frame = frames[seq] as (typeof frames)[number];
              expect([body.t[row], body.origin, body.revision]).toEqual([
                frame.timeMs,
                frame.origin,
                frame.revision,
              ]);
              for (const [place, name] of (['a', 'b'] as const).entries()) {
                const column = dense(body.values[place] as Column, body.seq.length);
                expect(column[row]).toBe(expectedValue(frame[name]));
                const status = body.status[name]?.find(([at]) => at === row)?.[1] ?? 0;
                const sample = frame[name];
                expect(status).toBe(typeof sample === 'object' ? (sample?.status ?? 0) : 0);
              }
            }
          }
        }
      },
    ),
    { seed: testSeed(), numRuns: 300 },
  );
});
