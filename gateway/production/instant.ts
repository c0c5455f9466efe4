import { LocalClock } from '../core/local-clock.ts';

const pattern =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?(Z|[+-]\d{2}:\d{2})?$/;
/** No zone is further from UTC. */
const mostOffsetMinutes = 14 * 60;
/** What a Date can be; calendars and clocks reckon with no more. */
const mostMs = 8.64e15;

/** Undefined where no zone has it. */
const offsetMinutes = (offset: string): number | undefined => {
  if (offset === 'Z') return 0;
  const [hours = 0, minutes = 0] = offset.slice(1).split(':').map(Number);
  const total = 60 * hours + minutes;
  if (minutes > 59 || total > mostOffsetMinutes) return undefined;
  return offset.startsWith('-') ? -total : total;
};

const bounded = (timeMs: number): number | undefined =>
  Math.abs(timeMs) <= mostMs ? timeMs : undefined;

/** Reads an instant of a message as UTC epoch ms; undefined when it is none. */
export type ReadInstant = (value: number | string) => number | undefined;

/**
 * Instants as people and systems write them: UTC epoch ms, or ISO 8601 (`2026-03-02T08:00`), which without an offset is the
 * wall clock of the site.
 */
export const instantReader = (timeZone: string): ReadInstant => {
  const clock = new LocalClock(timeZone);
  return (value) => {
    if (typeof value === 'number') return bounded(value);
    const found = pattern.exec(value);
    if (found === null) return undefined;
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = found.slice(1, 6).map(Number);
    const second = Number(found[6] ?? 0);
    const written = Date.UTC(year, month - 1, day, hour, minute, second);
    const isReal =
      hour < 24 &&
      minute < 60 &&
      second < 60 &&
      new Date(written).toISOString().slice(0, 10) === value.slice(0, 10);
    if (!isReal) return undefined;
    const localMs = written + Number((found[7] ?? '0').padEnd(3, '0'));
    const offset = found[8];
    if (offset === undefined) return bounded(clock.utcMs(localMs));
    const minutes = offsetMinutes(offset);
    return minutes === undefined ? undefined : bounded(localMs - 60_000 * minutes);
  };
};
