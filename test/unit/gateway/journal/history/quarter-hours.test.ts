// Goal: energy by quarter hours is read from quarter hours where they are folded, and says what minutes say, also of a database that
// an earlier version wrote and after what came late. Method: one register, read through the history's own worker.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { originCodes } from '../../../../../gateway/core/entry.ts';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import type { RegisterInterval } from '../../../../../gateway/journal/history/history.ts';
import { good, HistorySite } from '../../../../support/history-site.ts';
import { testFolder } from '../../../../support/journal.ts';

const minuteMs = 60_000;
const quarterMs = 15 * minuteMs;
const hourMs = 4 * quarterMs;
/** Begins an hour. */
const startMs = 1_760_004_000_000;

const channels = [
  {
    ...{ point: 'f01', kind: 'counter' as const, unit: 'kW.h' },
    description: { en: 'register', zh: '寄存器' },
  },
];

const open = (folder: string, periodMs: number): Promise<HistorySite> =>
  HistorySite.open(folder, 20, { channels, periodMs });

const kWhAt = (timeMs: number): number => 1_000 + (36 * (timeMs - startMs)) / hourMs;

const count = (site: HistorySite, fromMs: number, toMs: number, everyMs: number): void => {
  for (let ms = fromMs; ms < toMs; ms += everyMs) site.append(ms, [good(kWhAt(ms))]);
};

const read = (site: HistorySite, stepMs: number, hours: number, shiftMs = 0) =>
  site.history.register({
    boundariesMs: Float64Array.from(
      { length: (hours * hourMs) / stepMs + 1 },
      (_, at) => startMs + shiftMs + at * stepMs,
    ),
    point: site.point(0),
  });

const isRead = async (site: HistorySite, hours: number): Promise<void> => {
  await site.journal.flush();
  await site.history.caughtUp(20_000);
  await expect
    .poll(async () => (await read(site, hours * hourMs, hours))[0]?.unknownMs, { timeout: 20_000 })
    .toBe(0);
};

const plain = (intervals: readonly RegisterInterval[]) =>
  intervals.map(({ revision: _, ...interval }) => interval);

const sumOf = (minutes: readonly RegisterInterval[]) => ({
  increase: minutes.reduce((sum, { increase }) => sum + (increase ?? Number.NaN), 0),
  measuredMs: minutes.reduce((sum, { measuredMs }) => sum + measuredMs, 0),
  unknownMs: minutes.reduce((sum, { unknownMs }) => sum + unknownMs, 0),
});

const tableOf = (folder: string, sql: string): unknown[] => {
  const database = new DatabaseSync(join(folder, 'history.db'));
  const rows = database.prepare(sql).all();
  database.close();
  return rows.map((row) => ({ ...row }));
};

