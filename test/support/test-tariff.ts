import { type Tariff, tariffSchema, weekdays } from '../../gateway/kpi/tariff/tariff-schema.ts';

/** A tariff of one table for all days: each period from its time until the next one begins. Peak costs 3, flat 2, valley 1. */
export const tariffOf = (...starts: readonly (readonly [from: string, period: string])[]): Tariff =>
  tariffSchema.parse({
    ...{ tariff: 'test', version: 1, title: { en: 'test', zh: '测试' } },
    ...{ source: { en: 'test', zh: '测试' }, confidence: 'unconfirmed', currency: 'CNY' },
    validFrom: '2000-01-01',
    seasons: [{ season: 'all', months: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] }],
    dayTypes: [{ dayType: 'all', days: weekdays }],
    prices: { peak: 3, flat: 2, valley: 1 },
    tables: [
      {
        ...{ season: 'all', dayType: 'all' },
        periods: starts.map(([from, period], index) => ({
          ...{ from, period, to: starts[index + 1]?.[0] ?? '24:00' },
        })),
      },
    ],
  });
