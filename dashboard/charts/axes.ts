import { formatNumber } from '../components/format.ts';
import type { Language } from '../shell/language.ts';
import type { ChartColours } from './chart-colours.ts';

type Options = Record<string, unknown>;

/** A time axis whose labels tell the time of the site, whatever zone the machine is in. */
export const timeAxis = (colours: ChartColours, timeZone: string, language: Language): Options => {
  const locale = language === 'zh' ? 'zh-CN' : 'en-GB';
  const clock = new Intl.DateTimeFormat(locale, { timeZone, hour: '2-digit', minute: '2-digit' });
  const exact = new Intl.DateTimeFormat(locale, { timeZone, timeStyle: 'medium' });
  const date = new Intl.DateTimeFormat(locale, { timeZone, month: 'short', day: 'numeric' });
  const full = new Intl.DateTimeFormat(locale, {
    ...{ timeZone, dateStyle: 'medium', timeStyle: 'medium' },
  });
  const labelOf = (timeMs: number): string => {
    const told = clock.format(timeMs);
    if (timeMs % 60_000 !== 0) return exact.format(timeMs);
    return told === '00:00' ? date.format(timeMs) : told;
  };
  return {
    type: 'time',
    axisLabel: { color: colours.muted, hideOverlap: true, formatter: labelOf },
    axisPointer: { label: { formatter: ({ value }: { value: number }) => full.format(value) } },
    axisLine: { lineStyle: { color: colours.line } },
  };
};

export const valueAxis = (colours: ChartColours, unit: string, language: Language): Options => ({
  ...{ type: 'value', name: unit, nameTextStyle: { color: colours.muted }, scale: false },
  axisLabel: {
    color: colours.muted,
    formatter: (value: number) =>
      new Intl.NumberFormat(language === 'zh' ? 'zh-CN' : 'en-GB').format(value),
  },
  splitLine: { lineStyle: { color: colours.line } },
});

/** For tooltips and tables: a number with its unit, a dash where there is none. */
export const told = (value: unknown, unit: string, decimals: number, language: Language): string =>
  typeof value === 'number' ? `${formatNumber(value, decimals, language)} ${unit}` : '–';
