import { z } from 'zod';
import { isUsableSlot, valueCell } from '../../../hot-path/slot.ts';
import { defineKpi } from '../../definition.ts';
import { finishParts, finishResult } from '../../result.ts';
import { capacitySchema, storageInputs, watchRegister } from './storage-inputs.ts';

/** Of the capacity: so much may be charged within a discharge. */
const chargeTolerance = 0.005;

/** State of health from whole discharges: what came out over what the swing of the state of charge should have held. */
export const sohMeasured = defineKpi({
  id: 'sohMeasured',
  version: 1,
  equipmentClass: 'storage',
  point: 'sohMeasured',
  unit: '%',
  decimals: 1,
  description: { en: 'State of health by measurement', zh: '实测健康状态' },
  formula: {
    en: '(E_dis / swing of SOC) / E_rated, of the newest qualifying discharge',
    zh: '（放电量 / SOC 变化量）/ 额定电量，取最近一次合格放电',
  },
  standard: {
    en: 'own definition; the energy is that at the terminals which E_rated is stated for',
    zh: '本项目定义；电量取额定电量所指端口处的值',
  },
  window: { tier: 'c', folds: 'registers', over: 'always' },
  windowRule: {
    en: 'the newest discharge without charging whose swing is large enough',
    zh: '最近一次中途未充电且变化量足够大的放电过程',
  },
  coverageRule: '1 once a discharge has qualified, else 0',
  inputs: storageInputs,
  parts: {
    cycles: {
      ...{ unit: '1', decimals: 0 },
      description: { en: 'qualifying discharges so far', zh: '合格放电次数' },
    },
    swing: {
      decimals: 1,
      description: { en: 'swing of the newest, percentage points', zh: '最近一次的 SOC 变化量' },
    },
    energy: {
      ...{ unit: 'kWh', decimals: 1 },
      description: { en: 'energy of the newest', zh: '最近一次的放电量' },
    },
  },
  parametersSchema: z.strictObject({
    capacityKwh: capacitySchema,
    /** Least swing of a qualifying discharge, percentage points. */
    minimumSwing: z.number().min(10).max(100).default(60),
  }),
  build: (context) => {
    const { capacityKwh, minimumSwing } = context.parameters;
    const soc = context.one('soc');
    const uncertainIndex = context.reserve(1);
    /** The discharge that runs: its first state of charge, its energy, and what was charged meanwhile. */
    const firstIndex = context.reserve(1, [Number.NaN]);
    const energyIndex = context.reserve(1);
    const chargedIndex = context.reserve(1);
    const lowestIndex = context.reserve(1, [Number.NaN]);
    const toldIndex = context.reserve(1, [Number.NaN]);
    const done = context.reserve(4, [Number.NaN, 0, 0, 0]);
    const parts = ['cycles', 'swing', 'energy'].map((name) => context.part(name));

    const end = (memory: Float64Array): void => {
      const swing = (memory[firstIndex] as number) - (memory[lowestIndex] as number);
      const energy = memory[energyIndex] as number;
      if (swing >= minimumSwing && memory[uncertainIndex] === 0) {
        memory[done] = (100 * energy) / (swing / 100) / capacityKwh;
        memory[done + 1] = (memory[done + 1] as number) + 1;
        memory[done + 2] = swing;
        memory[done + 3] = energy;
      }
      memory[firstIndex] = Number.NaN;
      memory[energyIndex] = 0;
      memory[chargedIndex] = 0;
      memory[uncertainIndex] = 0;
    };

    watchRegister(context, context.one('charge'), {
      uncertainIndex,
      onStep: (memory, step) => {
        memory[chargedIndex] = (memory[chargedIndex] as number) + (memory[step] as number);
        if (memory[chargedIndex] > chargeTolerance * capacityKwh) end(memory);
      },
    });
    watchRegister(context, context.one('discharge'), {
      uncertainIndex,
      onStep: (memory, step) => {
        memory[toldIndex] = Number.NaN;
        if (isUsableSlot(memory, soc.slot)) {
          memory[toldIndex] =
            ((memory[soc.slot + valueCell] as number) * soc.multiply) / soc.divide;
        }
        if (Number.isNaN(memory[firstIndex])) {
          memory[firstIndex] = memory[toldIndex];
          memory[lowestIndex] = memory[toldIndex];
          memory[energyIndex] = 0;
        } else memory[energyIndex] = (memory[energyIndex] as number) + (memory[step] as number);
        if (memory[toldIndex] < (memory[lowestIndex] as number)) {
          memory[lowestIndex] = memory[toldIndex];
        }
      },
    });
    const certain = context.reserve(1);
    context.onTick((memory) => {
      memory[context.value + valueCell] = memory[done] as number;
      memory[context.coverage + valueCell] = (memory[done + 1] as number) > 0 ? 1 : 0;
      for (const [index, part] of parts.entries()) {
        memory[part + valueCell] = memory[done + 1 + index] as number;
      }
      finishResult(memory, context, certain);
      finishParts(memory, context.value, parts);
    });
  },
});
