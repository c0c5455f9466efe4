import type { EChartsCoreOption } from 'echarts/core';
import type { ChartColours } from '../../charts/chart-colours.ts';
import type { Band } from '../../line/bar-scale.ts';
import { timeAxisLabel } from '../../line/time-axis.ts';

type Line = { readonly name: string; readonly data: readonly (readonly [number, number | null])[] };

type Options = {
  readonly colours: ChartColours;
  readonly lines: readonly Line[];
  readonly band: Band | undefined;
};

const base = ({ colours, lines, band }: Options): EChartsCoreOption => ({
  grid: { left: 48, right: 12, top: lines.length > 1 ? 24 : 8, bottom: 22 },
  ...(lines.length > 1 && { legend: { top: 0, textStyle: { color: colours.text } } }),
  tooltip: { trigger: 'axis', renderMode: 'richText' },
  yAxis: {
    ...{ type: 'value', scale: true },
    axisLabel: { color: colours.muted },
    splitLine: { lineStyle: { color: colours.line, opacity: 0.5 } },
  },
  series: lines.map(({ name, data }, index) => ({
    ...{ name, data, type: 'line', showSymbol: false, sampling: 'minmax' },
    lineStyle: { width: 1.2, color: colours.series[index], type: index === 0 ? 'solid' : 'dashed' },
    itemStyle: { color: colours.series[index] },
    ...(index === 0 && band !== undefined && { markLine: limitsOf(band, colours) }),
  })),
});

const limitsOf = ({ minimum, maximum }: Band, colours: ChartColours) => ({
  ...{ silent: true, symbol: 'none', label: { show: false } },
  lineStyle: { color: colours.abnormal, type: 'dashed' },
  data: [minimum, maximum].flatMap((value) => (value === undefined ? [] : [{ yAxis: value }])),
});

export const trendOption = (
  options: Options & { readonly timeZone: string; readonly language: string },
): EChartsCoreOption => ({
  ...base(options),
  xAxis: {
    type: 'time',
    axisLabel: {
      ...{ color: options.colours.muted, hideOverlap: true },
      formatter: timeAxisLabel(options),
    },
  },
});

export const placeOption = (
  options: Options & { readonly lengthMm: number },
): EChartsCoreOption => ({
  ...base(options),
  xAxis: {
    ...{ type: 'value', min: 0, max: options.lengthMm },
    axisLabel: {
      ...{ color: options.colours.muted, hideOverlap: true },
      formatter: (mm: number) => `${mm / 1000} m`,
    },
    splitLine: { show: false },
  },
});
