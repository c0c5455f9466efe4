import type { EChartsCoreOption } from 'echarts/core';
import type { ChartColours } from '../../charts/chart-colours.ts';
import type { Subgroup } from '../../line/spc-rules.ts';
import { timeAxisLabel } from '../../line/time-axis.ts';

type Options = {
  readonly colours: ChartColours;
  readonly means: readonly Subgroup[];
  readonly ewma: readonly Subgroup[];
  readonly centre: number | null;
  readonly ucl: number | null;
  readonly lcl: number | null;
  readonly timeZone: string;
  readonly language: string;
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
    tooltip: { trigger: 'axis', renderMode: 'richText' },
    xAxis: {
      type: 'time',
      axisLabel: { color: colours.muted, hideOverlap: true, formatter: timeAxisLabel(options) },
    },
    yAxis: {
      ...{ type: 'value', scale: true },
      ...(ucl !== null &&
        lcl !== null && { min: axisEnd(means, lcl, -1), max: axisEnd(means, ucl, 1) }),
      axisLabel: {
        color: colours.muted,
        formatter: (value: number) => String(+value.toPrecision(5)),
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

/** A little beyond the limit and all that was. */
const axisEnd = (means: readonly Subgroup[], limit: number, side: 1 | -1): number => {
  const values = means.map(({ value }) => value * side);
  const end = Math.max(limit * side, ...values);
  const reach = Math.abs(end - Math.min(...values, limit * side)) || Math.abs(limit) || 1;
  return (end + 0.15 * reach) * side;
};
