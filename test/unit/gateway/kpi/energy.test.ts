import { describe, expect, test } from 'vitest';
import type { RegisteredGroup } from '../../../../gateway/core/point.ts';
import { statusCodes } from '../../../../gateway/core/quality.ts';
import type { HotPathProgram } from '../../../../gateway/hot-path/program.ts';
import { eastChina2021 } from '../../../../gateway/kpi/carbon/emission-factors.ts';
import { type TestSample, testGroup } from '../../../support/entry-batch.ts';
import { compileTestSite, feed, tickProgram } from '../../../support/program-feed.ts';

const site = 'park/energy/site';
const hourMs = 3_600_000;
const day = 1_700_000_000_000;

type Park = {
  readonly program: HotPathProgram;
  inverter(index: number, timeMs: number, energy: TestSample): void;
  meter(timeMs: number, values: Readonly<Record<string, TestSample>>): void;
};

const park = (kpis: readonly object[], options: { readonly rolloverAt?: number } = {}): Park => {
  const inverter = (equipment: string) =>
    testGroup({
      area: 'park',
      line: 'pv',
      equipment,
      equipmentClass: 'pv_inverter',
      periodMs: 1000,
      channels: [{ point: 'energyTotal', kind: 'counter', unit: 'Wh', ...options }],
    });
  const { program, groups } = compileTestSite({
    groups: [
      inverter('inv01'),
      inverter('inv02'),
      testGroup({
        area: 'park',
        line: 'meters',
        equipment: 'grid',
        equipmentClass: 'meter',
        periodMs: 1000,
        channels: [
          { point: 'energyImport', kind: 'counter', unit: 'kWh' },
          { point: 'energyExport', kind: 'counter', unit: 'kWh' },
        ],
      }),
      testGroup({
        area: 'park',
        line: 'meters',
        equipment: 'load',
        equipmentClass: 'meter',
        periodMs: 1000,
        channels: [{ point: 'energyImport', kind: 'counter', unit: 'kWh' }],
      }),
    ],
    kpis: kpis.map((entry) => ({ equipment: site, ...entry })),
  });
  const [first, second, grid] = groups as [RegisteredGroup, RegisteredGroup, RegisteredGroup];
  return {
    program,
    inverter: (index, timeMs, energy) => {
      const group = index === 0 ? first : second;
      feed(program, [{ group, timeMs, values: { energyTotal: energy } }]);
    },
    meter: (timeMs, values) => {
      feed(program, [{ group: grid, timeMs, values }]);
    },
  };
};

