import { describe, expect, test } from 'vitest';
import { amountOf, kwhOf, sumOf } from '../../../../gateway/energy/amount.ts';
import { SiteCalendar } from '../../../../gateway/energy/calendar.ts';
import { energyConfigOf } from '../../../../gateway/energy/energy-config.ts';
import { meterInterval, type RegisterCount } from '../../../../gateway/energy/meter-intervals.ts';
import {
  type Division,
  divideAmongTenants,
  mergeDivisions,
} from '../../../../gateway/energy/tenants.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const startMs = Date.parse('2024-01-01T00:00+08:00');
const endMs = startMs + 24 * hourMs;
const calendar = new SiteCalendar('Asia/Shanghai');
const name = { en: 'name', zh: '名称' };

type Told = number | Partial<RegisterCount>;

/** Of one day: `main` above `a` of ada, `b` of bob and `hall`, which is above `c` of cyd. Counts in kWh. */
const divideDay = (
  told: Readonly<Record<'main' | 'a' | 'b' | 'hall' | 'c', Told>>,
  commonBy: 'energy' | 'share' = 'energy',
): Division => {
  const config = energyConfigOf({
    meters: [
      { id: 'main' },
      { id: 'a', parent: 'main', tenants: [{ tenant: 'ada' }] },
      { id: 'b', parent: 'main', tenants: [{ tenant: 'bob' }] },
      { id: 'hall', parent: 'main' },
      { id: 'c', parent: 'hall', tenants: [{ tenant: 'cyd' }] },
    ].map((meter) => ({ name, register: `park/meters/${meter.id}/energy`, ...meter })),
    tenants: ['ada', 'bob', 'cyd'].map((id) => ({ id, name, share: 1 })),
    commonBy,
  });
  const intervals = config.meters.map((meter) => {
    const of = told[meter.id as keyof typeof told];
    const count: RegisterCount = {
      ...{ startMs, endMs, increase: 0, estimated: 0, measuredMs: endMs - startMs, unknownMs: 0 },
      ...{ breaks: 0, rollovers: 0, opening: 1, closing: 2, revision: 0, overMs: endMs },
      expectedMs: minuteMs,
      ...(typeof of === 'number' ? { increase: of * 1e6 } : of),
    };
    return [meter.id, meterInterval(count, meter, calendar)] as const;
  });
  return divideAmongTenants(config, new Map(intervals), calendar);
};

const kwh = (amount: bigint | null): number | null => (amount === null ? null : kwhOf(amount));
const told = ({ tenants }: Division) =>
  Object.fromEntries(
    tenants.map(({ tenant, direct, common, energy, method }) => [
      tenant ?? 'nobody',
      [...[direct, common, energy].map(kwh), method],
    ]),
  );
const sum = ({ tenants }: Division): bigint => sumOf(tenants.map(({ energy }) => energy ?? 0n));

const dead = { increase: null, unknownMs: 24 * hourMs, opening: null, closing: null };
const read = { main: 1_010, a: 100, b: 800, hall: 100, c: 100 };

describe('where a meter told nothing', () => {
  test("what it did not tell is nobody's, and not its neighbour's", () => {
    const day = divideDay({ ...read, b: dead });
    expect(told(day)).toEqual({
      ada: [100, 0, 100, 'partial'],
      bob: [null, 0, null, 'none'],
      cyd: [100, 0, 100, 'partial'],
      nobody: [0, 810, 810, 'partial'],
    });
    expect(sum(day)).toBe(day.energy);
    expect(day.withoutReading).toEqual([{ meter: 'b', days: 1 }]);
  });

  test('nor is it divided further up by use, which is not known, while floors are', () => {
    const below = { ...read, c: dead };
    expect(told(divideDay(below))).toMatchObject({
      ...{ ada: [100, 0, 100, 'partial'], cyd: [null, 0, null, 'none'] },
      nobody: [0, 110, 110, 'partial'],
    });
    const floors = divideDay({ ...below, main: 1_030 }, 'share');
    expect(told(floors)).toMatchObject({
      ...{ ada: [100, 10, 110, 'partial'], cyd: [null, 10, 10, 'partial'] },
      nobody: [0, 100, 100, 'partial'],
    });
    expect(sum(floors)).toBe(floors.energy);
  });

  test.each([
    ['of half a day', { increase: 400e6, unknownMs: 12 * hourMs, closing: null }],
    ['around a break', { increase: 400e6, breaks: 1 }],
  ])('%s, it is the same', (_, b) => {
    const day = divideDay({ ...read, b });
    expect(told(day)).toMatchObject({
      ...{ ada: [100, 0, 100, 'partial'], bob: [400, 0, 400, 'partial'] },
      nobody: [0, 410, 410, 'partial'],
    });
    expect(sum(day)).toBe(day.energy);
  });

  test('nor is it given back to those below, where the meter above them did not tell it', () => {
    const main = { increase: 505e6, unknownMs: 12 * hourMs, opening: null };
    const day = divideDay({ ...read, main });
    expect(told(day)).toMatchObject({
      ada: [100, 0, 100, 'partial'],
      nobody: [0, -495, -495, 'partial'],
    });
    expect(sum(day)).toBe(day.energy);
  });

  test('but what all of them tell of the same part of a day is divided', () => {
    const part = (kWh: number, unknownMs: number) => ({
      ...{ increase: kWh * 1e6, unknownMs, closing: null },
    });
    const day = divideDay({
      ...{ main: part(1_010, 5 * hourMs), a: part(100, 5 * hourMs + minuteMs) },
      ...{ b: part(800, 5 * hourMs), hall: part(100, 5 * hourMs), c: part(100, 5 * hourMs) },
    });
    expect(told(day)).toMatchObject({ ada: [100, 1, 101, 'partial'] });
    expect(day.tenants.some(({ tenant }) => tenant === null)).toBe(false);
  });

  test('a month has what the days tell that tell anything', () => {
    const [day, none] = [divideDay(read), divideDay({ ...read, b: dead })];
    const both = mergeDivisions([day, none]);
    expect(told(both)).toMatchObject({
      ...{ ada: [200, 1, 201, 'partial'], bob: [800, 8, 808, 'partial'] },
      nobody: [0, 810, 810, 'partial'],
    });
    expect(sum(both)).toBe(both.energy);
    expect(told(mergeDivisions([none, none]))).toMatchObject({ bob: [null, 0, null, 'none'] });
    expect(both.energy).toBe(amountOf(2_020e6, 1));
  });
});
