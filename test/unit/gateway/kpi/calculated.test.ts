import { describe, expect, test } from 'vitest';
import type { RegisteredGroup } from '../../../../gateway/core/point.ts';
import { statusCodes } from '../../../../gateway/core/quality.ts';
import { compileSite, planSite } from '../../../../gateway/kpi/compile-site.ts';
import { calculatedSchema, kpisSchema } from '../../../../gateway/kpi/site-schema.ts';
import { testDirectory } from '../../../support/entry-batch.ts';
import { compileTestSite, feed, testSite, tickProgram } from '../../../support/program-feed.ts';
import { lineGroup, seamGroup } from './welding-line.ts';

const groups = [seamGroup('f01', 100), seamGroup('f02', 100), seamGroup('b01'), lineGroup(100)];

const plan = (kpis: readonly object[], calculated: readonly object[] = []) =>
  planSite({
    groups,
    site: testSite,
    kpis: kpisSchema.parse(kpis),
    calculated: calculatedSchema.parse(calculated),
  });

const heatInput = { kpi: 'heatInput', equipment: 'welding/mpm01/f01' };

describe('calculated points', () => {
  const halfPower = {
    equipment: 'welding/mpm01/f01',
    point: 'halfPower',
    unit: 'kW',
    expression: 'arcPower / 2',
  };

  test('are expressions of points of their own and other equipment', () => {
    const { program, groups: all } = compileTestSite({
      groups,
      calculated: [
        halfPower,
        {
          equipment: 'welding/mpm01/line',
          point: 'bothOn',
          unit: 'boolean',
          expression: 'welding/mpm01/f01/arcOn and welding/mpm01/f02/arcOn',
        },
      ],
    });
    const [first, second] = all as [RegisteredGroup, RegisteredGroup];
    expect(all.slice(groups.length)).toMatchObject([
      {
        name: 'calculated',
        producer: 'calculated',
        equipmentClass: 'weld_seam',
        channels: [{ point: 'halfPower', unit: 'kW', kind: 'number' }],
      },
      { equipmentClass: 'weld_line', channels: [{ point: 'bothOn', unit: '1', kind: 'boolean' }] },
    ]);
    feed(program, [
      { group: first, timeMs: 0, values: { arcPower: 5000, arcOn: 1 } },
      { group: second, timeMs: 0, values: { arcOn: 0 } },
    ]);
    const results = tickProgram(program, 100);
    expect(results['welding/mpm01/f01/halfPower']).toEqual({ value: 2.5, status: 0 });
    expect(results['welding/mpm01/line/bothOn']).toEqual({ value: 0, status: 0 });
  });

  test('chain with KPIs and each other within one tick, in any order', () => {
    const { program, groups: all } = compileTestSite({
      groups,
      kpis: [heatInput],
      calculated: [
        { ...halfPower, point: 'twice', unit: 'J/mm', expression: 'once * 2' },
        { ...halfPower, point: 'once', unit: 'kJ/mm', expression: 'heatInput + 0.1' },
      ],
    });
    const [seam, , , line] = all as [
      RegisteredGroup,
      RegisteredGroup,
      RegisteredGroup,
      RegisteredGroup,
    ];
    for (const timeMs of [0, 100]) {
      feed(program, [
        { group: line, timeMs, values: { travelSpeed: 0.8 } },
        { group: seam, timeMs, values: { arcPower: 5980, arcOn: 1 } },
      ]);
    }
    const results = tickProgram(program, 200);
    expect(results['welding/mpm01/f01/twice']?.value).toBeCloseTo(917.6, 9);
    expect(results['welding/mpm01/f01/twice']?.status).toBe(statusCodes.good);
  });

  test('are out of date when their points are', () => {
    const { program, groups: all } = compileTestSite({ groups, calculated: [halfPower] });
    const [seam] = all as [RegisteredGroup];
    const path = 'welding/mpm01/f01/halfPower';
    expect(tickProgram(program, 0)[path]?.status).toBe(statusCodes.badWaitingForInitialData);
    feed(program, [{ group: seam, timeMs: 0, values: { arcPower: 5000 } }]);
    expect(tickProgram(program, 1000)[path]?.status).toBe(statusCodes.good);
    expect(tickProgram(program, 1001)[path]).toEqual({
      value: 2.5,
      status: statusCodes.uncertainLastUsableValue,
    });
  });

  test('of points that come on change are never out of date', () => {
    const { program, groups: all } = compileTestSite({
      groups,
      calculated: [{ ...halfPower, equipment: 'welding/mpm01/b01' }],
    });
    feed(program, [{ group: all[2] as RegisteredGroup, timeMs: 0, values: { arcPower: 5000 } }]);
    expect(tickProgram(program, 1e9)['welding/mpm01/b01/halfPower']).toEqual({
      value: 2.5,
      status: statusCodes.good,
    });
  });

  test.each<[string, object, readonly (string | number)[], string]>([
    [
      'a syntax error',
      { expression: 'arcPower +' },
      [0, 'expression'],
      'column 11: expected a number',
    ],
    [
      'units that do not fit',
      { unit: 'kWh' },
      [0, 'expression'],
      'column 10: the result is in W/1',
    ],
    [
      'an unknown point',
      { expression: 'arcPowers' },
      [0, 'expression'],
      'column 1: no point arcPowers',
    ],
    [
      'unknown equipment',
      { equipment: 'welding/mpm01/f99' },
      [0, 'equipment'],
      'welding/mpm01/f99',
    ],
    ['a point that is there', { point: 'arcOn' }, [0, 'point'], 'welding/mpm01/f01/arcOn'],
  ])('tell %s', (_, change, path, found) => {
    const { issues, nodes } = plan([], [{ ...halfPower, ...change }]);
    expect(nodes).toEqual([]);
    expect(issues).toHaveLength(1);
    expect(issues[0]).toMatchObject({ section: 'calculated', path });
    expect(issues[0]?.found).toContain(found);
  });

  test('tell a point that is calculated twice', () => {
    const { issues } = plan([], [halfPower, halfPower]);
    expect(issues).toMatchObject([{ path: [1, 'point'] }]);
  });

  test('a circle is told, and what is not on it is computed', () => {
    const sections = {
      kpis: [],
      calculated: calculatedSchema.parse([
        { ...halfPower, point: 'a', unit: 'W', expression: 'b + arcPower' },
        { ...halfPower, point: 'b', unit: 'W', expression: 'a' },
        { ...halfPower, point: 'c', unit: 'W', expression: 'a' },
        halfPower,
      ]),
    };
    const added = planSite({ groups, site: testSite, ...sections }).groups;
    const { program, issues } = compileSite({
      groups: testDirectory([...groups, ...added]).groups,
      sections,
      site: testSite,
    });
    expect(issues.map(({ section, found, expected }) => [section, found, expected])).toEqual([
      [
        'calculated',
        'welding/mpm01/f01/a',
        'depends on itself: welding/mpm01/f01/a <- welding/mpm01/f01/b <- welding/mpm01/f01/a',
      ],
      ['calculated', 'welding/mpm01/f01/c', 'needs welding/mpm01/f01/a, which cannot be compiled'],
    ]);
    const results = tickProgram(program, 0);
    expect(results['welding/mpm01/f01/a']?.status).toBe(statusCodes.badConfigurationError);
    expect(results['welding/mpm01/f01/halfPower']?.status).toBe(
      statusCodes.badWaitingForInitialData,
    );
  });
});
