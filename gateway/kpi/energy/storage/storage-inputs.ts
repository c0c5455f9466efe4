import { z } from 'zod';
import {
  addCounterCoverage,
  type Counter,
  counterResetsIndex,
  counterStepIndex,
  pushCounter,
  reserveCounter,
  tickCounter,
} from '../../../hot-path/operators/counter.ts';
import { isUncertainSlot, isUsableSlot, timeCell, valueCell } from '../../../hot-path/slot.ts';
import type { KpiInput, ResolvedInput, SiteContext } from '../../definition.ts';

/** Registers and state of charge of one storage. */
export const storageInputs: Readonly<Record<'charge' | 'discharge' | 'soc', KpiInput>> = {
  charge: {
    pattern: '{area}/{line}/{equipment}/energyCharge',
    unit: 'kWh',
    count: 'one',
    description: { en: 'energy charged', zh: '累计充电量' },
  },
  discharge: {
    pattern: '{area}/{line}/{equipment}/energyDischarge',
    unit: 'kWh',
    count: 'one',
    description: { en: 'energy discharged', zh: '累计放电量' },
  },
  soc: {
    pattern: '{area}/{line}/{equipment}/stateOfCharge',
    unit: '%',
    count: 'one',
    description: { en: 'state of charge as the battery tells it', zh: '电池上报的荷电状态' },
  },
};

/** Energy that the storage is rated for, kWh, at the terminals whose registers are read. */
export const capacitySchema = z.number().positive();
/** Share of an energy that is left after one way through. */
export const onewaySchema = z.number().min(0.5).max(1).default(0.94);

export type StorageRegister = { readonly counter: Counter; readonly input: ResolvedInput };

/** Counts a register; `onStep` is called with the cell of its newest step, kWh, after each reading. */
export const watchRegister = (
  context: Pick<SiteContext<unknown>, 'reserve' | 'onSample'>,
  input: ResolvedInput,
  watch: {
    readonly uncertainIndex: number;
    readonly onStep: (memory: Float64Array, stepIndex: number) => void;
  },
): StorageRegister => {
  const counter = reserveCounter(context, {
    valueIndex: input.slot + valueCell,
    timeIndex: input.slot + timeCell,
    ...input.limits,
  });
  const stepIndex = context.reserve(1);
  const step = counterStepIndex(counter);
  const resets = counterResetsIndex(counter);
  context.onSample(input.slot, (memory) => {
    if (!isUsableSlot(memory, input.slot)) return;
    pushCounter(memory, counter);
    if (isUncertainSlot(memory, input.slot) || memory[resets] !== 0) {
      memory[watch.uncertainIndex] = 1;
    }
    memory[stepIndex] = ((memory[step] as number) * input.multiply) / input.divide;
    watch.onStep(memory, stepIndex);
  });
  return { counter, input };
};

/** Share of the time since `startIndex` that both registers cover; to be called at each tick. */
export const registersCoverage = (
  context: Pick<SiteContext<unknown>, 'reserve' | 'tickMsIndex'>,
  registers: readonly StorageRegister[],
  startIndex: number,
): ((memory: Float64Array) => number) => {
  const sumIndex = context.reserve(1);
  const cells = registers.map(({ counter, input }) => ({
    counter,
    at: { nowIndex: context.tickMsIndex, sumIndex, staleMs: input.staleMs },
  }));
  return (memory) => {
    const elapsedMs = (memory[context.tickMsIndex] as number) - (memory[startIndex] as number);
    let least = 1;
    for (const { counter, at } of cells) {
      tickCounter(memory, counter, startIndex);
      memory[sumIndex] = 0;
      addCounterCoverage(memory, counter, at);
      if (elapsedMs > 0) least = Math.min(least, memory[sumIndex] / elapsedMs);
    }
    return least;
  };
};
