import { describe, expect, test } from 'vitest';
import { SiteCalendar } from '../../../../gateway/energy/calendar.ts';

const hourMs = 3_600_000;
const at = (text: string): number => Date.parse(text);
const most = 10_000;

describe('the calendar of a site', () => {
  test('days and months of Shanghai begin at 16:00 UTC of the day before', () => {
    const calendar = new SiteCalendar('Asia/Shanghai');
    const range = { fromMs: at('2024-02-10T03:00Z'), toMs: at('2024-03-31T16:00Z'), most };
    expect(calendar.boundaries('month', range)).toEqual(
      ['2024-01-31T16:00Z', '2024-02-29T16:00Z', '2024-03-31T16:00Z'].map(at),
    );
    expect(calendar.boundaries('day', range)?.slice(0, 2)).toEqual(
      ['2024-02-09T16:00Z', '2024-02-10T16:00Z'].map(at),
    );
    expect(calendar.midnightMs('2024-02-10')).toBe(at('2024-02-09T16:00Z'));
  });

  test.each([
    ['2024-03-31', 23],
    ['2024-10-27', 25],
    ['2024-06-20', 24],
  ])('in Berlin %s has %i hours, and four times as many quarters', (date, hours) => {
    const calendar = new SiteCalendar('Europe/Berlin');
    const fromMs = calendar.midnightMs(date);
    const toMs = fromMs + hours * hourMs;
    expect(calendar.boundaries('day', { fromMs, toMs, most })).toEqual([fromMs, toMs]);
    expect(calendar.boundaries('hour', { fromMs, toMs, most })).toHaveLength(hours + 1);
    expect(calendar.boundaries('quarter', { fromMs, toMs, most })).toHaveLength(4 * hours + 1);
    expect(calendar.boundaries('quarter', { fromMs, toMs, most })?.at(-1)).toBe(toMs);
  });

  test.each(['Asia/Kathmandu', 'Australia/Lord_Howe', 'America/St_Johns', 'UTC'])(
    'in %s quarters, hours and days of a year follow each other and meet at midnight',
    (zone) => {
      const calendar = new SiteCalendar(zone);
      const range = { fromMs: at('2024-03-20T05:07Z'), toMs: at('2024-04-20T05:07Z'), most };
      const days = calendar.boundaries('day', range) ?? [];
      for (const step of ['quarter', 'hour'] as const) {
        const whole = { fromMs: days[0] ?? 0, toMs: days.at(-1) ?? 0, most };
        const steps = calendar.boundaries(step, whole) ?? [];
        expect(steps).toEqual([...steps].sort((a, b) => a - b));
        expect(days.every((day) => steps.includes(day))).toBe(true);
        expect(steps.at(-1)).toBe(days.at(-1));
      }
    },
  );

  test.each([
    ['America/Santiago', '2024-09-08', '2024-09-08T04:00Z', 23],
    ['America/Santiago', '2024-04-06', '2024-04-06T03:00Z', 25],
    ['America/Havana', '2024-03-10', '2024-03-10T05:00Z', 23],
    ['America/Havana', '2024-11-03', '2024-11-03T04:00Z', 25],
    ['Atlantic/Azores', '2024-03-31', '2024-03-31T01:00Z', 23],
    ['Atlantic/Azores', '2024-10-27', '2024-10-27T00:00Z', 25],
    ['Africa/Cairo', '2024-04-26', '2024-04-25T22:00Z', 23],
  ] as const)(
    'where summer time changes at midnight, %s, %s begins at %s',
    (zone, date, start, hours) => {
      const calendar = new SiteCalendar(zone);
      const fromMs = calendar.midnightMs(date);
      expect(new Date(fromMs).toISOString()).toBe(new Date(start).toISOString());
      const toMs = fromMs + hours * hourMs;
      expect(calendar.boundaries('day', { fromMs, toMs, most })).toEqual([fromMs, toMs]);
      expect(calendar.boundaries('hour', { fromMs, toMs, most })).toHaveLength(hours + 1);
      const around = { fromMs: fromMs - 36 * hourMs, toMs: toMs + 36 * hourMs, most };
      for (const step of ['quarter', 'hour', 'day'] as const) {
        expect(calendar.boundaries(step, around)).toContain(fromMs);
      }
    },
  );

  test('more intervals than asked for are none', () => {
    const calendar = new SiteCalendar('UTC');
    const range = { fromMs: 0, toMs: 10 * 60_000 };
    expect(calendar.boundaries('minute', { ...range, most: 10 })).toHaveLength(11);
    expect(calendar.boundaries('minute', { ...range, most: 9 })).toBeUndefined();
    expect(calendar.boundaries('minute', { fromMs: 5, toMs: 5, most: 9 })).toHaveLength(2);
  });
});
