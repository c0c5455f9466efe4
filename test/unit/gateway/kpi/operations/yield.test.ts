import { expect, test } from 'vitest';
import type { RegisteredGroup } from '../../../../../gateway/core/point.ts';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import { testGroup } from '../../../../support/entry-batch.ts';
import { compileTestSite, feed, tickProgram } from '../../../../support/program-feed.ts';

const seams = Array.from({ length: 20 }, (_, index) => `s${index + 1}`);
const line = 'welding/mpm01/line';

const siteOf = () => {
  const { program, groups } = compileTestSite({
    groups: [
      ...seams.map((equipment) =>
        testGroup({
          equipment,
          equipmentClass: 'weld_seam',
          channels: ['goodFirstTime', 'inspected'],
        }),
      ),
      testGroup({
        ...{ equipment: 'line', equipmentClass: 'weld_line' },
        channels: ['defects', { point: 'inspectedLength', unit: 'm' }],
      }),
    ],
    kpis: [
      { kpi: 'firstPassYield', equipment: 'welding/mpm01/*' },
      { kpi: 'rolledYield', equipment: line },
      { kpi: 'defectsPerKm', equipment: line },
    ],
  });
  return { program, groups };
};

test('rolled yield of 20 seams of 0.998 is 0.96075, defects per km of 3 in 360 m 8.333 (section 3.11)', () => {
  const { program, groups } = siteOf();
  for (const group of groups.slice(0, 20)) {
    feed(program, [{ group, timeMs: 0, values: { goodFirstTime: 499, inspected: 500 } }]);
  }
  feed(program, [
    {
      group: groups[20] as RegisteredGroup,
      timeMs: 0,
      values: { defects: 3, inspectedLength: 360 },
    },
  ]);
  const results = tickProgram(program, 1000);
  expect(results['welding/mpm01/s7/firstPassYield']).toEqual({
    value: 0.998,
    status: statusCodes.good,
  });
  expect(results[`${line}/rolledYield`]?.value).toBeCloseTo(0.96075, 5);
  expect(results[`${line}/defectsPerKm`]?.value).toBeCloseTo(8.333, 3);
  expect(results[`${line}/defectsPerKm`]?.status).toBe(statusCodes.good);
});

test('a panel is not judged by 19 of its 20 seams', () => {
  const { program, groups } = siteOf();
  for (const group of groups.slice(0, 19)) {
    feed(program, [{ group, timeMs: 0, values: { goodFirstTime: 9, inspected: 10 } }]);
  }
  const results = tickProgram(program, 1000);
  expect(results[`${line}/rolledYield`]).toEqual({ value: 0, status: statusCodes.badNoData });
  expect(results[`${line}/rolledYield.coverage`]?.value).toBe(0.95);
  expect(results['welding/mpm01/s20/firstPassYield']?.status).toBe(statusCodes.badNoData);
  expect(results[`${line}/defectsPerKm`]?.status).toBe(statusCodes.badNoData);
});

test('nothing inspected is no yield', () => {
  const { program, groups } = siteOf();
  const [group] = groups as [RegisteredGroup];
  feed(program, [{ group, timeMs: 0, values: { goodFirstTime: 0, inspected: 0 } }]);
  expect(tickProgram(program, 1000)['welding/mpm01/s1/firstPassYield']?.status).toBe(
    statusCodes.badNoData,
  );
});
