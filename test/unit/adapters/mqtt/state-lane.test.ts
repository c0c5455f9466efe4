import { expect, test } from 'vitest';
import { StateLane } from '../../../../adapters/mqtt/state-lane.ts';
import type { RegisteredGroup } from '../../../../gateway/core/point.ts';
import { statusCodes } from '../../../../gateway/core/quality.ts';
import {
  EntryBatchBuilder,
  type TestFrame,
  testDirectory,
  testGroup,
} from '../../../support/entry-batch.ts';

const base = 'seamwatt/demo/welding/mpm01/f01/';

const setUp = (options: { readonly periodMs?: number; readonly simulated?: boolean } = {}) => {
  const directory = testDirectory([
    testGroup({
      channels: [
        { point: 'current', unit: 'A', deadband: 2 },
        { point: 'gap', unit: 'mm' },
        { point: 'panelId', kind: 'string', unit: '1', deadband: 5 },
      ],
    }),
  ]);
  const group = directory.groups[0] as RegisteredGroup;
  const lane = new StateLane({
    periodMs: options.periodMs ?? 1000,
    simulated: options.simulated ?? false,
    lookup: directory,
  });
  return {
    directory,
    lane,
    absorb: (...frames: readonly TestFrame[]): void => {
      const builder = new EntryBatchBuilder();
      for (const frame of frames) builder.frame(group, frame);
      const entries = builder.build();
      for (let index = 0; index < entries.length; index += 1) lane.absorb(group, entries, index);
    },
    due: (nowMs: number): readonly string[] =>
      [...lane.due(nowMs)].map(({ topic, payload }) => `${topic.replace(base, '')} ${payload}`),
  };
};

test('the newest value of each point goes out once, with time, status and unit', () => {
  const { absorb, due, directory } = setUp();
  absorb(
    { timeMs: 1, values: { current: 180, panelId: directory.intern('P-"1"') } },
    { timeMs: 2, values: { current: 190.5 } },
  );
  expect(due(0)).toEqual([
    'current {"t":2,"v":190.5,"s":0,"u":"A"}',
    'panelId {"t":1,"v":"P-\\"1\\"","s":0,"u":"1"}',
  ]);
  expect(due(5000)).toEqual([]);
});

test('a change within the deadband stays quiet, one past it is news', () => {
  const { absorb, due } = setUp();
  absorb({ timeMs: 1, values: { current: 100 } });
  due(0);
  absorb({ timeMs: 2, values: { current: 102 } });
  expect(due(5000)).toEqual([]);
  absorb({ timeMs: 3, values: { current: 102.1 } });
  expect(due(5000)).toEqual(['current {"t":3,"v":102.1,"s":0,"u":"A"}']);
});

test('slow drift adds up against what was sent, not against the sample before', () => {
  const { absorb, due } = setUp();
  absorb({ timeMs: 1, values: { current: 100 } });
  due(0);
  absorb({ timeMs: 2, values: { current: 101.5 } }, { timeMs: 3, values: { current: 103 } });
  expect(due(2000)).toEqual(['current {"t":3,"v":103,"s":0,"u":"A"}']);
});

test('without a deadband every change is news, and a repeated value is not', () => {
  const { absorb, due } = setUp();
  absorb({ timeMs: 1, values: { gap: 1 } });
  due(0);
  absorb({ timeMs: 2, values: { gap: 1 } });
  expect(due(2000)).toEqual([]);
  absorb({ timeMs: 3, values: { gap: 1.000001 } });
  expect(due(2000)).toHaveLength(1);
});

test('a change that comes too soon waits and goes out with the value that is newest by then', () => {
  const { absorb, due } = setUp();
  absorb({ timeMs: 1, values: { gap: 1 } });
  expect(due(0)).toHaveLength(1);
  absorb({ timeMs: 2, values: { gap: 2 } });
  expect(due(400)).toEqual([]);
  absorb({ timeMs: 3, values: { gap: 3 } });
  expect(due(999)).toEqual([]);
  expect(due(1000)).toEqual(['gap {"t":3,"v":3,"s":0,"u":"mm"}']);
  expect(due(9000)).toEqual([]);
});

test('a change that returns into the deadband while it waits is not sent', () => {
  const { absorb, due } = setUp();
  absorb({ timeMs: 1, values: { current: 100 } });
  due(0);
  absorb({ timeMs: 2, values: { current: 150 } });
  expect(due(500)).toEqual([]);
  absorb({ timeMs: 3, values: { current: 100.5 } });
  expect(due(1500)).toEqual([]);
  absorb({ timeMs: 4, values: { current: 150 } });
  expect(due(1600)).toEqual(['current {"t":4,"v":150,"s":0,"u":"A"}']);
});

