import { z } from 'zod';
import { buildCombined, kpiInputs } from '../combined.ts';
import { defineKpi } from '../definition.ts';
import { dayOfRegisters } from '../window.ts';

/** Share of the photovoltaic energy that was used on site: (PV - export) / PV over the window of both. */
export const selfConsumption = defineKpi({
  id: 'selfConsumption',
  version: 1,
  equipmentClass: 'park',
  point: 'selfConsumption',
  unit: '1',
  decimals: 3,
  description: { en: 'Self-consumption of photovoltaics today', zh: '当日光伏自用率' },
  formula: { en: '(pvEnergy - gridExport) / pvEnergy', zh: '(光伏发电量 - 上网电量) / 光伏发电量' },
  standard: {
    en: 'own definition; not clamped, a storage that exports can make it negative',
    zh: '本项目定义；不设上下限，储能上网时可为负',
  },
  window: dayOfRegisters,
  windowRule: { en: "the site's current day", zh: '站点当日' },
  coverageRule: 'the smaller of the coverages of pvEnergy and gridExport',
  inputs: {
    ...kpiInputs('pvEnergy', 'kWh', { en: 'energy from photovoltaics', zh: '光伏发电量' }),
    ...kpiInputs('gridExport', 'kWh', { en: 'energy fed into the grid', zh: '上网电量' }),
  },
  parametersSchema: z.strictObject({}),
  build: (context) => {
    buildCombined(context, ['pvEnergy', 'gridExport'], (memory, [pv = 0, exported = 0], out) => {
      const produced = memory[pv] as number;
      memory[out] = (produced - (memory[exported] as number)) / produced;
    });
  },
});
