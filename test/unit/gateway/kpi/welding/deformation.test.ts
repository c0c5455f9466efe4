import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RegisteredGroup } from '../../../../../gateway/core/point.ts';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import type { HotPathProgram } from '../../../../../gateway/hot-path/program.ts';
import { type TestSample, testGroup } from '../../../../support/entry-batch.ts';
import {
  compileTestSite,
  feed,
  type Result,
  tickProgram,
} from '../../../../support/program-feed.ts';
import { runsOf, testSeed } from '../../../../support/seed.ts';

const equipment = 'welding/mpm01/line';
const bad = (value: number) => ({ value, status: statusCodes.badTimeout });

type Line = {
  readonly program: HotPathProgram;
  profile(timeMs: number, x: TestSample, heights: readonly TestSample[], panel?: number): void;
  /** Sends only these points. */
  send(timeMs: number, values: Readonly<Record<string, TestSample>>): void;
  tick(timeMs: number): Readonly<Record<string, Result>>;
};

/** A line whose profiles have so many columns, and which had none when reading began. */
const lineOf = (
  columns: number,
  entries: readonly object[],
  { hasNoneAtFirst = true } = {},
): Line => {
  const names = Array.from({ length: columns }, (_, index) => `deformation.z.0${index + 1}`);
  const { program, groups } = compileTestSite({
    groups: [
      testGroup({
        ...{ equipment: 'line', equipmentClass: 'weld_line', periodMs: 1000 },
        channels: [
          { point: 'panelId', kind: 'string' },
          ...['deformation.x', 'panelLength', ...names].map((point) => ({ point, unit: 'mm' })),
        ],
      }),
    ],
    kpis: entries.map((entry) => ({ equipment, ...entry })),
  });
  const [group] = groups as [RegisteredGroup];
  const send: Line['send'] = (timeMs, values) => {
    feed(program, [{ group, timeMs, values }]);
  };
  if (hasNoneAtFirst) send(-1000, { 'deformation.x': bad(0) });
  return {
    program,
    send,
    profile: (timeMs, x, heights, panel = 1) => {
      const samples = heights.map((height, index) => [names[index] ?? '', height] as const);
      send(timeMs, { panelId: panel, 'deformation.x': x, ...Object.fromEntries(samples) });
    },
    tick: (timeMs) => tickProgram(program, timeMs),
  };
};

const numberOf = (results: Readonly<Record<string, Result>>, point: string): number | undefined =>
  results[`${equipment}/${point}`]?.value;
const statusOf = (results: Readonly<Record<string, Result>>, point: string): number | undefined =>
  results[`${equipment}/${point}`]?.status;

