import {
  activeFlag,
  intervalStepIndex,
  pushInterval,
  reserveInterval,
  usableFlag,
} from '../../../hot-path/operators/interval.ts';
import {
  pushTimeIntegral,
  readTimeIntegral,
  reserveTimeIntegral,
  resetTimeIntegral,
} from '../../../hot-path/operators/time-integral.ts';
import { isFreshSlot, isMeasuredSlot, timeCell, valueCell } from '../../../hot-path/slot.ts';
import type { KpiContext, ResolvedInput } from '../../definition.ts';
import { hourMs } from '../quarter-hours.ts';
import { type StorageRegister, watchRegister } from '../storage/storage-inputs.ts';

/** Within so long energy flows one way, but for the reading in which it turns. */
const oneWayMs = 1500;

export type GridSteps = {
  /** To be called when a day begins. */
  readonly reset: (memory: Float64Array) => void;
  /** (Integrated power - net registers) / energy of both registers; NaN below so many kWh. */
  readonly deviation: (memory: Float64Array, minimumKwh: number) => number;
  /** Readings of a second in which both registers grew, but for those in which the power turned; NaN without such readings. */
  readonly bothWays: (memory: Float64Array) => number;
};

/**
 * Registers and power of the grid meter, step by step: only time between two readings that follow each other counts, for a register
 * counts through a gap and a power does not. All three are read together.
 */
export const gridSteps = (
  context: KpiContext<unknown>,
  shared: { readonly uncertainIndex: number; readonly registers: StorageRegister[] },
): GridSteps => {
  const { uncertainIndex, registers } = shared;
  const power = context.one('power');
  const interval = reserveInterval(context, {
    ...{ timeIndex: power.slot + timeCell, gapMs: power.staleMs },
  });
  const kwIndex = context.reserve(1);
  const beforeKwIndex = context.reserve(1);
  const integral = reserveTimeIntegral(context, { interval, source: kwIndex, rule: 'trapezoid' });
  const integralIndex = context.reserve(1);
  const [netIndex, bothIndex] = [context.reserve(1), context.reserve(1)];
  /** Readings of a second, and those of them that count both ways. */
  const [secondsIndex, countIndex] = [context.reserve(1), context.reserve(1)];
  /** What each register has counted since the newest power. */
  const steps = (['energyImport', 'energyExport'] as const).map((name) => {
    const input = context.one(name);
    const stepIndex = context.reserve(1);
    const onStep = (memory: Float64Array, step: number): void => {
      memory[stepIndex] = (memory[stepIndex] as number) + (memory[step] as number);
    };
    registers.push(watchRegister(context, input, { uncertainIndex, onStep }));
    return { input, stepIndex };
  });
  const [imported, exported] = steps as [(typeof steps)[number], (typeof steps)[number]];
  const stepMsIndex = intervalStepIndex(interval);
  // Written out: a closure for each sample would be allocated.
  const isTogether = (memory: Float64Array): boolean => {
    const timeMs = memory[power.slot + timeCell];
    return (
      memory[imported.input.slot + timeCell] === timeMs &&
      memory[exported.input.slot + timeCell] === timeMs
    );
  };
  const take = (memory: Float64Array): void => {
    memory[beforeKwIndex] = memory[kwIndex] as number;
    const value = memory[power.slot + valueCell] as number;
    memory[kwIndex] = (value * power.multiply) / power.divide;
    const isUsable = isMeasuredSlot(memory, power.slot) && isTogether(memory);
    pushInterval(memory, interval, activeFlag | (isUsable ? usableFlag : 0));
    pushTimeIntegral(memory, integral);
    const stepMs = memory[stepMsIndex] as number;
    const bought = memory[imported.stepIndex] as number;
    const sold = memory[exported.stepIndex] as number;
    memory[imported.stepIndex] = 0;
    memory[exported.stepIndex] = 0;
    if (!(stepMs > 0)) return;
    memory[netIndex] = (memory[netIndex] as number) + bought - sold;
    memory[bothIndex] = (memory[bothIndex] as number) + bought + sold;
    const isTurning = memory[beforeKwIndex] * memory[kwIndex] <= 0;
    if (stepMs > oneWayMs || isTurning) return;
    memory[secondsIndex] = (memory[secondsIndex] as number) + 1;
    if (bought > 0 && sold > 0) memory[countIndex] = (memory[countIndex] as number) + 1;
  };
  context.onSample(power.slot, take);
  return {
    reset: (memory) => {
      resetTimeIntegral(memory, integral);
      for (const index of [netIndex, bothIndex, secondsIndex, countIndex]) memory[index] = 0;
    },
    deviation: (memory, minimumKwh) => {
      const both = memory[bothIndex] as number;
      if (both < minimumKwh) return Number.NaN;
      readTimeIntegral(memory, integral, integralIndex);
      return ((memory[integralIndex] as number) / hourMs - (memory[netIndex] as number)) / both;
    },
    bothWays: (memory) =>
      (memory[secondsIndex] as number) > 0 ? (memory[countIndex] as number) : Number.NaN,
  };
};

/** (P^2 + Q^2) / S^2 - 1 of the newest reading; NaN where the meter does not tell all three. */
export const apparentDeviation = (
  context: KpiContext<unknown>,
): ((memory: Float64Array) => number) => {
  const power = context.one('power');
  const [reactive, apparent] = [
    context.optional('reactivePower'),
    context.optional('apparentPower'),
  ];
  if (reactive === undefined || apparent === undefined) return () => Number.NaN;
  const isNow = (memory: Float64Array, { slot, staleMs }: ResolvedInput): boolean =>
    isMeasuredSlot(memory, slot) &&
    isFreshSlot(memory, slot, { timeIndex: context.tickMsIndex, limitMs: staleMs });
  return (memory) => {
    if (![power, reactive, apparent].every((input) => isNow(memory, input))) return Number.NaN;
    const kw = ((memory[power.slot + valueCell] as number) * power.multiply) / power.divide;
    const q = memory[reactive.slot + valueCell] as number;
    const s = memory[apparent.slot + valueCell] as number;
    return s > 0 ? ((1000 * kw) ** 2 + q ** 2) / s ** 2 - 1 : Number.NaN;
  };
};