describe('register energies', () => {
  test('sum the steps of all inverters since the start of the day', () => {
    const { program, inverter } = park([{ kpi: 'pvEnergy' }]);
    inverter(0, day, 5_000_000);
    inverter(1, day, 70_000);
    tickProgram(program, day, day);
    inverter(0, day + hourMs, 5_100_000);
    inverter(1, day + hourMs, 120_500);
    const results = tickProgram(program, day + hourMs, day);
    expect(results[`${site}/pvEnergy`]).toEqual({ value: 150.5, status: statusCodes.good });
    expect(results[`${site}/pvEnergy.coverage`]).toEqual({ value: 1, status: statusCodes.good });
  });

  test('take grid import and export from the grid meter only', () => {
    const { program, meter } = park([{ kpi: 'gridImport' }, { kpi: 'gridExport' }]);
    meter(day, { energyImport: 100, energyExport: 7 });
    tickProgram(program, day, day);
    meter(day + hourMs, { energyImport: 130, energyExport: 9.5 });
    const results = tickProgram(program, day + hourMs, day);
    expect(results[`${site}/gridImport`]?.value).toBe(30);
    expect(results[`${site}/gridExport`]?.value).toBe(2.5);
  });

  test('count over the end of the register', () => {
    const { program, inverter } = park([{ kpi: 'pvEnergy' }], { rolloverAt: 2 ** 32 });
    inverter(0, day, 4_294_960_000);
    inverter(1, day, 0);
    tickProgram(program, day, day);
    inverter(0, day + hourMs, 1500);
    inverter(1, day + hourMs, 0);
    expect(tickProgram(program, day + hourMs, day)[`${site}/pvEnergy`]).toEqual({
      value: 8.796,
      status: statusCodes.good,
    });
  });

  test('a reset register invents nothing, covers nothing and is uncertain for the day', () => {
    const { program, inverter } = park([{ kpi: 'pvEnergy' }]);
    inverter(0, day, 9000);
    inverter(1, day, 0);
    tickProgram(program, day, day);
    inverter(0, day + hourMs, 400);
    inverter(1, day + hourMs, 0);
    inverter(0, day + 2 * hourMs, 1400);
    inverter(1, day + 2 * hourMs, 0);
    const results = tickProgram(program, day + 2 * hourMs, day);
    expect(results[`${site}/pvEnergy`]).toEqual({ value: 1, status: statusCodes.uncertain });
    expect(results[`${site}/pvEnergy.coverage`]?.value).toBe(0.75);
    const nextDay = day + 24 * hourMs;
    inverter(0, nextDay, 1400);
    inverter(1, nextDay, 0);
    tickProgram(program, nextDay, nextDay);
    inverter(0, nextDay + 1000, 2400);
    inverter(1, nextDay + 1000, 0);
    expect(tickProgram(program, nextDay + 1000, nextDay)[`${site}/pvEnergy`]).toEqual({
      value: 1,
      status: statusCodes.good,
    });
  });

  test('a register faster than the largest power was replaced', () => {
    const { program, inverter } = park([{ kpi: 'pvEnergy', parameters: { maximumPowerKw: 100 } }]);
    inverter(0, day, 0);
    inverter(1, day, 0);
    tickProgram(program, day, day);
    inverter(0, day + hourMs, 100_000);
    // An hour that it may have stood before it was first read, and the hour since.
    inverter(1, day + hourMs, 200_001);
    const results = tickProgram(program, day + hourMs, day);
    expect(results[`${site}/pvEnergy`]).toEqual({ value: 100, status: statusCodes.uncertain });
  });

  test('begin anew with the day of the site', () => {
    const { program, inverter } = park([{ kpi: 'pvEnergy' }]);
    for (const index of [0, 1]) inverter(index, day, 1000);
    tickProgram(program, day, day);
    for (const index of [0, 1]) inverter(index, day + hourMs, 6000);
    expect(tickProgram(program, day + hourMs, day)[`${site}/pvEnergy`]?.value).toBe(10);
    const next = day + 2 * hourMs;
    for (const index of [0, 1]) inverter(index, next - 500, 7000);
    const atMidnight = tickProgram(program, next, next);
    expect(atMidnight[`${site}/pvEnergy`]).toEqual({ value: 0, status: statusCodes.good });
    for (const index of [0, 1]) inverter(index, next + 1000, 7001);
    const results = tickProgram(program, next + 1000, next);
    expect(results[`${site}/pvEnergy`]?.value).toBeCloseTo(0.002, 14);
    expect(results[`${site}/pvEnergy.coverage`]?.value).toBe(1);
  });

  test('what was counted while the gateway stood over midnight is in the new day', () => {
    const { program, inverter } = park([{ kpi: 'pvEnergy' }]);
    for (const index of [0, 1]) inverter(index, day, 1000);
    tickProgram(program, day, day);
    const midnight = day + 4 * hourMs;
    for (const index of [0, 1]) inverter(index, midnight + hourMs, 3000);
    const results = tickProgram(program, midnight + hourMs, midnight);
    expect(results[`${site}/pvEnergy`]).toEqual({ value: 4, status: statusCodes.good });
    expect(results[`${site}/pvEnergy.coverage`]?.value).toBe(1);
  });

  test('a dead inverter lowers the coverage until its register tells what it counted', () => {
    const { program, inverter } = park([{ kpi: 'pvEnergy' }]);
    for (const index of [0, 1]) inverter(index, day, 0);
    tickProgram(program, day, day);
    inverter(0, day + hourMs, 1000);
    inverter(1, day + hourMs, { value: 0, status: statusCodes.badTimeout });
    const dead = tickProgram(program, day + hourMs, day);
    expect(dead[`${site}/pvEnergy`]).toEqual({ value: 1, status: statusCodes.uncertain });
    expect(dead[`${site}/pvEnergy.coverage`]?.value).toBe(0.5);
    inverter(0, day + 2 * hourMs, 2000);
    inverter(1, day + 2 * hourMs, 2000);
    const alive = tickProgram(program, day + 2 * hourMs, day);
    expect(alive[`${site}/pvEnergy`]).toEqual({ value: 4, status: statusCodes.good });
    expect(alive[`${site}/pvEnergy.coverage`]?.value).toBe(1);
  });

  test('readings up to three periods old still cover', () => {
    const { program, meter } = park([{ kpi: 'gridImport' }]);
    meter(day, { energyImport: 1 });
    tickProgram(program, day, day);
    meter(day + 7000, { energyImport: 2 });
    const coverage = `${site}/gridImport.coverage`;
    expect(tickProgram(program, day + 10_000, day)[coverage]?.value).toBe(1);
    expect(tickProgram(program, day + 10_001, day)[coverage]?.value).toBeCloseTo(7 / 10.001, 14);
  });

  test('an uncertain reading makes the day uncertain', () => {
    const { program, meter } = park([{ kpi: 'gridImport' }]);
    meter(day, { energyImport: 1 });
    tickProgram(program, day, day);
    meter(day + 1000, { energyImport: { value: 3, status: statusCodes.uncertain } });
    meter(day + 2000, { energyImport: 4 });
    expect(tickProgram(program, day + 2000, day)[`${site}/gridImport`]).toEqual({
      value: 3,
      status: statusCodes.uncertain,
    });
  });

  test('nothing measured is no energy of 0', () => {
    const { program } = park([{ kpi: 'pvEnergy' }]);
    const results = tickProgram(program, day + 1000, day);
    expect(results[`${site}/pvEnergy`]).toEqual({ value: 0, status: statusCodes.badNoData });
    expect(results[`${site}/pvEnergy.coverage`]?.value).toBe(0);
  });

  test('a start in the middle of the day covers only the rest of it', () => {
    const { program, meter } = park([{ kpi: 'gridImport' }]);
    tickProgram(program, day + hourMs, day);
    meter(day + hourMs, { energyImport: 50 });
    meter(day + 2 * hourMs, { energyImport: 60 });
    const results = tickProgram(program, day + 2 * hourMs, day);
    expect(results[`${site}/gridImport`]).toEqual({ value: 10, status: statusCodes.uncertain });
    expect(results[`${site}/gridImport.coverage`]?.value).toBe(0.5);
  });
});

