import type { Point } from '../api/types.ts';
import type { Current } from '../live/point-store.ts';
import type { Language } from '../shell/words.ts';

/** Powers and energies of a plant are read in thousands; a number that hops between units would be misread. */
const displayUnits: Readonly<Record<string, { readonly unit: string; readonly divide: number }>> = {
  W: { unit: 'kW', divide: 1000 },
  Wh: { unit: 'kWh', divide: 1000 },
};
const displayDecimals = 1;

const unitNames: Readonly<Record<string, string>> = {
  Cel: '°C',
  '1': '',
  '%': '%',
  kg: 'kg',
};

const severityShift = 30;

export type Quality = 'good' | 'uncertain' | 'bad';

export const qualityOf = (current: Pick<Current, 'status'>): Quality => {
  const severity = current.status >>> severityShift;
  return severity === 0 ? 'good' : severity === 1 ? 'uncertain' : 'bad';
};

export const plainUnitOf = (point: { readonly unit: string }): string =>
  unitNames[point.unit] ?? point.unit.replaceAll(/[{}]/g, '');

export const unitOf = (point: { readonly unit: string }): string =>
  displayUnits[point.unit]?.unit ?? plainUnitOf(point);

/** What a value is multiplied by to be in the unit that `unitOf` names. */
export const displayFactorOf = (point: { readonly unit: string }): number =>
  1 / (displayUnits[point.unit]?.divide ?? 1);

/** What of a point tells how its values are written. */
export type Written = Pick<Point, 'kind' | 'unit' | 'decimals' | 'labels'>;

/** A value in words or in its own unit; `?` where there is none, never an old number. */
export const formatPlain = (point: Written, current: Current, language: Language): string => {
  const { value } = current;
  if (value === null) return '?';
  if (typeof value === 'string') return value;
  if (point.kind === 'boolean') return value === 0 ? '0' : '1';
  if (point.kind === 'enum') return point.labels?.[String(value)]?.[language] ?? String(value);
  return formatNumber(value, point.decimals, language);
};

/** The same in the unit that `unitOf` names. */
export const formatValue = (point: Written, current: Current, language: Language): string => {
  const isQuantity = point.kind === 'number' || point.kind === 'counter';
  return isQuantity && typeof current.value === 'number'
    ? formatQuantity(current.value, point, language)
    : formatPlain(point, current, language);
};

/** A number in the unit that `unitOf` names. */
export const formatQuantity = (
  value: number,
  point: { readonly unit: string; readonly decimals?: number | undefined },
  language: Language,
): string => {
  const display = displayUnits[point.unit];
  return display === undefined
    ? formatNumber(value, point.decimals, language)
    : formatNumber(value / display.divide, displayDecimals, language);
};

const numberFormats = new Map<string, Intl.NumberFormat>();

/** Made once each: making one takes far longer than using it. */
const numberFormat = (digits: number, language: Language): Intl.NumberFormat => {
  const key = `${language} ${digits}`;
  const known = numberFormats.get(key);
  if (known !== undefined) return known;
  const format = new Intl.NumberFormat(language === 'zh' ? 'zh-CN' : 'en-GB', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  numberFormats.set(key, format);
  return format;
};

export const formatNumber = (
  value: number,
  decimals: number | undefined,
  language: Language,
): string => {
  const digits = decimals ?? (Math.abs(value) >= 1000 ? 0 : Math.abs(value) >= 10 ? 1 : 3);
  // No minus before what is shown as zero.
  const shown = Math.abs(value) < 0.5 * 10 ** -digits ? 0 : value;
  return numberFormat(digits, language).format(shown);
};

export const formatPercent = (share: number | null, language: Language): string =>
  share === null ? '?' : `${formatNumber(share * 100, 1, language)} %`;

export const formatTime = (timeMs: number, timeZone: string, language: Language): string =>
  new Date(timeMs).toLocaleString(language === 'zh' ? 'zh-CN' : 'en-GB', {
    timeZone,
    dateStyle: 'medium',
    timeStyle: 'medium',
  });
