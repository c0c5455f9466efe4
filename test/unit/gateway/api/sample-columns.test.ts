import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SampleColumns } from '../../../../gateway/api/series/sample-columns.ts';
import { statusCodes } from '../../../../gateway/core/quality.ts';
import { testSeed } from '../../../support/seed.ts';

const always = Number.POSITIVE_INFINITY;

const columnsOf = (options: Partial<ConstructorParameters<typeof SampleColumns>[0]> = {}) =>
  new SampleColumns({ fromMs: 0, toMs: 1000, maxRows: 50, holdMs: always, ...options });

describe('the samples of a point over a time', () => {
  it('stay as they are while they are few, in the order of their times', () => {
    const columns = columnsOf();
    columns.add(30, 3, statusCodes.good);
    columns.add(10, 1, statusCodes.uncertain);
    columns.add(20, 2, statusCodes.good);
    expect(columns.rows()).toEqual({
      timeMs: [10, 20, 30],
      values: [1, 2, 3],
      status: [statusCodes.uncertain, 0, 0],
    });
    expect([columns.isReduced, columns.count]).toEqual([false, 3]);
  });

  it('break the line where the point was bad, and where it was silent for longer than a sample holds', () => {
    const columns = columnsOf({ holdMs: 60 });
    columns.add(0, 1, statusCodes.good);
    columns.add(20, 9, statusCodes.badTimeout);
    columns.add(40, 2, statusCodes.good);
    columns.add(200, 3, statusCodes.good);
    expect(columns.rows()).toEqual({
      timeMs: [0, 20, 40, 100, 200],
      values: [1, Number.NaN, 2, Number.NaN, 3],
      status: [0, statusCodes.badTimeout, 0, statusCodes.badNoData, 0],
    });
  });

  it('keep a gap in what is reduced, and never take a bad number for an extreme', () => {
    const columns = columnsOf({ maxRows: 10 });
    for (let timeMs = 0; timeMs < 1000; timeMs += 1) {
      const isBad = timeMs >= 300 && timeMs < 310;
      columns.add(timeMs, isBad ? 1e9 : timeMs % 7, isBad ? statusCodes.bad : statusCodes.good);
    }
    const { timeMs, values } = columns.rows();
    expect(timeMs[values.findIndex(Number.isNaN)]).toBe(300);
    expect(Math.max(...values.filter((value) => !Number.isNaN(value)))).toBe(6);
    expect(columns.isReduced).toBe(true);
  });

  it('keep first, least, greatest and last of each part with their own times, and no more rows than asked for', () => {
    const sample = fc.record({
      timeMs: fc.integer({ min: 0, max: 999 }),
      value: fc.integer({ min: -50, max: 50 }),
    });
    fc.assert(
      fc.property(
        fc.array(sample, { minLength: 1, maxLength: 400 }),
        fc.integer({ min: 5, max: 60 }),
        (samples, maxRows) => {
          const columns = columnsOf({ maxRows });
          for (const { timeMs, value } of samples) columns.add(timeMs, value, statusCodes.good);
          const { timeMs, values } = columns.rows();
          expect(timeMs.length).toBeLessThanOrEqual(maxRows);
          expect(timeMs).toEqual(timeMs.toSorted((a, b) => a - b));
          const given = new Set(samples.map((of) => `${of.timeMs} ${of.value}`));
          for (const [at, time] of timeMs.entries())
            expect(given).toContain(`${time} ${values[at]}`);
          const times = samples.map((of) => of.timeMs);
          expect([timeMs[0], timeMs.at(-1)]).toEqual([Math.min(...times), Math.max(...times)]);
          const parts = columns.isReduced ? Math.floor(maxRows / 5) : 1;
          const partOf = (time: number): number => Math.floor(time / (1000 / parts));
          for (let part = 0; part < parts; part += 1) {
            const own = samples.filter((of) => partOf(of.timeMs) === part).map((of) => of.value);
            const kept = values.filter((_, at) => partOf(timeMs[at] as number) === part);
            expect([Math.min(...kept), Math.max(...kept)]).toEqual([
              Math.min(...own),
              Math.max(...own),
            ]);
          }
        },
      ),
      { seed: testSeed(), numRuns: 200 },
    );
  });
});
