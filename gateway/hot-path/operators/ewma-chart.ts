import type { ArenaPlan } from '../arena.ts';

/**
 * EWMA control chart (ISO 7870-6): z = lambda x + (1 - lambda) z from z = 0, of standardised values u = (x - mu) / sigma, with
 * limits at +- L sqrt(lambda / (2 - lambda) (1 - (1 - lambda)^(2i))), i counted from 1.
 */
export type EwmaChart = {
  readonly base: number;
  /** 0 < lambda <= 1 */
  readonly lambda: number;
  /** L, in standard deviations of z. */
  readonly width: number;
};

const averageCell = 0;
const keptCell = 1;
const size = 2;

export const reserveEwmaChart = (
  plan: Pick<ArenaPlan, 'reserve'>,
  options: Omit<EwmaChart, 'base'>,
): EwmaChart => ({ base: plan.reserve(size, [0, 1]), ...options });

export const resetEwmaChart = (memory: Float64Array, chart: EwmaChart): void => {
  memory[chart.base + averageCell] = 0;
  memory[chart.base + keptCell] = 1;
};

/** Takes the standardised value in cell `source`. */
export const pushEwmaChart = (memory: Float64Array, chart: EwmaChart, source: number): void => {
  const { base, lambda } = chart;
  const before = memory[base + averageCell] as number;
  memory[base + averageCell] = before + lambda * ((memory[source] as number) - before);
  memory[base + keptCell] = (memory[base + keptCell] as number) * (1 - lambda) ** 2;
};

/** Index of the cell with z, in standard deviations of a value from the centre. */
export const ewmaChartIndex = (chart: EwmaChart): number => chart.base + averageCell;

/** Distance of the limits from the centre at the newest value, in standard deviations; 0 before the first. */
export const ewmaChartLimit = (memory: Float64Array, { base, lambda, width }: EwmaChart): number =>
  width * Math.sqrt((lambda / (2 - lambda)) * (1 - (memory[base + keptCell] as number)));

export const isEwmaSignal = (memory: Float64Array, chart: EwmaChart): boolean =>
  Math.abs(memory[chart.base + averageCell] as number) > ewmaChartLimit(memory, chart);
