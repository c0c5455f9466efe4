import { z } from 'zod';
import {
  addCounterCoverage,
  counterResetsIndex,
  pushCounter,
  readCounterTotal,
  reserveCounter,
  tickCounter,
} from '../../hot-path/operators/counter.ts';
import {
  activeFlag,
  intervalCoveredIndex,
  intervalStepIndex,
  pushInterval,
  reserveInterval,
  usableFlag,
} from '../../hot-path/operators/interval.ts';
import { isMeasuredSlot, isUsableSlot, timeCell, valueCell } from '../../hot-path/slot.ts';
import { defineKpi, type KpiContext } from '../definition.ts';
import { finishParts, finishResult } from '../result.ts';
import { dayOfRegisters } from '../window.ts';
import { hourMs } from './quarter-hours.ts';

const largestStatus = 1000;

const parametersSchema = z.strictObject({
  /** Of each charger, kW; or one number for each, in the order of their paths. */
  ratedPowerKw: z.union([z.number().positive(), z.array(z.number().positive()).min(1).max(1000)]),
  /** Numbers of the status that mean that a vehicle is being charged. */
  busyStatuses: z.array(z.int().min(0).max(largestStatus)).min(1).max(50).default([2]),
});
type Context = KpiContext<z.infer<typeof parametersSchema>>;

/** Reads registers of all chargers; gives energy of the day, kWh, and covered time over all, ms. */
const dayEnergy = (
  context: Context,
  uncertainIndex: number,
): ((memory: Float64Array) => { readonly energy: number; readonly coveredMs: number }) => {
  const totalIndex = context.reserve(1);
  const coveredIndex = context.reserve(1);
  const registers = context.many('energy').map((input) => ({
    input,
    counter: reserveCounter(context, {
      valueIndex: input.slot + valueCell,
      timeIndex: input.slot + timeCell,
      ...input.limits,
    }),
    at: { nowIndex: context.tickMsIndex, sumIndex: coveredIndex, staleMs: input.staleMs },
  }));
  for (const { input, counter } of registers) {
    context.onSample(input.slot, (memory) => {
      if (!isUsableSlot(memory, input.slot)) return;
      pushCounter(memory, counter);
      if (memory[counterResetsIndex(counter)] !== 0) memory[uncertainIndex] = 1;
    });
  }
  return (memory) => {
    let energy = 0;
    memory[coveredIndex] = 0;
    for (const { input, counter, at } of registers) {
      tickCounter(memory, counter, context.dayStartMsIndex);
      readCounterTotal(memory, counter, totalIndex);
      energy += ((memory[totalIndex] as number) * input.multiply) / input.divide;
      addCounterCoverage(memory, counter, at);
    }
    return { energy, coveredMs: memory[coveredIndex] };
  };
};

/** Watches the states of all chargers; gives busy time and known time of the day over all, ms. */
const dayBusy = (
  context: Context,
): ((memory: Float64Array) => { readonly busyMs: number; readonly knownMs: number }) => {
  // A set would need an object for each number that is looked up.
  const busy = new Uint8Array(largestStatus + 1);
  for (const status of context.parameters.busyStatuses) busy[status] = 1;
  const dayIndex = context.reserve(1, [Number.NEGATIVE_INFINITY]);
  const busyIndex = context.reserve(1);
  const knownIndex = context.reserve(1);
  for (const { slot, staleMs } of context.many('status')) {
    const interval = reserveInterval(context, { timeIndex: slot + timeCell, gapMs: staleMs });
    const wasBusyIndex = context.reserve(1);
    const stepIndex = intervalStepIndex(interval);
    const covered = intervalCoveredIndex(interval);
    context.onSample(slot, (memory) => {
      pushInterval(memory, interval, activeFlag | (isMeasuredSlot(memory, slot) ? usableFlag : 0));
      memory[covered] = 0;
      const stepMs = memory[stepIndex] as number;
      memory[knownIndex] = (memory[knownIndex] as number) + stepMs;
      if (memory[wasBusyIndex] !== 0) memory[busyIndex] = (memory[busyIndex] as number) + stepMs;
      memory[wasBusyIndex] = busy[(memory[slot + valueCell] as number) | 0] ?? 0;
    });
  }
  return (memory) => {
    if (memory[dayIndex] !== memory[context.dayStartMsIndex]) {
      memory[dayIndex] = memory[context.dayStartMsIndex] as number;
      memory[busyIndex] = 0;
      memory[knownIndex] = 0;
    }
    return { busyMs: memory[busyIndex] as number, knownMs: memory[knownIndex] as number };
  };
};

/** How much of the chargers is used: by energy, and by time. */
export const chargerUtilisation = defineKpi({
  id: 'chargerUtilisation',
  version: 1,
  equipmentClass: 'park',
  point: 'chargerUtilisation',
  unit: '1',
  decimals: 3,
  description: {
    en: 'Utilisation of the chargers today, by energy',
    zh: '当日充电桩利用率（按电量）',
  },
  formula: {
    en: 'energy / (sum of rated power * time); by time: busy time / (chargers * time)',
    zh: '电量 /（额定功率之和 × 时间）；按时间：充电时间 /（桩数 × 时间）',
  },
  standard: { en: 'usual definitions', zh: '通用定义' },
  window: dayOfRegisters,
  windowRule: { en: "the site's current day", zh: '站点当日' },
  coverageRule: 'time spanned by readings of one segment / elapsed time, over all registers',
  inputs: {
    energy: {
      pattern: '{area}/*/*/energyTotal',
      equipmentClass: 'charger',
      unit: 'kWh',
      count: 'many',
      description: { en: 'energy register of each charger', zh: '各充电桩累计充电量' },
    },
    status: {
      pattern: '{area}/*/*/status',
      equipmentClass: 'charger',
      count: 'many',
      description: { en: 'status of each charger', zh: '各充电桩状态' },
    },
  },
  parts: {
    byTime: {
      decimals: 3,
      description: { en: 'by time, of what is known', zh: '按时间（有效时间内）' },
    },
    energy: { ...{ unit: 'kWh', decimals: 1 }, description: { en: 'energy', zh: '充电量' } },
  },
  parametersSchema,
  build: (context) => {
    const rated = context.parameters.ratedPowerKw;
    const count = context.many('energy').length;
    const ratedKw =
      typeof rated === 'number' ? rated * count : rated.reduce((sum, power) => sum + power, 0);
    const uncertainIndex = context.reserve(1);
    const windowIndex = context.reserve(1);
    const energyOf = dayEnergy(context, uncertainIndex);
    const busyOf = dayBusy(context);
    const [byTime, energyPart] = [context.part('byTime'), context.part('energy')];
    context.onTick((memory) => {
      const startMs = memory[context.dayStartMsIndex] as number;
      if (memory[windowIndex] !== startMs) memory[uncertainIndex] = 0;
      memory[windowIndex] = startMs;
      const elapsedMs = (memory[context.tickMsIndex] as number) - startMs;
      const { energy, coveredMs } = energyOf(memory);
      const { busyMs, knownMs } = busyOf(memory);
      memory[context.value + valueCell] = energy / (ratedKw * (elapsedMs / hourMs));
      memory[byTime + valueCell] = busyMs / knownMs;
      memory[energyPart + valueCell] = energy;
      memory[context.coverage + valueCell] =
        elapsedMs > 0 ? Math.min(1, coveredMs / (elapsedMs * count)) : 0;
      finishResult(memory, context, uncertainIndex);
      finishParts(memory, context.value, [byTime, energyPart]);
    });
  },
});
