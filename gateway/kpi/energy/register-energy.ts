import { z } from 'zod';
import type { LocalText } from '../../core/point.ts';
import {
  addCounterCoverage,
  counterResetsIndex,
  pushCounter,
  readCounterTotal,
  reserveCounter,
  tickCounter,
} from '../../hot-path/operators/counter.ts';
import { isUncertainSlot, isUsableSlot, timeCell, valueCell } from '../../hot-path/slot.ts';
import { type AnyKpiDefinition, defineKpi, type KpiContext, type KpiInput } from '../definition.ts';
import { finishResult } from '../result.ts';
import { dayOfRegisters } from '../window.ts';

const parametersSchema = z.strictObject({
  /** A register that counts faster than this power was replaced, not used. */
  maximumPowerKw: z.number().positive().optional(),
});

/**
 * Sums the steps of the registers of input `energy` over the site's day, in kWh; `divisor` gives what the sum is divided by at
 * a tick, 1 unless told.
 */
export const buildRegisterEnergy = (
  context: KpiContext<unknown>,
  options: {
    readonly maximumKw?: number | undefined;
    readonly divisor?: (memory: Float64Array) => number;
  } = {},
): void => {
  const windowIndex = context.reserve(1);
  const uncertainIndex = context.reserve(1);
  const coveredIndex = context.reserve(1);
  const totalIndex = context.reserve(1);
  const { maximumKw, divisor = () => 1 } = options;
  const registers = context.many('energy').map((input) => ({
    input,
    counter: reserveCounter(context, {
      valueIndex: input.slot + valueCell,
      timeIndex: input.slot + timeCell,
      rolloverAt: input.limits.rolloverAt,
      maximumPerHour:
        maximumKw === undefined
          ? input.limits.maximumPerHour
          : (maximumKw * input.divide) / input.multiply,
    }),
    cells: {
      nowIndex: context.tickMsIndex,
      sumIndex: coveredIndex,
      staleMs: input.staleMs,
    },
  }));

  for (const { input, counter } of registers) {
    const resetsIndex = counterResetsIndex(counter);
    context.onSample(input.slot, (memory) => {
      if (!isUsableSlot(memory, input.slot)) return;
      if (isUncertainSlot(memory, input.slot)) memory[uncertainIndex] = 1;
      pushCounter(memory, counter);
      if (memory[resetsIndex] !== 0) memory[uncertainIndex] = 1;
    });
  }

  context.onTick((memory) => {
    const startMs = memory[context.dayStartMsIndex] as number;
    const elapsedMs = ((memory[context.tickMsIndex] as number) - startMs) * registers.length;
    if (memory[windowIndex] !== startMs) memory[uncertainIndex] = 0;
    memory[windowIndex] = startMs;
    let total = 0;
    memory[coveredIndex] = 0;
    for (const { input, counter, cells } of registers) {
      tickCounter(memory, counter, context.dayStartMsIndex);
      readCounterTotal(memory, counter, totalIndex);
      total += ((memory[totalIndex] as number) * input.multiply) / input.divide;
      addCounterCoverage(memory, counter, cells);
    }
    memory[context.value + valueCell] = total / divisor(memory);
    memory[context.coverage + valueCell] =
      elapsedMs > 0 ? Math.min(1, memory[coveredIndex] / elapsedMs) : 1;
    finishResult(memory, context, uncertainIndex);
  });
};

/** An energy KPI that sums the steps of meter registers since the start of the site's day. */
export const defineRegisterEnergy = (options: {
  readonly id: string;
  readonly description: LocalText;
  readonly energy: Omit<KpiInput, 'unit'>;
}): AnyKpiDefinition =>
  defineKpi({
    id: options.id,
    version: 2,
    equipmentClass: 'park',
    point: options.id,
    unit: 'kWh',
    decimals: 1,
    description: options.description,
    formula: {
      en: 'E = sum of non-negative register steps since the start of the day',
      zh: 'E = 当日零时起各计数器非负增量之和',
    },
    standard: {
      en: 'register deltas; integrated power only as a cross-check',
      zh: '取计数器读数之差；功率积分仅用于核对',
    },
    window: dayOfRegisters,
    windowRule: { en: "the site's current day", zh: '站点当日' },
    coverageRule: 'time spanned by readings of one segment / elapsed time, over all registers',
    inputs: { energy: { ...options.energy, unit: 'kWh' } },
    parametersSchema,
    build: (context) => {
      buildRegisterEnergy(context, { maximumKw: context.parameters.maximumPowerKw });
    },
  });
