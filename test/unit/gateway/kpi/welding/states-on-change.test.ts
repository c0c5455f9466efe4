// Goal: a state that comes on change holds until its source says otherwise, however long it does. Method: a line that tells its
// states once and its place ten times a second for two minutes, as a subscription without unchanged values does; ticks each second.
import { describe, expect, test } from 'vitest';
import type { RegisteredGroup } from '../../../../../gateway/core/point.ts';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import { type TestSample, testGroup } from '../../../../support/entry-batch.ts';
import {
  compileTestSite,
  feed,
  type Result,
  tickProgram,
} from '../../../../support/program-feed.ts';

const seam = 'welding/mpm01/f01';
const line = 'welding/mpm01/line';
const runMs = 120_000;
/** Samples behind the watermark are too late to count, so that a state counts up to it. */
const latenessMs = 2000;
const good = statusCodes.good;

type At = readonly [
  timeMs: number,
  of: 'line' | 'seam',
  values: Readonly<Record<string, TestSample>>,
];

/** 0.6 m/min: 10 mm/s, told once. */
const beginning: readonly At[] = [
  [0, 'line', { panelId: 1, travelSpeed: 0.6, state: 4, mode: 1 }],
  [0, 'seam', { arcOn: 1, seamFound: 1, manualIntervention: 0 }],
];

const kpis = [
  ...['weldLength', 'seamLostRatio', 'seamLostLength', 'arcOnRatio'],
  ...['arcInterruptions', 'interventions', 'seamBins'],
].map((kpi) => ({ kpi, equipment: seam }));
const lineKpis = [
  { kpi: 'unmannedRatio', equipment: line },
  {
    ...{ kpi: 'timeElements', equipment: line },
    parameters: { states: { outOfService: [9] } },
  },
];

const run = (
  entries: readonly At[],
  options: {
    readonly isMoving?: boolean;
    readonly pausedMs?: number;
    /** Of the groups, as a subscription that has one, or polling that tells changes only. */
    readonly rhythm?: { readonly periodMs: number; readonly comesOnChange: boolean };
  } = {},
) => {
  const { isMoving = true, pausedMs = 0, rhythm = {} } = options;
  const { program, groups } = compileTestSite({
    groups: [
      testGroup({
        ...{ equipment: 'f01', equipmentClass: 'weld_seam', ...rhythm },
        channels: [
          { point: 'arcOn', kind: 'boolean' },
          { point: 'seamFound', kind: 'boolean' },
          { point: 'manualIntervention', kind: 'boolean' },
        ],
      }),
      testGroup({
        ...{ equipment: 'line', equipmentClass: 'weld_line', ...rhythm },
        channels: [
          { point: 'travelSpeed', unit: 'm/min' },
          { point: 'panelPosition', unit: 'mm' },
          { point: 'panelId', kind: 'string' },
          { point: 'state', kind: 'enum' },
          { point: 'mode', kind: 'enum' },
        ],
      }),
    ],
    kpis: [...kpis, ...lineKpis],
  });
  const [ofSeam, ofLine] = groups as [RegisteredGroup, RegisteredGroup];
  const lengths: number[] = [];
  let results: Readonly<Record<string, Result>> = {};
  for (let timeMs = 0; timeMs <= runMs; timeMs += 100) {
    for (const [atMs, of, values] of entries) {
      if (atMs === timeMs) {
        feed(program, [{ group: of === 'line' ? ofLine : ofSeam, timeMs, values }]);
      }
    }
    if (isMoving) {
      feed(program, [{ group: ofLine, timeMs, values: { panelPosition: timeMs / 100 } }]);
    }
    const isPaused = timeMs > 60_000 && timeMs < 60_000 + pausedMs;
    if (timeMs % 1000 !== 0 || isPaused) continue;
    results = tickProgram(program, timeMs);
    const length = results[`${seam}/bin.length`];
    if (length?.status === good) lengths.push(length.value);
  }
  return { of: (point: string): Result | undefined => results[point], lengths };
};

const isGood = (result: Result | undefined, value: number): void => {
  expect(result?.value).toBeCloseTo(value, 6);
  expect(result?.status).toBe(good);
};