describe('deformation three ways (section 3.8)', () => {
  test('of four points: flatness 1.0, max |z| 5.0', () => {
    const line = lineOf(2, [{ kpi: 'deformation' }]);
    line.profile(0, 0, [0, 1]);
    line.profile(1000, 18_000, [2, 5]);
    const results = line.tick(1000);
    expect(numberOf(results, 'deformation.flatness')).toBeCloseTo(1, 12);
    expect(numberOf(results, 'deformation.datum')).toBe(5);
    expect(numberOf(results, 'deformation')).toBe(5);
    expect(numberOf(results, 'deformation.margin')).toBe(1);
    expect(statusOf(results, 'deformation')).toBe(statusCodes.good);
  });

  test.each([
    ['datum', 0.83],
    ['flatness', 0.2173],
    ['bow', 0.2111],
  ] as const)('the value is the one that the contract means: %s', (definition, wanted) => {
    const line = lineOf(2, [{ kpi: 'deformation', parameters: { definition, limitMm: 4 } }]);
    const heights = [0, 0.05, 0.03, 0.1, 0.21, 0.25, 0.42, 0.51, 0.7, 0.83];
    for (const [x, height] of heights.entries()) {
      line.profile(x * 1000, x * 1000, [height, height]);
    }
    const results = line.tick(9000);
    const value = numberOf(results, 'deformation') ?? Number.NaN;
    expect(value).toBe(numberOf(results, `deformation.${definition}`));
    expect(numberOf(results, 'deformation.margin')).toBeCloseTo(4 - value, 12);
    expect(value).toBeCloseTo(wanted, 4);
  });

  test('a profile that stays readable counts once, and one of the panel before not at all', () => {
    const line = lineOf(1, [{ kpi: 'deformation' }]);
    line.profile(0, 17_000, [1]);
    line.profile(1000, 18_000, [9]);
    line.profile(2000, 18_000, [9], 2);
    line.profile(3000, 18_000, [9], 2);
    expect(statusOf(line.tick(3000), 'deformation')).toBe(statusCodes.badNoData);
    line.profile(4000, 50, [1], 2);
    line.profile(5000, 50, [3], 2);
    line.profile(6000, 100, [2], 2);
    expect(numberOf(line.tick(6000), 'deformation')).toBe(2);
  });

  test('what stood when reading began is no profile: it was taken before, of whatever panel, or never', () => {
    const begun = lineOf(1, [{ kpi: 'deformation' }], { hasNoneAtFirst: false });
    begun.profile(0, 0, [7]);
    begun.profile(1000, 0, [7]);
    expect(statusOf(begun.tick(1000), 'deformation')).toBe(statusCodes.badNoData);
    begun.profile(2000, 50, [1]);
    begun.profile(3000, 100, [2]);
    const results = begun.tick(3000);
    expect(numberOf(results, 'deformation')).toBe(2);
    expect(numberOf(results, 'deformation.coverage')).toBe(1);
  });

  test('waits for heights that come apart, until the watermark says that they did not change', () => {
    const line = lineOf(2, [{ kpi: 'deformation' }]);
    line.profile(0, 50, [1, 1]);
    line.send(1000, { 'deformation.x': 100 });
    line.send(1010, { 'deformation.z.01': 4 });
    expect(numberOf(line.tick(1020), 'deformation')).toBe(1);
    line.send(1030, { 'deformation.z.02': 2 });
    expect(numberOf(line.tick(1040), 'deformation')).toBe(4);
    line.send(2000, { 'deformation.x': 150, 'deformation.z.01': 7 });
    expect(numberOf(line.tick(2100), 'deformation')).toBe(4);
    expect(numberOf(line.tick(4000), 'deformation')).toBe(7);
  });

  test('leaves out bad heights; going backwards takes no profile and is told', () => {
    const line = lineOf(2, [{ kpi: 'deformation' }]);
    line.profile(0, 50, [1, bad(50)]);
    line.profile(1000, 100, [2, 2]);
    expect(numberOf(line.tick(1000), 'deformation')).toBe(2);
    expect(statusOf(line.tick(1000), 'deformation')).toBe(statusCodes.good);
    line.profile(2000, 60, [9, 9]);
    expect(numberOf(line.tick(2000), 'deformation')).toBe(2);
    expect(statusOf(line.tick(2000), 'deformation')).toBe(statusCodes.uncertain);
  });

  test('is covered while the places of profiles are measured', () => {
    const line = lineOf(1, [{ kpi: 'deformation' }]);
    line.profile(0, 50, [1]);
    line.profile(1000, 100, [1]);
    line.profile(2000, bad(100), [1]);
    line.profile(3000, 150, [1]);
    expect(numberOf(line.tick(3000), 'deformation.coverage')).toBeCloseTo(1 / 3, 12);
  });

  test('agrees with a computation over all points', () => {
    const heights = fc.array(fc.double({ min: -6, max: 6, noNaN: true }), {
      minLength: 3,
      maxLength: 3,
    });
    const profiles = fc.array(fc.tuple(fc.integer({ min: 1, max: 400 }), heights), {
      minLength: 2,
      maxLength: 40,
    });
    fc.assert(
      fc.property(profiles, (given) => {
        const line = lineOf(3, [{ kpi: 'deformation' }]);
        let x = 0;
        const points = given.map(([step, zs], index) => {
          x += step;
          line.profile(index * 1000, x, zs);
          return { x, zs };
        });
        const results = line.tick(given.length * 1000);
        const wanted = naive(points);
        expect(numberOf(results, 'deformation.datum')).toBe(wanted.datum);
        expect(numberOf(results, 'deformation.bow')).toBeCloseTo(wanted.bow, 9);
        expect(numberOf(results, 'deformation.flatness')).toBeCloseTo(wanted.flatness, 7);
      }),
      { seed: testSeed(), numRuns: runsOf(100) },
    );
  });

  test('a restart from a snapshot changes no bit', () => {
    const entries = [{ kpi: 'deformation' }, { kpi: 'deformationPrediction' }];
    const run = (at: number): string => {
      let line = lineOf(2, entries);
      for (let index = 0; index < 200; index++) {
        if (index === at) {
          const bytes = line.program.snapshot();
          line = lineOf(2, entries);
          expect(line.program.restore(bytes)).toBe(true);
        }
        line.profile(index * 1000, (index + 1) * 50, [Math.sin(index), Math.cos(index)]);
        if (index % 7 === 0) line.tick(index * 1000);
      }
      return JSON.stringify(line.tick(200_000));
    };
    expect(run(133)).toBe(run(-1));
  });
});

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const naive = (points: readonly { readonly x: number; readonly zs: readonly number[] }[]) => {
  const all = points.flatMap(({ x, zs }) =>
    zs.map((z, column) => ({ x: x / 1000, y: column * 0.15, z })),
  );
  const [mx, my, mz] = [mean(all.map(({ x }) => x)), 0.15, mean(all.map(({ z }) => z))];
  const sum = (term: (point: (typeof all)[number]) => number): number =>
    all.reduce((total, point) => total + term(point), 0);
  // Every profile has the same columns, so x and y are not correlated.
  const bx = sum(({ x, z }) => (x - mx) * (z - mz)) / sum(({ x }) => (x - mx) ** 2);
  const by = sum(({ y, z }) => (y - my) * (z - mz)) / sum(({ y }) => (y - my) ** 2);
  const residuals = all.map(({ x, y, z }) => z - mz - bx * (x - mx) - by * (y - my));
  const means = points.map(({ x, zs }) => [x, mean(zs)] as const);
  const [[x0, z0], [x1, z1]] = [means[0], means.at(-1)] as [
    ...[readonly [number, number], readonly [number, number]],
  ];
  return {
    datum: Math.max(...all.map(({ z }) => Math.abs(z))),
    flatness: Math.max(...residuals) - Math.min(...residuals),
    bow: Math.max(...means.map(([x, z]) => Math.abs(z - z0 - ((z1 - z0) * (x - x0)) / (x1 - x0)))),
  };
};

