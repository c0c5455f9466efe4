import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RegisteredGroup } from '../../../../gateway/core/point.ts';
import { statusCodes } from '../../../../gateway/core/quality.ts';
import { Screening } from '../../../../gateway/runtime/screening/screening.ts';
import { testGroup } from '../../../support/entry-batch.ts';
import { compileTestSite, feed, type Result, tickProgram } from '../../../support/program-feed.ts';
import { runsOf, testSeed } from '../../../support/seed.ts';

const day = 1_700_000_000_000;
const secondMs = 1000;
const site = 'park/energy/site';
const rolloverAt = 2 ** 32;

type Reading = { readonly value: number; readonly isBroken?: boolean };
type Meter = { readonly unit?: string; readonly maximumRatePerSecond?: number };

/** Reads the register once a second, as it comes through the screening; the KPI at the end and what screening said. */
const count = (
  readings: readonly Reading[],
  meter: Meter = {},
  kpi: object = {},
  rules?: object,
  periodMs = secondMs,
) => {
  const { program, groups } = compileTestSite({
    groups: [
      testGroup({
        ...{ area: 'park', line: 'meters', equipment: 'grid', equipmentClass: 'meter' },
        periodMs,
        channels: [
          { point: 'energyImport', kind: 'counter', unit: 'Wh', rolloverAt, ...meter },
          { point: 'energyExport', kind: 'counter', unit: 'Wh' },
        ],
      }),
    ],
    kpis: [{ kpi: 'gridImport', equipment: site, ...kpi }],
    ...(rules === undefined ? {} : { screening: rules }),
  });
  const group = groups[0] as RegisteredGroup;
  const events: { readonly code: string; readonly en: string; readonly zh: string }[] = [];
  let nowMs = day;
  const screening = new Screening({
    groups: [group],
    sections: { screening: rules },
    clock: { monotonicMs: () => nowMs },
    event: ({ code, text }) => events.push({ code, ...text }),
  });
  const statuses: number[] = [];
  for (const [second, { value }] of readings.entries()) {
    nowMs = day + second * periodMs;
    const values = Float64Array.of(value, 0);
    const raw = { groupIndex: 0, timeMs: nowMs, receivedMs: nowMs, values };
    const [status = 0] = screening.frame(group, { ...raw, status: Uint32Array.of(0, 0) }, false);
    statuses.push(status);
    feed(program, [{ group, timeMs: nowMs, values: { energyImport: { value, status } } }]);
    if (second === 0) tickProgram(program, nowMs, day);
  }
  const results = tickProgram(program, nowMs, day);
  return {
    kpi: results[`${site}/gridImport`] as Result,
    coverage: results[`${site}/gridImport.coverage`]?.value,
    events,
    statuses,
    quality: screening.qualityOf(group.pointNumbers[0] as never),
  };
};

/** The oracle: what was counted between two readings of which neither begins another line. */
const measuredKwh = (readings: readonly Reading[]): number =>
  readings
    .slice(1)
    .map(({ value, isBroken }, index) => {
      const last = readings[index]?.value ?? 0;
      if (isBroken) return 0;
      return value < last ? rolloverAt - last + value : value - last;
    })
    .reduce((sum, step) => sum + step, 0) / 1000;

const counting = (
  from: number,
  seconds: number,
  offset: (second: number) => number,
): readonly Reading[] =>
  Array.from({ length: seconds }, (_, second) => ({
    value: (from + second * 10 + offset(second) + rolloverAt) % rolloverAt,
    isBroken: second > 0 && offset(second) !== offset(second - 1),
  }));

