import { computed, type Ref } from 'vue';
import type { ControlChart } from '../../line/spc-charts.ts';
import { type Subgroup, subgroupsOf } from '../../line/spc-rules.ts';
import { useTrend } from '../../line/use-trend.ts';

export type Subgroups = {
  readonly means: Readonly<Ref<readonly Subgroup[]>>;
  readonly ewma: Readonly<Ref<readonly Subgroup[]>>;
  readonly failure: Readonly<Ref<unknown>>;
};

const hourMs = 3_600_000;

/** What a chart has shown in the last hour, and EWMA beside it. */
export const useSubgroups = (chart: ControlChart): Subgroups => {
  const points = [chart.value, ...[chart.part('ewma')].filter((point) => point !== undefined)];
  // Roll-ups would mix subgroups.
  const { windows, revision, failure } = useTrend(points, hourMs, 'samples');
  const of = (index: number) =>
    computed(() => {
      const point = points[index];
      // The windows are no refs: what is new in them is told by the revision.
      const rows =
        revision.value < 0 || point === undefined ? [] : (windows.get(point.number)?.rows ?? []);
      return subgroupsOf(
        rows.map(([timeMs]) => timeMs),
        rows.map(([, value]) => value),
      );
    });
  return { means: of(0), ewma: of(1), failure };
};
