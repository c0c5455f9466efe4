import { z } from 'zod';
import type { LocalText } from '../../../core/point.ts';
import {
  addCounterCoverage,
  counterResetsIndex,
  pushCounter,
  readCounterTotal,
  reserveCounter,
  tickCounter,
} from '../../../hot-path/operators/counter.ts';
import {
  activeFlag,
  intervalCoveredIndex,
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
import {
  isFreshSlot,
  isMeasuredSlot,
  isUsableSlot,
  timeCell,
  valueCell,
} from '../../../hot-path/slot.ts';
import { defineKpi, type KpiContext, type KpiInput, type ResolvedInput } from '../../definition.ts';
import { finishParts, finishResult } from '../../result.ts';
import { calendarInput } from '../quarter/rows.ts';
import { hourMs } from '../quarter-hours.ts';

const gridMeter = (
  point: string,
  unit: string,
  count: KpiInput['count'],
  description: LocalText,
): KpiInput => ({
  pattern: `{area}/*/grid/${point}`,
  equipmentClass: 'meter',
  ...{ unit, count, description },
});

const reactivePower = gridMeter('reactivePower', 'var', 'one', {
  en: 'reactive power of the grid meter',
  zh: '关口表无功功率',
});

/** Power factor of the grid connection now. */
export const powerFactor = defineKpi({
  id: 'powerFactor',
  version: 1,
  equipmentClass: 'park',
  point: 'powerFactor',
  unit: '1',
  decimals: 3,
  description: { en: 'Power factor now', zh: '当前功率因数' },
  formula: { en: '|P| / sqrt(P^2 + Q^2)', zh: '|P| / √(P² + Q²)' },
  standard: { en: 'IEEE 1459, fundamental', zh: 'IEEE 1459（基波）' },
  window: { tier: 'a', over: 'now' },
  windowRule: { en: 'the newest reading', zh: '最新读数' },
  coverageRule: '1 while both powers are up to date, else 0',
  inputs: {
    power: gridMeter('power', 'W', 'one', {
      en: 'active power of the grid meter',
      zh: '关口表有功功率',
    }),
    reactivePower,
  },
  parametersSchema: z.strictObject({}),
  build: (context) => {
    const [active, reactive] = [context.one('power'), context.one('reactivePower')];
    const certain = context.reserve(1);
    const isNow = (memory: Float64Array, { slot, staleMs }: ResolvedInput): boolean =>
      isMeasuredSlot(memory, slot) &&
      isFreshSlot(memory, slot, { timeIndex: context.tickMsIndex, limitMs: staleMs });
    context.onTick((memory) => {
      const p = ((memory[active.slot + valueCell] as number) * active.multiply) / active.divide;
      const q = memory[reactive.slot + valueCell] as number;
      const isKnown = isNow(memory, active) && isNow(memory, reactive);
      memory[context.value + valueCell] = Math.abs(p) / Math.sqrt(p * p + q * q);
      memory[context.coverage + valueCell] = isKnown ? 1 : 0;
      finishResult(memory, context, certain);
    });
  },
});

type Amount = {
  /** Writes the amount of the month to a cell. */
  read(memory: Float64Array, out: number): void;
  /** Time of the month that it covers, ms. */
  coveredMs(memory: Float64Array): number;
};

/** A register over the month. */
const monthRegister = (
  context: KpiContext<unknown>,
  input: ResolvedInput,
  month: number,
  uncertainIndex: number,
): Amount => {
  const counter = reserveCounter(context, {
    valueIndex: input.slot + valueCell,
    timeIndex: input.slot + timeCell,
    ...input.limits,
  });
  const sumIndex = context.reserve(1);
  const coverage = { nowIndex: context.tickMsIndex, sumIndex, staleMs: input.staleMs };
  context.onSample(input.slot, (memory) => {
    if (!isUsableSlot(memory, input.slot)) return;
    pushCounter(memory, counter);
    if (memory[counterResetsIndex(counter)] !== 0) memory[uncertainIndex] = 1;
  });
  return {
    read: (memory, out) => {
      tickCounter(memory, counter, month);
      readCounterTotal(memory, counter, out);
      memory[out] = ((memory[out] as number) * input.multiply) / input.divide;
    },
    coveredMs: (memory) => {
      memory[sumIndex] = 0;
      addCounterCoverage(memory, counter, coverage);
      return memory[sumIndex];
    },
  };
};

/** The amount of a reactive power over the month, whichever way it flows, kvarh. */
const monthIntegral = (
  context: KpiContext<unknown>,
  { slot, staleMs }: ResolvedInput,
  month: number,
): Amount => {
  const interval = reserveInterval(context, { timeIndex: slot + timeCell, gapMs: staleMs });
  const amountIndex = context.reserve(1);
  const startIndex = context.reserve(1);
  const integral = reserveTimeIntegral(context, {
    ...{ interval, source: amountIndex, rule: 'trapezoid' },
  });
  const covered = intervalCoveredIndex(interval);
  const turn = (memory: Float64Array): void => {
    if (memory[startIndex] === memory[month]) return;
    memory[startIndex] = memory[month] as number;
    memory[covered] = 0;
    resetTimeIntegral(memory, integral);
  };
  context.onSample(slot, (memory) => {
    turn(memory);
    memory[amountIndex] = Math.abs(memory[slot + valueCell] as number);
    pushInterval(memory, interval, activeFlag | (isMeasuredSlot(memory, slot) ? usableFlag : 0));
    pushTimeIntegral(memory, integral);
  });
  return {
    read: (memory, out) => {
      turn(memory);
      readTimeIntegral(memory, integral, out);
      memory[out] = (memory[out] as number) / hourMs / 1000;
    },
    coveredMs: (memory) => memory[covered] as number,
  };
};

const methodLabels: Readonly<Record<string, LocalText>> = {
  0: { en: 'registers', zh: '计数器' },
  1: { en: 'reactive energy by integrated power', zh: '无功电量由功率积分' },
};

/** Power factor of the month, as it is billed: from energy and reactive energy. */
export const powerFactorMonth = defineKpi({
  id: 'powerFactorMonth',
  version: 1,
  equipmentClass: 'park',
  point: 'powerFactorMonth',
  unit: '1',
  decimals: 3,
  description: { en: 'Power factor of the month so far', zh: '当月截至目前的功率因数' },
  formula: { en: 'kWh / sqrt(kWh^2 + kvarh^2)', zh: 'kWh / √(kWh² + kvarh²)' },
  standard: {
    en: 'as power factor adjustment bills it; large users of Jiangsu should reach 0.90',
    zh: '与功率因数调整电费一致；江苏大用户标准为 0.90',
  },
  window: { tier: 'c', folds: 'registers', over: 'month' },
  windowRule: { en: "the site's current month", zh: '站点当月' },
  coverageRule: 'the smaller of the coverages of energy and reactive energy',
  inputs: {
    energyImport: gridMeter('energyImport', 'kWh', 'one', {
      en: 'import register of the grid meter',
      zh: '关口表正向电能',
    }),
    reactiveEnergy: gridMeter('reactiveEnergy', 'kvar.h', 'optional', {
      en: 'reactive register of the grid meter',
      zh: '关口表无功电能',
    }),
    reactivePower,
    monthStart: calendarInput('monthStart'),
  },
  parts: {
    energy: { ...{ unit: 'kWh', decimals: 0 }, description: { en: 'energy', zh: '有功电量' } },
    reactive: {
      ...{ unit: 'kvar.h', decimals: 0 },
      description: { en: 'reactive energy', zh: '无功电量' },
    },
    method: {
      ...{ unit: '1', decimals: 0, labels: methodLabels },
      description: { en: 'how it was found', zh: '取得方法' },
    },
  },
  parametersSchema: z.strictObject({}),
  build: (context) => {
    const monthSlot = context.one('monthStart').slot;
    const month = monthSlot + valueCell;
    const uncertainIndex = context.reserve(1);
    const startIndex = context.reserve(1);
    const register = context.optional('reactiveEnergy');
    const active = monthRegister(context, context.one('energyImport'), month, uncertainIndex);
    const reactive =
      register === undefined
        ? monthIntegral(context, context.one('reactivePower'), month)
        : monthRegister(context, register, month, uncertainIndex);
    const parts = [context.part('energy'), context.part('reactive'), context.part('method')];
    const [energyPart = 0, reactivePart = 0, method = 0] = parts;
    context.onTick((memory) => {
      if (memory[startIndex] !== memory[month]) memory[uncertainIndex] = 0;
      memory[startIndex] = memory[month] as number;
      active.read(memory, energyPart + valueCell);
      reactive.read(memory, reactivePart + valueCell);
      const kwh = memory[energyPart + valueCell] as number;
      const kvarh = memory[reactivePart + valueCell] as number;
      const elapsedMs = (memory[context.tickMsIndex] as number) - (memory[month] as number);
      const coveredMs = Math.min(active.coveredMs(memory), reactive.coveredMs(memory));
      const isKnown = isUsableSlot(memory, monthSlot) && elapsedMs > 0;
      memory[context.value + valueCell] = kwh / Math.sqrt(kwh * kwh + kvarh * kvarh);
      memory[context.coverage + valueCell] = isKnown ? Math.min(1, coveredMs / elapsedMs) : 0;
      memory[method + valueCell] = register === undefined ? 1 : 0;
      finishResult(memory, context, uncertainIndex);
      finishParts(memory, context.value, parts);
    });
  },
});