describe('quarter hours', { timeout: 60_000 }, () => {
  test.each([10_000, minuteMs, 7 * minuteMs, quarterMs, hourMs])(
    'of a register that is read every %i ms are what its minutes are',
    async (everyMs) => {
      const folder = testFolder();
      const first = await open(folder, everyMs);
      count(first, startMs - hourMs, startMs + 5 * hourMs + minuteMs, everyMs);
      await isRead(first, 4);
      // All of it is stored and folded then.
      await first.close();
      const site = await open(folder, everyMs);
      const quarters = await read(site, quarterMs, 4);
      const minutes = await read(site, minuteMs, 4);
      for (const [index, quarter] of quarters.entries()) {
        expect(quarter).toMatchObject(sumOf(minutes.slice(15 * index, 15 * index + 15)));
        expect(quarter).toMatchObject({ increase: 9e6, measuredMs: quarterMs, estimated: 0 });
      }
      const shifted = await read(site, hourMs, 3, 5 * minuteMs);
      for (const hour of shifted) {
        expect(hour).toMatchObject({ increase: 36e6, measuredMs: hourMs, unknownMs: 0 });
      }
    },
  );

  test('are folded where there is more than one minute in them', async () => {
    const counted = async (everyMs: number) => {
      const folder = testFolder();
      const site = await open(folder, everyMs);
      count(site, startMs, startMs + 3 * hourMs + minuteMs, everyMs);
      await isRead(site, 3);
      await site.close();
      const [row] = tableOf(folder, 'SELECT count(*) AS rows FROM quarter');
      return row;
    };
    expect(await counted(minuteMs)).toEqual({ rows: 12 });
    expect(await counted(quarterMs)).toEqual({ rows: 0 });
  });

  test('of a database of version 2 go on from minutes', async () => {
    const folder = testFolder();
    const before = await open(folder, minuteMs);
    count(before, startMs, startMs + 2 * hourMs + 20 * minuteMs, minuteMs);
    await isRead(before, 2);
    const expected = plain(await read(before, quarterMs, 2));
    await before.close();
    const database = new DatabaseSync(join(folder, 'history.db'));
    database.exec(
      `DROP TABLE quarter; DELETE FROM state WHERE key LIKE 'quarters-%' OR key = 'judged-from';
       ALTER TABLE group_state DROP COLUMN stands; ALTER TABLE revision DROP COLUMN closing;
       PRAGMA user_version = 2;`,
    );
    database.close();
    const after = await open(folder, minuteMs);
    count(after, startMs + 2 * hourMs + 20 * minuteMs, startMs + 4 * hourMs, minuteMs);
    await isRead(after, 3);
    expect(plain(await read(after, quarterMs, 2))).toEqual(expected);
    const quarters = await read(after, quarterMs, 3);
    expect(quarters.map(({ increase }) => increase)).toEqual(quarters.map(() => 9e6));
    await after.close();
    const first = startMs + 2 * hourMs + quarterMs;
    expect(tableOf(folder, 'SELECT min(start_ms) AS first FROM quarter')).toEqual([{ first }]);
  });

  test.each([
    { what: 'a reading', status: statusCodes.good, unmeasuredMs: 0 },
    // Bad from 12 minutes past to the reading at a quarter past.
    { what: 'a bad reading', status: statusCodes.badTimeout, unmeasuredMs: 3 * minuteMs },
  ])('hold what they should after $what that came late', async ({ status, unmeasuredMs }) => {
    const site = await open(testFolder(), quarterMs);
    count(site, startMs, startMs + 3 * hourMs, quarterMs);
    await isRead(site, 2);
    const lateMs = startMs + hourMs + 12 * minuteMs;
    const late = { value: kWhAt(lateMs), status };
    site.append(lateMs, [late], originCodes.late);
    const minuteAt = (minutes: readonly RegisterInterval[], minute: number) => minutes[60 + minute];
    const arrived = { revision: 0 };
    await expect
      .poll(
        async () => {
          const revision = minuteAt(await read(site, minuteMs, 2), 12)?.revision ?? 0;
          // The first change is the sample itself, the second what was aggregated anew.
          arrived.revision ||= revision;
          return revision > arrived.revision || revision % 2 === 1;
        },
        { timeout: 20_000, interval: 1 },
      )
      .toBe(true);
    const minutes = await read(site, minuteMs, 2);
    const isBad = unmeasuredMs > 0;
    expect(minuteAt(minutes, 11)).toMatchObject({ measuredMs: minuteMs });
    expect(minuteAt(minutes, 13)).toMatchObject({ measuredMs: isBad ? 0 : minuteMs });
    const quarters = await read(site, quarterMs, 2);
    const measuredMs = quarters.map((quarter) => quarter.measuredMs);
    expect(measuredMs).toEqual(
      quarters.map((_, index) => (index === 4 ? quarterMs - unmeasuredMs : quarterMs)),
    );
    expect(quarters[4]?.revision).toBeGreaterThan(0);
    expect(quarters[0]?.revision).toBe(0);
  });
});
