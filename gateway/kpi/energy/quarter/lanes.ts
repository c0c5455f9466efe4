import {
  classifyCounterStep,
  counterSteps,
  countingMs,
  firstStandMs,
} from '../../../hot-path/operators/counter-step.ts';
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
  const lastValue = context.reserve(1, [Number.NaN]);
  const lastMsIndex = context.reserve(1, [none]);
  const changedMsIndex = context.reserve(1, [none]);
  const begunAt = { lane, timeIndex: slot + timeCell };
  const { step } = windows;
  context.onSample(slot, (memory) => {
    if (!isUsableSlot(memory, slot)) return;
    const value = memory[slot + valueCell] as number;
    const timeMs = memory[slot + timeCell] as number;
    const last = memory[lastValue] as number;
    const lastMs = memory[lastMsIndex] as number;
    const isFirst = Number.isNaN(last);
    const changedMs = isFirst ? timeMs - firstStandMs : (memory[changedMsIndex] as number);
    memory[lastValue] = value;
    memory[lastMsIndex] = timeMs;
    memory[changedMsIndex] = isFirst || value === last ? changedMs : timeMs;
    if (isFirst) return;
    const kind =
      timeMs > lastMs
        ? classifyCounterStep(limits, last, value, countingMs(changedMs, lastMs, timeMs))
        : counterSteps.replaced;
    if (kind !== counterSteps.forward && kind !== counterSteps.rollover) {
      markQuarterUncertain(memory, windows, begunAt);
      return;
    }
    const counted =
      kind === counterSteps.rollover ? limits.rolloverAt - last + value : value - last;
    const amount = (counted * multiply) / divide;
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
  const lastKw = context.reserve(1);
  const lastMsIndex = context.reserve(1, [none]);
  const { step } = windows;
  context.onSample(slot, (memory) => {
    const timeMs = memory[slot + timeCell] as number;
    const kw = Math.max(0, (sign * (memory[slot + valueCell] as number) * multiply) / divide);
    const before = memory[lastKw] as number;
    const lastMs = memory[lastMsIndex] as number;
    const isMeasured = isMeasuredSlot(memory, slot);
    memory[lastKw] = kw;
    memory[lastMsIndex] = isMeasured ? timeMs : none;
    if (!isMeasured || !(timeMs - lastMs <= staleMs) || !(timeMs > lastMs)) return;
    memory[step.fromMs] = lastMs;
    memory[step.toMs] = timeMs;
    memory[step.amount] = (((before + kw) / 2) * (timeMs - lastMs)) / hourMs;
    memory[step.fromRate] = before / hourMs;
    memory[step.toRate] = kw / hourMs;
    memory[step.uncertain] = 0;
    pushQuarterStep(memory, windows, lane);
  });
};
