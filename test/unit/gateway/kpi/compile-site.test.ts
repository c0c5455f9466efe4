import { describe, expect, test } from 'vitest';
import type { RegisteredGroup } from '../../../../gateway/core/point.ts';
import { kpiCatalogue } from '../../../../gateway/kpi/catalogue.ts';
import { compileSite, planSite } from '../../../../gateway/kpi/compile-site.ts';
import { calculatedSchema, kpisSchema } from '../../../../gateway/kpi/site-schema.ts';
import { testDirectory, testGroup } from '../../../support/entry-batch.ts';
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

describe('planning the KPIs of a site', () => {
  test('one entry with a pattern stands for all equipment of its class', () => {
    const { groups: added, issues } = plan([{ kpi: 'heatInput', equipment: 'welding/*/f*' }]);
    expect(issues).toEqual([]);
    expect(added.map(({ equipment }) => equipment.equipment)).toEqual(['f01', 'f02']);
    expect(added[0]).toMatchObject({
      equipmentClass: 'weld_seam',
      name: 'kpi',
      producer: 'kpi',
      periodMs: 1000,
      equipment: { enterprise: 'seamwatt', site: 'demo', area: 'welding', line: 'mpm01' },
      channels: [
        { point: 'heatInput', unit: 'kJ/mm', kind: 'number', decimals: 4 },
        { point: 'heatInput.coverage', unit: '1', kind: 'number', decimals: 3 },
        { point: 'heatInput.efficiency', unit: '1', kind: 'number', decimals: 3 },
      ],
    });
  });

  test('KPIs of one equipment share a group, in the order of the entries', () => {
    const { groups: added } = plan([
      { kpi: 'trackingMax', equipment: 'welding/mpm01/f01' },
      heatInput,
    ]);
    expect(added).toHaveLength(1);
    expect(added[0]?.channels.map(({ point }) => point)).toEqual([
      'trackingMax',
      'trackingMax.coverage',
      'heatInput',
      'heatInput.coverage',
      'heatInput.efficiency',
    ]);
  });

  test.each<[string, object, readonly (string | number)[], string, string]>([
    [
      'an unknown KPI',
      { kpi: 'heatInputs', equipment: 'welding/mpm01/f01' },
      [0, 'kpi'],
      'heatInputs',
      'one of heatInput, ',
    ],
    [
      'an unknown parameter',
      { ...heatInput, parameters: { proces: '135' } },
      [0, 'parameters'],
      'proces',
      'parameters of heatInput',
    ],
    [
      'a wrong parameter',
      { ...heatInput, parameters: { process: '999' } },
      [0, 'parameters', 'process'],
      '',
      'parameters of heatInput',
    ],
    [
      'an unknown input',
      { ...heatInput, inputs: { power: 'welding/mpm01/f01/arcPower' } },
      [0, 'inputs', 'power'],
      'power',
      'one of arcPower, arcOn, travelSpeed, process, panelId, panelPosition',
    ],
    [
      'equipment of another class',
      { kpi: 'heatInput', equipment: 'welding/mpm01/line' },
      [0, 'equipment'],
      'welding/mpm01/line: equipment of class weld_line',
      'equipment of class weld_seam',
    ],
    [
      'a pattern without equipment',
      { kpi: 'heatInput', equipment: 'welding/mpm02/*' },
      [0, 'equipment'],
      'welding/mpm02/*: no equipment of class weld_seam',
      'equipment of class weld_seam',
    ],
    [
      'a missing input',
      { ...heatInput, inputs: { arcPower: 'welding/mpm01/f01/power' } },
      [0, 'inputs', 'arcPower'],
      'no point welding/mpm01/f01/power',
      'heatInput of welding/mpm01/f01 needs mean instantaneous arc power IP',
    ],
    [
      'two points for one',
      { ...heatInput, inputs: { arcPower: 'welding/mpm01/f*/arcPower' } },
      [0, 'inputs', 'arcPower'],
      '2 points for welding/mpm01/f*/arcPower',
      'one point for mean instantaneous arc power IP of heatInput of welding/mpm01/f01',
    ],
    [
      'a unit that does not fit',
      { ...heatInput, inputs: { arcPower: 'welding/mpm01/f01/offsetY' } },
      [0, 'inputs', 'arcPower'],
      'welding/mpm01/f01/offsetY in mm',
      'a unit convertible to W',
    ],
    [
      'a default input that the site lacks',
      { kpi: 'pvEnergy', equipment: 'park/energy/site' },
      [0, 'inputs', 'energy'],
      'no point park/*/*/energyTotal (pv_inverter)',
      'pvEnergy of park/energy/site needs energy register of each inverter',
    ],
  ])('tells %s', (_, entry, path, found, expected) => {
    const { issues, nodes } = plan([entry]);
    expect(issues).toHaveLength(1);
    expect(issues[0]?.section).toBe('kpis');
    expect(issues[0]?.path).toEqual(path);
    expect(issues[0]?.found).toContain(found);
    expect(issues[0]?.expected).toContain(expected);
    expect(nodes).toEqual([]);
  });

  test('tells a KPI that is asked for twice', () => {
    const { issues, nodes } = plan([heatInput, { kpi: 'heatInput', equipment: 'welding/mpm01/*' }]);
    expect(issues).toEqual([
      {
        section: 'kpis',
        path: [1],
        found: 'heatInput of welding/mpm01/f01 a second time',
        expected: 'each KPI once for an equipment',
      },
    ]);
    expect(nodes.map(({ node }) => node.id)).toEqual([
      'heatInput of welding/mpm01/f01',
      'heatInput of welding/mpm01/b01',
      'heatInput of welding/mpm01/f02',
    ]);
  });

  test('every KPI of the catalogue says what it is in both languages', () => {
    const ids = kpiCatalogue.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const definition of kpiCatalogue) {
      const texts = [
        definition.description.en,
        definition.description.zh,
        definition.formula.en,
        definition.formula.zh,
        definition.standard.en,
        definition.standard.zh,
        definition.windowRule.en,
        definition.windowRule.zh,
        definition.coverageRule,
        ...Object.values(definition.inputs).flatMap(({ description }) => [
          description.en,
          description.zh,
        ]),
      ];
      for (const text of texts) expect(text, definition.id).not.toBe('');
      expect(['a', 'b', 'c']).toContain(definition.window.tier);
    }
  });
});

