import { z } from 'zod';
import { valueCell } from '../../hot-path/slot.ts';
import { defineKpi } from '../definition.ts';
import { rowInputs } from '../energy/quarter/rows.ts';
import { dayOfQuarterHours } from '../window.ts';
import { clockInputs, foldHours, hourlySchema } from './hourly-folds.ts';

/** Share of what the site uses that is carbon-free in the very hour in which it is used. */
export const carbonFreeShare = defineKpi({
  id: 'carbonFreeShare',
  version: 3,
  equipmentClass: 'park',
  point: 'carbonFreeShare',
  unit: '1',
  decimals: 3,
  description: { en: '24/7 carbon-free energy score of the day', zh: '当日 24/7 无碳能源比例' },
  formula: {
    en: 'sum over hours of (min(L, S) + (L - min(L, S)) * share of the grid) / sum L',
    zh: 'Σ[min(L, S) + (L - min(L, S)) × 电网无碳比例] / ΣL（按小时）',
  },
  standard: {
    en: 'hourly matching as of the 24/7 carbon-free energy methodology; L = load + ev, S = pv',
    zh: '24/7 无碳能源逐时匹配方法；L = 建筑 + 充电桩，S = 光伏',
  },
  window: dayOfQuarterHours,
  windowRule: { en: "hours of the site's day so far", zh: '站点当日截至目前的各小时' },
  coverageRule: 'metered time of the quarter hours / time since the day began',
  inputs: { ...rowInputs('load', 'ev', 'pv'), ...clockInputs },
  parts: {
    onSite: {
      decimals: 3,
      description: { en: 'photovoltaics in its own hour only', zh: '仅计当小时光伏' },
    },
    byVolume: {
      decimals: 3,
      description: { en: 'photovoltaics by the volume of the day', zh: '按当日总量计的光伏' },
    },
  },
  parametersSchema: z.strictObject({
    /** Carbon-free share of the grid by hour of the wall clock, 0 to 1. */
    gridShare: hourlySchema(1),
  }),
  build: (context) => {
    const { values } = context.parameters.gridShare;
    const [onSite, byVolume] = [context.part('onSite'), context.part('byVolume')];
    foldHours(context, {
      terms: ['load', 'ev', 'pv'],
      sumCount: 4,
      hourly: ({ hour, energies: [load = 0, ev = 0, pv = 0] }) => {
        const used = load + ev;
        const matched = Math.min(used, pv);
        return [used, matched, (used - matched) * (values[hour] ?? 0), pv];
      },
      write: (memory, [used = 0, matched = 0, ofGrid = 0, pv = 0]) => {
        memory[context.value + valueCell] = (matched + ofGrid) / used;
        memory[onSite + valueCell] = matched / used;
        memory[byVolume + valueCell] = Math.min(1, pv / used);
      },
      parts: [onSite, byVolume],
    });
  },
});
