import { valueCell } from '../../../hot-path/slot.ts';
import { type AnyKpiDefinition, defineKpi, type KpiContext } from '../../definition.ts';
import { finishResult } from '../../result.ts';
import { plantInputs, usedInputs, withTemperature } from './inputs.ts';
import { inverterLanes } from './inverter.ts';
import { type PhotovoltaicParameters, photovoltaicSchema } from './parameters.ts';
import { plantOf } from './plant.ts';
import { dayOfQuarters } from './texts.ts';

const common = {
  version: 1,
  equipmentClass: 'park',
  unit: 'kWh',
  decimals: 1,
  ...dayOfQuarters,
  coverageRule:
    'irradiation over which register, irradiance, temperature, power and state of the inverters were known / irradiation of the day, times the measured share of the day',
  inputs: plantInputs,
  inputsOf: usedInputs('energy', 'power', 'operatingState'),
  parametersSchema: photovoltaicSchema,
} as const;

const buildLoss =
  (lane: 'clipping' | 'curtailment') =>
  (context: KpiContext<PhotovoltaicParameters>): void => {
    const plant = plantOf(context);
    context.onTick((memory) => {
      memory[context.value + valueCell] = memory[plant.dayIndex + inverterLanes[lane]] as number;
      memory[context.coverage + valueCell] = memory[plant.knownIndex] as number;
      finishResult(memory, context, plant.dayIndex + inverterLanes.uncertain);
    });
  };

const clipping = {
  formula: {
    en: 'sum of max(0, P_unlimited - P_limit) * dt while P >= 0.99 * P_limit and the inverter runs; P_unlimited = P0 * G/1000 * (1 + gamma*(T - 25)) * (1 - L) * eta',
    zh: 'Σ max(0, P未限 - P限) * dt，取 P >= 0.99 * P限 且逆变器运行时；P未限 = P0 * G/1000 * (1 + γ*(T - 25)) * (1 - L) * η',
  },
  standard: {
    en: 'own definition; an array loss of IEC 61724-1:2021, by the power model',
    zh: '本项目定义；属 IEC 61724-1:2021 方阵损失，按功率模型计',
  },
};

/** Energy that the inverters could not give because they were at their largest power. */
export const pvClipping: AnyKpiDefinition = defineKpi({
  ...{ ...common, ...clipping },
  id: 'pvClipping',
  point: 'pvClipping',
  description: { en: 'Energy lost to clipping today', zh: '当日削顶损失电量' },
  textsOf: withTemperature(clipping),
  build: buildLoss('clipping'),
});

const curtailment = {
  formula: {
    en: 'sum of max(0, P_expected - P) * dt while the inverter is throttled below its largest power; P_expected as in pvExpectedPower',
    zh: 'Σ max(0, P预期 - P) * dt，取逆变器限功率且未达最大功率时；P预期 同 pvExpectedPower',
  },
  standard: {
    en: 'own definition; throttled: SunSpec St 5, Huawei 0x0201',
    zh: '本项目定义；限功率状态依 SunSpec St 5、华为 0x0201',
  },
};

/** Energy that the inverters were not let give. */
export const pvCurtailment: AnyKpiDefinition = defineKpi({
  ...{ ...common, ...curtailment },
  id: 'pvCurtailment',
  point: 'pvCurtailment',
  description: { en: 'Energy lost to curtailment today', zh: '当日限电损失电量' },
  textsOf: withTemperature(curtailment),
  build: buildLoss('curtailment'),
});
