import type { Current } from '../../live/point-store.ts';
import type { Language } from '../../shell/words.ts';
import { formatNumber, formatPercent, formatValue, unitOf, type Written } from '../format.ts';

const secondMs = 1000;
const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;

/** An age in the largest unit that it has at least two of, with what it is counted in. */
export const ageIn = (
  ageMs: number,
): { readonly unit: 'seconds' | 'minutes' | 'hours' | 'days'; readonly count: number } => {
  if (ageMs >= 2 * dayMs) return { unit: 'days', count: ageMs / dayMs };
  if (ageMs >= 2 * hourMs) return { unit: 'hours', count: ageMs / hourMs };
  if (ageMs >= 2 * minuteMs) return { unit: 'minutes', count: ageMs / minuteMs };
  return { unit: 'seconds', count: Math.max(0, ageMs) / secondMs };
};

/** A value with its unit, as the page shows it elsewhere; shares of 1 in per cent where they are results. */
export const valueWords = (
  point: Written,
  current: Current,
  language: Language,
  isShare = false,
): string => {
  if (isShare && point.kind === 'number' && point.unit === '1')
    return formatPercent(typeof current.value === 'number' ? current.value : null, language);
  const value = formatValue(point, current, language);
  const unit = current.value === null ? '' : unitOf(point);
  return unit === '' ? value : `${value} ${unit}`;
};

/** Parameters by their full names, without what the sources already say. */
export const parameterRows = (
  parameters: Readonly<Record<string, unknown>>,
  told: ReadonlySet<string>,
  language: Language,
  path: readonly string[] = [],
): readonly (readonly [name: string, value: string])[] =>
  Object.entries(parameters).flatMap(([key, value]) => {
    const name = [...path, key];
    if (told.has(name.join('.'))) return [];
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return parameterRows({ ...value }, told, language, name);
    return [[name.join('.'), wordsOf(value, language)] as const];
  });

const wordsOf = (value: unknown, language: Language): string => {
  if (typeof value === 'number') return plainNumber(value, language);
  if (Array.isArray(value)) return value.map((each) => wordsOf(each, language)).join('  ');
  return typeof value === 'string' ? value : JSON.stringify(value);
};

/** With the digits that it has: a factor of 0.5992 is not 0.599. */
const plainNumber = (value: number, language: Language): string => {
  const [, digits = ''] = String(value).split('.');
  return digits.includes('e') ? String(value) : formatNumber(value, digits.length, language);
};

/** The address of the raw data of an input in Explore, over the window of the KPI. */
export const exploreAddress = (
  points: readonly string[],
  window: { readonly fromMs: number | null; readonly toMs: number | null },
): { readonly path: string; readonly query: Readonly<Record<string, string>> } => ({
  path: '/explore',
  query: {
    points: points.join(','),
    ...(window.fromMs === null || window.toMs === null
      ? {}
      : { from: String(Math.floor(window.fromMs)), to: String(Math.ceil(window.toMs)) }),
  },
});
