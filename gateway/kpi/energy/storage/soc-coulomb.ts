import { z } from 'zod';
import { isUsableSlot, valueCell } from '../../../hot-path/slot.ts';
import { defineKpi } from '../../definition.ts';
import { finishParts, finishResult } from '../../result.ts';
import { dayOfRegisters } from '../../window.ts';
import {
  capacitySchema,
  onewaySchema,
  registersCoverage,
  storageInputs,
  watchRegister,
} from './storage-inputs.ts';

/** State of charge by counting what went in and out since midnight, beside what the battery tells. */
export const socCoulomb = defineKpi({
  id: 'socCoulomb',
  version: 1,
  equipmentClass: 'storage',
  point: 'socCoulomb',
  unit: '%',
  decimals: 1,
  description: { en: 'State of charge by energy counted', zh: '按电量累计的荷电状态' },
  formula: {
    en: 'SOC at midnight + (chargeEfficiency * E_ch - E_dis / dischargeEfficiency) / E_rated',
    zh: '零时 SOC +（充电效率 × 充电量 - 放电量 / 放电效率）/ 额定电量',
  },
  standard: {
    en: 'coulomb counting with energy registers; begins anew each day with what the battery tells',
    zh: '以电能计数器进行安时积分；每日零时以电池上报值为起点',
  },
  window: dayOfRegisters,
  windowRule: { en: "the site's current day", zh: '站点当日' },
  coverageRule: 'time spanned by readings of both registers / elapsed time',
  inputs: storageInputs,
  parts: {
    difference: {
      decimals: 1,
      description: { en: 'counted less told, percentage points', zh: '累计值减上报值（百分点）' },
    },
  },
  parametersSchema: z.strictObject({
    capacityKwh: capacitySchema,
    chargeEfficiency: onewaySchema,
    dischargeEfficiency: onewaySchema,
  }),
  build: (context) => {
    const { capacityKwh, chargeEfficiency, dischargeEfficiency } = context.parameters;
    const soc = context.one('soc');
    const countedIndex = context.reserve(1, [Number.NaN]);
    const uncertainIndex = context.reserve(1);
    const anchorMsIndex = context.reserve(1, [Number.NEGATIVE_INFINITY]);
    const startIndex = context.reserve(1);
    const difference = context.part('difference');
    const toldOf = (memory: Float64Array): number =>
      ((memory[soc.slot + valueCell] as number) * soc.multiply) / soc.divide;
    const chargePercent = (100 * chargeEfficiency) / capacityKwh;
    const dischargePercent = 100 / dischargeEfficiency / capacityKwh;
    const registers = [
      watchRegister(context, context.one('charge'), {
        uncertainIndex,
        onStep: (memory, step) => {
          memory[countedIndex] =
            (memory[countedIndex] as number) + chargePercent * (memory[step] as number);
        },
      }),
      watchRegister(context, context.one('discharge'), {
        uncertainIndex,
        onStep: (memory, step) => {
          memory[countedIndex] =
            (memory[countedIndex] as number) - dischargePercent * (memory[step] as number);
        },
      }),
    ];
    const coverageOf = registersCoverage(context, registers, startIndex);
    context.onTick((memory) => {
      const dayMs = memory[context.dayStartMsIndex] as number;
      if (memory[anchorMsIndex] !== dayMs && isUsableSlot(memory, soc.slot)) {
        memory[anchorMsIndex] = dayMs;
        memory[startIndex] = memory[context.tickMsIndex] as number;
        memory[countedIndex] = toldOf(memory);
        memory[uncertainIndex] = 0;
      }
      memory[context.value + valueCell] = memory[countedIndex] as number;
      memory[difference + valueCell] = isUsableSlot(memory, soc.slot)
        ? (memory[countedIndex] as number) - toldOf(memory)
        : Number.NaN;
      memory[context.coverage + valueCell] = coverageOf(memory);
      finishResult(memory, context, uncertainIndex);
      finishParts(memory, context.value, [difference]);
    });
  },
});
