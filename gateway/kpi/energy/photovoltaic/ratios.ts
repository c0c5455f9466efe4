import { valueCell } from '../../../hot-path/slot.ts';
import { type AnyKpiDefinition, defineKpi, type KpiContext } from '../../definition.ts';
import { finishResult } from '../../result.ts';
import { plantInputs, unitInputs, usedInputs, withTemperature } from './inputs.ts';
import { inverterLanes } from './inverter.ts';
import { type PhotovoltaicParameters, photovoltaicSchema } from './parameters.ts';
import { plantOf } from './plant.ts';
import { dayOfQuarters } from './texts.ts';

type Lane = keyof typeof inverterLanes;

/** A ratio of two sums of the day over the same steps. */
const buildRatio =
  (numerator: Lane, denominator: Lane, share: 'pairedIndex' | 'knownIndex') =>
  (context: KpiContext<PhotovoltaicParameters>): void => {
    const plant = plantOf(context);
    const above = plant.dayIndex + inverterLanes[numerator];
    const below = plant.dayIndex + inverterLanes[denominator];
    context.onTick((memory) => {
      memory[context.value + valueCell] = (memory[above] as number) / (memory[below] as number);
      memory[context.coverage + valueCell] = memory[plant[share]] as number;
      finishResult(memory, context, plant.dayIndex + inverterLanes.uncertain);
    });
  };

const inverterNames = ['energy', 'power', 'operatingState'] as const;

const common = {
  version: 1,
  unit: '1',
  decimals: 4,
  ...dayOfQuarters,
  inputsOf: usedInputs(...inverterNames),
  parametersSchema: photovoltaicSchema,
} as const;

const coverageOf = (what: string): string =>
  `irradiation over which ${what} of the inverters were known / irradiation of the day, times the measured share of the day`;
const knownCoverage = coverageOf('register, irradiance, temperature, power and state');

/** Performance ratio: what the plant made of the irradiation there was. */
export const pvPerformanceRatio: AnyKpiDefinition = defineKpi({
  ...common,
  id: 'pvPerformanceRatio',
  point: 'pvPerformanceRatio',
  equipmentClass: 'park',
  inputs: plantInputs,
  description: { en: 'Performance ratio of photovoltaics today', zh: '当日光伏系统效率（PR）' },
  formula: {
    en: 'PR = Yf / Yr = sum of E / sum of P0 * G/1000 * dt, over the same steps',
    zh: 'PR = Yf / Yr = ΣE / Σ(P0 * G/1000 * dt)，取相同步长',
  },
  standard: { en: 'IEC 61724-1:2021, performance ratio', zh: 'IEC 61724-1:2021 系统效率' },
  coverageRule: coverageOf('register and irradiance'),
  build: buildRatio('pairedEnergy', 'pairedReference', 'pairedIndex'),
});

const ratio25 = {
  formula: {
    en: 'PR25 = sum of E / sum of P0 * G/1000 * (1 + gamma*(T - 25)) * dt, over the same steps',
    zh: 'PR25 = ΣE / Σ(P0 * G/1000 * (1 + γ*(T - 25)) * dt)，取相同步长',
  },
  standard: {
    en: 'IEC 61724-1:2021, performance ratio corrected to 25 degC',
    zh: 'IEC 61724-1:2021 修正至 25 ℃ 的系统效率',
  },
};

/** Performance ratio without the influence of temperature: comparable between summer and winter. */
export const pvPerformanceRatio25: AnyKpiDefinition = defineKpi({
  ...{ ...common, ...ratio25 },
  id: 'pvPerformanceRatio25',
  point: 'pvPerformanceRatio25',
  equipmentClass: 'park',
  inputs: plantInputs,
  description: {
    en: 'Performance ratio of photovoltaics today, corrected to 25 degC',
    zh: '当日光伏系统效率，修正至 25 ℃（PR25）',
  },
  textsOf: withTemperature(ratio25),
  coverageRule: knownCoverage,
  build: buildRatio('knownEnergy', 'reference25', 'knownIndex'),
});

const index = {
  formula: {
    en: 'PI = sum of E / sum of min(P_limit, P0 * G/1000 * (1 + gamma*(T - 25)) * (1 - L) * eta) * dt, over the same steps',
    zh: 'PI = ΣE / Σ[min(P限, P0 * G/1000 * (1 + γ*(T - 25)) * (1 - L) * η) * dt]，取相同步长',
  },
  standard: {
    en: 'IEC 61724-1:2021, performance index: measured over expected energy',
    zh: 'IEC 61724-1:2021 性能指数：实测电量与预期电量之比',
  },
};

const performanceIndex = {
  ...{ ...common, ...index },
  textsOf: withTemperature(index),
  coverageRule: knownCoverage,
  build: buildRatio('knownEnergy', 'expected', 'knownIndex'),
};

/** What the plant gave of what its model expects. */
export const pvPerformanceIndex: AnyKpiDefinition = defineKpi({
  ...performanceIndex,
  id: 'pvPerformanceIndex',
  point: 'pvPerformanceIndex',
  equipmentClass: 'park',
  inputs: plantInputs,
  description: { en: 'Performance index of photovoltaics today', zh: '当日光伏性能指数' },
});

/** What one inverter gave of what its model expects: the one to compare inverters by. */
export const inverterPerformanceIndex: AnyKpiDefinition = defineKpi({
  ...performanceIndex,
  id: 'inverterPerformanceIndex',
  point: 'performanceIndex',
  equipmentClass: 'pv_inverter',
  inputs: unitInputs,
  description: { en: 'Performance index of the inverter today', zh: '当日逆变器性能指数' },
});
