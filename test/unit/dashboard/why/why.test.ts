import { describe, expect, it } from 'vitest';
import { whyTarget } from '../../../../dashboard/components/why/why-target.ts';
import {
  ageIn,
  exploreAddress,
  parameterRows,
  valueWords,
} from '../../../../dashboard/components/why/why-words.ts';

describe('why a number is so', () => {
  const kpis = [
    { path: 'e/s/park/energy/site/demandForecast', number: 7 },
    { path: 'e/s/park/energy/site/cost.month', number: 8 },
  ];
  const at = (name: string) => ({ path: `e/s/park/energy/site/${name}` });

  it('is asked of the KPI, also for its parts', () => {
    expect(whyTarget(at('demandForecast'), kpis)?.number).toBe(7);
    expect(whyTarget(at('demandForecast.countdown'), kpis)?.number).toBe(7);
    expect(whyTarget(at('cost.month'), kpis)?.number).toBe(8);
  });

  it('is not asked of what no KPI gives', () => {
    expect(whyTarget(at('tariff.price'), kpis)).toBeUndefined();
    expect(whyTarget({ path: 'e/s/park.energy/x/y/z' }, kpis)).toBeUndefined();
  });

  it('has ages that people can read', () => {
    expect(ageIn(900)).toEqual({ unit: 'seconds', count: 0.9 });
    expect(ageIn(180_000)).toEqual({ unit: 'minutes', count: 3 });
    expect(ageIn(86_400_000)).toEqual({ unit: 'hours', count: 24 });
    expect(ageIn(3 * 86_400_000)).toEqual({ unit: 'days', count: 3 });
    expect(ageIn(-5)).toEqual({ unit: 'seconds', count: 0 });
  });

  it('names parameters in full, with all their digits, but not what the sources say', () => {
    const parameters = {
      factor: { id: 'x', value: 0.5992 },
      classes: { pv: 0.5 },
      list: [1, 2],
      process: '135',
    };
    const told = new Set(['factor.id', 'factor.value']);
    expect(parameterRows(parameters, told, 'en')).toEqual([
      ['classes.pv', '0.5'],
      ['list', '1  2'],
      ['process', '135'],
    ]);
  });

  it('shows shares in per cent and no unit beside what is not known', () => {
    const share = { kind: 'number' as const, unit: '1', decimals: 3, labels: undefined };
    const good = (value: number | null) => ({ timeMs: 1, value, status: 0 });
    expect(valueWords(share, good(0.25), 'en', true)).toBe('25.0 %');
    expect(valueWords({ ...share, unit: 'W' }, good(1500), 'en')).toBe('1.5 kW');
    expect(valueWords({ ...share, unit: 'W' }, good(null), 'en')).toBe('?');
  });

  it('leads to the raw data of its window', () => {
    expect(exploreAddress(['3', '4'], { fromMs: 10.5, toMs: 20.5 })).toEqual({
      path: '/explore',
      query: { points: '3,4', from: '10', to: '21' },
    });
    expect(exploreAddress(['3'], { fromMs: null, toMs: 5 }).query).toEqual({ points: '3' });
  });
});
