import { computed, type Ref } from 'vue';
import type { Series } from '../../api/types.ts';
import type { ControlChart } from '../../line/spc-charts.ts';
import { type Subgroup, subgroupsOf } from '../../line/spc-rules.ts';
import { useGateway } from '../../live/gateway.ts';
import { usePolled } from '../../live/use-polled.ts';

export type Subgroups = {
  readonly means: Readonly<Ref<readonly Subgroup[]>>;
  readonly ewma: Readonly<Ref<readonly Subgroup[]>>;
  readonly failure: Readonly<Ref<unknown>>;
};

const hourMs = 3_600_000;
const refreshMs = 5000;

/** What a chart has shown in the last hour, and EWMA beside it. */
export const useSubgroups = (chart: ControlChart): Subgroups => {
  const { nowMs } = useGateway();
  const numbers = [chart.value, chart.part('ewma')].flatMap((point) => point?.number ?? []);
  // The end is asked for anew with each question: the path must not change with every message of the feed.
  const question = (): string => {
    const toMs = Math.ceil(nowMs.value / refreshMs) * refreshMs;
    return `api/v1/series?points=${numbers.join(',')}&fromMs=${toMs - hourMs}&toMs=${toMs}&maxPoints=4000&source=samples`;
  };
  const { answer, failure } = usePolled<Series>(question, refreshMs);
  const of = (index: number) =>
    computed(() => {
      const found = answer.value?.series[index];
      return found === undefined ? [] : subgroupsOf(found.timeMs, found.values);
    });
  return { means: of(0), ewma: of(1), failure };
};
