import type { KpiContext, KpiInput, ResolvedInput } from '../../definition.ts';
import { temperatureInputs, temperatureText } from './cell-temperature.ts';
import type { PhotovoltaicParameters } from './parameters.ts';

type Inputs = Readonly<Record<string, KpiInput>>;

const station = { equipmentClass: 'weather_station', count: 'one' } as const;

const irradianceInput: Inputs = {
  irradiance: {
    ...station,
    pattern: '{area}/*/*/planeIrradiance',
    unit: 'W/m2',
    description: { en: 'irradiance in the plane of the arrays', zh: '组件平面辐照度' },
  },
};

/** Irradiance, and what the temperature of the cells may be had from. */
export const weatherInputs: Inputs = {
  ...irradianceInput,
  moduleTemperature: {
    ...station,
    pattern: '{area}/*/*/moduleTemperature',
    unit: 'Cel',
    description: { en: 'temperature at the back of a module', zh: '组件背板温度' },
  },
  ambientTemperature: {
    ...station,
    pattern: '{area}/*/*/ambientTemperature',
    unit: 'Cel',
    description: { en: 'temperature of the air', zh: '环境温度' },
  },
  windSpeed: {
    ...station,
    pattern: '{area}/*/*/windSpeed',
    unit: 'm/s',
    description: { en: 'wind speed', zh: '风速' },
  },
};

const inverter = { equipmentClass: 'pv_inverter', count: 'many' } as const;

const energyInput: Inputs = {
  energy: {
    ...inverter,
    pattern: '{area}/*/*/energyTotal',
    unit: 'kWh',
    description: { en: 'energy register of each inverter', zh: '各逆变器累计发电量' },
  },
};

const inverterInputs: Inputs = {
  ...energyInput,
  power: {
    ...inverter,
    pattern: '{area}/*/*/power',
    unit: 'kW',
    description: { en: 'AC power of each inverter', zh: '各逆变器交流功率' },
  },
  operatingState: {
    ...inverter,
    pattern: '{area}/*/*/status',
    description: {
      en: 'operating state of each inverter, by the numbers in `states`',
      zh: '各逆变器运行状态，编号含义见 `states`',
    },
  },
};

/** Of the plant: weather and all inverters. */
export const plantInputs: Inputs = { ...weatherInputs, ...inverterInputs };

/** Of a KPI of one inverter: the weather is that of its area. */
export const unitInputs: Inputs = {
  ...weatherInputs,
  ...Object.fromEntries(
    Object.entries(inverterInputs).map(([name, input]) => [
      name,
      {
        ...input,
        count: name === 'operatingState' ? 'optional' : 'one',
        pattern: input.pattern.replace('{area}/*/*/', '{area}/{line}/{equipment}/'),
      } as const,
    ]),
  ),
};

/** Of those inputs the ones that are read with these parameters. */
export const usedInputs =
  (...names: readonly string[]) =>
  ({ cellTemperature }: PhotovoltaicParameters): readonly string[] => [
    'irradiance',
    ...temperatureInputs(cellTemperature),
    ...names,
  ];

/** The texts of a KPI whose formula names a temperature T, with the way in which it is had. */
export const withTemperature =
  (texts: {
    readonly formula: { readonly en: string; readonly zh: string };
    readonly standard: { readonly en: string; readonly zh: string };
  }) =>
  ({ cellTemperature }: PhotovoltaicParameters) => {
    const { en, zh } = temperatureText(cellTemperature);
    return {
      formula: { en: `${texts.formula.en}; ${en}`, zh: `${texts.formula.zh}；${zh}` },
      standard: texts.standard,
    };
  };

/** `area/line/equipment` of an input. */
const equipmentOf = ({ reference }: ResolvedInput): string =>
  reference.slice(0, reference.lastIndexOf('/'));

/** The points of one inverter; what the site does not have of it is not there. */
export type InverterInputs = {
  /** Name of the equipment. */
  readonly name: string;
  readonly energy: ResolvedInput;
  readonly power: ResolvedInput | undefined;
  readonly operatingState: ResolvedInput | undefined;
};

/** Brings the points of each inverter together by its equipment. */
export const inverterInputsOf = (
  context: Pick<KpiContext<unknown>, 'many'>,
): readonly InverterInputs[] => {
  const byEquipment = (name: string): ReadonlyMap<string, ResolvedInput> =>
    new Map(context.many(name).map((input) => [equipmentOf(input), input]));
  const power = byEquipment('power');
  const operatingState = byEquipment('operatingState');
  return context.many('energy').map((energy) => {
    const equipment = equipmentOf(energy);
    return {
      name: equipment.slice(equipment.lastIndexOf('/') + 1),
      energy,
      power: power.get(equipment),
      operatingState: operatingState.get(equipment),
    };
  });
};
