import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../../../../gateway/journal/codec/bytes.ts';
import { ColumnEncoder } from '../../../../../gateway/journal/codec/column-codec.ts';
import {
  addSample,
  addStatus,
  emptyAggregates,
  fieldCount,
  heldField,
  mergeAggregate,
  sumField,
} from '../../../../../gateway/journal/history/aggregate.ts';
import { intervalFor } from '../../../../../gateway/journal/history/intervals.ts';
import {
  decodeRollup,
  RollupEncoder,
} from '../../../../../gateway/journal/history/rollup-codec.ts';
import { testSeed } from '../../../../support/seed.ts';

type Sample = { readonly timeMs: number; readonly value: number; readonly usable: boolean };

const samples = fc
  .array(
    fc.record({
      timeMs: fc.integer({ min: 0, max: 59_999 }),
      // Integers, so that sums do not depend on their order.
      value: fc.integer({ min: -1_000, max: 1_000 }),
      usable: fc.boolean(),
    }),
    { maxLength: 30 },
  )
  .map((all): readonly Sample[] => [
    ...new Map(all.map((sample) => [sample.timeMs, sample])).values(),
  ]);

const aggregate = (all: readonly Sample[]): Float64Array => {
  const fields = emptyAggregates(1);
  for (const { timeMs, value, usable } of all) {
    if (usable) addSample({ fields, at: 0 }, { timeMs, value, status: timeMs });
    else addStatus({ fields, at: 0 }, timeMs, timeMs);
  }
  return fields;
};

const parameters = { seed: testSeed(), numRuns: 500 };

describe('aggregates', () => {
  it('of two parts merge to that of the whole, in any order', () => {
    fc.assert(
      fc.property(samples, fc.nat({ max: 30 }), (all, cut) => {
        const left = aggregate(all.slice(0, cut));
        const right = aggregate(all.slice(cut));
        const other = right.slice();
        mergeAggregate({ fields: other, at: 0 }, { fields: left, at: 0 });
        mergeAggregate({ fields: left, at: 0 }, { fields: right, at: 0 });
        expect(left).toEqual(aggregate(all));
        expect(other).toEqual(left);
      }),
      parameters,
    );
  });

  it('come back from their row bit by bit', () => {
    const encoder = new RollupEncoder();
    fc.assert(
      fc.property(fc.array(samples, { minLength: 1, maxLength: 12 }), (channels) => {
        const startMs = 1_760_000_040_000;
        const fields = new Float64Array(channels.length * fieldCount);
        channels.forEach((all, channel) => {
          const shifted = all.map((sample) => ({ ...sample, timeMs: startMs + sample.timeMs }));
          fields.set(aggregate(shifted), channel * fieldCount);
        });
        fields[heldField] = 7_000;
        expect(decodeRollup(encoder.encode(fields, startMs), startMs)).toEqual(fields);
      }),
      parameters,
    );
  });

  it('of single samples take less than half of the bytes', () => {
    const encoder = new RollupEncoder();
    const channels = Array.from({ length: 20 }, (_, channel) => [
      { timeMs: 0, value: channel * 1.1, usable: channel !== 7 },
    ]);
    const fields = Float64Array.from(channels.flatMap((all) => [...aggregate(all)]));
    const single = encoder.encode(fields, 0);
    expect(decodeRollup(single, 0)).toEqual(fields);
    fields[sumField] = 1;
    expect(single.length).toBeLessThan(encoder.encode(fields, 0).length / 2);
  });

  it('come back from rows of before version 3, which hold nothing', () => {
    const fields = aggregate([
      { timeMs: 1_000, value: 5, usable: true },
      { timeMs: 2_000, value: 7, usable: true },
    ]);
    const columns = new ColumnEncoder();
    const relative = fields.slice(0, heldField);
    for (const value of relative) columns.add(Float64Array.of(value), 1);
    const output = new ByteWriter();
    const streams = [columns.kinds, columns.layouts, columns.bases, ...columns.planes];
    output.varint(1);
    for (const stream of streams) output.varint(stream.length);
    for (const stream of streams) output.bytes(stream.written());
    expect(decodeRollup(output.written(), 0)).toEqual(fields);
  });
});

describe('the length of intervals', () => {
  const minuteMs = 60_000;
  const range = (minutes: number, maxIntervals: number): number =>
    intervalFor({ fromMs: 7_000, toMs: 7_000 + minutes * minuteMs, maxIntervals }) / minuteMs;

  it('is the shortest usual one that gives few enough', () => {
    expect(range(60, 61)).toBe(1);
    expect(range(60, 60)).toBe(5);
    expect(range(24 * 60, 100)).toBe(15);
    expect(range(24 * 60, 25)).toBe(60);
    expect(range(365 * 24 * 60, 400)).toBe(24 * 60);
    expect(range(365 * 24 * 60, 60)).toBe(7 * 24 * 60);
    expect(range(365 * 24 * 60, 20)).toBe(28 * 24 * 60);
  });
});