test('a changed status is news whatever the value, and a bad value is null', () => {
  const { absorb, due } = setUp();
  absorb({ timeMs: 1, values: { current: 100 } });
  due(0);
  absorb({ timeMs: 2, values: { current: { value: 100, status: statusCodes.badTimeout } } });
  expect(due(1000)).toEqual([`current {"t":2,"v":null,"s":${statusCodes.badTimeout},"u":"A"}`]);
  absorb({ timeMs: 3, values: { current: { value: 500, status: statusCodes.badTimeout } } });
  expect(due(3000)).toEqual([]);
  absorb({ timeMs: 4, values: { current: 100 } });
  expect(due(3000)).toEqual(['current {"t":4,"v":100,"s":0,"u":"A"}']);
});

test('an infinite value is bad', () => {
  const { absorb, due } = setUp();
  absorb({ timeMs: 1, values: { gap: Number.POSITIVE_INFINITY } });
  expect(due(0)).toEqual([`gap {"t":1,"v":null,"s":${statusCodes.badOutOfRange},"u":"mm"}`]);
});

test('a sample older than the newest changes nothing', () => {
  const { absorb, due } = setUp();
  absorb({ timeMs: 10, values: { gap: 1 } });
  due(0);
  absorb({ timeMs: 9, origin: 'late', values: { gap: 7 } });
  absorb({ timeMs: 10, origin: 'late', values: { gap: 8 } });
  expect(due(5000)).toEqual([]);
});

test('any change of a text is news, also with a deadband', () => {
  const { absorb, due, directory } = setUp();
  absorb({ timeMs: 1, values: { panelId: directory.intern('a') } });
  due(0);
  absorb({ timeMs: 2, values: { panelId: directory.intern('b') } });
  expect(due(1000)).toEqual(['panelId {"t":2,"v":"b","s":0,"u":"1"}']);
});

test('everything known goes out again after resend, also within the period', () => {
  const { absorb, due, lane } = setUp();
  absorb({ timeMs: 1, values: { current: 100, gap: 1 } });
  due(0);
  lane.resend();
  lane.resend();
  expect(due(1)).toEqual([
    'current {"t":1,"v":100,"s":0,"u":"A"}',
    'gap {"t":1,"v":1,"s":0,"u":"mm"}',
  ]);
});

test('messages that were not taken stay due', () => {
  const { absorb, lane, due } = setUp();
  absorb({ timeMs: 1, values: { current: 100, gap: 1, panelId: 0 } });
  const iterator = lane.due(0);
  expect(iterator.next().value?.topic).toBe(`${base}current`);
  iterator.return(undefined);
  absorb({ timeMs: 2, values: { gap: 2 } });
  expect(due(1).map((text) => text.split(' ')[0])).toEqual(['gap', 'panelId']);
});

test('with no period every change goes out', () => {
  const { absorb, due } = setUp({ periodMs: 0 });
  absorb({ timeMs: 1, values: { gap: 1 } });
  expect(due(0)).toHaveLength(1);
  absorb({ timeMs: 2, values: { gap: 2 } });
  expect(due(0)).toHaveLength(1);
});

test('simulated data says so', () => {
  const { absorb, due } = setUp({ simulated: true });
  absorb({ timeMs: 1, values: { gap: 1 } });
  expect(due(0)).toEqual(['gap {"t":1,"v":1,"s":0,"u":"mm","simulated":true}']);
});

test('a value that came while nobody listened is news, one older than what is known is not', () => {
  const { absorb, due, lane, directory } = setUp();
  const group = directory.groups[0] as RegisteredGroup;
  const good = { group, status: statusCodes.good };
  absorb({ timeMs: 10, values: { current: 100 } });
  due(0);
  lane.refresh({ ...good, channel: 0, timeMs: 9, value: 300 });
  lane.refresh({ ...good, channel: 1, timeMs: 9, value: 2.5 });
  expect(due(5000)).toEqual(['gap {"t":9,"v":2.5,"s":0,"u":"mm"}']);
  lane.refresh({ ...good, channel: 0, timeMs: 11, value: 200 });
  expect(due(10_000)).toEqual(['current {"t":11,"v":200,"s":0,"u":"A"}']);
});
