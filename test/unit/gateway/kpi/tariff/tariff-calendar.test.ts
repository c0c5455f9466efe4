import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { tariffAt } from '../../../../../gateway/kpi/tariff/tariff-calendar.ts';
import { type Tariff, tariffSchema } from '../../../../../gateway/kpi/tariff/tariff-schema.ts';

const shipped = (name: string): Tariff =>
  tariffSchema.parse(
    parse(
      readFileSync(new URL(`../../../../../config/tariffs/${name}.yaml`, import.meta.url), 'utf8'),
    ),
  );

const jiangsu = [shipped('jiangsu-1-10kv-2021'), shipped('jiangsu-1-10kv-2025')];
const local = (text: string): number => Date.parse(`${text}Z`);
const periodAt = (text: string): string | undefined => tariffAt(jiangsu, local(text))?.period;

describe('the shipped tariffs of Jiangsu', () => {
  test('say that they are not confirmed', () => {
    expect(jiangsu.map(({ confidence }) => confidence)).toEqual(['unconfirmed', 'unconfirmed']);
  });

  test.each([
    ['2024-03-05T07:59', 'valley'],
    ['2024-03-05T08:00', 'peak'],
    ['2024-03-05T10:59:59.999', 'peak'],
    ['2024-03-05T11:00', 'flat'],
    ['2024-03-05T17:00', 'peak'],
    ['2024-03-05T22:00', 'flat'],
    ['2025-05-31T12:00', 'flat'],
    ['2025-06-01T12:00', 'valley'],
    ['2025-06-01T10:30', 'flat'],
    ['2025-09-01T10:30', 'valley'],
    ['2025-09-01T14:30', 'flat'],
    ['2025-12-01T14:30', 'peak'],
  ])('at %s: %s', (at, period) => {
    expect(periodAt(at)).toBe(period);
  });

  test('hold no earlier than their first day', () => {
    expect(periodAt('2020-12-31T23:59')).toBeUndefined();
    expect(periodAt('2021-01-01T00:00')).toBe('valley');
  });

  test('tell when the period began and ends, and the prices of the day', () => {
    expect(tariffAt(jiangsu, local('2024-03-05T09:10'))).toMatchObject({
      price: 1.20372,
      startLocalMs: local('2024-03-05T08:00'),
      endLocalMs: local('2024-03-05T11:00'),
      highestPrice: 1.20372,
      lowestPrice: 0.29295,
    });
  });
});

test('holidays and the prices of a season are their own', () => {
  const base = shipped('jiangsu-1-10kv-2021');
  const tariff = tariffSchema.parse({
    ...base,
    holidays: ['2024-05-01'],
    seasons: [
      { season: 'summer', months: [7, 8] },
      { season: 'rest', months: [1, 2, 3, 4, 5, 6, 9, 10, 11, 12] },
    ],
    dayTypes: [
      { dayType: 'work', days: ['mon', 'tue', 'wed', 'thu', 'fri'] },
      { dayType: 'off', days: ['sat', 'sun', 'holiday'] },
    ],
    tables: ['summer', 'rest'].flatMap((season) =>
      ['work', 'off'].map((dayType) => ({
        ...{ season, dayType },
        periods: [{ from: '00:00', to: '24:00', period: dayType === 'work' ? 'peak' : 'valley' }],
        prices: season === 'summer' ? { peak: 2 } : {},
      })),
    ),
  });
  const at = (text: string) => tariffAt([tariff], local(text));
  // A Wednesday, and a holiday.
  expect(at('2024-05-01T12:00')?.period).toBe('valley');
  expect(at('2024-05-02T12:00')).toMatchObject({ period: 'peak', price: 1.20372 });
  expect(at('2024-05-04T12:00')?.period).toBe('valley');
  expect(at('2024-05-05T12:00')?.period).toBe('valley');
  expect(at('2024-05-06T12:00')?.period).toBe('peak');
  expect(at('2024-07-01T12:00')).toMatchObject({ period: 'peak', price: 2, lowestPrice: 2 });
});
