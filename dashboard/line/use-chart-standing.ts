import { computed, type Ref } from 'vue';
import type { Point } from '../api/types.ts';
import { useGateway } from '../live/gateway.ts';
import { type ChartStanding, chartStandingOf } from './chart-state.ts';
import type { ControlChart } from './spc-charts.ts';

/** How a chart stands now. */
export const useChartStanding = (chart: () => ControlChart): Readonly<Ref<ChartStanding>> => {
  const { store } = useGateway();
  const now = (point: Point | undefined) =>
    point === undefined ? undefined : store.current(point);
  return computed(() => {
    const told = chart();
    return chartStandingOf({
      value: now(told.value),
      signals: now(told.part('signals')),
      limit: now(told.part('ucl')),
    });
  });
};