describe('running end-of-panel prediction (section 3.8)', () => {
  const heights = [0, 0.05, 0.03, 0.1, 0.21, 0.25, 0.42, 0.51, 0.7, 0.83];
  const measured = (parameters: object): Line => {
    const line = lineOf(1, [{ kpi: 'deformationPrediction', parameters }]);
    for (const [x, height] of heights.entries()) line.profile(x * 1000, x * 1000, [height]);
    return line;
  };

  test('by the parabola: bow 0.7793 +-0.2225, upper end 1.0019', () => {
    const results = measured({ method: 'parabola' }).tick(9000);
    expect(numberOf(results, 'deformationPrediction')).toBeCloseTo(0.7793, 4);
    expect(numberOf(results, 'deformationPrediction.halfWidth')).toBeCloseTo(0.2225, 4);
    expect(numberOf(results, 'deformationPrediction.upper')).toBeCloseTo(1.0019, 4);
    expect(numberOf(results, 'deformationPrediction.lower')).toBeCloseTo(0.7793 - 0.2225, 3);
    expect(numberOf(results, 'deformationPrediction.x')).toBe(9000);
    expect(statusOf(results, 'deformationPrediction')).toBe(statusCodes.good);
  });

  test('is shown from 20 % of the length and promised from 30 %', () => {
    const line = lineOf(1, [{ kpi: 'deformationPrediction', parameters: { panelLengthMm: 1000 } }]);
    const statuses = [50, 100, 150, 190, 200, 290, 300].map((x, index) => {
      line.profile(index * 1000, x, [x / 1000]);
      return statusOf(line.tick(index * 1000), 'deformationPrediction');
    });
    const { badNoData, uncertain, good } = statusCodes;
    expect(statuses).toEqual([...Array<number>(4).fill(badNoData), uncertain, uncertain, good]);
  });

  test('ends at what was measured, and has no doubt left', () => {
    const line = lineOf(1, [
      { kpi: 'deformation' },
      { kpi: 'deformationPrediction', parameters: { panelLengthMm: 9000 } },
    ]);
    for (const [x, height] of heights.entries()) line.profile(x * 1000, x * 1000, [height]);
    const results = line.tick(9000);
    expect(numberOf(results, 'deformationPrediction')).toBeCloseTo(0.2111, 4);
    expect(numberOf(results, 'deformation.bow')).toBeCloseTo(0.2111, 4);
    expect(numberOf(results, 'deformationPrediction.halfWidth')).toBe(0);
  });

  test.each(['tracked', 'parabola'])('of a panel of 12 m is that of 12 m, by %s', (method) => {
    const line = lineOf(1, [
      { kpi: 'deformation' },
      { kpi: 'deformationPrediction', parameters: { method } },
    ]);
    line.send(-500, { panelId: 1, panelLength: 12_000 });
    // A bow of 2.86 mm over all of it.
    for (let x = 0; x <= 12_000; x += 50) {
      line.profile(x * 20, x, [2.86 * (1 - (x / 6000 - 1) ** 2)]);
    }
    const results = line.tick(240_000);
    expect(numberOf(results, 'deformation.bow')).toBeCloseTo(2.86, 9);
    expect(numberOf(results, 'deformationPrediction')).toBeCloseTo(2.86, 6);
    expect(numberOf(results, 'deformationPrediction.upper')).toBeLessThan(2.9);
    expect(numberOf(results, 'deformationPrediction.x')).toBe(6000);
    expect(statusOf(results, 'deformationPrediction')).toBe(statusCodes.good);
  });

  test('is shown from 20 % of the length that the machine tells', () => {
    const line = lineOf(1, [{ kpi: 'deformationPrediction' }]);
    line.send(-500, { panelLength: 1000 });
    const statuses = [50, 100, 150, 190, 200, 300].map((x, index) => {
      line.profile(index * 1000, x, [x / 1000]);
      return statusOf(line.tick(index * 1000), 'deformationPrediction');
    });
    const { badNoData, uncertain, good } = statusCodes;
    expect(statuses).toEqual([...Array<number>(4).fill(badNoData), uncertain, good]);
  });

  test('begins anew with the next panel', () => {
    const line = measured({ panelLengthMm: 9000 });
    line.tick(9000);
    line.profile(10_000, 9000, [0.83], 2);
    line.profile(11_000, 50, [0], 2);
    expect(statusOf(line.tick(11_000), 'deformationPrediction')).toBe(statusCodes.badNoData);
  });

  test('refuses parameters out of range', () => {
    expect(() => measured({ panelLengthMm: 5 })).toThrow('panelLengthMm');
    expect(() => measured({ method: 'guess' })).toThrow('method');
  });
});
