import { describe, expect, it } from 'vitest';
import { LocalDay } from '../../../../gateway/runtime/local-day.ts';

const start = (timeZone: string, instant: string): string =>
  new Date(new LocalDay(timeZone).startMs(Date.parse(instant))).toISOString();

describe('LocalDay', () => {
  it('begins the day in Shanghai at 16:00 UTC', () => {
    expect(start('Asia/Shanghai', '2023-06-21T15:59:59.999Z')).toBe('2023-06-20T16:00:00.000Z');
    expect(start('Asia/Shanghai', '2023-06-21T16:00:00.000Z')).toBe('2023-06-21T16:00:00.000Z');
  });

  it('knows days of 23 and 25 hours', () => {
    expect(start('Europe/Berlin', '2024-03-31T20:00:00Z')).toBe('2024-03-30T23:00:00.000Z');
    expect(start('Europe/Berlin', '2024-04-01T01:00:00Z')).toBe('2024-03-31T22:00:00.000Z');
    expect(start('Europe/Berlin', '2024-10-27T22:59:59Z')).toBe('2024-10-26T22:00:00.000Z');
    expect(start('Europe/Berlin', '2024-10-27T23:00:00Z')).toBe('2024-10-27T23:00:00.000Z');
  });

  it('keeps its answer within a day and renews it when time goes back', () => {
    const day = new LocalDay('UTC');
    const noon = Date.parse('2025-01-02T12:00:00.250Z');
    expect(day.startMs(noon)).toBe(Date.parse('2025-01-02T00:00:00Z'));
    expect(day.startMs(noon + 3_600_000)).toBe(Date.parse('2025-01-02T00:00:00Z'));
    expect(day.startMs(noon - 86_400_000)).toBe(Date.parse('2025-01-01T00:00:00Z'));
  });
});