describe('self-consumption and avoided CO2', () => {
  // A year's energy in an hour.
  const parameters = { maximumPowerKw: 10_000_000 };
  const kpis = [
    { kpi: 'avoidedCo2' },
    { kpi: 'selfConsumption' },
    { kpi: 'gridExport', parameters },
    { kpi: 'pvEnergy', parameters },
  ];

  const yearOf = (pv: number, exported: number, entries: readonly object[] = kpis) => {
    const { program, inverter, meter } = park(entries);
    for (const index of [0, 1]) inverter(index, day, 0);
    meter(day, { energyImport: 0, energyExport: 0 });
    tickProgram(program, day, day);
    for (const index of [0, 1]) inverter(index, day + hourMs, (pv * 1000) / 2);
    meter(day + hourMs, { energyImport: 0, energyExport: exported });
    return tickProgram(program, day + hourMs, day);
  };

  test('§2 follow from the same tick of the KPIs that they read: 0.92824 of photovoltaics is used on site', () => {
    const results = yearOf(5_701_200, 409_100);
    expect(results[`${site}/selfConsumption`]?.value).toBeCloseTo(0.92824, 5);
    expect(results[`${site}/selfConsumption`]?.status).toBe(statusCodes.good);
    expect(results[`${site}/avoidedCo2`]?.value).toBeCloseTo((5_701_200 - 409_100) * 0.5992, 6);
  });

  test('5130 MWh saved in East China avoid 3073.9 t', () => {
    expect(eastChina2021.value).toBe(0.5992);
    const results = yearOf(5_130_000, 0);
    expect((results[`${site}/avoidedCo2`]?.value ?? 0) / 1000).toBeCloseTo(3073.896, 9);
  });

  test('take another factor with its source', () => {
    const factor = { id: 'cn-jiangsu-2022-average', value: 0.5978, source: 'MEE and NBS' };
    const entries = [
      ...kpis.filter(({ kpi }) => kpi !== 'avoidedCo2'),
      { kpi: 'avoidedCo2', parameters: { factor } },
    ];
    const results = yearOf(5_130_000, 0, entries);
    expect((results[`${site}/avoidedCo2`]?.value ?? 0) / 1000).toBeCloseTo(3066.714, 9);
  });

  test('have no share of nothing', () => {
    expect(yearOf(0, 0)[`${site}/selfConsumption`]).toEqual({
      value: 0,
      status: statusCodes.badNoData,
    });
    expect(yearOf(0, 0)[`${site}/avoidedCo2`]).toEqual({ value: 0, status: statusCodes.good });
  });

  test('are as little covered as the least of their inputs, and bad with it', () => {
    const { program, inverter, meter } = park(kpis);
    for (const index of [0, 1]) inverter(index, day, 0);
    tickProgram(program, day, day);
    for (const index of [0, 1]) inverter(index, day + hourMs, 1000);
    const without = tickProgram(program, day + hourMs, day);
    expect(without[`${site}/avoidedCo2`]).toEqual({ value: 0, status: statusCodes.badNoData });
    expect(without[`${site}/avoidedCo2.coverage`]?.value).toBe(0);
    meter(day + hourMs, { energyExport: 0 });
    for (const index of [0, 1]) inverter(index, day + 2 * hourMs, 1000);
    meter(day + 2 * hourMs, { energyExport: 1 });
    const half = tickProgram(program, day + 2 * hourMs, day);
    expect(half[`${site}/selfConsumption`]).toEqual({ value: 0.5, status: statusCodes.uncertain });
    expect(half[`${site}/selfConsumption.coverage`]?.value).toBe(0.5);
  });
});
