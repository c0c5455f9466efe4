import { valueCell } from '../../../hot-path/slot.ts';
import { type AnyKpiDefinition, defineKpi, type KpiContext } from '../../definition.ts';
import { finishParts, finishResult } from '../../result.ts';
import { plantInputs, unitInputs, usedInputs } from './inputs.ts';
import { inverterLanes } from './inverter.ts';
import { lostEnergyOf } from './lost-energy.ts';
import { type PhotovoltaicParameters, photovoltaicSchema } from './parameters.ts';
import { plantOf } from './plant.ts';
import { dayOfQuarters } from './texts.ts';

const common = {
  version: 1,
  unit: '1',
  decimals: 4,
  ...dayOfQuarters,
  inputsOf: usedInputs('energy', 'power', 'operatingState'),
  parametersSchema: photovoltaicSchema,
} as const;

const technical = {
  ...common,
  formula: {
    en: 'A = inverter-hours up / inverter-hours with G > 50 W/m2 (sunAboveWm2)',
    zh: 'A = 逆变器可用小时 / G > 50 W/m²（sunAboveWm2）的逆变器小时',
  },
  standard: {
    en: 'IEC TS 63019:2019, time-based availability; up: starting, running or throttled',
    zh: 'IEC TS 63019:2019 时间可用率；启动、运行或限功率为可用',
  },
  coverageRule:
    'sunny time with known irradiance and state / sunny time of the day, over the inverters, times the measured share of the day',
  build: (context: KpiContext<PhotovoltaicParameters>) => {
    const plant = plantOf(context);
    const { dayIndex } = plant;
    context.onTick((memory) => {
      memory[context.value + valueCell] =
        (memory[dayIndex + inverterLanes.upMs] as number) /
        (memory[dayIndex + inverterLanes.sunMs] as number);
      memory[context.coverage + valueCell] = memory[plant.watchedIndex] as number;
      finishResult(memory, context, dayIndex + inverterLanes.uncertain);
    });
  },
};

/** Share of the sunny time in which the inverters were ready, by their states. */
export const pvTechnicalAvailability: AnyKpiDefinition = defineKpi({
  ...technical,
  id: 'pvTechnicalAvailability',
  point: 'pvTechnicalAvailability',
  equipmentClass: 'park',
  inputs: plantInputs,
  description: { en: 'Technical availability of inverters today', zh: '当日逆变器技术可用率' },
});

/** Share of the sunny time in which one inverter was ready. */
export const inverterAvailability: AnyKpiDefinition = defineKpi({
  ...technical,
  id: 'inverterAvailability',
  point: 'availability',
  equipmentClass: 'pv_inverter',
  inputs: unitInputs,
  description: { en: 'Technical availability of the inverter today', zh: '当日该逆变器技术可用率' },
});

/** Share of the energy that was not lost to downtime. */
export const pvEnergyAvailability: AnyKpiDefinition = defineKpi({
  ...common,
  id: 'pvEnergyAvailability',
  point: 'pvEnergyAvailability',
  equipmentClass: 'park',
  inputs: plantInputs,
  description: { en: 'Energy availability of photovoltaics today', zh: '当日光伏电量可用率' },
  formula: {
    en: 'E / (E + E_lost), E_lost = sum over quarter hours of (P0 * G/1000 * dt of inverters while down) * (E / reference energy of the others)',
    zh: 'E / (E + E损)，E损 = Σ各刻钟 停机逆变器的 (P0 * G/1000 * dt) * (其余逆变器 E / 参考电量)',
  },
  standard: {
    en: 'IEC TS 63019:2019, energy-based availability; lost energy from the yield of the other inverters, where all are down from the model',
    zh: 'IEC TS 63019:2019 电量可用率；损失电量按其余逆变器发电量推算，全部停机时按模型',
  },
  coverageRule:
    'irradiation over which register and irradiance of the inverters were known / irradiation of the day, times the measured share of the day',
  parts: {
    lost: {
      unit: 'kWh',
      decimals: 1,
      description: { en: 'energy lost to downtime', zh: '停机损失电量' },
    },
  },
  build: (context) => {
    const plant = plantOf(context);
    const { dayIndex } = plant;
    const lostIndex = lostEnergyOf(context, plant);
    const lost = context.part('lost');
    const parts = [lost];
    context.onTick((memory) => {
      const energy = memory[dayIndex + inverterLanes.pairedEnergy] as number;
      memory[lost + valueCell] = memory[lostIndex] as number;
      memory[context.value + valueCell] = energy / (energy + (memory[lostIndex] as number));
      memory[context.coverage + valueCell] = memory[plant.pairedIndex] as number;
      finishResult(memory, context, dayIndex + inverterLanes.uncertain);
      finishParts(memory, context.value, parts);
    });
  },
});
