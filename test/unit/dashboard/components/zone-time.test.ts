import { describe, expect, it } from 'vitest';
import {
  dateAfter,
  dateText,
  nextMonth,
  timeOfWall,
  wallText,
} from '../../../../dashboard/components/zone-time.ts';

describe("the site's wall clock", () => {
  it('is that of its zone, whatever zone the machine is in', () => {
    const timeMs = Date.UTC(2026, 5, 16, 17, 30, 5);
    expect(wallText(timeMs, 'Asia/Shanghai')).toBe('2026-06-17T01:30:05');
    expect(dateText(timeMs, 'Asia/Shanghai')).toBe('2026-06-17');
    expect(dateText(timeMs, 'America/New_York')).toBe('2026-06-16');
  });

  it.each([
    ['2026-06-17', Date.UTC(2026, 5, 16, 16)],
    ['2026-06-17T11:30', Date.UTC(2026, 5, 17, 3, 30)],
    ['2026-06-17T11:30:09', Date.UTC(2026, 5, 17, 3, 30, 9)],
  ])('of %s is found', (text, timeMs) => {
    expect(timeOfWall(text, 'Asia/Shanghai')).toBe(timeMs);
  });

  it.each(['', '17.06.2026', '2026-13-01', '2026-06-17 11:30'])('of %s is nothing', (text) => {
    expect(timeOfWall(text, 'Asia/Shanghai')).toBeUndefined();
  });

  it('of a time that comes twice is the first, of one that is left out is behind the gap', () => {
    expect(timeOfWall('2026-10-25T02:30', 'Europe/Berlin')).toBe(Date.UTC(2026, 9, 25, 0, 30));
    expect(timeOfWall('2026-03-29T02:30', 'Europe/Berlin')).toBe(Date.UTC(2026, 2, 29, 1, 30));
  });

  it('has days and months that follow each other', () => {
    expect(dateAfter('2026-02-28', 1)).toBe('2026-03-01');
    expect(dateAfter('2026-03-01', -1)).toBe('2026-02-28');
    expect(nextMonth('2026-12')).toBe('2027-01-01');
  });
});
