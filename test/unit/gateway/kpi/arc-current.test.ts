import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RegisteredGroup } from '../../../../gateway/core/point.ts';
import { statusCodes } from '../../../../gateway/core/quality.ts';
import type { HotPathProgram } from '../../../../gateway/hot-path/program.ts';
import { type TestSample, testGroup } from '../../../support/entry-batch.ts';
import { compileTestSite, feed, tickProgram } from '../../../support/program-feed.ts';
import { runsOf, testSeed } from '../../../support/seed.ts';

const seamPath = 'welding/mpm01/f01';
const mean = `${seamPath}/arcCurrentMean`;
const deviation = `${seamPath}/arcCurrentDeviation`;

type Seam = {
  readonly program: HotPathProgram;
  sample(timeMs: number, current: TestSample, arcOn?: number): void;
};

const seam = (window?: string): Seam => {
  const { program, groups } = compileTestSite({
    groups: [
      testGroup({
        equipment: 'f01',
        equipmentClass: 'weld_seam',
        periodMs: 100,
        channels: [
          { point: 'current', unit: 'A' },
          { point: 'arcOn', kind: 'boolean' },
        ],
      }),
    ],
    kpis: ['arcCurrentMean', 'arcCurrentDeviation'].map((kpi) => ({
      kpi,
      equipment: seamPath,
      ...(window === undefined ? {} : { window }),
    })),
  });
  const group = groups[0] as RegisteredGroup;
  return {
    program,
    sample: (timeMs, current, arcOn = 1) => {
      feed(program, [{ group, timeMs, values: { current, arcOn } }]);
    },
  };
};

describe('sliding mean and deviation of the arc current', () => {
  test('are of the samples of the last ten seconds', () => {
    const { program, sample } = seam();
    for (let timeMs = 0; timeMs <= 10_000; timeMs += 100) sample(timeMs, 400);
    for (let timeMs = 10_100; timeMs <= 20_000; timeMs += 100) {
      sample(timeMs, timeMs % 200 === 0 ? 232 : 228);
    }
    const results = tickProgram(program, 20_000);
    expect(results[mean]?.value).toBeCloseTo(230, 9);
    expect(results[mean]?.status).toBe(statusCodes.good);
    expect(results[deviation]?.value).toBeCloseTo(Math.sqrt(400 / 99), 9);
    expect(results[`${mean}.coverage`]).toEqual({ value: 1, status: statusCodes.good });
  });

  test('take the window that the site file asks for', () => {
    const { program, sample } = seam('2s');
    for (let timeMs = 0; timeMs <= 8000; timeMs += 100) sample(timeMs, 400);
    for (let timeMs = 8100; timeMs <= 10_000; timeMs += 100) sample(timeMs, 230);
    expect(tickProgram(program, 10_000)[mean]?.value).toBeCloseTo(230, 9);
  });

  test('leave out the time with the arc off, and are no data when it was off throughout', () => {
    const { program, sample } = seam();
    for (let timeMs = 0; timeMs <= 10_000; timeMs += 100) {
      sample(timeMs, timeMs <= 5000 ? 230 : 0, timeMs <= 5000 ? 1 : 0);
    }
    const results = tickProgram(program, 10_000);
    expect(results[mean]).toEqual({ value: 230, status: statusCodes.good });
    expect(results[`${mean}.coverage`]?.value).toBe(1);
    for (let timeMs = 10_100; timeMs <= 16_000; timeMs += 100) sample(timeMs, 0, 0);
    expect(tickProgram(program, 16_000)[mean]?.status).toBe(statusCodes.badNoData);
  });

  test('a gap with the arc on costs coverage, and so does silence', () => {
    const { program, sample } = seam();
    for (let timeMs = 0; timeMs <= 2000; timeMs += 100) sample(timeMs, 230);
    for (let timeMs = 6000; timeMs <= 8000; timeMs += 100) sample(timeMs, 230);
    const gap = tickProgram(program, 8000);
    expect(gap[mean]).toEqual({ value: 230, status: statusCodes.uncertain });
    expect(gap[`${mean}.coverage`]?.value).toBeCloseTo(0.5, 12);
    expect(tickProgram(program, 9900)[`${mean}.coverage`]?.value).toBeCloseTo(4000 / 9900, 12);
    expect(tickProgram(program, 30_000)[mean]?.status).toBe(statusCodes.badNoData);
  });

  test('are uncertain as long as an uncertain sample is in the window', () => {
    const { program, sample } = seam('2s');
    sample(0, { value: 230, status: statusCodes.uncertain });
    for (let timeMs = 100; timeMs <= 1900; timeMs += 100) sample(timeMs, 230);
    expect(tickProgram(program, 1900)[mean]?.status).toBe(statusCodes.uncertain);
    sample(2000, 230);
    expect(tickProgram(program, 2000)[mean]?.status).toBe(statusCodes.good);
  });

  test('are uncertain when samples come so fast that the window does not hold them all', () => {
    const { program, sample } = seam('1s');
    for (let timeMs = 0; timeMs <= 1000; timeMs += 10) sample(timeMs, 230);
    expect(tickProgram(program, 1000)[mean]).toEqual({ value: 230, status: statusCodes.uncertain });
  });

  test('go on after the clock was set back', () => {
    const { program, sample } = seam();
    for (let timeMs = 100_000; timeMs <= 105_000; timeMs += 100) sample(timeMs, 400);
    tickProgram(program, 105_000);
    tickProgram(program, 1000);
    for (let timeMs = 1000; timeMs <= 3000; timeMs += 100) sample(timeMs, 230);
    expect(tickProgram(program, 3000)[mean]).toEqual({ value: 230, status: statusCodes.good });
  });
});

