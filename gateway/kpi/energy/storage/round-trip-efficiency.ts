import { z } from 'zod';
import { isUsableSlot, valueCell } from '../../../hot-path/slot.ts';
import { defineKpi } from '../../definition.ts';
import { finishParts, finishResult } from '../../result.ts';
import {
  capacitySchema,
  onewaySchema,
  registersCoverage,
  storageInputs,
  watchRegister,
} from './storage-inputs.ts';

const days = 7;
/** Each day begins with what had been charged and discharged, and with the state of charge. */
const entrySize = 4;
const at = { startMs: 0, charged: 1, discharged: 2, soc: 3 } as const;

/** Round-trip efficiency of the last days, corrected by what is in store. */
export const roundTripEfficiency = defineKpi({
  id: 'roundTripEfficiency',
  version: 1,
  equipmentClass: 'storage',
  point: 'roundTripEfficiency',
  unit: '1',
  decimals: 3,
  description: { en: 'Round-trip efficiency', zh: '储能往返效率' },
  formula: {
    en: 'E_dis / (E_ch - dE / chargeEfficiency), dE = (SOC_end - SOC_start) * E_rated',
    zh: '放电量 /（充电量 - ΔE / 充电效率），ΔE =（末 SOC - 初 SOC）× 额定电量',
  },
  standard: {
    en: 'usual definition at the AC terminals, with the rise of stock taken out',
    zh: '交流端通用定义，扣除存量变化',
  },
  window: { tier: 'c', folds: 'registers', over: 'week' },
  windowRule: {
    en: "the site's current day and the 6 before it, as far as recorded",
    zh: '站点当日及之前 6 日（以有记录者为准）',
  },
  coverageRule: 'time spanned by readings of both registers / time since the window began',
  inputs: storageInputs,
  parts: {
    raw: { decimals: 3, description: { en: 'without the correction', zh: '未修正存量' } },
    days: {
      ...{ unit: 'd', decimals: 1 },
      description: { en: 'length of the window', zh: '统计时长' },
    },
  },
  parametersSchema: z.strictObject({
    capacityKwh: capacitySchema,
    chargeEfficiency: onewaySchema,
    /** Below so many equivalent cycles a ratio says nothing. */
    minimumCycles: z.number().min(0.1).max(10).default(0.5),
  }),
  build: (context) => {
    const { capacityKwh, chargeEfficiency, minimumCycles } = context.parameters;
    const soc = context.one('soc');
    const uncertainIndex = context.reserve(1);
    const chargedIndex = context.reserve(1);
    const dischargedIndex = context.reserve(1);
    const held = context.reserve(days * entrySize);
    const countIndex = context.reserve(1);
    const dayIndex = context.reserve(1, [Number.NEGATIVE_INFINITY]);
    const startIndex = context.reserve(1, [Number.NEGATIVE_INFINITY]);
    const parts = [context.part('raw'), context.part('days')];
    const [raw = 0, length = 0] = parts;
    const toldKwh = (memory: Float64Array): number =>
      ((memory[soc.slot + valueCell] as number) * soc.multiply * capacityKwh) / soc.divide / 100;
    const adds =
      (total: number) =>
      (memory: Float64Array, step: number): void => {
        memory[total] = (memory[total] as number) + (memory[step] as number);
      };
    const registers = [
      watchRegister(context, context.one('charge'), { uncertainIndex, onStep: adds(chargedIndex) }),
      watchRegister(context, context.one('discharge'), {
        uncertainIndex,
        onStep: adds(dischargedIndex),
      }),
    ];
    const coverageOf = registersCoverage(context, registers, startIndex);
    const entryAt = (count: number): number => held + (count % days) * entrySize;

    /** A day begins with the first tick at which the state of charge is known. */
    const beginDay = (memory: Float64Array): void => {
      const dayMs = memory[context.dayStartMsIndex] as number;
      if (memory[dayIndex] === dayMs || !isUsableSlot(memory, soc.slot)) return;
      memory[dayIndex] = dayMs;
      const count = memory[countIndex] as number;
      const entry = entryAt(count);
      memory[entry + at.startMs] = memory[context.tickMsIndex] as number;
      memory[entry + at.charged] = memory[chargedIndex] as number;
      memory[entry + at.discharged] = memory[dischargedIndex] as number;
      memory[entry + at.soc] = toldKwh(memory);
      memory[countIndex] = count + 1;
      memory[uncertainIndex] = 0;
    };

    context.onTick((memory) => {
      beginDay(memory);
      const count = memory[countIndex] as number;
      const oldest = entryAt(Math.max(0, count - days));
      const isKnown = count > 0 && isUsableSlot(memory, soc.slot);
      memory[startIndex] = memory[oldest + at.startMs] as number;
      const charged = (memory[chargedIndex] as number) - (memory[oldest + at.charged] as number);
      const discharged =
        (memory[dischargedIndex] as number) - (memory[oldest + at.discharged] as number);
      const rise = toldKwh(memory) - (memory[oldest + at.soc] as number);
      const isEnough = isKnown && discharged >= minimumCycles * capacityKwh;
      const corrected = discharged / (charged - rise / chargeEfficiency);
      memory[context.value + valueCell] = isEnough ? corrected : Number.NaN;
      memory[raw + valueCell] = discharged / charged;
      memory[length + valueCell] =
        ((memory[context.tickMsIndex] as number) - memory[startIndex]) / 86_400_000;
      const coverage = coverageOf(memory);
      memory[context.coverage + valueCell] = isKnown ? coverage : 0;
      finishResult(memory, context, uncertainIndex);
      finishParts(memory, context.value, parts);
    });
  },
});
