// Goal: a register that goes on under another group number, as after any change of a point list, counts as it would have under one.
import { describe, expect, test } from 'vitest';
import { good, HistorySite } from '../../../../support/history-site.ts';
import { testFolder } from '../../../../support/journal.ts';

const minuteMs = 60_000;
const quarterMs = 15 * minuteMs;
const hourMs = 3_600_000;
const everyMs = 10_000;
/** Begins an hour. */
const startMs = 1_760_004_000_000;
const endMs = startMs + 2 * hourMs + minuteMs;

/** The register, with so many other points beside it; 36 kW are 0.01 kWh a second. */
const groupOf = (others: number) => ({
  periodMs: everyMs,
  channels: ['f01', 'f02', 'f03'].slice(0, 1 + others).map((point) => ({
    ...{ point, kind: 'counter' as const, unit: 'kW.h', maximumRatePerSecond: 0.02 },
    description: { en: 'register', zh: '寄存器' },
  })),
});

/** One time under one group: what the register showed beyond 36 kW since the start. */
type Part = { readonly untilMs: number; readonly others: number; readonly offset: number };

/** Reads each part with a gateway of its own; gives the last one. */
const readParts = async (parts: readonly Part[]): Promise<HistorySite> => {
  const folder = testFolder();
  let site: HistorySite | undefined;
  let atMs = startMs - minuteMs;
  for (const { untilMs, others, offset } of parts) {
    await site?.close();
    site = await HistorySite.open(folder, 20, groupOf(others));
    for (; atMs < untilMs; atMs += everyMs) {
      const kWh = offset + (36 * (atMs - startMs)) / hourMs;
      site.append(
        atMs,
        Array.from({ length: 1 + others }, () => good(kWh)),
      );
    }
    await site.journal.flush();
    await site.history.caughtUp(20_000);
  }
  return site ?? expect.fail('no part');
};

const read = async (site: HistorySite, stepMs: number) => {
  const intervals = await site.history.register({
    point: site.point(0),
    boundariesMs: Float64Array.from(
      { length: (2 * hourMs) / stepMs + 1 },
      (_, at) => startMs + at * stepMs,
    ),
  });
  const sum = { increase: 0, breaks: 0, measuredMs: 0 };
  for (const { increase, breaks, measuredMs } of intervals) {
    sum.increase += increase ?? 0;
    sum.breaks += breaks;
    sum.measuredMs += measuredMs;
  }
  return sum;
};

const all = 72e6;
/** What 36 kW are between two readings. */
const lost = 0.1e6;
const steps = [minuteMs, quarterMs, hourMs, 2 * hourMs];

describe('a register under another group number', { timeout: 60_000 }, () => {
  describe.each([
    ['in the middle of a minute', startMs + 37.5 * minuteMs],
    ['with a single minute of its quarter hour', startMs + 44 * minuteMs],
    ['at the turn of an hour', startMs + hourMs],
  ] as const)('that begins %s', (_, changeMs) => {
    test.each([
      ['the same meter loses nothing', 1_000, 1_000, 0],
      ['a new meter that shows less is a break', 500_000, 10, 1],
      ['a new meter that shows more is a break', 10, 500_000, 1],
    ] as const)('%s', async (__, before, after, breaks) => {
      const site = await readParts([
        { untilMs: changeMs, others: 1, offset: before },
        { untilMs: endMs, others: 0, offset: after },
      ]);
      for (const stepMs of steps) {
        const { increase, breaks: found, measuredMs } = await read(site, stepMs);
        expect({ increase, breaks: found }).toEqual({ increase: all - breaks * lost, breaks });
        // After a start nothing covers the time before the first reading.
        expect(measuredMs).toBeGreaterThanOrEqual(2 * hourMs - 3 * everyMs);
      }
    });
  });

  test('and under the first again is judged by what it showed under the second', async () => {
    const parts = [
      { untilMs: startMs + 20.5 * minuteMs, others: 1, offset: 500_000 },
      { untilMs: startMs + 40.5 * minuteMs, others: 0, offset: 10 },
    ];
    const same = await readParts([...parts, { untilMs: endMs, others: 1, offset: 10 }]);
    for (const stepMs of steps) {
      expect(await read(same, stepMs)).toMatchObject({ increase: all - lost, breaks: 1 });
    }
    const back = await readParts([...parts, { untilMs: endMs, others: 1, offset: 500_000 }]);
    for (const stepMs of steps) {
      expect(await read(back, stepMs)).toMatchObject({ increase: all - 2 * lost, breaks: 2 });
    }
  });
});