const steps = fc.array(
  fc.record({
    stepMs: fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 50, max: 900 }) },
      fc.constant(5000),
    ),
    current: fc.double({ min: 0, max: 500, noNaN: true }),
    isOn: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
    isGood: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, fc.constant(false)),
  }),
  { minLength: 1, maxLength: 150 },
);

describe('against a computation over all samples', () => {
  test('mean and deviation of random windows agree with it', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const { program, sample } = seam('5s');
        const used: { readonly timeMs: number; readonly current: number }[] = [];
        let timeMs = 0;
        for (const { stepMs, current, isOn, isGood } of given) {
          timeMs += stepMs;
          const status = isGood ? statusCodes.good : statusCodes.badNoData;
          sample(timeMs, { value: current, status }, isOn ? 1 : 0);
          if (isOn && isGood) used.push({ timeMs, current });
          const results = tickProgram(program, timeMs);
          const held = used.filter((one) => one.timeMs > timeMs - 5000).map((one) => one.current);
          const average = held.reduce((sum, value) => sum + value, 0) / held.length;
          if (results[mean]?.status !== statusCodes.badNoData) {
            expect(results[mean]?.value).toBeCloseTo(average, 6);
          }
          if (results[deviation]?.status !== statusCodes.badNoData) {
            const squares = held.reduce((sum, value) => sum + (value - average) ** 2, 0);
            expect(results[deviation]?.value).toBeCloseTo(
              Math.sqrt(squares / (held.length - 1)),
              6,
            );
          }
        }
      }),
      { seed: testSeed(), numRuns: runsOf(60) },
    );
  });

  test('a restart from a snapshot changes no bit', () => {
    const run = (
      given: readonly { stepMs: number; current: number; isOn: boolean }[],
      at: number,
    ) => {
      let line = seam();
      const outputs: string[] = [];
      let timeMs = 0;
      for (const [index, { stepMs, current, isOn }] of given.entries()) {
        if (index === at) {
          const bytes = line.program.snapshot();
          line = seam();
          expect(line.program.restore(bytes)).toBe(true);
        }
        timeMs += stepMs;
        line.sample(timeMs, current, isOn ? 1 : 0);
        outputs.push(JSON.stringify(tickProgram(line.program, timeMs)));
      }
      return outputs;
    };
    fc.assert(
      fc.property(steps, fc.nat(149), (given, at) => {
        expect(run(given, at % given.length)).toEqual(run(given, -1));
      }),
      { seed: testSeed(), numRuns: runsOf(40) },
    );
  });
});
