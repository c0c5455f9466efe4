import { aggregateCells } from '../../../hot-path/operators/aggregate.ts';
import { findAggregate } from '../../../hot-path/operators/aggregate-ring.ts';
import { valueCell } from '../../../hot-path/slot.ts';
import { type AnyKpiDefinition, defineKpi, type KpiContext } from '../../definition.ts';
import { finishParts, finishResult, minimumGoodCoverage } from '../../result.ts';
import { hourMs, quarterMs } from '../quarter-hours.ts';
import { plantInputs, usedInputs, withTemperature } from './inputs.ts';
import { type Inverter, inverterLanes } from './inverter.ts';
import { type PhotovoltaicParameters, photovoltaicSchema, ratedKwpAt } from './parameters.ts';
import { plantOf } from './plant.ts';
import { findQuarter } from './quarter-sums.ts';
import { sunLanes } from './sun.ts';

/** Hours of the site's day from which on and up to which a quarter hour may begin. */
const noonFromHour = 11;
const noonToHour = 13;
/** A clear sky: so much irradiance in the mean, and extremes no further apart than this share of it. */
const clearWm2 = 600;
const clearSpread = 0.1;
/** Of the rated power, how much must have run freely. */
const freeShare = 0.8;
/** Clear days after a cleaning that make the clean value, and how long after it they may be. */
const cleanDays = 3;
const cleanForMs = 30 * 24 * hourMs;

const none = Number.NEGATIVE_INFINITY;

/** What soiling takes, by the newest day with a clear noon. */
export type Soiling = {
  /** Cells with PR25 of that noon, with the clean one, and their ratio; not finite where it is not known. */
  readonly ratio25Index: number;
  readonly cleanIndex: number;
  readonly ratioIndex: number;
  /** Cell with the measured share of the quarter hours of that noon. */
  readonly coverageIndex: number;
  readonly uncertainIndex: number;
};

/** Sums of the inverters that ran freely through the quarter hour at `startIndex`. */
const freeInverters = (
  context: KpiContext<unknown>,
  inverters: readonly Inverter[],
  startIndex: number,
) => {
  /** Energy, reference at 25 °C, their rated power, that of all, and whether something uncertain went in. */
  const found = context.reserve(5);
  const collect = (memory: Float64Array): void => {
    memory.fill(0, found, found + 5);
    for (let place = 0; place < inverters.length; place++) {
      const { sums, rating } = inverters[place] as Inverter;
      const kwp = ratedKwpAt(memory, rating, startIndex);
      memory[found + 3] = (memory[found + 3] as number) + kwp;
      const lanes = findQuarter(memory, sums, startIndex);
      if (lanes < 0) continue;
      const isHeld =
        (memory[lanes + inverterLanes.clipping] as number) > 0 ||
        (memory[lanes + inverterLanes.curtailment] as number) > 0 ||
        (memory[lanes + inverterLanes.downReference] as number) > 0;
      if (isHeld) continue;
      memory[found] =
        (memory[found] as number) + (memory[lanes + inverterLanes.knownEnergy] as number);
      memory[found + 1] =
        (memory[found + 1] as number) + (memory[lanes + inverterLanes.reference25] as number);
      memory[found + 2] = (memory[found + 2] as number) + kwp;
      memory[found + 4] =
        (memory[found + 4] as number) + (memory[lanes + inverterLanes.uncertain] as number);
    }
  };
  return { found, collect };
};

const latestCleaning = (cleanings: Float64Array, atMs: number): number => {
  let latest = none;
  for (const cleaningMs of cleanings) if (cleaningMs <= atMs) latest = cleaningMs;
  return latest;
};

