import type { EChartsCoreOption } from 'echarts/core';
import type { Series, SeriesOfPoint } from '../../api/types.ts';
import { timeAxis, valueAxis } from '../../charts/axes.ts';
import type { ChartColours } from '../../charts/chart-colours.ts';
import { displayFactorOf, unitOf } from '../../components/format.ts';
import type { Language } from '../../shell/language.ts';
import type { Range } from './explore-state.ts';
import {
  badSpans,
  bandRows,
  lineRows,
  lonelyRows,
  type Scale,
  uncertainRows,
} from './series-rows.ts';
import { axesOf, roomOf, type ValueAxis } from './value-axes.ts';

type Options = Record<string, unknown>;

export type ExploreLook = {
  readonly colours: ChartColours;
  readonly language: Language;
  readonly timeZone: string;
  /** Of the axis of switches and states. */
  readonly statesWord: string;
};

const scaleOf = (series: SeriesOfPoint): Scale => {
  const isQuantity = series.kind === 'number' || series.kind === 'counter';
  const factor = isQuantity ? displayFactorOf(series) : 1;
  return (value) => (value === null ? null : value * factor);
};

export const colourOf = (colours: ChartColours, index: number): string =>
  colours.series[index % colours.series.length] ?? colours.text;

/** After the colours have been used once, lines are told apart by their kind as well. */
const dashOf = (colours: ChartColours, index: number): string =>
  (['solid', 'dashed', 'dotted'] as const)[Math.floor(index / colours.series.length) % 3] as string;

const seriesOf = (
  own: SeriesOfPoint,
  index: number,
  axis: number,
  { colours }: ExploreLook,
  range: Range,
): readonly Options[] => {
  const scale = scaleOf(own);
  const color = colourOf(colours, index);
  const isQuantity = own.kind === 'number' || own.kind === 'counter';
  const band = isQuantity ? bandRows(own, scale) : undefined;
  const shared = { yAxisIndex: axis, silent: true, connectNulls: false, showSymbol: false };
  const stacked = { ...shared, type: 'line', stack: `band ${own.number}`, stackStrategy: 'all' };
  const rows = lineRows(own, scale);
  const spans = badSpans(own, range.toMs);
  return [
    {
      ...{ ...shared, id: `line ${own.number}`, name: own.path, type: 'line', color },
      data: rows,
      lineStyle: { width: 1.8, type: dashOf(colours, index), color },
      ...(isQuantity && own.kind !== 'counter' ? {} : { step: 'end' }),
      markArea: {
        ...{ silent: true, itemStyle: { color: colours.line, opacity: 0.35 } },
        data: spans.map(([fromMs, toMs]) => [{ xAxis: fromMs }, { xAxis: toMs }]),
      },
    },
    {
      ...{ yAxisIndex: axis, silent: true, id: `lonely ${own.number}`, type: 'scatter' },
      ...{ symbolSize: 4, data: lonelyRows(rows), itemStyle: { color } },
    },
    {
      ...{ yAxisIndex: axis, silent: true, id: `uncertain ${own.number}`, type: 'scatter' },
      ...{ symbol: 'diamond', symbolSize: 7, data: uncertainRows(own, scale) },
      itemStyle: { color: colours.warning },
    },
    ...(band === undefined
      ? []
      : [
          { ...stacked, id: `least ${own.number}`, data: band.least, lineStyle: { opacity: 0 } },
          {
            ...{ ...stacked, id: `greatest ${own.number}`, data: band.height },
            ...{ lineStyle: { opacity: 0 }, areaStyle: { color, opacity: 0.2 } },
          },
        ]),
  ];
};

const axisOption = (axis: ValueAxis, look: ExploreLook): Options => ({
  ...valueAxis(look.colours, axis.kind === 'state' ? look.statesWord : axis.unit, look.language),
  ...{ position: axis.side, offset: axis.offset, scale: axis.kind === 'quantity' },
  ...(axis.kind === 'state' ? { minInterval: 1 } : {}),
  axisPointer: { show: false },
  axisLine: { show: true, lineStyle: { color: look.colours.line } },
  splitLine: {
    show: axis.side === 'left' && axis.offset === 0,
    lineStyle: { color: look.colours.line },
  },
});

/** The chart of what the gateway answered: an axis for each unit, bands of roll-ups, gaps that stay gaps. */
export const exploreOption = (
  answer: Series | undefined,
  range: Range,
  look: ExploreLook,
): EChartsCoreOption => {
  const all = answer?.series ?? [];
  const { axes, axisOf } = axesOf(all.map((own) => ({ unit: unitOf(own), kind: own.kind })));
  const axisOptions = axes.map((axis) => axisOption(axis, look));
  return {
    grid: { left: roomOf(axes, 'left'), right: roomOf(axes, 'right'), top: 36, bottom: 32 },
    // Values stand in the legend: the cursor alone is shown, and no tooltip that covers the lines.
    axisPointer: { show: true, triggerOn: 'mousemove', lineStyle: { color: look.colours.muted } },
    xAxis: {
      ...timeAxis(look.colours, look.timeZone, look.language),
      ...{ min: range.fromMs, max: range.toMs },
    },
    yAxis: axisOptions.length === 0 ? [{ type: 'value' }] : axisOptions,
    dataZoom: [{ type: 'inside', id: 'zoom', start: 0, end: 100, filterMode: 'none' }],
    series: all.flatMap((own, index) => seriesOf(own, index, axisOf[index] ?? 0, look, range)),
  };
};
