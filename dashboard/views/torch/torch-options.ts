import type { EChartsCoreOption } from 'echarts/core';
import { timeAxis, told } from '../../charts/axes.ts';
import type { ChartColours } from '../../charts/chart-colours.ts';
import type { Band } from '../../line/bar-scale.ts';
import type { Language } from '../../shell/language.ts';

type Line = { readonly name: string; readonly data: readonly (readonly [number, number | null])[] };

type Options = {
  readonly colours: ChartColours;
  readonly lines: readonly Line[];
  readonly band: Band | undefined;
  /** Of all lines, as people read it. */
  readonly unit: string;
  readonly decimals: number;
  readonly language: Language;
};

const base = ({ colours, lines, band, ...written }: Options): EChartsCoreOption => ({
  grid: { left: 48, right: 12, top: lines.length > 1 ? 24 : 8, bottom: 22 },
  ...(lines.length > 1 && { legend: { top: 0, textStyle: { color: colours.text } } }),
  tooltip: {
    ...{ trigger: 'axis', renderMode: 'richText' },
    valueFormatter: (value: unknown) =>
      told(value, written.unit, written.decimals, written.language),
  },
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
  options: Options & { readonly timeZone: string },
): EChartsCoreOption => ({
  ...base(options),
  xAxis: timeAxis(options.colours, options.timeZone, options.language),
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
    axisPointer: {
      label: {
        formatter: ({ value }: { value: number }) => told(value, 'mm', 0, options.language),
      },
    },
    splitLine: { show: false },
  },
});
