import { z } from 'zod';
import { readCounterTotal } from '../../../hot-path/operators/counter.ts';
import { valueCell } from '../../../hot-path/slot.ts';
import { defineKpi } from '../../definition.ts';
import { finishParts, finishResult } from '../../result.ts';
import {
  capacitySchema,
  registersCoverage,
  storageInputs,
  watchRegister,
} from './storage-inputs.ts';

const none = Number.NEGATIVE_INFINITY;

/** Energy discharged, in times of what the storage is rated for. */
export const equivalentCycles = defineKpi({
  id: 'equivalentCycles',
  version: 1,
  equipmentClass: 'storage',
  point: 'equivalentCycles',
  unit: '1',
  decimals: 2,
  description: { en: 'Equivalent full cycles', zh: '等效满循环次数' },
  formula: { en: 'sum E_dis / E_rated', zh: 'Σ放电量 / 额定电量' },
  standard: { en: 'usual definition by energy throughput', zh: '按能量吞吐的通用定义' },
  window: { tier: 'c', folds: 'registers', over: 'always' },
  windowRule: { en: 'since recording began', zh: '自开始记录起' },
  coverageRule: 'time spanned by readings of the register / time since recording began',
  inputs: { discharge: storageInputs.discharge },
  parts: { day: { decimals: 3, description: { en: 'of the day', zh: '当日等效循环' } } },
  parametersSchema: z.strictObject({ capacityKwh: capacitySchema }),
  build: (context) => {
    const { capacityKwh } = context.parameters;
    const input = context.one('discharge');
    const uncertainIndex = context.reserve(1);
    const totalIndex = context.reserve(1);
    const dayIndex = context.reserve(1);
    const dayStartIndex = context.reserve(1, [none]);
    const startIndex = context.reserve(1, [none]);
    const day = context.part('day');
    const register = watchRegister(context, input, {
      uncertainIndex,
      onStep: (memory, step) => {
        memory[dayIndex] = (memory[dayIndex] as number) + (memory[step] as number);
      },
    });
    const coverageOf = registersCoverage(context, [register], startIndex);
    context.onTick((memory) => {
      if (memory[startIndex] === none) memory[startIndex] = memory[context.tickMsIndex] as number;
      if (memory[dayStartIndex] !== memory[context.dayStartMsIndex]) {
        memory[dayStartIndex] = memory[context.dayStartMsIndex] as number;
        memory[dayIndex] = 0;
      }
      const coverage = coverageOf(memory);
      readCounterTotal(memory, register.counter, totalIndex);
      const total = ((memory[totalIndex] as number) * input.multiply) / input.divide;
      memory[context.value + valueCell] = total / capacityKwh;
      memory[day + valueCell] = (memory[dayIndex] as number) / capacityKwh;
      memory[context.coverage + valueCell] = coverage;
      finishResult(memory, context, uncertainIndex);
      finishParts(memory, context.value, [day]);
    });
  },
});
