import { describe, expect, test } from 'vitest';
import type { RegisteredGroup } from '../../../../../gateway/core/point.ts';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import { oeeRatios } from '../../../../../gateway/kpi/operations/oee.ts';
import { elementOf } from '../../../../../gateway/kpi/operations/time-elements.ts';
import { type TestSample, testGroup } from '../../../../support/entry-batch.ts';
import {
  compileTestSite,
  feed,
  type Result,
  tickProgram,
} from '../../../../support/program-feed.ts';

const line = 'welding/mpm01/line';
const bad = { value: 0, status: statusCodes.badTimeout };
const minuteMs = 60_000;

const lineOf = (
  options: { readonly points?: readonly string[]; readonly parameters?: object } = {},
) => {
  const { points = [], parameters = {} } = options;
  const { program, groups } = compileTestSite({
    groups: [
      testGroup({
        ...{ equipment: 'line', equipmentClass: 'weld_line', periodMs: minuteMs },
        channels: [
          ...['state', 'mode'],
          ...points.map((point) => ({
            point,
            unit: point.endsWith('Time') || point.endsWith('Item') ? 'min' : '1',
          })),
        ],
      }),
    ],
    kpis: [
      { kpi: 'timeElements', equipment: line, parameters },
      { kpi: 'oee', equipment: line },
    ],
  });
  const [group] = groups as [RegisteredGroup];
  let minute = 0;
  return {
    /** One sample a minute for so many minutes. */
    run: (minutes: number, values: Readonly<Record<string, TestSample>>): void => {
      for (let count = 0; count < minutes; count++) {
        feed(program, [{ group, timeMs: minute * minuteMs, values }]);
        minute += 1;
      }
    },
    wait: (minutes: number): void => {
      minute += minutes;
    },
    tick: (dayStartMs = 0): Readonly<Record<string, Result>> =>
      tickProgram(program, minute * minuteMs, dayStartMs),
  };
};

const value = (results: Readonly<Record<string, Result>>, point: string): number | undefined =>
  results[`${line}/${point}`]?.value;
const status = (results: Readonly<Record<string, Result>>, point: string): number | undefined =>
  results[`${line}/${point}`]?.status;

const welding = { state: 4, mode: 1 };
const setup = { state: 4, mode: 0 };
const off = { state: 0, mode: 1 };

describe('time elements (section 3.10)', () => {
  const now = { hasOrder: false, isPlannedBusy: false };
  test.each([
    ['apt', 'executing', 'processing', now],
    ['aust', 'executing', 'setup', now],
    ['adet', 'outOfService', 'processing', now],
    ['adet', 'notAvailable', 'processing', now],
    ['adet', 'notExecuting', 'none', { ...now, hasOrder: true }],
    ['adet', 'notExecuting', 'setup', { ...now, hasOrder: true }],
    ['other', 'notExecuting', 'processing', now],
    ['adot', 'notExecuting', 'none', { ...now, isPlannedBusy: true }],
    ['adot', 'outOfService', 'none', { ...now, isPlannedBusy: true }],
    ['adot', 'notAvailable', 'none', { ...now, isPlannedBusy: true }],
    ['other', 'outOfService', 'none', { hasOrder: true, isPlannedBusy: true }],
    ['other', 'outOfService', 'none', now],
    ['other', 'executing', 'none', { ...now, isPlannedBusy: true }],
    ['apmt', 'executing', 'maintenance', now],
    ['apmt', 'notExecuting', 'maintenance', { ...now, hasOrder: true }],
  ] as const)('%s while %s, %s', (element, state, mode, plan) => {
    expect(elementOf({ state, mode, ...plan })).toBe(element);
  });

  test('add up from sample to sample', () => {
    const machine = lineOf();
    machine.run(10, welding);
    machine.run(3, setup);
    machine.run(2, off);
    machine.run(4, { state: 1, mode: 1 });
    machine.run(5, { state: 4, mode: 2 });
    machine.run(1, welding);
    const results = machine.tick();
    const minutes = [
      'timeElements',
      ...['aust', 'adet', 'apmt', 'other', 'adot'].map((part) => `timeElements.${part}`),
    ];
    expect(minutes.map((point) => value(results, point))).toEqual([10, 3, 2, 5, 4, 0]);
    expect(value(results, 'timeElements.coverage')).toBe(1);
    expect(status(results, 'timeElements.aust')).toBe(statusCodes.good);
  });

  test('need an order and a calendar to tell delay from down time', () => {
    const machine = lineOf({
      points: ['orderRegistered', 'plannedBusy'],
      parameters: { modes: { none: [9] } },
    });
    machine.run(5, { state: 1, mode: 9, orderRegistered: 1, plannedBusy: 1 });
    machine.run(4, { state: 1, mode: 9, orderRegistered: 0, plannedBusy: 1 });
    machine.run(1, { state: 1, mode: 9, orderRegistered: 0, plannedBusy: 0 });
    const results = machine.tick();
    // The plan is read at the end of each minute.
    expect(value(results, 'timeElements.adet')).toBe(4);
    expect(value(results, 'timeElements.adot')).toBe(4);
    expect(value(results, 'timeElements.other')).toBe(1);
  });

  test('a mode that is not told is the last one; a state that is not told is no time at all', () => {
    const machine = lineOf();
    machine.run(5, welding);
    machine.run(2, { state: 0, mode: bad });
    machine.run(3, { state: bad, mode: 1 });
    machine.run(1, welding);
    const results = machine.tick();
    expect(value(results, 'timeElements')).toBe(5);
    expect(value(results, 'timeElements.adet')).toBe(2);
    expect(value(results, 'timeElements.coverage')).toBeCloseTo(0.7, 12);
    expect(status(results, 'timeElements')).toBe(statusCodes.uncertain);
  });

  test('silence is not filled in', () => {
    const machine = lineOf();
    machine.run(5, welding);
    machine.wait(10);
    machine.run(2, welding);
    const results = machine.tick();
    expect(value(results, 'timeElements')).toBe(5);
    expect(value(results, 'timeElements.coverage')).toBeCloseTo(5 / 16, 12);
  });

  test('begin anew with the day', () => {
    const machine = lineOf();
    machine.run(5, welding);
    machine.tick();
    machine.run(1, welding);
    expect(status(machine.tick(minuteMs), 'timeElements')).toBe(statusCodes.badNoData);
    machine.run(3, welding);
    expect(value(machine.tick(minuteMs), 'timeElements')).toBe(3);
  });
});

