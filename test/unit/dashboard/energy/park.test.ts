import { describe, expect, it } from 'vitest';
import type { Kpi, Point } from '../../../../dashboard/api/types.ts';
import { parksOf } from '../../../../dashboard/views/energy/park.ts';

const words = { en: '', zh: '' };
const latest = {
  timeMs: null,
  value: null,
  status: 0,
  statusName: 'Good',
  quality: 'good' as const,
};

const pointAt = (path: string): Point => ({
  ...{ number: path.length, path: `e/s/${path}`, equipmentClass: 'meter', producer: 'x' },
  ...{ kind: 'number', unit: 'W', description: words, latest, marks: {}, preventedKwh: 0 },
});

const kpiAt = (kpi: string, path: string, more: Partial<Kpi> = {}): Kpi => ({
  ...{ kpi, path: `e/s/${path}`, number: 1, equipmentClass: 'park', unit: 'kWh' },
  ...{ description: words, formula: words, standard: words, inputs: [], inputRoles: {} },
  ...{ parameters: {}, latest, coverage: null, window: { tier: 'b', rule: words } },
  ...more,
});

const paths = [
  'a/b/north-feeder/power',
  'a/b/pcc/power',
  'a/b/sum/quarter.pv',
  'a/b/sum/tariff.price',
];
const find = (path: string): Point | undefined =>
  paths.includes(path) ? pointAt(path) : undefined;

describe('a park', () => {
  const kpis = [
    kpiAt('energyQuarter', 'a/b/sum/quarter.pv', {
      inputRoles: {
        pvPower: ['a/b/north-feeder/power'],
        gridPower: ['a/b/pcc/power'],
        evPower: [],
      },
      parameters: { pvPowerSign: 1 },
    }),
    kpiAt('balanceResidual', 'a/b/sum/balanceResidual', { parameters: { classes: { grid: 0.2 } } }),
    kpiAt('heatInput', 'w/l/f01/heatInput', { equipmentClass: 'weld_seam' }),
  ];

  it('finds its meters by what they serve for, whatever the site calls them', () => {
    const [park, ...others] = parksOf(kpis, find);
    expect(others).toEqual([]);
    expect(park?.base).toBe('a/b/sum');
    expect(park?.powers.pv.map(({ path }) => path)).toEqual(['e/s/a/b/north-feeder/power']);
    expect(park?.powers.grid.map(({ path }) => path)).toEqual(['e/s/a/b/pcc/power']);
    expect(park?.powers.ev).toEqual([]);
    expect(park?.powers.storage).toEqual([]);
    expect(park?.pvSign).toBe(1);
  });

  it('takes classes from the KPI and 0.5 % where it says nothing', () => {
    expect(parksOf(kpis, find)[0]?.classes).toEqual({
      ...{ pv: 0.5, grid: 0.2, load: 0.5, ev: 0.5, storage: 0.5 },
    });
  });

  it('finds results and tariff by their names', () => {
    const [park] = parksOf(kpis, find);
    expect(park?.point('tariff.price')?.path).toBe('e/s/a/b/sum/tariff.price');
    expect(park?.point('demandForecast')).toBeUndefined();
    expect(park?.kpi('balanceResidual')?.parameters).toEqual({ classes: { grid: 0.2 } });
  });

  it('is not there where no KPI of a park is', () => {
    expect(parksOf(kpis.slice(2), find)).toEqual([]);
  });
});
