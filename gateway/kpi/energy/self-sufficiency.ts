import { z } from 'zod';
import { valueCell } from '../../hot-path/slot.ts';
import { defineFolded } from './quarter/folded-kpi.ts';

const none = z.strictObject({});
const ownDefinition = {
  en: 'own definition; the two variants differ by what storage loses and keeps',
  zh: '本项目定义；两种口径相差储能损耗与存量变化',
};

/** Share of what the site used that did not come from the grid. */
export const selfSufficiency = defineFolded({
  id: 'selfSufficiency',
  over: 'day',
  points: ['import', 'load', 'ev'],
  unit: '1',
  decimals: 3,
  description: { en: 'Self-sufficiency of the day', zh: '当日自给率' },
  formula: { en: '1 - import / (load + ev)', zh: '1 - 购电量 / (建筑 + 充电桩用电量)' },
  standard: ownDefinition,
  parametersSchema: none,
  writer:
    () =>
    (memory, { sums, value }) => {
      const used = (memory[sums + 1] as number) + (memory[sums + 2] as number);
      memory[value + valueCell] = 1 - (memory[sums] as number) / used;
    },
});

/** Photovoltaic energy that stayed on site, as a share of what the site used. */
export const selfSufficiencyPv = defineFolded({
  id: 'selfSufficiencyPv',
  over: 'day',
  points: ['pv', 'export', 'load', 'ev'],
  unit: '1',
  decimals: 3,
  description: { en: 'Share of photovoltaics in what is used', zh: '当日光伏占用电比例' },
  formula: { en: '(pv - export) / (load + ev)', zh: '(光伏 - 上网) / (建筑 + 充电桩用电量)' },
  standard: ownDefinition,
  parametersSchema: none,
  writer:
    () =>
    (memory, { sums, value }) => {
      const used = (memory[sums + 2] as number) + (memory[sums + 3] as number);
      memory[value + valueCell] = ((memory[sums] as number) - (memory[sums + 1] as number)) / used;
    },
});