describe('OEE and its companions (section 3.10)', () => {
  const rounded = (ratios: ReturnType<typeof oeeRatios>) =>
    Object.fromEntries(
      Object.entries(ratios).map(([name, item]) => [name, Number(item.toFixed(5))]),
    );

  test('of the example', () => {
    const terms = { apt: 400, aust: 20, adet: 40, pbt: 480, pq: 14, gq: 13, pri: 25 };
    expect(rounded(oeeRatios(terms))).toEqual({
      ...{ availability: 0.83333, effectiveness: 0.875, quality: 0.92857 },
      ...{ oee: 0.67708, nee: 0.71094, technicalEfficiency: 0.90909 },
      ...{ utilisation: 0.86957, allocation: 0.95833, setup: 0.04762 },
    });
  });

  const planned = ['plannedBusyTime', 'producedQuantity', 'goodQuantity', 'plannedRunTimePerItem'];
  const day = (
    machine: ReturnType<typeof lineOf>,
    plan: Readonly<Record<string, number>>,
  ): void => {
    machine.run(400, { ...welding, ...plan });
    machine.run(20, { ...setup, ...plan });
    machine.run(40, { ...off, ...plan });
    machine.run(1, { state: 1, mode: 1, ...plan });
  };
  const plan = {
    plannedBusyTime: 480,
    producedQuantity: 14,
    goodQuantity: 13,
    plannedRunTimePerItem: 25,
  };

  test('from the machine, a calendar and an MES', () => {
    const machine = lineOf({ points: planned });
    day(machine, plan);
    const results = machine.tick();
    expect(value(results, 'oee')).toBeCloseTo(0.67708, 5);
    expect(value(results, 'oee.nee')).toBeCloseTo(0.71094, 5);
    expect(value(results, 'oee.setup')).toBeCloseTo(0.04762, 5);
    expect(value(results, 'oee.isSlackPlan')).toBe(0);
    expect(value(results, 'oee.missing')).toBe(0);
    expect(status(results, 'oee')).toBe(statusCodes.good);
  });

  test('effectiveness above 1 is flagged, not clamped', () => {
    const machine = lineOf({ points: planned });
    day(machine, { ...plan, plannedRunTimePerItem: 40 });
    const results = machine.tick();
    expect(value(results, 'oee.effectiveness')).toBeCloseTo(1.4, 12);
    expect(value(results, 'oee.isSlackPlan')).toBe(1);
  });

  test('without plan and quantities say what is missing, and give what needs none', () => {
    const machine = lineOf({ points: ['producedQuantity', 'goodQuantity'] });
    day(machine, { producedQuantity: 14, goodQuantity: 13 });
    const results = machine.tick();
    expect(status(results, 'oee')).toBe(statusCodes.badNoData);
    expect(value(results, 'oee.missing')).toBe(0b1001);
    expect(status(results, 'oee.availability')).toBe(statusCodes.badNoData);
    expect(value(results, 'oee.quality')).toBeCloseTo(0.92857, 5);
    expect(value(results, 'oee.technicalEfficiency')).toBeCloseTo(0.90909, 5);
    expect(status(results, 'oee.utilisation')).toBe(statusCodes.good);
  });
});
