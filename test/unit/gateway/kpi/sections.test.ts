import { describe, expect, test } from 'vitest';
import { kpiSections } from '../../../../gateway/kpi/sections.ts';
import { testSite } from '../../../support/program-feed.ts';
import { lineGroup, seamGroup } from './welding-line.ts';

const groups = [seamGroup('f01', 100), seamGroup('f02', 100), seamGroup('b01'), lineGroup(100)];

const heatInput = { kpi: 'heatInput', equipment: 'welding/mpm01/f01' };

describe('the sections of the site file', () => {
  const section = (key: string) => {
    const found = kpiSections.find((candidate) => candidate.key === key);
    if (found === undefined) throw new Error(`no section ${key}`);
    return found;
  };

  test('each adds its groups, and calculated points may read KPIs', () => {
    const kpis = section('kpis');
    const value = kpis.schema.parse([heatInput]);
    const first = kpis.check({ value, groups, isPartial: false, site: testSite });
    expect(first.issues).toEqual([]);
    const calculated = section('calculated');
    const second = calculated.check({
      value: calculated.schema.parse([
        { equipment: 'welding/mpm01/f01', point: 'q', unit: 'J/mm', expression: 'heatInput' },
      ]),
      groups: [...groups, ...first.groups],
      isPartial: false,
      site: testSite,
    });
    expect(second.issues).toEqual([]);
    expect([...first.groups, ...second.groups].map(({ name }) => name)).toEqual([
      'kpi',
      'calculated',
    ]);
  });

  test('may be missing', () => {
    for (const { schema, check } of kpiSections) {
      const value = schema.parse(undefined);
      const given = { value, groups, isPartial: false, site: testSite };
      expect(check(given)).toMatchObject({ issues: [], groups: [] });
    }
  });

  test.each([
    ['kpis', [{ kpi: 'heatInput', equipment: 'welding/f01' }]],
    ['kpis', [{ ...heatInput, extra: 1 }]],
    ['kpis', [{ ...heatInput, inputs: { arcPower: 'arcPower' } }]],
    ['calculated', [{ equipment: 'a/b/*', point: 'p', unit: '1', expression: '1' }]],
    ['calculated', [{ equipment: 'a/b/c', point: '1p', unit: '1', expression: '1' }]],
    ['calculated', [{ equipment: 'a/b/c', point: 'p', unit: '1', expression: '' }]],
  ])('%s refuses %j', (key, value) => {
    expect(section(key).schema.safeParse(value).success).toBe(false);
  });
});
