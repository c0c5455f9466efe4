import fc from 'fast-check';
import { expect, it } from 'vitest';
import { GroupRows } from '../../../../adapters/opcua/group-rows.ts';
import { absentStatus } from '../../../../gateway/core/quality.ts';
import { testSeed } from '../../../support/seed.ts';

type Emitted = { readonly timeMs: number; readonly values: readonly (number | undefined)[] };

const flush = (rows: GroupRows): readonly Emitted[] => {
  const emitted: Emitted[] = [];
  rows.flush(({ timeMs, values, status }) => {
    emitted.push({
      timeMs,
      values: [...values].map((value, i) => (status[i] === absentStatus ? undefined : value)),
    });
  }, 0);
  return emitted;
};

const put = (rows: GroupRows, timeMs: number, channel: number, value: number): void => {
  const row = rows.row(timeMs, channel);
  row.values[channel] = value;
  row.status[channel] = 0;
};

it('puts samples of one time into one row, in the order of time', () => {
  const rows = new GroupRows(0, 2);
  put(rows, 200, 0, 1);
  put(rows, 300, 0, 2);
  put(rows, 100, 1, 3);
  put(rows, 200, 1, 4);
  expect(flush(rows)).toEqual([
    { timeMs: 100, values: [undefined, 3] },
    { timeMs: 200, values: [1, 4] },
    { timeMs: 300, values: [2, undefined] },
  ]);
});

it('never overwrites a sample with another of the same time', () => {
  const rows = new GroupRows(0, 1);
  put(rows, 100, 0, 1);
  put(rows, 100, 0, 2);
  expect(flush(rows)).toEqual([
    { timeMs: 100, values: [1] },
    { timeMs: 100, values: [2] },
  ]);
});

it('keeps the order of equal times also where the next row would fit', () => {
  const rows = new GroupRows(0, 3);
  put(rows, 100, 0, 1);
  put(rows, 100, 0, 2);
  put(rows, 100, 1, 3);
  put(rows, 100, 2, 4);
  put(rows, 100, 2, 5);
  expect(flush(rows)).toEqual([
    { timeMs: 100, values: [1, 3, 4] },
    { timeMs: 100, values: [2, undefined, 5] },
  ]);
});

it('carries nothing over from one message to the next', () => {
  const rows = new GroupRows(0, 2);
  put(rows, 100, 0, 1);
  put(rows, 200, 0, 1);
  flush(rows);
  expect(rows.isEmpty).toBe(true);
  put(rows, 300, 1, 5);
  expect(flush(rows)).toEqual([{ timeMs: 300, values: [undefined, 5] }]);
});

it('loses no sample, mixes up none and keeps the order of each channel, whatever comes', () => {
  const width = 3;
  const sample = fc.record({
    timeMs: fc.integer({ min: 0, max: 8 }),
    channel: fc.integer({ min: 0, max: width - 1 }),
  });
  fc.assert(
    fc.property(fc.array(fc.array(sample, { maxLength: 60 }), { maxLength: 3 }), (messages) => {
      const rows = new GroupRows(0, width);
      let next = 1;
      for (const message of messages) {
        const sent = message.map((one) => ({ ...one, value: next++ }));
        for (const { timeMs, channel, value } of sent) put(rows, timeMs, channel, value);
        const frames = flush(rows);
        for (let channel = 0; channel < width; channel += 1) {
          const came = frames.flatMap(({ timeMs, values }) =>
            values[channel] === undefined ? [] : [{ timeMs, value: values[channel] }],
          );
          const wanted = sent
            .filter((one) => one.channel === channel)
            .map(({ timeMs, value }) => ({ timeMs, value }))
            .sort((a, b) => a.timeMs - b.timeMs || a.value - b.value);
          expect(came).toEqual(wanted);
        }
        const times = frames.map(({ timeMs }) => timeMs);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
      }
    }),
    { seed: testSeed() },
  );
});
