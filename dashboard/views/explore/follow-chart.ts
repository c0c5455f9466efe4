import type { EChartsType } from 'echarts/core';
import { partOf, type Range } from './explore-state.ts';

export type ChartFollower = {
  /** The time under the cursor; undefined when it has left. */
  cursor(timeMs: number | undefined): void;
  /** The part that somebody has turned to, once they have stopped turning. */
  zoom(range: Range): void;
  /** What is drawn. */
  range(): Range;
};

const settleMs = 300;
const wholePercent = 100;

type PointerEvent = {
  readonly axesInfo?: readonly { readonly axisDim: string; readonly value: number }[];
};

/** Follows cursor and wheel of a chart; gives what ends that. */
export const followChart = (chart: EChartsType, follower: ChartFollower): (() => void) => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const settle = (): void => {
    const { dataZoom } = chart.getOption() as {
      readonly dataZoom?: readonly { readonly start?: number; readonly end?: number }[];
    };
    const { start = 0, end = wholePercent } = dataZoom?.[0] ?? {};
    if (start === 0 && end === wholePercent) return;
    const next = partOf(follower.range(), start / wholePercent, end / wholePercent);
    follower.zoom(next);
  };
  const onZoom = (): void => {
    clearTimeout(timer);
    timer = setTimeout(settle, settleMs);
  };
  const onPointer = (event: unknown): void => {
    const { axesInfo } = event as PointerEvent;
    const info = axesInfo?.find(({ axisDim }) => axisDim === 'x');
    if (info !== undefined) follower.cursor(info.value);
  };
  const onOut = (): void => follower.cursor(undefined);
  chart.on('datazoom', onZoom);
  chart.on('updateAxisPointer', onPointer);
  chart.getZr().on('globalout', onOut);
  return () => clearTimeout(timer);
};
