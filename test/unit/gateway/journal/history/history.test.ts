import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { originCodes } from '../../../../../gateway/core/entry.ts';
import { absentStatus, statusCodes } from '../../../../../gateway/core/quality.ts';
import type { RawSamples } from '../../../../../gateway/journal/history/history.ts';
import { good, HistorySite, type Sample } from '../../../../support/history-site.ts';
import { testFolder } from '../../../../support/journal.ts';

/** In the middle of an hour. */
const startMs = 1_760_001_180_000;
const minuteMs = 60_000;
const hourMs = 3_600_000;

describe('history', { timeout: 30_000 }, () => {
  it('rolls samples up by minute with extremes, mean, first, last and what was measured', async () => {
    const site = await HistorySite.open(testFolder());
    for (let second = 0; second < 90; second++) {
      site.append(startMs + second * 1_000, [good(second % 60), good(0)]);
    }
    expect(await site.query(startMs, startMs + 2 * minuteMs)).toEqual([
      {
        startMs,
        durationMs: minuteMs,
        count: 60,
        coveredMs: minuteMs,
        minimum: 0,
        maximum: 59,
        mean: 29.5,
        first: 0,
        last: 59,
        lastStatus: statusCodes.good,
        revision: 0,
      },
      expect.objectContaining({
        startMs: startMs + minuteMs,
        count: 30,
        coveredMs: 29_000,
        mean: 14.5,
      }),
    ]);
  });

  it('does not count as measured what is absent for long, bad or estimated', async () => {
    const site = await HistorySite.open(testFolder());
    site.append(startMs, [good(1), good(1)]);
    // A gap of 20 s: a value holds for three periods of 1 s.
    site.append(startMs + 20_000, [good(3), good(1)]);
    site.append(startMs + 21_000, [{ value: 9, status: statusCodes.badTimeout }, good(1)]);
    site.append(startMs + 22_000, [{ value: Number.NaN, status: statusCodes.good }, good(1)]);
    site.append(startMs + 23_000, [good(5), good(1)], originCodes.estimated);
    site.append(startMs + 24_000, [{ value: 0, status: absentStatus }, good(1)]);
    site.append(startMs + 25_000, [{ value: 8, status: statusCodes.bad }, good(1)]);
    expect(await site.query(startMs, startMs + minuteMs)).toEqual([
      expect.objectContaining({
        count: 3,
        coveredMs: 4_000,
        minimum: 1,
        maximum: 5,
        mean: 3,
        first: 1,
        last: 5,
        lastStatus: statusCodes.bad,
      }),
    ]);
  });

  it('lets a value hold for three periods of the configuration that is in force', async () => {
    const site = await HistorySite.open(testFolder());
    site.append(startMs, [good(1), good(1)]);
    expect(await site.query(startMs, startMs + minuteMs)).toMatchObject([{ count: 1 }]);
    site.history.use([{ ...site.group, periodMs: 5_000 }]);
    site.append(startMs + 20_000, [good(3), good(1)]);
    expect(await site.query(startMs, startMs + minuteMs)).toMatchObject([{ coveredMs: 15_000 }]);
  });

  it('does not count as measured a last usable value, which only stands in for one', async () => {
    const site = await HistorySite.open(testFolder());
    site.append(startMs, [good(1), good(1)]);
    site.append(startMs + 1_000, [good(2), good(1)]);
    for (let second = 2; second < 10; second++) {
      const value = { value: 2, status: statusCodes.uncertainLastUsableValue };
      site.append(startMs + second * 1_000, [value, good(1)]);
    }
    expect(await site.query(startMs, startMs + minuteMs)).toEqual([
      expect.objectContaining({
        count: 2,
        coveredMs: 2_000,
        lastStatus: statusCodes.uncertainLastUsableValue,
      }),
    ]);
  });

  it('counts every sample once through restarts and folds hours that are over', async () => {
    const folder = testFolder();
    const hours = 5;
    for (let hour = 0; hour < hours; hour++) {
      const site = await HistorySite.open(folder);
      for (let second = 0; second < 3_600; second += 10) {
        site.append(startMs + hour * hourMs + second * 1_000, [good(hour), good(0)]);
      }
      await site.query(startMs, startMs + hours * hourMs);
      await site.close();
    }
    const site = await HistorySite.open(folder);
    const byMinute = (await site.query(startMs, startMs + hours * hourMs)) as { count: number }[];
    expect(byMinute).toHaveLength(hours * 60);
    expect(byMinute.every(({ count }) => count === 6)).toBe(true);
    const hourStart = Math.floor(startMs / hourMs) * hourMs;
    const byHour = await site.query(hourStart, hourStart + 6 * hourMs, 8);
    const inFirst = (hourStart + hourMs - startMs) / 10_000;
    expect(byHour).toEqual(
      Array.from({ length: 6 }, (_, index) =>
        expect.objectContaining({
          startMs: hourStart + index * hourMs,
          durationMs: hourMs,
          count: index === 0 ? inFirst : index === 5 ? 360 - inFirst : 360,
          minimum: Math.max(0, index - 1),
          maximum: Math.min(hours - 1, index),
        }),
      ),
    );
    const point = site.point(1);
    const all = await site.history.query({ point, fromMs: 0, toMs: 2e12, maxIntervals: 1 });
    expect(all.map(({ count }) => count)).toEqual([hours * 360]);
  });

  /** Seconds of two minutes in some order, with a bad sample and a gap; what is shown of them. */
  const seconds = Array.from({ length: 120 }, (_, second) => second).filter(
    (second) => second < 70 || second > 80,
  );
  const sampleAt = (second: number): readonly Sample[] => [
    second === 30 ? { value: 0, status: statusCodes.badTimeout } : good(second),
    good(0),
  ];
  const shown = (intervals: unknown[]): unknown[] =>
    intervals.map((interval) => ({ ...(interval as object), revision: 0 }));

  it('aggregates anew from the journal what came late, as if it had come in time', async () => {
    const punctual = await HistorySite.open(testFolder());
    for (const second of seconds) punctual.append(startMs + second * 1_000, sampleAt(second));
    const expected = await punctual.query(startMs, startMs + 2 * minuteMs);

    const site = await HistorySite.open(testFolder(), 20);
    const isLate = (second: number): boolean => second >= 25 && second < 45;
    for (const second of seconds.filter((second) => !isLate(second))) {
      site.append(startMs + second * 1_000, sampleAt(second));
    }
    const before = (await site.query(startMs, startMs + 2 * minuteMs)) as { coveredMs: number }[];
    expect(before[0]?.coveredMs).toBe(42_000);
    for (const second of seconds.filter(isLate).toReversed()) {
      site.append(startMs + second * 1_000, sampleAt(second), originCodes.late);
    }
    await expect
      .poll(async () => shown(await site.query(startMs, startMs + 2 * minuteMs)), {
        timeout: 10_000,
      })
      .toEqual(expected);
    const after = (await site.query(startMs, startMs + 2 * minuteMs)) as { revision: number }[];
    expect(after[0]?.revision).toBeGreaterThan(0);
    expect(after[1]?.revision).toBe(0);
  });

  it('takes of one time only the newest word when it aggregates anew', async () => {
    const site = await HistorySite.open(testFolder(), 20);
    const badTimeout = { value: 0, status: statusCodes.badTimeout };
    const absent = { value: 0, status: absentStatus };
    for (const second of [1, 2, 3, 4]) site.append(startMs + second * 1_000, [good(1), good(1)]);
    site.append(startMs + 2_000, [good(50), good(50)], originCodes.late);
    site.append(startMs + 2_000, [good(9), absent], originCodes.late);
    site.append(startMs + 3_000, [badTimeout, absent], originCodes.late);
    const [left, right] = [
      { count: 3, coveredMs: 2_000, minimum: 1, maximum: 9, mean: 11 / 3 },
      { count: 4, coveredMs: 3_000, minimum: 1, maximum: 50, mean: 53 / 4 },
    ];
    const minute = async (channel: number) => {
      const range = { fromMs: startMs, toMs: startMs + minuteMs, maxIntervals: 10 };
      return (await site.history.query({ point: site.point(channel), ...range }))[0];
    };
    await expect.poll(() => minute(0), { timeout: 10_000 }).toMatchObject(left);
    expect(await minute(1)).toMatchObject(right);
  });

  it('folds the hour anew too, and keeps what is dirty through a restart', async () => {
    const folder = testFolder();
    const first = await HistorySite.open(folder);
    for (let second = 0; second < 3 * 3_600; second += 1) {
      if (second % 3_600 < 1_000 || second % 3_600 > 1_060) {
        first.append(startMs + second * 1_000, [good(1), good(0)]);
      }
    }
    await first.query(startMs, startMs + 4 * hourMs);
    for (let second = 1_000; second <= 1_060; second += 1) {
      first.append(startMs + second * 1_000, [good(7), good(0)], originCodes.late);
    }
    await first.query(startMs, startMs + 4 * hourMs);
    await first.close();
    const hourStart = Math.floor(startMs / hourMs) * hourMs;
    const hour = async (site: HistorySite) =>
      (await site.query(hourStart, hourStart + 4 * hourMs, 5))[0] as {
        coveredMs: number;
        maximum: number;
        revision: number;
      };
    const second = await HistorySite.open(folder, 20);
    await expect
      .poll(async () => (await hour(second)).revision, { timeout: 15_000 })
      .toBeGreaterThan(0);
    const covered = hourStart + hourMs - startMs;
    await expect
      .poll(async () => hour(second), { timeout: 15_000 })
      .toMatchObject({ coveredMs: covered, maximum: 7 });
  });

  it('begins anew from the journal when its database is damaged', async () => {
    const folder = testFolder();
    const first = await HistorySite.open(folder);
    for (let second = 0; second < 120; second++) {
      first.append(startMs + second * 1_000, [good(second), good(0)]);
    }
    const before = await first.query(startMs, startMs + 2 * minuteMs);
    await first.close();
    writeFileSync(join(folder, 'history.db'), 'rubbish '.repeat(1_000));
    const second = await HistorySite.open(folder);
    await expect
      .poll(() => second.query(startMs, startMs + 2 * minuteMs), { timeout: 10_000 })
      .toEqual(before);
  });

  it('gives single samples from the journal, from disk and from memory', async () => {
    const site = await HistorySite.open(testFolder());
    for (let second = 0; second < 1_200; second++) {
      const absent = second % 10 === 0;
      site.append(startMs + second * 1_000, [
        { value: second / 10, status: absent ? absentStatus : statusCodes.good },
        good(0),
      ]);
    }
    await site.query(startMs, startMs + hourMs);
    const read = async (fromMs: number, toMs: number, channels = [0]) => {
      const points = channels.map((channel) => site.point(channel));
      const signal = AbortSignal.timeout(10_000);
      const found: RawSamples[] = [];
      for await (const part of site.history.raw({ points, fromMs, toMs, signal })) found.push(part);
      return {
        point: found.flatMap(({ point }) => [...point]),
        timeMs: found.flatMap(({ timeMs }) => [...timeMs]),
        values: found.flatMap(({ values }) => [...values]),
        isCut: found.some(({ isCut }) => isCut),
        throughMs: found.at(-1)?.throughMs,
      };
    };
    const some = await read(startMs + 595_000, startMs + 605_000);
    const seconds = [595, 596, 597, 598, 599, 601, 602, 603, 604];
    expect(some.timeMs).toEqual(seconds.map((second) => startMs + second * 1_000));
    expect(some.values).toEqual(seconds.map((second) => second / 10));
    expect([some.isCut, some.throughMs]).toEqual([false, startMs + 604_000]);
    const both = await read(startMs, startMs + 1_000, [1, 0]);
    expect([both.point, both.values]).toEqual([[0], [0]]);
    expect((await read(0, 2e12)).values).toHaveLength(1_080);
    expect((await read(0, startMs - hourMs)).values).toEqual([]);
  });
});