describe('inputs', () => {
  const seamPower = (unit: string) =>
    testGroup({
      equipment: 'f01',
      equipmentClass: 'weld_seam',
      periodMs: 100,
      channels: [
        { point: 'arcPower', unit },
        { point: 'arcOn', kind: 'boolean' },
      ],
    });

  test('are converted to the units of the formula', () => {
    const { program, groups: all } = compileTestSite({
      groups: [
        seamPower('kW'),
        testGroup({
          equipment: 'carriage',
          equipmentClass: 'weld_line',
          periodMs: 100,
          channels: [{ point: 'travelSpeed', unit: 'mm/s' }],
        }),
      ],
      kpis: [heatInput],
    });
    const [seam, line] = all as [RegisteredGroup, RegisteredGroup];
    for (const timeMs of [0, 100, 200]) {
      feed(program, [
        { group: line, timeMs, values: { travelSpeed: 800 / 60 } },
        { group: seam, timeMs, values: { arcPower: 5.98, arcOn: 1 } },
      ]);
    }
    const results = tickProgram(program, 200);
    expect(results['welding/mpm01/f01/heatInput']?.value).toBeCloseTo(0.3588, 12);
  });

  test('may be other points than by default, also by pattern', () => {
    const { program, groups: all } = compileTestSite({
      groups: [
        seamPower('W'),
        testGroup({
          equipment: 'drive',
          equipmentClass: 'drive',
          channels: [{ point: 'speed', unit: 'm/min' }],
        }),
      ],
      kpis: [{ ...heatInput, inputs: { travelSpeed: ['welding/*/drive/speed'] } }],
    });
    const [seam, drive] = all as [RegisteredGroup, RegisteredGroup];
    feed(program, [{ group: drive, timeMs: 0, values: { speed: 0.8 } }]);
    for (const timeMs of [0, 900, 10_000, 10_500, 10_600]) {
      feed(program, [{ group: seam, timeMs, values: { arcPower: 5980, arcOn: 1 } }]);
    }
    // The speed comes on change and holds; what lies between 900 and 10 000 was not measured.
    const results = tickProgram(program, 10_600);
    expect(results['welding/mpm01/f01/heatInput']?.value).toBeCloseTo(0.3588, 12);
    expect(results['welding/mpm01/f01/heatInput.coverage']?.value).toBeCloseTo(1500 / 10_600, 12);
  });
});

describe('compiling a site', () => {
  test('explains each KPI with its inputs and the parameters that apply', () => {
    const sections = { kpis: kpisSchema.parse([heatInput]), calculated: [] };
    const added = planSite({ groups, site: testSite, ...sections }).groups;
    const registered = testDirectory([...groups, ...added]).groups;
    const { explanations, outputGroups, issues } = compileSite({
      groups: registered,
      sections,
      site: testSite,
    });
    expect(issues).toEqual([]);
    expect(outputGroups).toEqual([registered.at(-1)]);
    expect(explanations).toHaveLength(1);
    expect(explanations[0]).toMatchObject({
      kpi: 'heatInput',
      group: registered.at(-1),
      point: 'heatInput',
      parameters: { process: '135' },
      window: { tier: 'a', over: 'panel', rule: { en: 'the current panel, arc on' } },
      inputs: [
        'welding/mpm01/f01/arcPower',
        'welding/mpm01/f01/arcOn',
        'welding/mpm01/line/travelSpeed',
        'welding/mpm01/line/panelId',
        'welding/mpm01/line/panelPosition',
      ],
    });
    expect(explanations[0]?.formula.en).toContain('k *');
    expect(explanations[0]?.standard.en).toContain('ISO/TR 18491');
    expect(explanations[0]?.description.en).toContain('eat input');
  });

  test('tells a group without a number and leaves it out', () => {
    const sections = { kpis: kpisSchema.parse([heatInput]), calculated: [] };
    const { issues, outputGroups, explanations } = compileSite({
      groups: testDirectory(groups).groups,
      sections,
      site: testSite,
    });
    expect(outputGroups).toEqual([]);
    expect(explanations).toEqual([]);
    expect(issues[0]).toEqual({
      section: 'kpis',
      path: [],
      found: 'group seamwatt/demo/welding/mpm01/f01#kpi without a number',
      expected: 'a registered group',
    });
    expect(issues[1]?.found).toBe('heatInput of welding/mpm01/f01');
  });

  test('the same configuration gives the same program, another parameter another', () => {
    const id = (entry: object): string =>
      compileTestSite({ groups, kpis: [entry] }).program.programId;
    expect(id(heatInput)).toMatch(/^[0-9a-f]{64}$/);
    expect(id(heatInput)).toBe(id({ ...heatInput, parameters: { process: '135' } }));
    expect(id(heatInput)).not.toBe(id({ ...heatInput, parameters: { process: '121' } }));
    expect(id(heatInput)).not.toBe(id({ ...heatInput, equipment: 'welding/mpm01/f02' }));
  });

  test('a site without KPIs computes nothing', () => {
    const { program } = compileTestSite({ groups });
    expect(program.outputs).toEqual([]);
    expect(tickProgram(program, 1000)).toEqual({});
  });
});
