// Goal: a device that is read every quarter of an hour has a row for each sample, and whoever asks still sees what was measured of
// each minute. Method: random samples are aggregated and summed by minutes, beside a plain reckoning minute by minute.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import { Accumulator } from '../../../../../gateway/journal/history/accumulator.ts';
import { countField, coveredField } from '../../../../../gateway/journal/history/aggregate.ts';
import { IntervalSums } from '../../../../../gateway/journal/history/interval-sums.ts';
import { EntryBatchBuilder, testDirectory, testGroup } from '../../../../support/entry-batch.ts';
import { testSeed } from '../../../../support/seed.ts';

const minuteMs = 60_000;
const quarterMs = 15 * minuteMs;
const hourMs = 4 * quarterMs;
/** Begins an hour. */
const startMs = 1_760_004_000_000;

const [group] = testDirectory([testGroup({ channels: ['p'] })]).groups;
if (group === undefined) throw new Error('no group');

type Sample = { readonly timeMs: number; readonly isBad: boolean };

const aggregate = (samples: readonly Sample[], holdMs: number) => {
  const batch = new EntryBatchBuilder();
  for (const { timeMs, isBad } of samples) {
    const status = isBad ? statusCodes.badTimeout : statusCodes.good;
    batch.frame(group, { timeMs, values: { p: { value: 1, status } } });
  }
  const accumulator = new Accumulator({ holdMs: () => holdMs, registers: () => undefined }, []);
  accumulator.add(batch.build());
  return accumulator.take().rows;
};

/** By start of the interval, what is measured of it, in ms. */
const measured = (samples: readonly Sample[], holdMs: number, lengthMs: number) => {
  const found: Record<number, number> = {};
  for (const [index, { timeMs, isBad }] of samples.entries()) {
    const toMs = Math.min(samples[index + 1]?.timeMs ?? timeMs, timeMs + holdMs);
    for (let atMs = timeMs; atMs < toMs && !isBad; ) {
      const interval = Math.floor(atMs / lengthMs) * lengthMs;
      const endMs = Math.min(toMs, interval + lengthMs);
      found[interval] = (found[interval] ?? 0) + endMs - atMs;
      atMs = endMs;
    }
  }
  return found;
};

const samplesOf = fc
  .array(
    fc.record({
      gapMs: fc.oneof(
        fc.integer({ min: 1, max: 90_000 }),
        fc.integer({ min: 1, max: 3 * hourMs }),
        fc.constant(quarterMs),
      ),
      isBad: fc.boolean(),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((gaps) => {
    let timeMs = startMs - 7 * minuteMs;
    return gaps.map(({ gapMs, isBad }): Sample => {
      timeMs += gapMs;
      return { timeMs, isBad };
    });
  });

describe('what a sample holds over minutes without one', () => {
  test('is measured of exactly those minutes, whatever the intervals', () => {
    const lengths = fc.constantFrom(minuteMs, 5 * minuteMs, quarterMs, hourMs);
    const holds = fc.constantFrom(3_000, 3 * minuteMs, 45 * minuteMs, 3 * hourMs);
    fc.assert(
      fc.property(samplesOf, lengths, holds, (samples, intervalMs, holdMs) => {
        const range = { fromMs: 0, toMs: 2e12, intervalMs };
        const sums = new IntervalSums(range);
        for (const { startMs: ms, fields } of aggregate(samples, holdMs)) {
          sums.add({ startMs: ms, lengthMs: minuteMs }, fields, 0);
        }
        const covered = [...sums.intervals].flatMap(([ms, fields]) =>
          fields[coveredField] === 0 ? [] : [[ms, fields[coveredField]]],
        );
        expect(Object.fromEntries(covered)).toEqual(measured(samples, holdMs, intervalMs));
      }),
      { seed: testSeed(), numRuns: 300 },
    );
  });

  test('costs one row a quarter hour, however many minutes it is', () => {
    const day = Array.from({ length: 97 }, (_, index) => ({
      timeMs: startMs + index * quarterMs,
      isBad: false,
    }));
    expect(aggregate(day, 3 * quarterMs)).toHaveLength(97);
    const hourly = day.filter((_, index) => index % 4 === 0);
    expect(aggregate(hourly, 3 * hourMs)).toHaveLength(97);
  });

  test('is counted at the edge of a range only as far as it lies in there', () => {
    const rows = aggregate(
      [0, 1, 2].map((index) => ({ timeMs: startMs + index * quarterMs, isBad: false })),
      3 * quarterMs,
    );
    const from = startMs + 5 * minuteMs;
    const sums = new IntervalSums({
      ...{ fromMs: from, toMs: from + 2 * minuteMs, intervalMs: minuteMs },
    });
    for (const { startMs: ms, fields } of rows) {
      sums.add({ startMs: ms, lengthMs: minuteMs }, fields, 0);
    }
    expect([...sums.intervals].map(([ms, fields]) => [ms - from, fields[coveredField]])).toEqual([
      [0, minuteMs],
      [minuteMs, minuteMs],
    ]);
    expect([...sums.intervals.values()].map((fields) => fields[countField])).toEqual([0, 0]);
  });
});
