import { z } from 'zod';
import { valueCell } from '../../hot-path/slot.ts';
import { defineFolded } from './quarter/folded-kpi.ts';

const text = {
  pvSelfUse: { en: 'Photovoltaics used on site', zh: '光伏自用电量' },
  gridSaved: { en: 'Grid purchase saved', zh: '少购电量' },
  pvGross: { en: 'All photovoltaics', zh: '光伏总发电量' },
} as const;

/** The three things that people call saved, side by side and never mixed. */
export const energySaved = defineFolded({
  id: 'energySaved',
  over: 'day',
  points: ['pv', 'export', 'load', 'ev', 'import'],
  unit: 'kWh',
  decimals: 1,
  description: { en: 'Grid purchase saved in the day', zh: '当日少购电量' },
  formula: {
    en: 'gridSaved = load + ev - import; pvSelfUse = pv - export; pvGross = pv',
    zh: '少购电量 = 建筑 + 充电桩 - 购电；光伏自用 = 光伏 - 上网；光伏总量 = 光伏',
  },
  standard: {
    en: 'own names; gridSaved is pvSelfUse less what storage loses and keeps',
    zh: '本项目命名；少购电量等于光伏自用减去储能损耗与存量净增',
  },
  parts: {
    gridSaved: { decimals: 1, description: text.gridSaved },
    pvSelfUse: { decimals: 1, description: text.pvSelfUse },
    pvGross: { decimals: 1, description: text.pvGross },
  },
  parametersSchema: z.strictObject({}),
  writer:
    () =>
    (memory, { sums, value, parts }) => {
      const [gridSaved = 0, pvSelfUse = 0, pvGross = 0] = parts;
      const of = (sum: number): number => memory[sums + sum] as number;
      memory[value + valueCell] = of(2) + of(3) - of(4);
      memory[gridSaved + valueCell] = memory[value + valueCell] as number;
      memory[pvSelfUse + valueCell] = of(0) - of(1);
      memory[pvGross + valueCell] = of(0);
    },
});
