import { chartFactors } from '../../hot-path/operators/control-limits.ts';
import {
  cusumDownIndex,
  cusumUpIndex,
  isCusumSignal,
  pushCusum,
  reserveCusum,
  resetCusum,
} from '../../hot-path/operators/cusum.ts';
import {
  ewmaChartIndex,
  isEwmaSignal,
  pushEwmaChart,
  reserveEwmaChart,
  resetEwmaChart,
} from '../../hot-path/operators/ewma-chart.ts';
import { momentsSize, pushMoments, resetMoments } from '../../hot-path/operators/moments.ts';
import {
  pushRunRules,
  reserveRunRules,
  resetRunRules,
  runRuleHitsIndex,
} from '../../hot-path/operators/run-rules.ts';
import type { BuildContext, Step } from '../../hot-path/program.ts';

export type ChartOptions = {
  readonly subgroup: number;
  /** Centre and standard deviation of a value; undefined: learnt from the first `learn` subgroups. */
  readonly target: number | undefined;
  readonly sigma: number | undefined;
  /** A cell with 0 at a reset from which on these do not hold, so that both are learnt. */
  readonly givenIndex: number;
  readonly learn: number;
  readonly rules: readonly number[];
  readonly sameSide: number;
  readonly ewma: { readonly lambda: number; readonly width: number };
  readonly cusum: { readonly reference: number; readonly decision: number };
};

/** Bits of signals beyond those of the run rules. */
export const chartSignals = { range: 1 << 8, ewma: 1 << 9, cusum: 1 << 10 } as const;

/** Charts of one stream of values: mean and range of subgroups, EWMA, CUSUM and run rules of the means. */
export type SpcChart = {
  /** Indices of cells. `signals` and what depends on limits is NaN until these are known. */
  readonly mean: number;
  readonly range: number;
  readonly subgroups: number;
  readonly centre: number;
  readonly sigma: number;
  readonly signals: number;
  readonly ewma: number;
  readonly cusumUp: number;
  readonly cusumDown: number;
  /** Moments of all values since the last reset. */
  readonly values: number;
  /** Standard deviation of a plotted mean. */
  readonly meanDeviation: (memory: Float64Array) => number;
  /** Takes a value from cell `source`; true when it completed a subgroup. */
  readonly push: (memory: Float64Array, source: number) => boolean;
  /** Forgets the values of an unfinished subgroup: the next do not follow them. */
  readonly interrupt: Step;
  readonly reset: Step;
};

