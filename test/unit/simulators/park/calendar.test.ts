import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clockLeadMs,
  dayAt,
  dayOfSerial,
  daysInYear,
  firstDayOfYear,
  rememberYears,
  startOfDayMs,
} from '../../../../simulators/park/calendar.ts';
import { testSeed } from '../../../support/seed.ts';

describe('the park calendar', () => {
  it('begins 2023-01-01, a Sunday, as day 1', () => {
    expect(dayOfSerial(1)).toEqual({
      serial: 1,
      year: 2023,
      monthIndex: 0,
      dayOfMonth: 1,
      dayOfYear: 1,
      weekday: 6,
      isHoliday: true,
    });
  });

  it('agrees with the host calendar on every day of two centuries', () => {
    fc.assert(
      fc.property(fc.integer({ min: -36_500, max: 36_500 }), (serial) => {
        const day = dayOfSerial(serial);
        const host = new Date(startOfDayMs(day) + 8 * 3_600_000);
        expect(host.getUTCHours()).toBe(0);
        expect(day.year).toBe(host.getUTCFullYear());
        expect(day.monthIndex).toBe(host.getUTCMonth());
        expect(day.dayOfMonth).toBe(host.getUTCDate());
        expect((day.weekday + 1) % 7).toBe(host.getUTCDay());
        expect(day.dayOfYear).toBe(serial - firstDayOfYear(day.year).serial + 1);
      }),
      { seed: testSeed(), numRuns: 500 },
    );
  });

  it('counts 24 holidays in 2023 and 366 days in a leap year', () => {
    const days = Array.from({ length: 365 }, (_, i) => dayOfSerial(i + 1));
    expect(days.filter((day) => day.isHoliday).map((day) => day.dayOfYear)).toEqual([
      1, 2, 21, 22, 23, 24, 25, 26, 27, 95, 119, 120, 121, 122, 123, 173, 272, 273, 274, 275, 276,
      277, 278, 279,
    ]);
    expect(daysInYear(2024)).toBe(366);
    expect(daysInYear(2100)).toBe(365);
    expect(daysInYear(2000)).toBe(366);
  });

  it('turns the local day at 16:00 UTC', () => {
    const midnightMs = Date.UTC(2023, 5, 20, 16);
    expect(dayAt(midnightMs - 1000).dayOfYear).toBe(171);
    expect(dayAt(midnightMs).dayOfYear).toBe(172);
    expect(startOfDayMs(dayAt(midnightMs))).toBe(midnightMs);
  });

  it('keeps what it drew for the last years, and draws others anew', () => {
    const drawn: number[] = [];
    const of = rememberYears((year) => {
      drawn.push(year);
      return year * 10;
    });
    expect([2023, 2024, 2023, 2024].map(of)).toEqual([20_230, 20_240, 20_230, 20_240]);
    expect(drawn).toEqual([2023, 2024]);
    for (let year = 2030; year < 2034; year += 1) of(year);
    expect(of(2023)).toBe(20_230);
    expect(drawn.filter((year) => year === 2023)).toHaveLength(2);
  });

  it.each([
    { at: 'by night', hourUtc: 15 },
    { at: 'in the small hours', hourUtc: 18 },
    { at: 'at noon', hourUtc: 4 },
  ])('shows the wanted time of day on the same date when it is moved $at', ({ hourUtc }) => {
    const startMs = Date.UTC(2023, 5, 20, hourUtc, 17, 5);
    const movedMs = startMs + clockLeadMs(startMs, 600);
    expect(movedMs - startOfDayMs(dayAt(movedMs))).toBe(600 * 60_000);
    expect(dayAt(movedMs)).toStrictEqual(dayAt(startMs));
  });
});
