// Goal: on days of 23 and 25 hours each instant has the tariff period that the wall clock shows, from when it does until when it does.
// Method: a table whose periods begin within the hour that is skipped, or comes twice, walked minute by minute.
import { describe, expect, test } from 'vitest';
import { LocalClock } from '../../../../../gateway/core/local-clock.ts';
import { tariffAt } from '../../../../../gateway/kpi/tariff/tariff-calendar.ts';
import { offsetSpan, periodSpan } from '../../../../../gateway/runtime/billing/clock-changes.ts';
import { tariffOf } from '../../../../support/test-tariff.ts';

const at = (text: string): number => Date.parse(text);
const minuteMs = 60_000;
const dayMs = 1440 * minuteMs;

const half = [tariffOf(['00:00', 'valley'], ['02:30', 'flat'], ['08:00', 'peak'])];
const whole = [tariffOf(['00:00', 'valley'], ['08:00', 'peak'])];
const second = [tariffOf(['00:00', 'valley'], ['02:00', 'flat'], ['03:00', 'peak'])];
const berlin = new LocalClock('Europe/Berlin');
const spring = '2024-03-31T';
const autumn = '2024-10-27T';

const spanAt = (tariffs: typeof half, text: string): readonly string[] => {
  const { start, end } = periodSpan(berlin, tariffs, at(text));
  return [start, end].map((ms) => new Date(ms).toISOString().slice(5, 16));
};

describe('the period of a tariff', () => {
  test.each([
    [
      'begins with the change where its own start is skipped',
      half,
      `${spring}01:10Z`,
      ['03-31T01:00', '03-31T06:00'],
    ],
    [
      'ends with the change where its own end is skipped',
      half,
      `${spring}00:30Z`,
      ['03-30T23:00', '03-31T01:00'],
    ],
    [
      'goes on over an hour that is skipped within it',
      whole,
      `${spring}02:00Z`,
      ['03-30T23:00', '03-31T06:00'],
    ],
    [
      'is left when the clock goes back behind its start',
      half,
      `${autumn}00:40Z`,
      ['10-27T00:30', '10-27T01:00'],
    ],
    ['comes a second time with the hour', half, `${autumn}01:10Z`, ['10-27T01:00', '10-27T01:30']],
    ['begins a second time', half, `${autumn}01:40Z`, ['10-27T01:30', '10-27T07:00']],
    [
      'goes on over an hour that comes twice within it',
      whole,
      `${autumn}00:59Z`,
      ['10-26T22:00', '10-27T07:00'],
    ],
    [
      'has the hour that comes twice, twice',
      second,
      `${autumn}00:10Z`,
      ['10-27T00:00', '10-27T02:00'],
    ],
  ] as const)('%s', (_, tariffs, instant, expected) => {
    expect(spanAt([...tariffs], instant)).toEqual(expected);
  });

  test.each([
    ['Europe/Berlin', spring],
    ['Europe/Berlin', autumn],
    ['Australia/Lord_Howe', '2024-04-06T'],
    ['Australia/Lord_Howe', '2024-10-05T'],
    ['America/Santiago', '2024-04-06T'],
    ['America/Santiago', '2024-09-07T'],
    ['Asia/Kolkata', '2024-05-05T'],
  ])('of every minute holds within its span, and not beside it: %s around %s', (zone, day) => {
    const clock = new LocalClock(zone);
    for (const tariffs of [half, whole, second]) {
      const periodAt = (ms: number) => tariffAt(tariffs, clock.localMs(ms))?.period;
      let next = at(`${day}00:00Z`);
      const until = next + 2 * dayMs;
      while (next < until) {
        const { start, end } = periodSpan(clock, tariffs, next);
        const period = periodAt(next);
        expect(start).toBeLessThanOrEqual(next);
        expect(end).toBeGreaterThan(next);
        for (let ms = start; ms < end; ms += 15 * minuteMs) expect(periodAt(ms)).toBe(period);
        expect(periodAt(end)).not.toBe(period);
        expect(periodAt(start - 1)).not.toBe(period);
        next = end;
      }
    }
  });
});

describe('the offset of a wall clock', () => {
  test('is told with what it was, and since when', () => {
    const summer = offsetSpan(berlin, at('2024-08-01T12:00Z'));
    const sinceMs = at('2024-03-31T01:00Z');
    expect(summer).toMatchObject({ nowMs: 120 * minuteMs, beforeMs: 60 * minuteMs, sinceMs });
    expect(offsetSpan(berlin, at('2024-03-31T00:59:59Z')).untilMs).toBe(sinceMs);
  });

  test('is the same before and after where it never changes', () => {
    const now = at('2024-08-01T12:00Z');
    expect(offsetSpan(new LocalClock('Asia/Shanghai'), now)).toMatchObject({
      ...{ nowMs: 480 * minuteMs, beforeMs: 480 * minuteMs, sinceMs: 0 },
    });
  });
});
