import { isLastUsable, statusCodes } from '../core/quality.ts';
import { firstBadStatus, firstUncertainStatus } from './quality-bits.ts';

/**
 * A slot holds the newest sample of one channel in the arena: value, status, time and whether it was measured (an
 * estimated sample is usable, but does not count as covered). Outputs of nodes are slots too, so nodes chain.
 */
export const valueCell = 0;
export const statusCell = 1;
export const timeCell = 2;
export const measuredCell = 3;
export const slotSize = 4;

/** Before the first sample there is no value and no time. */
export const slotInitial: readonly number[] = [
  0,
  statusCodes.badWaitingForInitialData,
  Number.NEGATIVE_INFINITY,
  0,
];

/** Good, or uncertain and not merely the last value that there was: the value may be used. */
export const isUsableSlot = (memory: Float64Array, slot: number): boolean => {
  const status = memory[slot + statusCell] as number;
  return status < firstUncertainStatus || (status < firstBadStatus && !isLastUsable(status));
};

/** Usable and really measured: counts as covered. */
export const isMeasuredSlot = (memory: Float64Array, slot: number): boolean =>
  isUsableSlot(memory, slot) && (memory[slot + measuredCell] as number) === 1;

/** Usable, but its status is not good. */
export const isUncertainSlot = (memory: Float64Array, slot: number): boolean => {
  const status = memory[slot + statusCell] as number;
  return status >= firstUncertainStatus && status < firstBadStatus;
};

/** Whether the slot's sample is at most `limitMs` older than the time in cell `timeIndex`. */
export const isFreshSlot = (
  memory: Float64Array,
  slot: number,
  at: { readonly timeIndex: number; readonly limitMs: number },
): boolean => (memory[at.timeIndex] as number) - (memory[slot + timeCell] as number) <= at.limitMs;

/** A boolean channel's state: only a usable sample can be true. */
export const isTrueSlot = (memory: Float64Array, slot: number): boolean =>
  isUsableSlot(memory, slot) && (memory[slot + valueCell] as number) !== 0;
