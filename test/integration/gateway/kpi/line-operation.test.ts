// Goal: the time elements of ISO 22400-2 are those that the line has lived through. Method: a line that welds, is set up, maintained,
// idle and broken down; state and mode as its PLC shows them go into the program of the KPI, and the truth of the line is the judge.
import { beforeAll, expect, test } from 'vitest';
import type { RegisteredGroup } from '../../../../gateway/core/point.ts';
import { WeldingLine } from '../../../../simulators/welding-line/model.ts';
import type { OperationId } from '../../../../simulators/welding-line/operation.ts';
import { PlcImage } from '../../../../simulators/welding-line/plc-image.ts';
import { testGroup } from '../../../support/entry-batch.ts';
import { compileTestSite, feed, type Result, tickProgram } from '../../../support/program-feed.ts';

const startMs = Date.UTC(2023, 5, 21);
const stepMs = 100;
const line = 'welding/mpm01/line';

/** A panel of 200 mm is welded within 20 s and unloaded within 140 s. */
const history: readonly (readonly [OperationId, number])[] = [
  ['automatic', 10],
  ['out-of-service', 30],
  ['automatic', 110],
  ['setup', 90],
  ['maintenance', 60],
  ['idle', 50],
  ['automatic', 40],
];

/** Each element, in minutes, and the truth of the states, in seconds. */
const livedThrough = (
  hasOrder: boolean,
): { results: Readonly<Record<string, Result>>; seconds: Readonly<Record<string, number>> } => {
  const points = ['state', 'mode', 'orderRegistered', 'plannedBusy'];
  const { program, groups } = compileTestSite({
    groups: [
      testGroup({
        ...{ equipment: 'line', equipmentClass: 'weld_line', periodMs: stepMs },
        channels: points.map((point) => ({ point, unit: '1' })),
      }),
    ],
    kpis: [{ kpi: 'timeElements', equipment: line }],
  });
  const [group] = groups as [RegisteredGroup];
  const model = new WeldingLine({ seed: 2023, startMs, panelLengthMm: 200 });
  const image = new PlcImage(model);
  let timeMs = startMs;
  for (const [asked, seconds] of history) {
    model.operation.asked = asked;
    for (let step = 0; step < seconds * 10; step += 1) {
      timeMs += stepMs;
      model.advanceTo(timeMs);
      image.update();
      const registers = image.holding.read(7, 2) ?? Buffer.alloc(4);
      const values = {
        ...{ state: registers.readUInt16BE(0), mode: registers.readUInt16BE(2) },
        ...{ orderRegistered: hasOrder ? 1 : 0, plannedBusy: 1 },
      };
      feed(program, [{ group, timeMs, values }]);
    }
  }
  const { seconds } = model.truth()['operation'] as unknown as { seconds: Record<string, number> };
  return { results: tickProgram(program, timeMs), seconds };
};

let free: ReturnType<typeof livedThrough>;
let ordered: ReturnType<typeof livedThrough>;
beforeAll(() => {
  free = livedThrough(false);
  ordered = livedThrough(true);
});

const elements: readonly (readonly [string, boolean, readonly string[]])[] = [
  ['timeElements', false, ['Executing/Processing']],
  ['timeElements.aust', false, ['Executing/Setup']],
  ['timeElements.adet', false, ['OutOfService/Processing']],
  ['timeElements.adot', false, ['NotExecuting/None']],
  ['timeElements.apmt', false, ['NotExecuting/Maintenance']],
  ['timeElements.other', false, ['NotExecuting/Processing']],
  // With an order registered, what does not execute is delay, and nothing is down time.
  [
    'timeElements.adet',
    true,
    ['OutOfService/Processing', 'NotExecuting/Processing', 'NotExecuting/None'],
  ],
  ['timeElements.adot', true, []],
  ['timeElements.apmt', true, ['NotExecuting/Maintenance']],
];

test.each(elements)(
  '%s, with an order: %s, is the time in its states',
  (point, hasOrder, states) => {
    const { results, seconds } = hasOrder ? ordered : free;
    const meant = states.reduce((sum, state) => sum + (seconds[state] ?? 0), 0);
    if (states.length > 0) expect(meant).toBeGreaterThan(20);
    // A step at the beginning and at the end.
    const shown = 60 * (results[`${line}/${point}`]?.value ?? Number.NaN);
    expect(Math.abs(shown - meant)).toBeLessThan(0.25);
  },
);

test('no time is of a state that means nothing', () => {
  expect(free.results[`${line}/timeElements.coverage`]?.value).toBe(1);
});