export const reserveSpcChart = (context: BuildContext, options: ChartOptions): SpcChart => {
  const { subgroup, learn } = options;
  const factors = chartFactors(subgroup);
  const [mean, range, subgroups] = [context.reserve(1), context.reserve(1), context.reserve(1)];
  const centre = context.reserve(1, [options.target ?? Number.NaN]);
  const sigma = context.reserve(1, [options.sigma ?? Number.NaN]);
  const signals = context.reserve(1, [Number.NaN]);
  /** Whether the given centre and sigma are those of what is charted now. */
  const isGivenIndex = context.reserve(1, [1]);
  const standardised = context.reserve(1);
  const values = context.reserve(momentsSize);
  /** Values in the open subgroup, their sum, smallest and largest; and the value before, for the moving range. */
  const open = context.reserve(4);
  const lastIndex = context.reserve(1, [Number.NaN]);
  /** Sum of the means and of the ranges of the subgroups that are learnt from, and number of ranges. */
  const learnt = context.reserve(3);
  const rules = reserveRunRules(context, options);
  const ewma = reserveEwmaChart(context, options.ewma);
  const cusum = reserveCusum(context, options.cusum);

  /** A2 Rbar = 3 sigma / sqrt(n), by the factors as tabled: limits and zones agree with the chart's. */
  const meanDeviation = (memory: Float64Array): number =>
    ((memory[sigma] as number) * factors.d2 * factors.a2) / 3;

  const interrupt: Step = (memory) => {
    memory.fill(0, open, open + 4);
    memory[lastIndex] = Number.NaN;
  };

  const given = (memory: Float64Array, value: number | undefined): number | undefined =>
    memory[isGivenIndex] === 1 ? value : undefined;

  const reset: Step = (memory) => {
    interrupt(memory);
    memory[subgroups] = 0;
    memory[isGivenIndex] = memory[options.givenIndex] === 0 ? 0 : 1;
    memory[centre] = given(memory, options.target) ?? Number.NaN;
    memory[sigma] = given(memory, options.sigma) ?? Number.NaN;
    memory[signals] = Number.NaN;
    memory.fill(0, learnt, learnt + 3);
    resetMoments(memory, values);
    resetRunRules(memory, rules);
    resetEwmaChart(memory, ewma);
    resetCusum(memory, cusum);
  };

  const learnFrom: Step = (memory) => {
    memory[learnt] = (memory[learnt] as number) + (memory[mean] as number);
    if (!Number.isNaN(memory[range])) {
      memory[learnt + 1] = (memory[learnt + 1] as number) + (memory[range] as number);
      memory[learnt + 2] = (memory[learnt + 2] as number) + 1;
    }
    if ((memory[subgroups] as number) < learn) return;
    const meanRange = (memory[learnt + 1] as number) / (memory[learnt + 2] as number);
    memory[centre] = given(memory, options.target) ?? memory[learnt] / learn;
    memory[sigma] = given(memory, options.sigma) ?? meanRange / factors.d2;
  };

  const judge: Step = (memory) => {
    const deviation = memory[sigma] as number;
    memory[standardised] =
      ((memory[mean] as number) - (memory[centre] as number)) / meanDeviation(memory);
    pushRunRules(memory, rules, standardised);
    pushEwmaChart(memory, ewma, standardised);
    pushCusum(memory, cusum, standardised);
    let bits = memory[runRuleHitsIndex(rules)] as number;
    const meanRange = factors.d2 * deviation;
    const spread = memory[range] as number;
    if (spread > factors.d4 * meanRange || spread < factors.d3 * meanRange) {
      bits |= chartSignals.range;
    }
    if (isEwmaSignal(memory, ewma)) bits |= chartSignals.ewma;
    if (isCusumSignal(memory, cusum)) bits |= chartSignals.cusum;
    memory[signals] = bits;
  };

  const finishSubgroup: Step = (memory) => {
    const largest = memory[open + 3] as number;
    const smallest = memory[open + 2] as number;
    memory[mean] = (memory[open + 1] as number) / subgroup;
    memory[range] =
      subgroup === 1 ? Math.abs(largest - (memory[lastIndex] as number)) : largest - smallest;
    memory[lastIndex] = largest;
    memory.fill(0, open, open + 4);
    memory[subgroups] = (memory[subgroups] as number) + 1;
    const isKnown =
      given(memory, options.target) !== undefined && given(memory, options.sigma) !== undefined;
    const isLearning = !isKnown && memory[subgroups] <= learn;
    if (isLearning) learnFrom(memory);
    else judge(memory);
  };

  const push: SpcChart['push'] = (memory, source) => {
    const value = memory[source] as number;
    const count = memory[open] as number;
    pushMoments(memory, values, source);
    memory[open] = count + 1;
    memory[open + 1] = (memory[open + 1] as number) + value;
    memory[open + 2] = count === 0 ? value : Math.min(memory[open + 2] as number, value);
    memory[open + 3] = count === 0 ? value : Math.max(memory[open + 3] as number, value);
    if (count + 1 < subgroup) return false;
    finishSubgroup(memory);
    return true;
  };

  return {
    ...{ mean, range, subgroups, centre, sigma, signals, values, meanDeviation },
    ...{ push, interrupt, reset },
    ewma: ewmaChartIndex(ewma),
    cusumUp: cusumUpIndex(cusum),
    cusumDown: cusumDownIndex(cusum),
  };
};
