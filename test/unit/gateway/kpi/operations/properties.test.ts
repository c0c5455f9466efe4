// Goal: the time of a day by its elements is that of all frames together. Method: random states, modes, orders and calendars with
// gaps and bad samples, beside a computation that keeps no state.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RegisteredGroup } from '../../../../../gateway/core/point.ts';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import { elementOf } from '../../../../../gateway/kpi/operations/time-elements.ts';
import { type TestSample, testGroup } from '../../../../support/entry-batch.ts';
import { compileTestSite, feed, tickProgram } from '../../../../support/program-feed.ts';
import { runsOf, testSeed } from '../../../../support/seed.ts';

const minuteMs = 60_000;
const line = 'welding/mpm01/line';
const states = { executing: 4, notExecuting: 1, outOfService: 8, notAvailable: 0 } as const;
const modes = { processing: 1, setup: 0, maintenance: 2, none: 9 } as const;
type State = keyof typeof states;
type Mode = keyof typeof modes;

const mostly = fc.oneof({ weight: 8, arbitrary: fc.constant(true) }, fc.constant(false));
const frame = fc.record({
  stepMinutes: fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: 1, max: 3 }) },
    fc.integer({ min: 4, max: 30 }),
  ),
  state: fc.constantFrom<(State | 'unheard')[]>(...(Object.keys(states) as State[]), 'unheard'),
  mode: fc.constantFrom<(Mode | 'unheard')[]>(...(Object.keys(modes) as Mode[]), 'unheard'),
  isStateGood: mostly,
  isModeGood: mostly,
  hasOrder: fc.boolean(),
  isPlannedBusy: fc.boolean(),
});
type Frame = typeof frame extends fc.Arbitrary<infer T> ? T : never;

const naive = (frames: readonly Frame[]): { readonly [element: string]: number } => {
  const minutes: Record<string, number> = { elapsed: 0 };
  const add = (name: string, more: number): void => {
    minutes[name] = (minutes[name] ?? 0) + more;
  };
  let mode: Mode | 'unheard' = 'unheard';
  for (const [index, from] of frames.slice(0, -1).entries()) {
    const { hasOrder, isPlannedBusy, stepMinutes } = frames[index + 1] as Frame;
    if (from.isModeGood) ({ mode } = from);
    add('elapsed', stepMinutes);
    const state = from.isStateGood ? from.state : 'unheard';
    if (stepMinutes > 3 || state === 'unheard' || mode === 'unheard') continue;
    add(elementOf({ state, mode, hasOrder, isPlannedBusy }), stepMinutes);
  }
  return minutes;
};

const unheardOf = 77;

test('time elements are those of all frames together', () => {
  let found = 0;
  const frames = fc.array(frame, { minLength: 2, maxLength: 80, size: 'max' });
  fc.assert(
    fc.property(frames, (given) => {
      const points = ['state', 'mode', 'orderRegistered', 'plannedBusy'];
      const parameters = { states: { outOfService: [8] }, modes: { none: [9] } };
      const { program, groups } = compileTestSite({
        groups: [
          testGroup({
            ...{ equipment: 'line', equipmentClass: 'weld_line', periodMs: minuteMs },
            channels: points,
          }),
        ],
        kpis: [{ kpi: 'timeElements', equipment: line, parameters }],
      });
      const [group] = groups as [RegisteredGroup];
      let minute = 0;
      for (const one of given) {
        minute += one.stepMinutes;
        const sample = (value: number, isGood: boolean): TestSample =>
          isGood ? value : { value, status: statusCodes.badTimeout };
        const values = {
          state: sample(one.state === 'unheard' ? unheardOf : states[one.state], one.isStateGood),
          mode: sample(one.mode === 'unheard' ? unheardOf : modes[one.mode], one.isModeGood),
          orderRegistered: one.hasOrder ? 1 : 0,
          plannedBusy: one.isPlannedBusy ? 1 : 0,
        };
        feed(program, [{ group, timeMs: minute * minuteMs, values }]);
      }
      const results = tickProgram(program, minute * minuteMs);
      const { elapsed = 0, ...wanted } = naive(given);
      const of = (name: string) => results[`${line}/timeElements${name}`];
      const known = Object.values(wanted).reduce((sum, minutes) => sum + minutes, 0);
      expect(of('.coverage')?.value).toBeCloseTo(elapsed > 0 ? known / elapsed : 0, 9);
      if (of('')?.status === statusCodes.badNoData) return;
      found += 1;
      expect(of('')?.value).toBeCloseTo(wanted['apt'] ?? 0, 9);
      for (const name of ['aust', 'adet', 'adot', 'apmt', 'other']) {
        expect(of(`.${name}`)?.value, name).toBeCloseTo(wanted[name] ?? 0, 9);
      }
    }),
    { seed: testSeed(), numRuns: runsOf(150) },
  );
  expect(found).toBeGreaterThan(runsOf(75));
});