describe('a register that jumps', () => {
  test.each([
    ['ahead', 50_000_000, (second: number) => (second < 60 ? 0 : 100_000_000), 1],
    ['back', 50_000_000, (second: number) => (second < 60 ? 0 : -20_000_000), 1],
    [
      'ahead and back',
      50_000_000,
      (second: number) => (second < 60 || second >= 90 ? 0 : 100_000_000),
      2,
    ],
    ['for one reading', 50_000_000, (second: number) => (second === 60 ? 100_000_000 : 0), 2],
    ['to 0', 50_000_000, (second: number) => (second < 60 ? 0 : -50_000_600), 1],
  ])('%s adds nothing, and counting goes on', (_, from, offset, breaks) => {
    const readings = counting(from, 120, offset);
    const { kpi, coverage, statuses, quality, events } = count(readings);
    expect(kpi.value).toBeCloseTo((119 - breaks) * 0.01, 9);
    expect(kpi.value).toBeCloseTo(measuredKwh(readings), 9);
    expect(kpi.status).toBe(statusCodes.uncertain);
    expect(coverage).toBeCloseTo(1 - breaks / 119, 9);
    expect(quality?.preventedKwh).toBeGreaterThan(0);
    const { replaced = 0, reset = 0 } = quality?.marks ?? {};
    expect(replaced + reset).toBe(breaks);
    expect(
      statuses.filter((status) => status === statusCodes.uncertainSensorNotAccurate),
    ).toHaveLength(replaced);
    expect(events).toHaveLength(1);
  });

  test('is told of with meter, size and reason', () => {
    const readings = counting(50_000_000, 70, (second) => (second < 60 ? 0 : 100_000_000));
    const { events, quality } = count(readings);
    expect(events.map(({ code }) => code)).toEqual(['counter-replaced']);
    const [event] = events;
    expect(event?.en).toContain('park/meters/grid/energyImport jumped by +100000010 Wh');
    expect(event?.en).toContain('at most 27800 Wh in 1.0 s');
    expect(event?.zh).toContain('park/meters/grid/energyImport 跳变 +100000010 Wh');
    expect(quality?.preventedKwh).toBeCloseTo(100_000.01, 9);
  });

  test('after it has stood for a day is not believed for that', () => {
    const stood = Array.from({ length: 24 * 60 }, () => ({ value: 50_000_000 }));
    const readings = [...stood, { value: 150_000_000 }, { value: 150_000_010 }];
    const { kpi, events } = count(
      readings,
      { maximumRatePerSecond: 10_000 },
      {},
      undefined,
      60_000,
    );
    expect(kpi).toEqual({ value: 0.01, status: statusCodes.uncertain });
    expect(events[0]?.en).toContain('at most 36600000 Wh in 3660.0 s');
  });

  test('by what it counted while nobody read it is believed, however long that was', () => {
    const readings = [{ value: 1000 }, { value: 1010 }, { value: 200_001_010 }];
    const daily = 24 * 3_600_000;
    const { kpi } = count(readings, { maximumRatePerSecond: 10_000 }, {}, undefined, daily);
    expect(kpi).toEqual({ value: 200_000.01, status: statusCodes.good });
  });

  test('at its end is counted through', () => {
    const readings = counting(rolloverAt - 605, 120, () => 0);
    const { kpi, coverage, events } = count(readings);
    expect(kpi).toEqual({ value: expect.closeTo(1.19, 9), status: statusCodes.good });
    expect(coverage).toBe(1);
    expect(events.map(({ code }) => code)).toEqual(['counter-rolled-over']);
  });

  test.each([
    ['by the unit', {}, {}, 30_000, 0.001],
    ['in kWh as in Wh', { unit: 'kWh' }, {}, 30, 1],
    ['by its profile', { maximumRatePerSecond: 100 }, {}, 101, 0.001],
    ['by the largest power of the KPI', {}, { parameters: { maximumPowerKw: 360 } }, 101, 0.001],
  ] as const)('is known %s', (_, meter, kpi, jump, stepKwh) => {
    const readings = [1000, 1001, 1001 + jump].map((value) => ({ value }));
    expect(count(readings, meter, kpi).kpi).toEqual({
      value: expect.closeTo(stepKwh, 9),
      status: statusCodes.uncertain,
    });
  });

  test('is believed where the profile says that so much may pass', () => {
    const readings = [1000, 1010, 31_010].map((value) => ({ value }));
    expect(count(readings, { maximumRatePerSecond: 40_000 }).kpi).toEqual({
      value: 30.01,
      status: statusCodes.good,
    });
  });

  test('is judged alike by screening and KPI where the site file says the rate', () => {
    const readings = [1000, 1010, 1121].map((value) => ({ value }));
    const rule = { points: 'park/meters/*/energyImport', maximumRatePerSecond: 100 };
    const { kpi, events } = count(readings, { maximumRatePerSecond: 5000 }, {}, { points: [rule] });
    expect(kpi).toEqual({ value: 0.01, status: statusCodes.uncertain });
    expect(events.map(({ code }) => code)).toEqual(['counter-replaced']);
  });

  test('anywhere, as often as it likes, adds only what was measured', () => {
    const jump = fc.record({
      atSecond: fc.integer({ min: 2, max: 118 }),
      by: fc.integer({ min: -40_000_000, max: 1_000_000_000 }).filter((by) => Math.abs(by) > 1e6),
    });
    fc.assert(
      fc.property(fc.array(jump, { maxLength: 5 }), (jumps) => {
        const offset = (second: number): number =>
          jumps.reduce((sum, { atSecond, by }) => sum + (second >= atSecond ? by : 0), 0);
        const readings = counting(1_000_000_000, 120, offset);
        const { kpi } = count(readings);
        expect(kpi.value).toBeCloseTo(measuredKwh(readings), 6);
      }),
      { seed: testSeed(), numRuns: runsOf(50) },
    );
  });
});
