import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
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
    ...{ point: site.point(0), boundariesMs: boundaries(stepMs, hours) },
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
    expect(gap[1]).toMatchObject({ estimated: 9e6, measuredMs: 0, unknownMs: 0 });
    // Before the reading that ended the gap, nothing was known of it.
    expect(gap[1]?.revision).toBeGreaterThan(0);
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
    for (const [index, { revision }] of healed.slice(0, 4).entries()) {
      expect(revision).toBeGreaterThan(gap[index]?.revision ?? 0);
    }
    expect(healed.slice(4).every(({ revision }) => revision === 0)).toBe(true);
  });

  test('a register that is unknown or never read counts nothing', async () => {
    const site = await open(testFolder());
    count(site, startMs, startMs + 5 * minuteMs);
    await site.query(startMs, startMs + hourMs);
    const absent = await site.history.register({
      ...{ point: site.point(1), boundariesMs: boundaries(quarterMs, 1) },
    });
    expect(increases(absent)).toEqual([null, null, null, null]);
    const before = Float64Array.from([startMs - 9 * hourMs, startMs - 8 * hourMs]);
    const early = await site.history.register({
      ...{ point: site.point(0), boundariesMs: before },
    });
    expect(increases(early)).toEqual([null]);
  });

  /** Readings of 36 kW, with 5 kWh more from a time on. */
  const jumpAt = (site: HistorySite, jumpMs: number, fromMs: number, toMs: number): void => {
    for (let ms = fromMs; ms < toMs; ms += everyMs) {
      const kWh = 1_000 + (36 * (ms - startMs)) / hourMs + (ms < jumpMs ? 0 : 5);
      site.append(ms, [good(kWh), { value: 0, status: absentStatus }]);
    }
  };
  const slow = (site: HistorySite, perSecond: number) => [
    {
      ...site.group,
      channels: site.group.channels.map((one) => ({ ...one, maximumRatePerSecond: perSecond })),
    },
  ];
  const isRead = async (site: HistorySite): Promise<void> => {
    await site.journal.flush();
    await site.history.caughtUp(20_000);
  };

  test('are judged by the rates of the groups that are used, and by the last reading before a restart', async () => {
    const folder = testFolder();
    const middleMs = startMs + 20 * minuteMs;
    const before = await open(folder);
    // 36 kW are 0.01 kWh a second; 5 kWh could have been counted within an hour, but not within ten seconds.
    before.history.use(slow(before, 0.02));
    jumpAt(before, middleMs, startMs, middleMs);
    await isRead(before);
    await before.close();
    const after = await open(folder);
    after.history.use(slow(after, 0.02));
    jumpAt(after, middleMs, middleMs, startMs + hourMs + minuteMs);
    await isRead(after);
    expect(increases(await read(after, hourMs, 1))).toEqual([36e6 - 0.1e6]);
    expect((await read(after, quarterMs, 1)).map(({ breaks }) => breaks)).toEqual([0, 1, 0, 0]);
    // It shows 5 kWh less again, which breaks it off at any rate; 5 more do not at this one.
    after.history.use(slow(after, 1));
    jumpAt(after, startMs + 90 * minuteMs, startMs + hourMs + minuteMs, startMs + 2 * hourMs);
    await isRead(after);
    expect((await read(after, hourMs, 2)).map(({ breaks }) => breaks)).toEqual([1, 1]);
  });

  test('that an earlier version rolled up are read by their extremes', async () => {
    const folder = testFolder();
    const before = await open(folder);
    for (let ms = startMs; ms < startMs + hourMs; ms += everyMs) {
      const since = (36 * (ms - startMs)) / hourMs;
      const kWh = ms < startMs + 20.5 * minuteMs ? 1_000 + since : since - 12.3;
      before.append(ms, [good(kWh), good(0)]);
    }
    await isRead(before);
    const judged = await read(before, quarterMs, 1);
    expect(judged[1]).toMatchObject({ breaks: 1, increase: 9e6 - 0.1e6 });
    await before.close();
    const database = new DatabaseSync(join(folder, 'history.db'));
    database.exec(`UPDATE state SET value = ${startMs + 10 * hourMs} WHERE key = 'judged-from'`);
    database.close();
    const after = await open(folder);
    const plain = (await read(after, quarterMs, 1)).map(({ increase, breaks }) => [
      increase,
      breaks,
    ]);
    expect(plain).toEqual(judged.map(({ increase, breaks }) => [increase, breaks]));
  });

  test('have beliefs that outlive a restart, each change numbered above all before', async () => {
    const folder = testFolder();
    const before = await open(folder);
    count(before, startMs, startMs + minuteMs);
    await isRead(before);
    const say = async (site: HistorySite, value: string) => {
      const beliefs = [{ fromMs: 0, value, place: 0 }];
      const [believed] = await site.history.believe([{ subject: 'meter m', beliefs }]);
      return believed?.[0]?.revision ?? -1;
    };
    expect(await say(before, '400')).toBe(0);
    const first = await say(before, '600');
    expect(first).toBeGreaterThan(0);
    // A question that changes nothing takes no number: one that is not stored could be given again after a crash.
    for (let turn = 0; turn < 50; turn += 1) expect(await say(before, '600')).toBe(first);
    const second = await say(before, '500');
    expect([second, await say(before, '600')]).toEqual([first + 1, first + 2]);
    await before.close();
    const after = await open(folder);
    expect(await say(after, '600')).toBe(first + 2);
    expect(await say(after, '400')).toBeGreaterThan(first + 2);
  });
});
