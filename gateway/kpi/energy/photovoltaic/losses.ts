import { valueCell } from '../../../hot-path/slot.ts';
import { type AnyKpiDefinition, defineKpi, type KpiPart } from '../../definition.ts';
import { finishParts, finishResult } from '../../result.ts';
import { plantInputs, usedInputs, withTemperature } from './inputs.ts';
import { inverterLanes } from './inverter.ts';
import { lostEnergyOf } from './lost-energy.ts';
import { photovoltaicSchema } from './parameters.ts';
import { plantOf } from './plant.ts';
import { soilingOf } from './soiling.ts';
import { dayOfQuarters } from './texts.ts';

/** The steps of the way down from the reference to the final yield, in their order. */
const steps = {
  reference: { en: 'reference yield', zh: '参考等效小时' },
  temperature: { en: 'temperature', zh: '温度损失' },
  soiling: { en: 'soiling', zh: '污秽损失' },
  shading: { en: 'shading', zh: '遮挡损失' },
  clipping: { en: 'clipping', zh: '削顶损失' },
  curtailment: { en: 'curtailment', zh: '限电损失' },
  downtime: { en: 'downtime', zh: '停机损失' },
  system: { en: 'system and inverter', zh: '系统与逆变器损失' },
  unexplained: { en: 'unexplained', zh: '未解释' },
  final: { en: 'final yield', zh: '等效利用小时' },
} as const;
type StepName = keyof typeof steps;
const names = Object.keys(steps) as readonly StepName[];
const place = Object.fromEntries(names.map((name, index) => [name, index])) as Readonly<
  Record<StepName, number>
>;

const parts: Readonly<Record<string, KpiPart>> = Object.fromEntries(
  names.flatMap((name) => {
    const { en, zh } = steps[name];
    return [
      [name, { decimals: 4, description: { en, zh } }],
      [
        `${name}Energy`,
        { unit: 'kWh', decimals: 1, description: { en: `${en}, energy`, zh: `${zh}（电量）` } },
      ],
    ];
  }),
);

const texts = {
  formula: {
    en: 'Yr - Yf, over the same steps; Yr - temperature - soiling - shading - clipping - curtailment - downtime - system - unexplained = Yf',
    zh: 'Yr - Yf，取相同步长；Yr - 温度 - 污秽 - 遮挡 - 削顶 - 限电 - 停机 - 系统 - 未解释 = Yf',
  },
  standard: {
    en: 'IEC 61724-1:2021, array capture and system losses; split by own definitions, so that it closes',
    zh: 'IEC 61724-1:2021 方阵采集损失与系统损失；拆分为本项目定义，恒闭合',
  },
};

/** Where the energy of the sun went: from the reference yield to the final yield, with what nobody knows as `unexplained`. */
export const pvLosses: AnyKpiDefinition = defineKpi({
  ...texts,
  id: 'pvLosses',
  version: 1,
  equipmentClass: 'park',
  point: 'pvLosses',
  unit: 'kWh/kW',
  decimals: 4,
  description: { en: 'Losses of photovoltaics today', zh: '当日光伏损失' },
  textsOf: withTemperature(texts),
  ...dayOfQuarters,
  coverageRule:
    'irradiation over which register, irradiance, temperature, power and state of the inverters were known / irradiation of the day, times the measured share of the day',
  inputs: plantInputs,
  inputsOf: usedInputs('energy', 'power', 'operatingState'),
  parametersSchema: photovoltaicSchema,
  parts,
  build: (context) => {
    const plant = plantOf(context);
    const soiling = soilingOf(context);
    const lostIndex = lostEnergyOf(context, plant);
    const { systemLoss, inverterEfficiency, shadingShare } = context.parameters;
    const acShare = (1 - systemLoss) * inverterEfficiency;
    const energies = context.reserve(names.length);
    const yieldSlots = names.map((name) => context.part(name));
    const energySlots = names.map((name) => context.part(`${name}Energy`));
    const allSlots = [...yieldSlots, ...energySlots];
    const known = (memory: Float64Array, lane: keyof typeof inverterLanes): number =>
      memory[plant.dayIndex + inverterLanes[lane]] as number;
    const set = (memory: Float64Array, name: StepName, kwh: number): void => {
      memory[energies + place[name]] = kwh;
    };

    /** Energies in kWh; what is not known is no number, and 0 for those after it. */
    const fill = (memory: Float64Array): void => {
      const reference = known(memory, 'knownReference');
      const at25 = known(memory, 'reference25');
      const ratio = memory[soiling.ratioIndex] as number;
      const soiled = Number.isFinite(ratio) ? Math.max(0, 1 - ratio) * at25 : 0;
      const shaded = (shadingShare ?? 0) * (at25 - soiled);
      const system = (at25 - soiled - shaded) * (1 - acShare);
      const clipped = known(memory, 'clipping');
      const curtailed = known(memory, 'curtailment');
      const lost = memory[lostIndex] as number;
      const final = known(memory, 'knownEnergy');
      const explained = reference - at25 + soiled + shaded + clipped + curtailed + lost + system;
      set(memory, 'reference', reference);
      set(memory, 'temperature', reference - at25);
      set(memory, 'soiling', Number.isFinite(ratio) ? soiled : Number.NaN);
      set(memory, 'shading', shadingShare === undefined ? Number.NaN : shaded);
      set(memory, 'clipping', clipped);
      set(memory, 'curtailment', curtailed);
      set(memory, 'downtime', lost);
      set(memory, 'system', system);
      set(memory, 'unexplained', reference - explained - final);
      set(memory, 'final', final);
    };

    context.onTick((memory) => {
      fill(memory);
      const ratedKwp = memory[plant.ratedKwpIndex] as number;
      for (let index = 0; index < names.length; index++) {
        const kwh = memory[energies + index] as number;
        memory[(yieldSlots[index] as number) + valueCell] = kwh / ratedKwp;
        memory[(energySlots[index] as number) + valueCell] = kwh;
      }
      memory[context.value + valueCell] =
        ((memory[energies + place.reference] as number) -
          (memory[energies + place.final] as number)) /
        ratedKwp;
      memory[context.coverage + valueCell] = memory[plant.knownIndex] as number;
      finishResult(memory, context, plant.dayIndex + inverterLanes.uncertain);
      finishParts(memory, context.value, allSlots);
    });
  },
});
