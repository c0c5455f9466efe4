import { isBad, statusCodes } from '../core/quality.ts';
import { measuredCell, statusCell, valueCell } from '../hot-path/slot.ts';

/** Below this share of measured time a result is Uncertain: the rest of its window is not known. */
export const minimumGoodCoverage = 0.95;

/**
 * Sets the status of a KPI from its coverage and `uncertain` (1 when an uncertain sample or a broken segment went in).
 * Nothing measured: BadNoData with value 0. The coverage itself is always Good: how much was measured is known.
 */
export const finishResult = (
  memory: Float64Array,
  slots: { readonly value: number; readonly coverage: number },
  uncertainIndex: number,
): void => {
  const coverage = memory[slots.coverage + valueCell] as number;
  const value = memory[slots.value + valueCell] as number;
  let status: number = statusCodes.good;
  if (coverage < minimumGoodCoverage || memory[uncertainIndex] !== 0)
    status = statusCodes.uncertain;
  if (!(coverage > 0) || !Number.isFinite(value)) {
    status = statusCodes.badNoData;
    memory[slots.value + valueCell] = 0;
  }
  memory[slots.value + statusCell] = status;
  memory[slots.coverage + statusCell] = statusCodes.good;
  memory[slots.value + measuredCell] = 1;
  memory[slots.coverage + measuredCell] = 1;
};

/** Gives parts the status of the value that they belong to; one that is not finite has no data. To follow `finishResult`. */
export const finishParts = (
  memory: Float64Array,
  value: number,
  parts: readonly number[],
): void => {
  const status = memory[value + statusCell] as number;
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index] as number;
    const isKnown = Number.isFinite(memory[part + valueCell]);
    memory[part + statusCell] = isKnown ? status : statusCodes.badNoData;
    if (!isKnown || isBad(status)) memory[part + valueCell] = 0;
    memory[part + measuredCell] = 1;
  }
};
