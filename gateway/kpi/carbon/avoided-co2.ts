import { z } from 'zod';
import { buildCombined, kpiInputs } from '../combined.ts';
import { defineKpi } from '../definition.ts';
import { dayOfRegisters } from '../window.ts';
import { eastChina2021, emissionFactorSchema } from './emission-factors.ts';

/**
 * CO2 that photovoltaic energy used on site saved from being bought: pvSelfUse * factor with pvSelfUse = PV - export. Avoided
 * emissions stand beside an inventory, never in it.
 */
export const avoidedCo2 = defineKpi({
  id: 'avoidedCo2',
  version: 1,
  equipmentClass: 'park',
  point: 'avoidedCo2',
  unit: 'kg',
  decimals: 1,
  description: { en: 'CO2 avoided by photovoltaics today', zh: '当日光伏减排量' },
  formula: { en: '(pvEnergy - gridExport) * factor', zh: '(光伏发电量 - 上网电量) * 排放因子' },
  standard: {
    en: 'pvSelfUse times the regional average factor; reported outside of ISO 14064-1',
    zh: '光伏自用电量乘区域平均排放因子；在 ISO 14064-1 清单之外列示',
  },
  window: dayOfRegisters,
  windowRule: { en: "the site's current day", zh: '站点当日' },
  coverageRule: 'the smaller of the coverages of pvEnergy and gridExport',
  inputs: {
    ...kpiInputs('pvEnergy', 'kWh', { en: 'energy from photovoltaics', zh: '光伏发电量' }),
    ...kpiInputs('gridExport', 'kWh', { en: 'energy fed into the grid', zh: '上网电量' }),
  },
  parametersSchema: z.strictObject({ factor: emissionFactorSchema.default(eastChina2021) }),
  build: (context) => {
    const { value } = context.parameters.factor;
    buildCombined(context, ['pvEnergy', 'gridExport'], (memory, [pv = 0, exported = 0], out) => {
      memory[out] = ((memory[pv] as number) - (memory[exported] as number)) * value;
    });
  },
});
