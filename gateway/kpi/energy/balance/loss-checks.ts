import { isFreshSlot, isUsableSlot, timeCell } from '../../../hot-path/slot.ts';
import { type KpiContext, type ResolvedInput, validMsOf } from '../../definition.ts';
import { type StorageRegister, watchRegister } from '../storage/storage-inputs.ts';

export type LossCheck = {
  /** To be called when a day begins. */
  readonly reset: (memory: Float64Array) => void;
  /** To be called at each tick: 1 - `behind` / `before`; NaN while less than so many kWh are counted, or a register is silent whose energy would lack. */
  readonly loss: (memory: Float64Array, minimumKwh: number) => number;
};

/**
 * Compares what the registers of two inputs counted in the day. A step over midnight counts with its part of the day; one over a gap that
 * began the day before is nobody's to part, and the comparison begins anew at its end, on both sides.
 */
export const lossCheck = (
  context: KpiContext<unknown>,
  names: { readonly behind: string; readonly before: string },
  shared: {
    readonly uncertainIndex: number;
    readonly registers: StorageRegister[];
    /** Cell with the start of the day. */
    readonly dayIndex: number;
  },
): LossCheck => {
  const [behind, before] = [context.many(names.behind), context.many(names.before)];
  const areMetered = behind.length > 0 && before.length > 0;
  const { uncertainIndex, registers, dayIndex } = shared;
  const [behindIndex, beforeIndex] = [context.reserve(1), context.reserve(1)];
  /** 1: at the next tick the comparison begins anew, then all have been read. */
  const anewIndex = context.reserve(1);
  const reset = (memory: Float64Array): void => {
    for (const index of [behindIndex, beforeIndex, anewIndex]) memory[index] = 0;
  };
  const watch = (input: ResolvedInput, sumIndex: number): void => {
    const gapMs = validMsOf(input);
    const timeIndex = input.slot + timeCell;
    const lastMsIndex = context.reserve(1, [Number.NaN]);
    const onStep = (memory: Float64Array, step: number): void => {
      const lastMs = memory[lastMsIndex] as number;
      const timeMs = memory[timeIndex] as number;
      memory[lastMsIndex] = timeMs;
      const fromMs = Math.max(lastMs, memory[dayIndex] as number);
      if (!(timeMs > fromMs)) return;
      if (fromMs > lastMs && timeMs - lastMs > gapMs) {
        memory[anewIndex] = 1;
        return;
      }
      const part = (timeMs - fromMs) / (timeMs - lastMs);
      memory[sumIndex] = (memory[sumIndex] as number) + (memory[step] as number) * part;
    };
    registers.push(watchRegister(context, input, { uncertainIndex, onStep }));
  };
  for (const input of behind) watch(input, behindIndex);
  for (const input of before) watch(input, beforeIndex);
  const newest = [...behind, ...before].map((input) => ({
    slot: input.slot,
    at: { timeIndex: context.tickMsIndex, limitMs: validMsOf(input) },
  }));
  return {
    reset,
    loss: (memory, minimumKwh) => {
      if (!areMetered) return Number.NaN;
      if (memory[anewIndex] !== 0) reset(memory);
      for (const { slot, at } of newest) {
        if (!isUsableSlot(memory, slot) || !isFreshSlot(memory, slot, at)) return Number.NaN;
      }
      const [of, counted] = [memory[behindIndex] as number, memory[beforeIndex] as number];
      return Math.max(of, counted) >= minimumKwh ? 1 - of / counted : Number.NaN;
    },
  };
};
