import { describe, expect, test } from 'vitest';
import { originCodes } from '../../../../../gateway/core/entry.ts';
import { absentStatus } from '../../../../../gateway/core/quality.ts';
import type { RegisterInterval } from '../../../../../gateway/journal/history/history.ts';
import { good, HistorySite } from '../../../../support/history-site.ts';
import { testFolder } from '../../../../support/journal.ts';

const minuteMs = 60_000;
const quarterMs = 15 * minuteMs;
const hourMs = 3_600_000;
/** Begins an hour. */
const startMs = 1_760_004_000_000;

const channels = ['f01', 'f02'].map((point) => ({
  ...{ point, kind: 'counter' as const, unit: 'kW.h' },
  description: { en: 'register', zh: '寄存器' },
}));
const everyMs = 10_000;

const open = (folder: string): Promise<HistorySite> =>
  HistorySite.open(folder, 20, { channels, periodMs: everyMs });

/** Readings of 36 kW, every ten seconds. */
const count = (site: HistorySite, fromMs: number, toMs: number, origin = 0): void => {
  for (let ms = fromMs; ms < toMs; ms += everyMs) {
    const kWh = 1_000 + (36 * (ms - startMs)) / hourMs;
    site.append(ms, [good(kWh), { value: 0, status: absentStatus }], origin);
  }
};

const boundaries = (stepMs: number, hours: number): Float64Array =>
  Float64Array.from({ length: (hours * hourMs) / stepMs + 1 }, (_, at) => startMs + at * stepMs);

const read = (site: HistorySite, stepMs: number, hours = 3): Promise<readonly RegisterInterval[]> =>
  site.history.register({
    ...{ point: site.point(0), boundariesMs: boundaries(stepMs, hours), stepsPerUnit: 1e6 },
  });

const increases = (intervals: readonly RegisterInterval[]) =>
  intervals.map(({ increase }) => increase);

describe('registers in the history', { timeout: 60_000 }, () => {
  test('count the same by quarters, hours and all at once, also after a restart', async () => {
    const folder = testFolder();
    const first = await open(folder);
    count(first, startMs - minuteMs, startMs + 3 * hourMs + minuteMs);
    await first.query(startMs, startMs + 4 * hourMs);
    await expect
      .poll(async () => increases(await read(first, 3 * hourMs)), { timeout: 20_000 })
      .toEqual([108e6]);
    const expected = { measuredMs: quarterMs, unknownMs: 0, estimated: 0, revision: 0 };
    for (const interval of await read(first, quarterMs)) {
      expect(interval).toMatchObject({ ...expected, increase: 9e6 });
    }
    expect(increases(await read(first, hourMs))).toEqual([36e6, 36e6, 36e6]);
    const [whole] = await read(first, 3 * hourMs);
    expect(whole?.opening).toBeCloseTo(1_000, 9);
    expect(whole?.closing).toBeCloseTo(1_108, 9);
    await first.close();
    const second = await open(folder);
    expect(increases(await read(second, 3 * hourMs))).toEqual([108e6]);
    expect(increases(await read(second, quarterMs))).toEqual(Array.from({ length: 12 }, () => 9e6));
  });

  test('a gap is estimated until its readings come late: then it is measured, with a new revision', async () => {
    const site = await open(testFolder());
    count(site, startMs - minuteMs, startMs + 10 * minuteMs);
    count(site, startMs + 50 * minuteMs, startMs + 2 * hourMs + minuteMs);
    await expect
      .poll(async () => increases(await read(site, quarterMs, 2)), { timeout: 20_000 })
      .toEqual(Array.from({ length: 8 }, () => 9e6));
    const gap = await read(site, quarterMs, 2);
    expect(gap[1]).toMatchObject({ estimated: 9e6, measuredMs: 0, unknownMs: 0, revision: 0 });
    expect((await read(site, 2 * hourMs, 2))[0]).toMatchObject({ increase: 72e6, estimated: 0 });
    count(site, startMs + 10 * minuteMs, startMs + 50 * minuteMs, originCodes.late);
    await expect
      .poll(async () => (await read(site, quarterMs, 2)).map(({ measuredMs }) => measuredMs), {
        timeout: 30_000,
      })
      .toEqual(Array.from({ length: 8 }, () => quarterMs));
    const healed = await read(site, quarterMs, 2);
    expect(increases(healed)).toEqual(Array.from({ length: 8 }, () => 9e6));
    expect(healed.map(({ estimated }) => estimated)).toEqual(Array.from({ length: 8 }, () => 0));
    expect(healed.slice(0, 4).every(({ revision }) => revision > 0)).toBe(true);
    expect(healed.slice(4).every(({ revision }) => revision === 0)).toBe(true);
  });

  test('a register that is unknown or never read counts nothing', async () => {
    const site = await open(testFolder());
    count(site, startMs, startMs + 5 * minuteMs);
    await site.query(startMs, startMs + hourMs);
    const absent = await site.history.register({
      ...{ point: site.point(1), boundariesMs: boundaries(quarterMs, 1), stepsPerUnit: 1e6 },
    });
    expect(increases(absent)).toEqual([null, null, null, null]);
    const before = Float64Array.from([startMs - 9 * hourMs, startMs - 8 * hourMs]);
    const early = await site.history.register({
      ...{ point: site.point(0), boundariesMs: before, stepsPerUnit: 1e6 },
    });
    expect(increases(early)).toEqual([null]);
  });
});
