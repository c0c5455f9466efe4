import { isGood } from '../../core/quality.ts';
import type { ColumnStatistics } from '../../records/bin-statistics.ts';
import type { RecordedResult } from '../../records/panel-record.ts';

/** What stands where there is no value. */
export const none = '—';

const unitNames: Readonly<Record<string, string>> = {
  ...{ '1': '', Cel: '°C', m3: 'm³', 'm3/m': 'm³/m', 'L/min': 'L/min', deg: '°', 'kW.h': 'kWh' },
};

/** A UCUM code as people write it. */
export const unitName = (ucum: string): string => unitNames[ucum] ?? ucum;

const significantDigits = 4;

/** Without a number of decimals so many that four digits count; never in powers of ten while it can be read. */
export const formatNumber = (value: number, decimals?: number): string => {
  if (!Number.isFinite(value)) return none;
  const size = Math.abs(value);
  const wanted =
    decimals ??
    (Number.isInteger(value) || size === 0
      ? 0
      : Math.min(6, Math.max(0, significantDigits - 1 - Math.floor(Math.log10(size)))));
  const text = value.toFixed(wanted);
  return /^-0\.?0*$/.test(text) ? text.slice(1) : text;
};

/** A value whose status is not Good carries a question mark; without a usable value there is none. */
export const formatResult = (result: RecordedResult | undefined, decimals?: number): string => {
  if (result === undefined || result.value === null) return none;
  const { value, status } = result;
  const text = typeof value === 'number' ? formatNumber(value, decimals) : shorten(value, 60);
  return isGood(status) ? text : `${text}?`;
};

/** Of the bins of a seam; the first and the last of them are mostly short, so that some uncertain ones say nothing of all. */
const mostUncertainShare = 0.05;

/** A statistic over the bins of a seam: with a question mark where more than 5 % of them are not Good. */
export const formatStatistic = (
  statistics: ColumnStatistics | undefined,
  field: 'mean' | 'minimum' | 'maximum' | 'deviation',
  decimals: number,
): string => {
  const value = statistics?.[field];
  if (statistics === undefined || value === null || value === undefined) return none;
  const isUncertain = statistics.uncertain > mostUncertainShare * statistics.count;
  return `${formatNumber(value, decimals)}${isUncertain ? '?' : ''}`;
};

/** As somebody told it: no digit more, and none of binary fractions. */
export const formatTold = (value: number): string => String(Number(value.toPrecision(12)));

export const formatPosition = (mm: number | null): string =>
  mm === null ? none : formatNumber(mm, 0);

/** A text that a record may have of any length. */
export const shorten = (text: string, most: number): string => {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
};

/** Instants in a time zone: `2026-03-02 08:00:00`. */
export class TimeFormat {
  readonly zone: string;
  readonly #format: Intl.DateTimeFormat;

  constructor(zone: string) {
    this.zone = zone;
    this.#format = new Intl.DateTimeFormat('en-US', {
      ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
      ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'longOffset' },
    });
  }

  text(timeMs: number): string {
    const part = this.#parts(timeMs);
    return `${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')}:${part('second')}`;
  }

  /** How far the zone is ahead of UTC at an instant: `UTC+08:00`. */
  offset(timeMs: number): string {
    return this.#parts(timeMs)('timeZoneName').replace('GMT', 'UTC');
  }

  #parts(timeMs: number): (type: Intl.DateTimeFormatPartTypes) => string {
    const parts = new Map(
      this.#format.formatToParts(timeMs).map(({ type, value }) => [type, value]),
    );
    return (type) => parts.get(type) ?? '';
  }
}

export const formatDuration = (ms: number): string => {
  const seconds = Math.round(ms / 1000);
  const rest = String(seconds % 60).padStart(2, '0');
  const minutes = Math.floor(seconds / 60) % 60;
  return `${Math.floor(seconds / 3600)}:${String(minutes).padStart(2, '0')}:${rest}`;
};
