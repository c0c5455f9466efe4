import { describe, expect, it } from 'vitest';
import { clockMs, MeterClock } from '../../../../adapters/dlt645/meter-clock.ts';
import type { GatewayEvent } from '../../../../gateway/core/event.ts';

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
/** Weekday, day, month, year: 1 March 2026. */
const date = bytes('00010326');
const noonMs = Date.parse('2026-03-01T04:00:00Z');

const clock = (): {
  readonly clock: MeterClock;
  readonly skews: readonly number[];
  readonly events: readonly GatewayEvent[];
} => {
  const skews: number[] = [];
  const events: GatewayEvent[] = [];
  return {
    clock: new MeterClock({
      timeZone: 'Asia/Shanghai',
      maxClockSkewMs: 60_000,
      subject: 'meter',
      seen: (skewMs) => skews.push(skewMs),
      event: (event) => events.push(event),
    }),
    skews,
    events,
  };
};

describe('the clock of a meter', () => {
  it('runs in the zone of the site', () => {
    expect(clockMs(date, bytes('150012'))).toBe(Date.UTC(2026, 2, 1, 12, 0, 15));
    const { clock: meter, skews, events } = clock();
    meter.look({ date, time: bytes('150012'), nowMs: noonMs });
    expect(skews).toEqual([15_000]);
    expect(events).toEqual([]);
  });

  it('is told of when it goes wrong and when it is right again, once each', () => {
    const { clock: meter, events } = clock();
    for (const time of ['001012', '001112', '000012', '000012']) {
      meter.look({ date, time: bytes(time), nowMs: noonMs });
    }
    expect(events.map(({ code }) => code)).toEqual([
      'device-clock-skewed',
      'device-clock-restored',
    ]);
    expect(events[0]?.text.zh).toBe('meter 的时钟偏差 600 秒：其费率时段与需量也随之偏差');
  });

  it('is not judged about midnight, where date and time may be of two days', () => {
    const { clock: meter, skews } = clock();
    for (const time of ['000000', '590000', '010023', '595923']) {
      meter.look({ date, time: bytes(time), nowMs: noonMs });
    }
    // Of the four only 23:00:01 is far enough from midnight.
    expect(skews).toEqual([11 * 3_600_000 + 1000]);
  });

  it.each([
    ['0001032', '150012'],
    ['00310226', '150012'],
    ['000103FF', '150012'],
    ['00010326', '156012'],
    ['00010326', '1500'],
  ])('is unknown where %s %s is no moment', (day, time) => {
    expect(clockMs(bytes(day), bytes(time))).toBeUndefined();
  });
});
