import { describe, expect, it } from 'vitest';
import { LocalClock } from '../../../../gateway/core/local-clock.ts';

const hourMs = 3_600_000;
const minuteMs = 60_000;
const utc = (text: string): number => Date.parse(`${text}Z`);

describe('the wall clock of a zone', () => {
  it('is ahead of UTC by its offset, to the millisecond, also before 1970', () => {
    const shanghai = new LocalClock('Asia/Shanghai');
    for (const text of [
      '2024-06-20T10:00:00.123',
      '1999-12-31T23:59:59.999',
      '1969-07-20T20:17:40.5',
    ]) {
      expect(shanghai.localMs(utc(text)) - utc(text), text).toBe(8 * hourMs);
      expect(shanghai.offsetMs(utc(text)), text).toBe(8 * hourMs);
      expect(shanghai.utcMs(utc(text)), text).toBe(utc(text) - 8 * hourMs);
    }
  });

  it('follows summer time', () => {
    const berlin = new LocalClock('Europe/Berlin');
    expect(berlin.offsetMs(utc('2024-03-31T00:59:59.999'))).toBe(hourMs);
    expect(berlin.offsetMs(utc('2024-03-31T01:00:00'))).toBe(2 * hourMs);
    expect(berlin.utcMs(utc('2024-03-31T01:59:59'))).toBe(utc('2024-03-31T00:59:59'));
    expect(berlin.utcMs(utc('2024-03-31T03:00:00'))).toBe(utc('2024-03-31T01:00:00'));
    expect(berlin.utcMs(utc('2024-07-01T12:00:00'))).toBe(utc('2024-07-01T10:00:00'));
  });

  it('takes a time that is skipped for as long after the change as it would have been', () => {
    const berlin = new LocalClock('Europe/Berlin');
    expect(berlin.utcMs(utc('2024-03-31T02:30:00'))).toBe(utc('2024-03-31T01:30:00'));
    const santiago = new LocalClock('America/Santiago');
    expect(santiago.utcMs(utc('2024-09-08T00:00:00'))).toBe(utc('2024-09-08T04:00:00'));
  });

  it('takes the first of two where the clock is put back over a time', () => {
    const berlin = new LocalClock('Europe/Berlin');
    expect(berlin.utcMs(utc('2024-10-27T02:30:00'))).toBe(utc('2024-10-27T00:30:00'));
    expect(berlin.utcMs(utc('2024-10-27T03:00:00'))).toBe(utc('2024-10-27T02:00:00'));
  });

  it('finds the minute at which it is changed, and none where it is not', () => {
    const berlin = new LocalClock('Europe/Berlin');
    const change = utc('2024-03-31T01:00:00');
    expect(berlin.changeMs(utc('2024-03-20T00:00:00'), utc('2024-04-10T00:00:00'))).toBe(change);
    expect(berlin.changeMs(change - 1, change)).toBe(change);
    expect(berlin.changeMs(change - 90.5 * minuteMs, change + 7.25 * minuteMs)).toBe(change);
    expect(berlin.changeMs(change, change + 20 * 24 * hourMs)).toBeUndefined();
    expect(berlin.changeMs(change - 24 * hourMs, change - 1)).toBeUndefined();
    const autumn = utc('2024-10-27T01:00:00');
    expect(berlin.changeMs(autumn - 5 * 24 * hourMs, autumn + 24 * hourMs)).toBe(autumn);
  });
});
