import type { EChartsCoreOption } from 'echarts/core';
import type { ChartColours } from '../charts/chart-colours.ts';
import type { Fan, Shape } from './deformation-shape.ts';

type Options = {
  readonly colours: ChartColours;
  readonly shape: Shape;
  readonly fan: Fan | null;
  readonly limitMm: number;
  readonly lengthMm: number;
  readonly t: (key: 'middle' | 'highest' | 'lowest' | 'predicted' | 'range') => string;
};

const line = (name: string, data: readonly unknown[], colour: string, type = 'solid') => ({
  ...{ name, data, type: 'line', showSymbol: false },
  lineStyle: { color: colour, width: 1.5, type },
  itemStyle: { color: colour },
});

/** Heights along the panel between the limits, then the fan of what is predicted. */
export const deformationOption = ({
  colours,
  shape,
  fan,
  limitMm,
  lengthMm,
  t,
}: Options): EChartsCoreOption => {
  const text = { color: colours.muted };
  const reach = Math.max(
    1.35 * limitMm,
    ...[...shape.highest, ...shape.lowest, ...(fan?.upper ?? [])].map(([, height]) =>
      Math.abs(height ?? 0),
    ),
  );
  return {
    grid: { left: 40, right: 16, top: 28, bottom: 24 },
    legend: { textStyle: { color: colours.text }, itemWidth: 18, itemHeight: 8, top: 0 },
    tooltip: { trigger: 'axis', renderMode: 'richText' },
    xAxis: {
      ...{ type: 'value', min: 0, max: lengthMm },
      axisLabel: { ...text, formatter: (mm: number) => `${mm / 1000} m` },
      splitLine: { show: false },
    },
    yAxis: {
      ...{ type: 'value', min: -Math.ceil(reach), max: Math.ceil(reach) },
      axisLabel: { ...text, hideOverlap: true },
      splitLine: { lineStyle: { color: colours.line, opacity: 0.5 } },
    },
    series: [
      {
        ...line(t('middle'), shape.middle, colours.text),
        markLine: {
          ...{ silent: true, symbol: 'none' },
          lineStyle: { color: colours.abnormal, type: 'solid', width: 1 },
          label: { color: colours.abnormal, formatter: '{c}', position: 'insideStartTop' },
          data: [{ yAxis: limitMm }, { yAxis: -limitMm }],
        },
      },
      line(t('highest'), shape.highest, colours.muted, 'dotted'),
      line(t('lowest'), shape.lowest, colours.muted, 'dotted'),
      ...(fan === null
        ? []
        : [
            line(t('predicted'), fan.value, colours.accent, 'dashed'),
            line(t('range'), fan.upper, colours.accent, 'dotted'),
            line(t('range'), fan.lower, colours.accent, 'dotted'),
          ]),
    ],
  };
};
