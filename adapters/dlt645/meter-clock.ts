import type { GatewayEvent } from '../../gateway/core/event.ts';
import { LocalClock } from '../../gateway/core/local-clock.ts';
import { isDay, readDigits } from './field-format.ts';

/** Date and weekday, and time of day (DL/T 645-2007 annex A.5), with the bytes of their data. */
const dateRead = { identifier: '04000101', bytes: 4 } as const;
const timeRead = { identifier: '04000102', bytes: 3 } as const;
export const clockReads = [dateRead, timeRead] as const;

export type MeterClockOptions = {
  /** The zone in which the meter's clock runs. */
  readonly timeZone: string;
  readonly maxClockSkewMs: number;
  readonly subject: string;
  event(event: GatewayEvent): void;
  seen(skewMs: number): void;
};

/** So near to midnight date and time, which are read apart, may be of two days. */
const midnightMs = 60_000;
const dayMs = 86_400_000;

/** Compares a meter's clock with ours; it stamps nothing, but its tariffs and demands follow it. */
export class MeterClock {
  readonly #options: MeterClockOptions;
  readonly #zone: LocalClock;
  #isSkewed = false;

  constructor(options: MeterClockOptions) {
    this.#options = options;
    this.#zone = new LocalClock(options.timeZone);
  }

  /** @param nowMs UTC epoch ms at the receipt of the time */
  look(read: {
    readonly date: Uint8Array;
    readonly time: Uint8Array;
    readonly nowMs: number;
  }): void {
    const localMs = clockMs(read.date, read.time);
    if (localMs === undefined) return;
    const ofDayMs = localMs % dayMs;
    if (ofDayMs < midnightMs || ofDayMs > dayMs - midnightMs) return;
    const skewMs = this.#zone.utcMs(localMs) - read.nowMs;
    const { seen, event, subject, maxClockSkewMs } = this.#options;
    seen(skewMs);
    const isSkewed = Math.abs(skewMs) > maxClockSkewMs;
    if (isSkewed === this.#isSkewed) return;
    this.#isSkewed = isSkewed;
    event(clockEvent(subject, isSkewed, skewMs));
  }
}

/** The wall clock of the meter, written as if it were UTC; undefined where it shows no moment that there is. */
export const clockMs = (date: Uint8Array, time: Uint8Array): number | undefined => {
  if (date.length !== dateRead.bytes || time.length !== timeRead.bytes) return undefined;
  const [, day, month, year] = numbers(date);
  const [second, minute, hour] = numbers(time);
  if (year === undefined || month === undefined || day === undefined) return undefined;
  if (hour === undefined || minute === undefined || second === undefined) return undefined;
  if (!isDay(year, month, day) || !(hour < 24 && minute < 60 && second < 60)) return undefined;
  return Date.UTC(2000 + year, month - 1, day, hour, minute, second);
};

const numbers = (bytes: Uint8Array): readonly number[] =>
  Array.from(bytes, (byte) => {
    const read = readDigits(Uint8Array.of(byte), false);
    return 'digits' in read ? read.digits : Number.NaN;
  });

const clockEvent = (subject: string, isSkewed: boolean, skewMs: number): GatewayEvent => {
  const seconds = (skewMs / 1000).toFixed(0);
  return {
    code: isSkewed ? 'device-clock-skewed' : 'device-clock-restored',
    severity: isSkewed ? 'warning' : 'info',
    subject,
    text: isSkewed
      ? {
          en: `The clock of ${subject} is off by ${seconds} s: its tariff periods and demands are as much off`,
          zh: `${subject} 的时钟偏差 ${seconds} 秒：其费率时段与需量也随之偏差`,
        }
      : { en: `The clock of ${subject} is right again`, zh: `${subject} 的时钟已恢复正常` },
    details: { skewMs },
  };
};