export const soilingOf = (context: KpiContext<PhotovoltaicParameters>): Soiling => {
  const plant = plantOf(context);
  const { sun, inverters } = plant;
  const { cleanings, cleanPerformanceRatio25: given } = context.parameters;
  const cleaningMs = Float64Array.from(cleanings.map((at) => Date.parse(at)).sort((a, b) => a - b));
  const points = inverters.map(({ key }) => key).join(' ');
  const key = `pv soiling ${JSON.stringify([[...cleaningMs], given])} ${sun.key} ${points}`;
  return context.shared(key, () => {
    const startIndex = context.reserve(1, [none]);
    const { found, collect } = freeInverters(context, inverters, startIndex);
    /** Of the newest day with a clear noon: its start, energy, reference, time, measured time, uncertain. */
    const noonDayIndex = context.reserve(1, [none]);
    const noon = context.reserve(5);
    /** Since the last cleaning: energy, reference, days. */
    const clean = context.reserve(3);
    const cleanedIndex = context.reserve(1, [none]);
    const isCleanIndex = context.reserve(1);
    const ratio25Index = context.reserve(1, [Number.NaN]);
    const cleanIndex = context.reserve(1, [given ?? Number.NaN]);
    const ratioIndex = context.reserve(1, [Number.NaN]);
    const coverageIndex = context.reserve(1);

    /** Measured ms of the quarter hour when it was a clear noon, else 0. */
    const clearMs = (memory: Float64Array): number => {
      const startMs = memory[startIndex] as number;
      const hour = (startMs - (memory[context.dayStartMsIndex] as number)) / hourMs;
      if (hour < noonFromHour || hour >= noonToHour) return 0;
      const quarter = findAggregate(memory, sun.quarters, startMs);
      if (quarter < 0) return 0;
      const mean = memory[quarter + aggregateCells.mean] as number;
      const spread =
        (memory[quarter + aggregateCells.maximum] as number) -
        (memory[quarter + aggregateCells.minimum] as number);
      const isClear = mean >= clearWm2 && spread <= clearSpread * mean;
      const lanes = findQuarter(memory, sun.sums, startIndex);
      if (!isClear || lanes < 0) return 0;
      const measuredMs = memory[lanes + sunLanes.measuredMs] as number;
      return measuredMs >= minimumGoodCoverage * quarterMs ? measuredMs : 0;
    };

    /** After a cleaning neither the clean value nor the noon of before counts. */
    const forgetBefore = (memory: Float64Array): void => {
      const cleanedMs = latestCleaning(cleaningMs, memory[startIndex] as number);
      if (cleanedMs <= (memory[cleanedIndex] as number)) return;
      memory[cleanedIndex] = cleanedMs;
      memory.fill(0, clean, clean + 3);
      memory[noonDayIndex] = none;
      memory[cleanIndex] = Number.NaN;
      memory[ratioIndex] = Number.NaN;
    };

    const startNoon = (memory: Float64Array): void => {
      const dayMs = memory[context.dayStartMsIndex] as number;
      if (memory[noonDayIndex] === dayMs) return;
      memory[noonDayIndex] = dayMs;
      memory.fill(0, noon, noon + 5);
      const days = memory[clean + 2] as number;
      if (days === cleanDays) {
        memory[cleanIndex] = (memory[clean] as number) / (memory[clean + 1] as number);
      }
      const isClean = days < cleanDays && dayMs - (memory[cleanedIndex] as number) <= cleanForMs;
      memory[isCleanIndex] = isClean ? 1 : 0;
      memory[clean + 2] = isClean || days === cleanDays ? days + 1 : days;
    };

    const takeClear = (memory: Float64Array, measuredMs: number): void => {
      startNoon(memory);
      const energy = memory[found] as number;
      const reference = memory[found + 1] as number;
      memory[noon] = (memory[noon] as number) + energy;
      memory[noon + 1] = (memory[noon + 1] as number) + reference;
      memory[noon + 2] = (memory[noon + 2] as number) + quarterMs;
      memory[noon + 3] = (memory[noon + 3] as number) + measuredMs;
      memory[noon + 4] = (memory[noon + 4] as number) + (memory[found + 4] as number);
      if (memory[isCleanIndex] !== 0) {
        memory[clean] = (memory[clean] as number) + energy;
        memory[clean + 1] = (memory[clean + 1] as number) + reference;
      }
      memory[ratio25Index] = memory[noon] / (memory[noon + 1] as number);
      memory[ratioIndex] = memory[ratio25Index] / (memory[cleanIndex] as number);
      memory[coverageIndex] = (memory[noon + 3] as number) / (memory[noon + 2] as number);
    };

    context.onTick((memory) => {
      const watermarkMs = memory[context.watermarkMsIndex] as number;
      const startMs = watermarkMs - (watermarkMs % quarterMs) - quarterMs;
      if (startMs === memory[startIndex]) return;
      memory[startIndex] = startMs;
      forgetBefore(memory);
      const measuredMs = clearMs(memory);
      if (measuredMs === 0) return;
      collect(memory);
      const isEnough =
        (memory[found + 2] as number) >= freeShare * (memory[found + 3] as number) &&
        (memory[found + 1] as number) > 0;
      if (isEnough) takeClear(memory, measuredMs);
    });
    return { ratio25Index, cleanIndex, ratioIndex, coverageIndex, uncertainIndex: noon + 4 };
  });
};

const texts = {
  formula: {
    en: 'SR = PR25 at noon of the newest day with a clear one / PR25 at the noons of the first 3 such days after the last cleaning',
    zh: 'SR = 最近晴朗正午 PR25 / 最近一次清洗后前 3 个晴朗正午 PR25',
  },
  standard: {
    en: 'own definition; the soiling ratio of IEC 61724-1:2021 without a clean reference module',
    zh: '本项目定义；相当于 IEC 61724-1:2021 污秽比，不使用洁净参考组件',
  },
};

/** What dirt leaves of the yield, from the plant itself. */
export const pvSoilingRatio: AnyKpiDefinition = defineKpi({
  ...texts,
  id: 'pvSoilingRatio',
  version: 1,
  equipmentClass: 'park',
  point: 'pvSoilingRatio',
  unit: '1',
  decimals: 4,
  description: { en: 'Soiling ratio of photovoltaics', zh: '光伏污秽比' },
  textsOf: withTemperature(texts),
  window: { tier: 'c', folds: 'b', over: 'day' },
  windowRule: {
    en: 'closed quarter hours from 11 to 13 h of the newest day that had clear ones: at least 600 W/m2, extremes within 10 %',
    zh: '最近一个晴朗正午（11 至 13 时）中已结束的晴朗刻钟：平均不低于 600 W/m²，最大最小相差不超过 10%',
  },
  coverageRule: 'measured time of those quarter hours / their time',
  inputs: plantInputs,
  inputsOf: usedInputs('energy', 'power', 'operatingState'),
  parametersSchema: photovoltaicSchema,
  parts: {
    ratio25: {
      decimals: 4,
      description: { en: 'PR25 at that noon', zh: '该正午 PR25' },
    },
    clean: {
      decimals: 4,
      description: { en: 'PR25 with clean modules', zh: '洁净组件 PR25' },
    },
  },
  build: (context) => {
    const soiling = soilingOf(context);
    const parts = [context.part('ratio25'), context.part('clean')] as const;
    context.onTick((memory) => {
      memory[context.value + valueCell] = memory[soiling.ratioIndex] as number;
      memory[context.coverage + valueCell] = memory[soiling.coverageIndex] as number;
      memory[parts[0] + valueCell] = memory[soiling.ratio25Index] as number;
      memory[parts[1] + valueCell] = memory[soiling.cleanIndex] as number;
      finishResult(memory, context, soiling.uncertainIndex);
      finishParts(memory, context.value, parts);
    });
  },
});
