import { z } from 'zod';
import type { LocalText } from '../../core/point.ts';
import { valueCell } from '../../hot-path/slot.ts';
import { type AnyKpiDefinition, defineKpi } from '../definition.ts';
import { rowInputs } from '../energy/quarter/rows.ts';
import type { Term } from '../energy/quarter/terms.ts';
import { dayOfQuarterHours } from '../window.ts';
import { eastChina2021, emissionFactorSchema } from './emission-factors.ts';
import { clockInputs, foldHours, hourlySchema } from './hourly-folds.ts';

const parametersSchema = z.strictObject({
  /** kg CO2 per kWh of the grid, by hour of the wall clock. */
  hourly: hourlySchema(5),
  average: emissionFactorSchema.default(eastChina2021),
});

/** CO2 of an energy by the factor of each hour, beside the same by the average factor. */
const defineHourly = (options: {
  readonly id: string;
  readonly description: LocalText;
  readonly formula: LocalText;
  readonly standard: LocalText;
  readonly terms: readonly Term[];
  readonly energy: (energies: readonly number[]) => number;
}): AnyKpiDefinition => {
  const { terms, energy, ...described } = options;
  return defineKpi({
    ...described,
    version: 3,
    equipmentClass: 'park',
    point: options.id,
    unit: 'kg',
    decimals: 1,
    window: dayOfQuarterHours,
    windowRule: { en: "hours of the site's day so far", zh: '站点当日截至目前的各小时' },
    coverageRule: 'metered time of the quarter hours / time since the day began',
    inputs: { ...rowInputs(...terms), ...clockInputs },
    parts: {
      average: {
        decimals: 1,
        description: { en: 'by the average factor instead', zh: '按平均因子计' },
      },
    },
    parametersSchema,
    build: (context) => {
      const { hourly, average } = context.parameters;
      const byAverage = context.part('average');
      foldHours(context, {
        terms,
        sumCount: 2,
        hourly: ({ hour, energies }) => {
          const amount = energy(energies);
          return [amount * (hourly.values[hour] ?? 0), amount * average.value];
        },
        write: (memory, [byHour = 0, mean = 0]) => {
          memory[context.value + valueCell] = byHour;
          memory[byAverage + valueCell] = mean;
        },
        parts: [byAverage],
      });
    },
  });
};

/** CO2 that photovoltaics used on site avoided, by the hour in which it was used. */
export const avoidedCo2Hourly = defineHourly({
  id: 'avoidedCo2Hourly',
  description: { en: 'CO2 avoided in the day, by hourly factors', zh: '当日减排量（逐时因子）' },
  formula: {
    en: 'sum over hours of (pv - export) * factor of the hour',
    zh: 'Σ（光伏 - 上网）× 当小时因子',
  },
  standard: {
    en: 'beside the average factor, which overstates what midday avoids; outside of ISO 14064-1',
    zh: '与平均因子并列；平均因子高估午间减排；在 ISO 14064-1 清单之外',
  },
  terms: ['pv', 'export'],
  energy: ([pv = 0, exported = 0]) => pv - exported,
});

/** CO2 of what was taken from the grid, by the hour in which it was taken. */
export const importCo2Hourly = defineHourly({
  id: 'importCo2Hourly',
  description: {
    en: 'CO2 of grid import in the day, by hourly factors',
    zh: '当日购电排放（逐时因子）',
  },
  formula: { en: 'sum over hours of import * factor of the hour', zh: 'Σ 购电量 × 当小时因子' },
  standard: {
    en: 'hourly location-based Scope 2, for information; inventories take the published average',
    zh: '逐时位置法范围二，仅供参考；清单采用公布的平均因子',
  },
  terms: ['import'],
  energy: ([imported = 0]) => imported,
});
