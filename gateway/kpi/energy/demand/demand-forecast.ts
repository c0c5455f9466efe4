import { z } from 'zod';
import {
  addCounterCoverage,
  counterResetsIndex,
  pushCounter,
  readCounterTotal,
  reserveCounter,
  tickCounter,
} from '../../../hot-path/operators/counter.ts';
import {
  isFreshSlot,
  isUncertainSlot,
  isUsableSlot,
  timeCell,
  valueCell,
} from '../../../hot-path/slot.ts';
import { defineKpi } from '../../definition.ts';
import { finishParts, finishResult } from '../../result.ts';
import { quarterHourWindow } from '../../window.ts';
import { hourMs, quarterMs } from '../quarter-hours.ts';

const parametersSchema = z.strictObject({
  /** Demand that the month must not pass, kW. */
  targetKw: z.number().positive().optional(),
});

/** Where the demand of the quarter hour that runs is heading, and how long it can still be changed. */
export const demandForecast = defineKpi({
  id: 'demandForecast',
  version: 1,
  equipmentClass: 'park',
  point: 'demandForecast',
  unit: 'kW',
  decimals: 1,
  description: { en: 'Demand forecast of this quarter hour', zh: '本刻钟需量预测' },
  formula: {
    en: '(energy so far + P * time left) / 0.25 h',
    zh: '（已计电量 + 当前功率 × 剩余时间）/ 0.25 h',
  },
  standard: { en: 'usual forecast by the power of now', zh: '按当前功率外推的通用方法' },
  window: quarterHourWindow,
  windowRule: { en: 'the quarter hour that runs', zh: '当前刻钟' },
  coverageRule: 'time spanned by readings of one segment / time since the quarter hour began',
  inputs: {
    import: {
      pattern: '{area}/*/grid/energyImport',
      equipmentClass: 'meter',
      unit: 'kWh',
      count: 'one',
      description: { en: 'import register of the grid meter', zh: '关口表正向电能' },
    },
    power: {
      pattern: '{area}/*/grid/power',
      equipmentClass: 'meter',
      unit: 'kW',
      count: 'one',
      description: {
        en: 'power of the grid meter, positive in import',
        zh: '关口表有功功率，受电为正',
      },
    },
  },
  parts: {
    soFar: {
      ...{ unit: 'kWh', decimals: 2 },
      description: { en: 'energy so far', zh: '本刻钟已计电量' },
    },
    countdown: {
      ...{ unit: 's', decimals: 0 },
      description: { en: 'time left', zh: '剩余时间' },
    },
    allowed: {
      ...{ unit: 'kW', decimals: 1 },
      description: {
        en: 'power that just meets the target from now on',
        zh: '自此刻起恰好达到目标的功率',
      },
    },
  },
  parametersSchema,
  build: (context) => {
    const { targetKw } = context.parameters;
    const register = context.one('import');
    const power = context.one('power');
    const startIndex = context.reserve(1);
    const coveredIndex = context.reserve(1);
    const uncertainIndex = context.reserve(1);
    const totalIndex = context.reserve(1);
    const parts = [context.part('soFar'), context.part('countdown'), context.part('allowed')];
    const [soFar = 0, countdown = 0, allowed = 0] = parts;
    const counter = reserveCounter(context, {
      valueIndex: register.slot + valueCell,
      timeIndex: register.slot + timeCell,
      ...register.limits,
    });
    const coverage = {
      nowIndex: context.tickMsIndex,
      sumIndex: coveredIndex,
      staleMs: register.staleMs,
    };
    const fresh = { timeIndex: context.tickMsIndex, limitMs: power.staleMs };
    context.onSample(register.slot, (memory) => {
      if (!isUsableSlot(memory, register.slot)) return;
      if (isUncertainSlot(memory, register.slot)) memory[uncertainIndex] = 1;
      pushCounter(memory, counter);
      if (memory[counterResetsIndex(counter)] !== 0) memory[uncertainIndex] = 1;
    });
    context.onTick((memory) => {
      const nowMs = memory[context.tickMsIndex] as number;
      const startMs = nowMs - (nowMs % quarterMs);
      if (memory[startIndex] !== startMs) memory[uncertainIndex] = 0;
      memory[startIndex] = startMs;
      tickCounter(memory, counter, startIndex);
      readCounterTotal(memory, counter, totalIndex);
      memory[coveredIndex] = 0;
      addCounterCoverage(memory, counter, coverage);
      const leftMs = startMs + quarterMs - nowMs;
      const energy = ((memory[totalIndex] as number) * register.multiply) / register.divide;
      const isKnown = isUsableSlot(memory, power.slot) && isFreshSlot(memory, power.slot, fresh);
      const kw = isKnown
        ? Math.max(0, ((memory[power.slot + valueCell] as number) * power.multiply) / power.divide)
        : Number.NaN;
      memory[context.value + valueCell] = (energy + (kw * leftMs) / hourMs) / (quarterMs / hourMs);
      memory[soFar + valueCell] = energy;
      memory[countdown + valueCell] = leftMs / 1000;
      memory[allowed + valueCell] =
        targetKw === undefined
          ? Number.NaN
          : Math.max(0, (targetKw * quarterMs - energy * hourMs) / leftMs);
      memory[context.coverage + valueCell] =
        nowMs > startMs ? Math.min(1, memory[coveredIndex] / (nowMs - startMs)) : 1;
      finishResult(memory, context, uncertainIndex);
      finishParts(memory, context.value, parts);
    });
  },
});
