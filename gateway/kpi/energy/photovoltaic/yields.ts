import { valueCell } from '../../../hot-path/slot.ts';
import { type AnyKpiDefinition, defineKpi, type KpiContext } from '../../definition.ts';
import { finishResult } from '../../result.ts';
import { dayOfRegisters } from '../../window.ts';
import { buildRegisterEnergy } from '../register-energy.ts';
import { inverterInputsOf, plantInputs, unitInputs } from './inputs.ts';
import {
  inverterRating,
  type PhotovoltaicParameters,
  photovoltaicSchema,
  ratedKwpAt,
} from './parameters.ts';
import { sunLanes, sunOf } from './sun.ts';
import { dayOfQuarters, dayRule } from './texts.ts';

/** Irradiation in the plane of the arrays, as the hours that the sun of the test conditions would have taken for it. */
export const pvReferenceYield: AnyKpiDefinition = defineKpi({
  id: 'pvReferenceYield',
  version: 1,
  equipmentClass: 'park',
  point: 'pvReferenceYield',
  unit: 'kWh/kW',
  decimals: 3,
  description: {
    en: 'Reference yield of photovoltaics today',
    zh: '当日光伏参考等效小时（Yr）',
  },
  formula: {
    en: 'Yr = integral(G dt) / (1 kW/m2), G in the plane of the arrays, below 0 taken as 0',
    zh: 'Yr = ∫G dt / (1 kW/m²)，G 为组件平面辐照度，负值取 0',
  },
  standard: {
    en: 'IEC 61724-1:2021, reference yield',
    zh: 'IEC 61724-1:2021 参考等效小时',
  },
  ...dayOfQuarters,
  coverageRule: 'time with measured irradiance / elapsed time of the day',
  inputs: plantInputs,
  inputsOf: () => ['irradiance'],
  parametersSchema: photovoltaicSchema,
  build: (context) => {
    const sun = sunOf(context, context.parameters);
    context.onTick((memory) => {
      memory[context.value + valueCell] = memory[sun.dayIndex + sunLanes.irradiation] as number;
      memory[context.coverage + valueCell] = memory[sun.coverageIndex] as number;
      finishResult(memory, context, sun.dayIndex + sunLanes.uncertain);
    });
  },
});

const buildFinalYield = (context: KpiContext<PhotovoltaicParameters>): void => {
  const ratings = inverterInputsOf(context).map(
    ({ name }) => inverterRating(context.parameters, name).rating,
  );
  buildRegisterEnergy(context, {
    divisor: (memory) => {
      let kwp = 0;
      for (const rating of ratings) kwp += ratedKwpAt(memory, rating, context.dayStartMsIndex);
      return kwp;
    },
  });
};

const finalYield = {
  version: 1,
  unit: 'kWh/kW',
  decimals: 3,
  formula: {
    en: 'Yf = sum of non-negative register steps since the start of the day / rated power P0',
    zh: 'Yf = 当日零时起计数器非负增量之和 / 额定功率 P0',
  },
  standard: { en: 'IEC 61724-1:2021, final system yield', zh: 'IEC 61724-1:2021 等效利用小时' },
  window: dayOfRegisters,
  windowRule: dayRule,
  coverageRule: 'time spanned by readings of one segment / elapsed time, over all registers',
  inputsOf: () => ['energy'],
  parametersSchema: photovoltaicSchema,
  build: buildFinalYield,
} as const;

/** Energy of the plant for each kWp. */
export const pvFinalYield: AnyKpiDefinition = defineKpi({
  ...finalYield,
  id: 'pvFinalYield',
  point: 'pvFinalYield',
  equipmentClass: 'park',
  inputs: plantInputs,
  description: {
    en: 'Final yield of photovoltaics today',
    zh: '当日光伏等效利用小时（Yf）',
  },
});

/** Energy of one inverter for each kWp of its array. */
export const inverterFinalYield: AnyKpiDefinition = defineKpi({
  ...finalYield,
  id: 'inverterFinalYield',
  point: 'finalYield',
  equipmentClass: 'pv_inverter',
  inputs: unitInputs,
  description: {
    en: 'Final yield of the inverter today',
    zh: '当日逆变器等效利用小时（Yf）',
  },
});
