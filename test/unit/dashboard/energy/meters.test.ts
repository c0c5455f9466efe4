import { describe, expect, it } from 'vitest';
import { completenessStep } from '../../../../dashboard/views/energy/meters/completeness.ts';
import {
  type Meter,
  type MeterInterval,
  meterRows,
} from '../../../../dashboard/views/energy/meters/meter-tree.ts';
import { daysOf, periodOf, spanOf } from '../../../../dashboard/views/energy/meters/period.ts';

const meter = (id: string, parent: string | null): Meter => ({
  ...{ id, parent, name: { en: id, zh: id }, register: '', building: null, accuracyClass: 0.5 },
});
const counted = (energyKwh: number | null): MeterInterval => ({
  ...{ startMs: 0, endMs: 1, isOver: true, energyKwh, estimatedKwh: 0, method: 'measured' },
  ...{ completeness: 1, unknownMs: 0, breaks: 0, rollovers: 0, opening: null, closing: null },
  ...{ multiplier: 1, revision: 0 },
});
const meters = [meter('t1', 'a'), meter('all', null), meter('a', 'all'), meter('t2', 'a')];
const rowsWith = (energies: Readonly<Record<string, number | null>>) =>
  meterRows(meters, new Map(Object.entries(energies).map(([id, kwh]) => [id, counted(kwh)])));
const restOf = (energies: Readonly<Record<string, number | null>>) =>
  rowsWith(energies).find(({ meter: { id } }) => id === 'a')?.rest;

describe('the tree of meters', () => {
  it('has those below right behind, deeper', () => {
    expect(rowsWith({}).map(({ meter: { id }, depth }) => `${id} ${depth}`)).toEqual([
      ...['all 0', 'a 1', 't1 2', 't2 2'],
    ]);
  });

  it('shows one whose parent is not there at the top', () => {
    expect(meterRows([meter('x', 'gone')], new Map())).toHaveLength(1);
  });

  it('says what a meter counted beyond those below', () => {
    expect(restOf({ a: 100, t1: 60, t2: 30 })).toEqual({
      ...{ energyKwh: 10, share: 0.1, isBelow: false },
    });
  });

  it('names one that counts less than those below, beyond their classes', () => {
    expect(restOf({ a: 100, t1: 70, t2: 40 })?.isBelow).toBe(true);
    // 2 · 0.005 · sqrt(100² + 60² + 41²) is 1.2 kWh.
    expect(restOf({ a: 100, t1: 60, t2: 41 })?.isBelow).toBe(false);
  });

  it('knows no rest while one of them is not known', () => {
    const unknown = { energyKwh: null, share: null, isBelow: false };
    expect(restOf({ a: 100, t1: null, t2: 40 })).toEqual(unknown);
    expect(restOf({ a: 100, t1: 60 })).toEqual(unknown);
  });
});

describe('the period of an account', () => {
  it('is read from the address, or not at all', () => {
    expect(periodOf('2026-06-17')).toEqual({ step: 'day', date: '2026-06-17' });
    expect(periodOf('2026-06')).toEqual({ step: 'month', month: '2026-06' });
    expect(periodOf('2026-13')).toBeUndefined();
    expect(periodOf('June')).toBeUndefined();
    expect(periodOf(undefined)).toBeUndefined();
  });

  it('spans a day or a month of the calendar', () => {
    expect(spanOf({ step: 'day', date: '2026-02-28' })).toEqual({
      from: '2026-02-28',
      to: '2026-03-01',
    });
    expect(spanOf({ step: 'month', month: '2026-12' })).toEqual({
      from: '2026-12-01',
      to: '2027-01-01',
    });
    expect(daysOf({ step: 'day', date: '2026-06-17' })).toEqual({
      from: '2026-06-04',
      to: '2026-06-18',
    });
  });
});

describe('completeness', () => {
  it.each([
    [1, 'full'],
    [0.995, 'nearly'],
    [0.95, 'gaps'],
    [0.3, 'poor'],
    [0, 'nothing'],
  ])('of %f is %s', (share, step) => {
    expect(completenessStep(share)).toBe(step);
  });
});
