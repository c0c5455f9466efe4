import { z } from 'zod';
import { valueCell } from '../../hot-path/slot.ts';
import { defineFolded } from '../energy/quarter/folded-kpi.ts';
import { eastChina2021, emissionFactorSchema } from './emission-factors.ts';

const halfMonthMs = 15 * 86_400_000;

/** Length of the calendar year that begins, in some time zone, at an instant. */
const yearLengthMs = (startMs: number): number => {
  const year = new Date(startMs + halfMonthMs).getUTCFullYear();
  return Date.UTC(year + 1, 0, 1) - Date.UTC(year, 0, 1);
};

const kgPerTonne = 1000;

/** What the site gave off in the year so far for each square metre of floor, and for what it produced. */
export const carbonPerArea = defineFolded({
  id: 'carbonPerArea',
  version: 2,
  over: 'year',
  points: ['import'],
  unit: 'kg/m2',
  decimals: 2,
  description: { en: 'CO2 of the year so far by floor area', zh: '当年截至目前的单位面积碳排放' },
  formula: {
    en: '(import * factor + other emissions of the year * part of the year that has passed) / floor area',
    zh: '（购电量 × 排放因子 + 全年其他排放 × 当年已过部分）/ 建筑面积',
  },
  standard: {
    en: 'intensity of an inventory as of ISO 14064-1, location-based; the inventory itself is compiled elsewhere',
    zh: 'ISO 14064-1 清单强度指标（位置法）；清单本身另行编制',
  },
  parts: {
    electricity: { decimals: 2, description: { en: 'of grid electricity', zh: '购电部分' } },
    other: { decimals: 2, description: { en: 'of all else, as told', zh: '其他部分（按填报）' } },
    total: { unit: 't', decimals: 1, description: { en: 'emissions', zh: '排放量' } },
    perOutput: {
      ...{ unit: 't/(10*4.{CNY})', decimals: 4 },
      description: { en: 'by output value, 10 000 CNY', zh: '单位产值（每万元）' },
    },
  },
  parametersSchema: z.strictObject({
    factor: emissionFactorSchema.default(eastChina2021),
    areaM2: z.number().positive(),
    /** Of the whole year, kg: fuels, refrigerants and what else the inventory has beside grid electricity. */
    otherKgPerYear: z.number().nonnegative().default(0),
    /** Of the whole year, in units of 10 000 CNY; without it nothing is said by output. */
    outputPerYear: z.number().positive().optional(),
  }),
  writer: ({ parameters: { factor, areaM2, otherKgPerYear, outputPerYear } }) => {
    const outputOf = (passed: number): number => (outputPerYear ?? Number.NaN) * passed;
    return (memory, { sums, value, parts, startIndex, endIndex }) => {
      const [electricity = 0, other = 0, total = 0, perOutput = 0] = parts;
      const startMs = memory[startIndex] as number;
      const passed = ((memory[endIndex] as number) - startMs) / yearLengthMs(startMs);
      const bought = (memory[sums] as number) * factor.value;
      const rest = otherKgPerYear * passed;
      const tonnes = (bought + rest) / kgPerTonne;
      memory[value + valueCell] = (bought + rest) / areaM2;
      memory[electricity + valueCell] = bought / areaM2;
      memory[other + valueCell] = rest / areaM2;
      memory[total + valueCell] = tonnes;
      memory[perOutput + valueCell] = tonnes / outputOf(passed);
    };
  },
});

/** What one module of the photovoltaics saved of grid purchase in the year so far, and of CO2. */
export const savedPerModule = defineFolded({
  id: 'savedPerModule',
  version: 2,
  over: 'year',
  points: ['load', 'ev', 'import'],
  unit: 'kWh/{module}',
  decimals: 1,
  description: {
    en: 'Grid purchase saved in the year by each module',
    zh: '当年每块光伏组件的少购电量',
  },
  formula: {
    en: '(load + ev - import) / modules; modules = rated power / power of one',
    zh: '（建筑 + 充电桩 - 购电）/ 组件数；组件数 = 装机容量 / 单块功率',
  },
  standard: {
    en: 'own definition, for people; outside of ISO 14064-1',
    zh: '本项目定义，便于理解；在 ISO 14064-1 清单之外',
  },
  parts: {
    co2: {
      ...{ unit: 'kg/{module}', decimals: 1 },
      description: { en: 'CO2 avoided by each', zh: '每块减排量' },
    },
    modules: {
      ...{ unit: '{module}', decimals: 0 },
      description: { en: 'modules', zh: '组件数' },
    },
  },
  parametersSchema: z.strictObject({
    ratedPowerKwp: z.number().positive(),
    modulePowerWp: z.number().positive().max(2000).default(550),
    factor: emissionFactorSchema.default(eastChina2021),
  }),
  writer: ({ parameters: { ratedPowerKwp, modulePowerWp, factor } }) => {
    const count = Math.max(1, Math.round((1000 * ratedPowerKwp) / modulePowerWp));
    return (memory, { sums, value, parts }) => {
      const [co2 = 0, modules = 0] = parts;
      const of = (sum: number): number => memory[sums + sum] as number;
      const saved = (of(0) + of(1) - of(2)) / count;
      memory[value + valueCell] = saved;
      memory[co2 + valueCell] = saved * factor.value;
      memory[modules + valueCell] = count;
    };
  },
});
