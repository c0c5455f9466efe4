import {
  counterResetsIndex,
  counterStepIndex,
  pushCounter,
  reserveCounter,
} from '../../../hot-path/operators/counter.ts';
import type { BuildContext } from '../../../hot-path/program.ts';
import {
  isMeasuredSlot,
  isUncertainSlot,
  isUsableSlot,
  timeCell,
  valueCell,
} from '../../../hot-path/slot.ts';
import type { ResolvedInput } from '../../definition.ts';
import { hourMs, quarterMs } from '../quarter-hours.ts';
import { markQuarterUncertain, pushQuarterStep, type QuarterWindows } from './quarter-windows.ts';

const none = Number.NEGATIVE_INFINITY;

type Laned = {
  readonly context: Pick<BuildContext, 'reserve' | 'onSample'>;
  readonly windows: QuarterWindows;
  readonly lane: number;
};

/** Whether a quarter hour ends between the two. */
const isCut = (fromMs: number, toMs: number): boolean =>
  Math.floor(fromMs / quarterMs) < Math.ceil(toMs / quarterMs) - 1;

/**
 * Counts a register, in kWh: its steps where it counted on or passed its end. Where it began anew, nothing is counted and the time
 * is not covered. A step over a gap was counted by the register itself; where a quarter hour ends in the gap, how it is shared
 * is a guess, and uncertain. Gives the cell with the time of the newest reading.
 */
export const countRegister = (
  { context, windows, lane }: Laned,
  { slot, multiply, divide, limits, staleMs }: ResolvedInput,
): number => {
  const timeIndex = slot + timeCell;
  const counter = reserveCounter(context, { valueIndex: slot + valueCell, timeIndex, ...limits });
  const [counted, resets] = [counterStepIndex(counter), counterResetsIndex(counter)];
  const lastMsIndex = context.reserve(1, [none]);
  const knownResets = context.reserve(1);
  const begunAt = { lane, timeIndex };
  const { step } = windows;
  context.onSample(slot, (memory) => {
    if (!isUsableSlot(memory, slot)) return;
    pushCounter(memory, counter);
    const lastMs = memory[lastMsIndex] as number;
    const timeMs = memory[timeIndex] as number;
    memory[lastMsIndex] = timeMs;
    if (memory[resets] !== memory[knownResets]) {
      memory[knownResets] = memory[resets] as number;
      markQuarterUncertain(memory, windows, begunAt);
      return;
    }
    if (lastMs === none) return;
    const amount = ((memory[counted] as number) * multiply) / divide;
    const isGuess = timeMs - lastMs > staleMs && isCut(lastMs, timeMs);
    memory[step.fromMs] = lastMs;
    memory[step.toMs] = timeMs;
    memory[step.amount] = amount;
    memory[step.fromRate] = amount / (timeMs - lastMs);
    memory[step.toRate] = memory[step.fromRate] as number;
    memory[step.uncertain] = isGuess || isUncertainSlot(memory, slot) ? 1 : 0;
    pushQuarterStep(memory, windows, lane);
  });
  return lastMsIndex;
};

/** Integrates the part of a power, kW, that has the sign: a straight line between two samples, and nothing over a gap. */
export const integratePower = (
  { context, windows, lane }: Laned,
  { slot, multiply, divide, staleMs }: ResolvedInput,
  sign: 1 | -1,
): void => {
  const [kwIndex, beforeIndex] = [context.reserve(1), context.reserve(1)];
  const lastMsIndex = context.reserve(1, [none]);
  const { step } = windows;
  const multiplySigned = sign * multiply;
  // Through cells all the way: a number that may be one of two is an object between them.
  context.onSample(slot, (memory) => {
    memory[beforeIndex] = memory[kwIndex] as number;
    memory[kwIndex] = ((memory[slot + valueCell] as number) * multiplySigned) / divide;
    if (memory[kwIndex] < 0) memory[kwIndex] = 0;
    if (!isMeasuredSlot(memory, slot)) {
      memory[lastMsIndex] = none;
      return;
    }
    memory[step.fromMs] = memory[lastMsIndex] as number;
    memory[step.toMs] = memory[slot + timeCell] as number;
    memory[lastMsIndex] = memory[step.toMs] as number;
    const spanMs = (memory[step.toMs] as number) - (memory[step.fromMs] as number);
    if (!(spanMs <= staleMs && spanMs > 0)) return;
    const before = memory[beforeIndex];
    const now = memory[kwIndex];
    memory[step.amount] = (((before + now) / 2) * spanMs) / hourMs;
    memory[step.fromRate] = before / hourMs;
    memory[step.toRate] = now / hourMs;
    memory[step.uncertain] = 0;
    pushQuarterStep(memory, windows, lane);
  });
};
