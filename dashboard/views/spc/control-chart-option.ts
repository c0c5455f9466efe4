import type { EChartsCoreOption } from 'echarts/core';
import { timeAxis, told } from '../../charts/axes.ts';
import type { ChartColours } from '../../charts/chart-colours.ts';
import type { Subgroup } from '../../line/spc-rules.ts';
import type { Language } from '../../shell/language.ts';

type Options = {
  readonly colours: ChartColours;
  readonly means: readonly Subgroup[];
  readonly ewma: readonly Subgroup[];
  readonly centre: number | null;
  readonly ucl: number | null;
  readonly lcl: number | null;
  readonly timeZone: string;
  readonly language: Language;
  readonly unit: string;
  readonly decimals: number;
  readonly t: (key: 'value' | 'ewma' | 'centre' | 'ucl' | 'lcl') => string;
};

/** Subgroups between their limits; what lies outside is marked by shape and colour. */
export const controlChartOption = (options: Options): EChartsCoreOption => {
  const { colours, means, ewma, centre, ucl, lcl, t } = options;
  const isOutside = (value: number): boolean =>
    (ucl !== null && value > ucl) || (lcl !== null && value < lcl);
  const limits = [
    { value: centre, name: t('centre'), type: 'solid' },
    { value: ucl, name: t('ucl'), type: 'dashed' },
    { value: lcl, name: t('lcl'), type: 'dashed' },
  ].filter(({ value }) => value !== null);
  return {
    grid: { left: 64, right: 110, top: 32, bottom: 28 },
    legend: { textStyle: { color: colours.text }, top: 0 },
    tooltip: {
      ...{ trigger: 'axis', renderMode: 'richText' },
      valueFormatter: (value: unknown) =>
        told(value, options.unit, options.decimals, options.language),
    },
    xAxis: timeAxis(colours, options.timeZone, options.language),
    yAxis: {
      ...{ type: 'value', scale: true },
      ...axisRange(means, options),
      axisLabel: {
        color: colours.muted,
        formatter: (value: number) => String(+value.toPrecision(4)),
      },
      splitLine: { lineStyle: { color: colours.line, opacity: 0.5 } },
    },
    series: [
      {
        ...{ name: t('value'), type: 'line', symbolSize: 6, itemStyle: { color: colours.text } },
        lineStyle: { color: colours.text, width: 1.5 },
        data: means.map(({ timeMs, value }) => ({
          value: [timeMs, value],
          ...(isOutside(value) && {
            ...{ symbol: 'rect', symbolSize: 11, itemStyle: { color: colours.abnormal } },
          }),
        })),
        markLine: {
          ...{ silent: true, symbol: 'none' },
          data: limits.map(({ value, name, type }) => ({
            yAxis: value,
            lineStyle: { color: type === 'solid' ? colours.muted : colours.abnormal, type },
            label: {
              ...{ color: colours.muted, position: 'end' },
              formatter: `${name}\n${+Number(value).toPrecision(5)}`,
            },
          })),
        },
      },
      {
        ...{ name: t('ewma'), type: 'line', showSymbol: false },
        itemStyle: { color: colours.accent },
        lineStyle: { color: colours.accent, width: 1.5, type: 'dotted' },
        data: ewma.map(({ timeMs, value }) => [timeMs, value]),
      },
    ],
  };
};

/** A little beyond the limits and all that was; nothing while there are no limits. */
export const axisRange = (
  means: readonly Subgroup[],
  { lcl, ucl }: { readonly lcl: number | null; readonly ucl: number | null },
): { readonly min?: number; readonly max?: number } => {
  if (lcl === null || ucl === null) return {};
  const values = means.map(({ value }) => value);
  const least = Math.min(lcl, ...values);
  const greatest = Math.max(ucl, ...values);
  const beyond = (greatest - least) * 0.15;
  const digits = 12;
  return {
    min: +(least - beyond).toPrecision(digits),
    max: +(greatest + beyond).toPrecision(digits),
  };
};