describe('two minutes with states that come once', () => {
  test.each([
    ['without a period', undefined],
    ['with a period of their own', { periodMs: 100, comesOnChange: true }],
    ['with a long period of their own', { periodMs: 30_000, comesOnChange: true }],
  ])('are measured in all KPIs of states %s', (_, rhythm) => {
    const { of, lengths } = run(beginning, rhythm === undefined ? {} : { rhythm });
    isGood(of(`${seam}/weldLength`), 1.2);
    isGood(of(`${seam}/weldLength.coverage`), 1);
    isGood(of(`${seam}/seamLostRatio`), 0);
    isGood(of(`${seam}/arcOnRatio`), 1);
    isGood(of(`${seam}/arcInterruptions`), 0);
    isGood(of(`${seam}/interventions`), 0);
    isGood(of(`${line}/unmannedRatio`), 100);
    isGood(of(`${line}/unmannedRatio.arcTime`), 2);
    isGood(of(`${line}/timeElements`), (runMs - latenessMs) / 60_000);
    isGood(of(`${line}/timeElements.coverage`), 1);
    expect(lengths.length).toBeGreaterThan(100);
    for (const length of lengths) expect(length).toBeCloseTo(10, 6);
  });

  test('are out of date where frames should have come all the time', () => {
    const { of } = run(beginning, { rhythm: { periodMs: 100, comesOnChange: false } });
    expect(of(`${seam}/weldLength`)?.value).toBeLessThan(0.02);
    expect(of(`${line}/timeElements.coverage`)?.value).toBeLessThan(0.02);
  });

  test('count up to the watermark where nothing at all comes any more', () => {
    const { of } = run(beginning, { isMoving: false });
    isGood(of(`${seam}/weldLength`), 1.18);
    isGood(of(`${seam}/arcOnRatio`), 1);
    isGood(of(`${line}/unmannedRatio.arcTime`), 118 / 60);
  });

  test('change where they are told to, and to the millisecond', () => {
    const { of } = run([
      ...beginning,
      [30_000, 'seam', { seamFound: 0 }],
      [41_300, 'seam', { seamFound: 1 }],
      [50_000, 'seam', { manualIntervention: 1 }],
      [74_000, 'seam', { manualIntervention: 0 }],
      [100_000, 'line', { state: 9 }],
      [112_000, 'line', { state: 4 }],
      [90_000, 'seam', { arcOn: 0 }],
    ]);
    isGood(of(`${seam}/weldLength`), 0.9);
    isGood(of(`${seam}/seamLostRatio`), (100 * 11.3) / 90);
    isGood(of(`${seam}/seamLostLength`), 113);
    isGood(of(`${seam}/arcOnRatio`), 0.75);
    isGood(of(`${seam}/interventions`), 1);
    // The place of 49.9 s was the newest then.
    isGood(of(`${seam}/interventions.position`), 499);
    isGood(of(`${line}/unmannedRatio`), (100 * 66) / 90);
    isGood(of(`${line}/timeElements.failures`), 1);
    isGood(of(`${line}/timeElements.mttr`), 0.2);
  });

  test('a break in the arc is an interruption', () => {
    const { of } = run([
      ...beginning,
      [30_000, 'seam', { arcOn: 0 }],
      [33_000, 'seam', { arcOn: 1 }],
    ]);
    isGood(of(`${seam}/arcInterruptions`), 1);
  });

  test('a source that no longer knows ends them', () => {
    const bad = { value: 1, status: statusCodes.badNoCommunication };
    const { of } = run([...beginning, [60_000, 'seam', { arcOn: bad, seamFound: bad }]]);
    isGood(of(`${seam}/weldLength.coverage`), 0.5);
    expect(of(`${seam}/weldLength`)).toMatchObject({ status: statusCodes.uncertain });
    expect(of(`${seam}/weldLength`)?.value).toBeCloseTo(0.6, 6);
    isGood(of(`${seam}/seamLostRatio.coverage`), 0.5);
  });

  test('nobody knows what they were while the gateway did not run', () => {
    const { of } = run(beginning, { isMoving: false, pausedMs: 50_000 });
    isGood(of(`${seam}/arcOnRatio.coverage`), 68 / 118);
    expect(of(`${line}/timeElements.coverage`)?.value).toBeCloseTo(68 / 118, 6);
  });

  test('stand for the next panel as well', () => {
    const { of } = run([...beginning, [60_000, 'line', { panelId: 2 }]]);
    isGood(of(`${seam}/weldLength`), 0.6);
    isGood(of(`${seam}/arcOnRatio`), 1);
    isGood(of(`${line}/unmannedRatio.arcTime`), 1);
  });

  test('an uncertain state of the machine makes its day uncertain', () => {
    const state = { value: 4, status: statusCodes.uncertain };
    const { of } = run([...beginning, [60_000, 'line', { state }]]);
    expect(of(`${line}/timeElements`)?.status).toBe(statusCodes.uncertain);
  });
});
