import { isBad } from '../core/quality.ts';
import { isUncertainSlot, statusCell, valueCell } from '../hot-path/slot.ts';
import type { KpiContext, KpiInput } from './definition.ts';
import { finishResult } from './result.ts';

/** Two inputs for another KPI of the same equipment: its value and its coverage. */
export const kpiInputs = (
  point: string,
  unit: string,
  description: KpiInput['description'],
): Readonly<Record<string, KpiInput>> => ({
  [point]: { pattern: `{area}/{line}/{equipment}/${point}`, unit, count: 'one', description },
  [`${point}.coverage`]: {
    pattern: `{area}/{line}/{equipment}/${point}.coverage`,
    unit: '1',
    count: 'one',
    description: { en: `coverage of ${description.en}`, zh: `${description.zh}（覆盖率）` },
  },
});

/**
 * A KPI that is a formula of other KPIs of one window: covered as little as the least covered of them, bad as soon as one is.
 * `compute` writes the result of the values in `cells`, in the formula's units, to cell `out`.
 */
export const buildCombined = (
  context: KpiContext<unknown>,
  points: readonly string[],
  compute: (memory: Float64Array, cells: readonly number[], out: number) => void,
): void => {
  const uncertainIndex = context.reserve(1);
  const terms = points.map((point) => ({
    value: context.one(point),
    coverage: context.one(`${point}.coverage`),
    cell: context.reserve(1),
  }));
  const cells = terms.map(({ cell }) => cell);
  context.onTick((memory) => {
    let coverage = 1;
    memory[uncertainIndex] = 0;
    for (const { value, coverage: share, cell } of terms) {
      memory[cell] = ((memory[value.slot + valueCell] as number) * value.multiply) / value.divide;
      const isUnknown = isBad(memory[value.slot + statusCell] as number);
      coverage = Math.min(coverage, isUnknown ? 0 : (memory[share.slot + valueCell] as number));
      if (isUncertainSlot(memory, value.slot)) memory[uncertainIndex] = 1;
    }
    memory[context.coverage + valueCell] = coverage;
    compute(memory, cells, context.value + valueCell);
    finishResult(memory, context, uncertainIndex);
  });
};
