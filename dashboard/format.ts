import type { Current, Point } from './store.ts';
import type { Language } from './texts.ts';

const unitNames: Readonly<Record<string, string>> = {
  Cel: '°C',
  '1': '',
  '%': '%',
  kg: 'kg',
};

const severityShift = 30;

export type Quality = 'good' | 'uncertain' | 'bad';

export const qualityOf = (current: Current): Quality => {
  const severity = current.status >>> severityShift;
  return severity === 0 ? 'good' : severity === 1 ? 'uncertain' : 'bad';
};

export const unitOf = (point: { readonly unit: string }): string =>
  unitNames[point.unit] ?? point.unit;

/** A value for people; `?` where there is none, never an old number. */
export const formatValue = (point: Point, current: Current, language: Language): string => {
  const { value } = current;
  if (value === null) return '?';
  if (typeof value === 'string') return value;
  if (point.kind === 'boolean') return value === 0 ? '0' : '1';
  if (point.kind === 'enum') return point.labels?.[String(value)]?.[language] ?? String(value);
  return formatNumber(value, point.decimals, language);
};

export const formatNumber = (
  value: number,
  decimals: number | undefined,
  language: Language,
): string => {
  const digits = decimals ?? (Math.abs(value) >= 1000 ? 0 : Math.abs(value) >= 10 ? 1 : 3);
  return value.toLocaleString(language === 'zh' ? 'zh-CN' : 'en-GB', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
};

export const formatPercent = (share: number | null, language: Language): string =>
  share === null ? '?' : `${formatNumber(share * 100, 1, language)} %`;

export const formatTime = (timeMs: number, timeZone: string, language: Language): string =>
  new Date(timeMs).toLocaleString(language === 'zh' ? 'zh-CN' : 'en-GB', {
    timeZone,
    dateStyle: 'medium',
    timeStyle: 'medium',
  });
