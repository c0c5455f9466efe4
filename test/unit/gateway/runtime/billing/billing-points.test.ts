import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { GroupNumber, RegisteredGroup } from '../../../../../gateway/core/point.ts';
import { absentStatus, statusCodes } from '../../../../../gateway/core/quality.ts';
import type { SourceFrame } from '../../../../../gateway/core/source.ts';
import { billingSection } from '../../../../../gateway/kpi/tariff/billing-section.ts';
import { BillingPoints } from '../../../../../gateway/runtime/billing/billing-points.ts';
import { testDirectory } from '../../../../support/entry-batch.ts';
import { testSite } from '../../../../support/program-feed.ts';

const names = ['jiangsu-1-10kv-2021', 'jiangsu-1-10kv-2025'];
const files = new Map(
  names.map((name) => [
    name,
    parse(
      readFileSync(new URL(`../../../../../config/tariffs/${name}.yaml`, import.meta.url), 'utf8'),
    ) as unknown,
  ]),
);

const billing = (tariffs: readonly string[], zone = 'Asia/Shanghai') => {
  const section = billingSection.check({
    value: { equipment: 'park/energy/site', tariffs },
    ...{ groups: [], isPartial: false, site: testSite, files },
  });
  expect(section.issues).toEqual([]);
  const { groups } = testDirectory(section.groups);
  const points = new BillingPoints(zone);
  points.use(groups, section.value);
  const told: { readonly timeMs: number; readonly values: Readonly<Record<string, number>> }[] = [];
  let isAccepted = true;
  const emit = (group: RegisteredGroup, frame: SourceFrame): boolean => {
    if (!isAccepted) return false;
    const values = group.channels.flatMap(({ point }, channel) => {
      const status = frame.status[channel];
      if (status === absentStatus) return [];
      const value = status === statusCodes.good ? (frame.values[channel] ?? 0) : Number.NaN;
      return [[point, value] as const];
    });
    told.push({ timeMs: frame.timeMs, values: Object.fromEntries(values) });
    return true;
  };
  return {
    points,
    groups,
    section,
    told,
    accept: (accepted: boolean) => {
      isAccepted = accepted;
    },
    tick: (timeMs: number) => {
      points.tick({ type: 'tick', timeMs, watermarkMs: timeMs - 2000, dayStartMs: 0 }, emit);
    },
  };
};

const at = (text: string): number => Date.parse(text);

describe('calendar and tariff as points', () => {
  test('are told once, then where they change, at the tick of the boundary', () => {
    const { told, tick } = billing(names);
    for (let timeMs = at('2024-03-31T23:30+08:00'); timeMs <= at('2024-04-01T11:00+08:00'); ) {
      tick(timeMs);
      timeMs += 60_000;
    }
    expect(told.map(({ timeMs }) => timeMs)).toEqual([
      at('2024-03-31T23:30+08:00'),
      at('2024-04-01T00:00+08:00'),
      at('2024-04-01T08:00+08:00'),
      at('2024-04-01T11:00+08:00'),
    ]);
    expect(told[0]?.values).toMatchObject({
      'calendar.monthStart': at('2024-03-01T00:00+08:00'),
      'calendar.monthEnd': at('2024-04-01T00:00+08:00'),
      'calendar.yearStart': at('2024-01-01T00:00+08:00'),
      'calendar.month': 3,
      'tariff.period': 2,
      'tariff.price': 0.7,
      'tariff.demandPrice': 51.2,
      'tariff.capacityPrice': 32,
    });
    expect(told[1]?.values).toEqual({
      'calendar.monthStart': at('2024-04-01T00:00+08:00'),
      'calendar.monthEnd': at('2024-05-01T00:00+08:00'),
      'calendar.month': 4,
      'tariff.period': 3,
      'tariff.periodStart': at('2024-04-01T00:00+08:00'),
      'tariff.periodEnd': at('2024-04-01T08:00+08:00'),
      'tariff.price': 0.29295,
    });
  });

  test('one tariff follows the other on its day', () => {
    const { told, tick } = billing(names);
    tick(at('2025-05-31T12:00+08:00'));
    tick(at('2025-06-01T12:00+08:00'));
    expect(told.map(({ values }) => values['tariff.period'])).toEqual([2, 3]);
  });

  test('where no tariff holds there is no price, and the calendar goes on', () => {
    const { told, tick } = billing([]);
    tick(at('2024-12-31T23:59+08:00'));
    tick(at('2025-01-01T00:00+08:00'));
    expect(told[0]?.values).toMatchObject({ 'tariff.price': Number.NaN, 'calendar.month': 12 });
    expect(told[1]?.values).toEqual({
      'calendar.monthStart': at('2025-01-01T00:00+08:00'),
      'calendar.monthEnd': at('2025-02-01T00:00+08:00'),
      'calendar.yearStart': at('2025-01-01T00:00+08:00'),
      'calendar.month': 1,
    });
  });

  test('a zone with summer time has its own months', () => {
    const { told, tick } = billing([], 'Europe/Berlin');
    tick(at('2024-04-15T12:00Z'));
    expect(told[0]?.values['calendar.monthStart']).toBe(at('2024-04-01T00:00+02:00'));
    expect(told[0]?.values['calendar.yearStart']).toBe(at('2024-01-01T00:00+01:00'));
  });

  test('what the journal refused is told at the next tick', () => {
    const { told, tick, accept } = billing(names);
    accept(false);
    tick(at('2024-03-05T09:00+08:00'));
    accept(true);
    tick(at('2024-03-05T09:00:01+08:00'));
    expect(told).toHaveLength(1);
    expect(told[0]?.values['tariff.period']).toBe(1);
  });

  test('a clock that is set back is followed', () => {
    const { told, tick } = billing(names);
    tick(at('2024-03-05T09:00+08:00'));
    tick(at('2024-03-05T07:00+08:00'));
    expect(told.map(({ values }) => values['tariff.period'])).toEqual([1, 3]);
  });

  test('another configuration tells what it changes, and a new group everything', () => {
    const { points, groups, told, tick } = billing(names);
    tick(at('2024-03-05T09:00+08:00'));
    points.use(groups, { equipment: 'park/energy/site', tables: [] });
    tick(at('2024-03-05T09:00:01+08:00'));
    expect(Object.keys(told[1]?.values ?? {}).every((point) => point.startsWith('tariff'))).toBe(
      true,
    );
    points.use(
      groups.map((group) => ({ ...group, number: 77 as GroupNumber })),
      { equipment: 'park/energy/site', tables: [] },
    );
    tick(at('2024-03-05T09:00:02+08:00'));
    expect(Object.keys(told[2]?.values ?? {})).toHaveLength(15);
  });

  test('a site without the section has none', () => {
    const points = new BillingPoints('Asia/Shanghai');
    points.use([], undefined);
    points.tick({ type: 'tick', timeMs: 0, watermarkMs: 0, dayStartMs: 0 }, () => {
      throw new Error('told');
    });
  });
});
