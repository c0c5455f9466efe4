// Goal: control charts kept step by step are those of all frames together. Method: random walks along panels with jumps of the
// encoder, bad samples and arcs that go out, several panels and jobs, beside a computation that keeps no state.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import { tickProgram } from '../../../../support/program-feed.ts';
import { runsOf, testSeed } from '../../../../support/seed.ts';
import { naiveSpc, type SpcFrame, type SpcOptions } from './naive-spc.ts';
import { ofSeam, wholeLine } from './whole-line.ts';

/** Evenly spread, which doubles are not: they would be next to nothing mostly. */
const hundredths = (min: number, max: number): fc.Arbitrary<number> =>
  fc.integer({ min: min * 100, max: max * 100 }).map((value) => value / 100);
const rarely = (weight: number): fc.Arbitrary<boolean> =>
  fc.oneof({ weight, arbitrary: fc.constant(false) }, fc.constant(true));

const step = fc.record({
  stepMm: fc.oneof({ weight: 40, arbitrary: hundredths(-0.3, 12) }, fc.constantFrom(60, 130, 300)),
  change: hundredths(-1, 1),
  isDark: rarely(60),
  isBad: rarely(25),
  isNextPanel: rarely(120),
  isNextJob: rarely(250),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const walks = fc.array(step, { minLength: 100, maxLength: 400, size: 'max' });

const chart: fc.Arbitrary<SpcOptions> = fc.record({
  binMm: fc.constantFrom(10, 25),
  subgroup: fc.constantFrom(1, 2, 3, 5),
  suspendMm: fc.constantFrom(0, 30),
  panelLengthMm: fc.constantFrom(1500, 18_000),
  learn: fc.integer({ min: 2, max: 12 }),
  target: fc.constantFrom(undefined, 230),
  sigma: fc.constantFrom(undefined, 2),
  lower: fc.constant(220),
  upper: fc.constant(241),
  rules: fc.subarray([1, 2, 3, 4, 5, 6, 7, 8]),
  sameSide: fc.constantFrom(8, 9),
});

const framesOf = (steps: readonly Step[]): readonly SpcFrame[] => {
  let [walk, atMm, panel, job] = [230, 0, 1, 1];
  return steps.map(({ stepMm, change, isDark, isBad, isNextPanel, isNextJob }, index) => {
    walk += change;
    panel += isNextPanel ? 1 : 0;
    job += isNextJob ? 1 : 0;
    atMm = isNextPanel ? 0 : atMm + stepMm;
    // Never twice the same: a range of nothing makes no limits.
    const value = walk + 0.3 * Math.sin(index * index);
    return { value, atMm, panel, job, arcOn: !isDark, isGood: !isBad };
  });
};

const partsOf = (options: SpcOptions, frames: readonly SpcFrame[]) => {
  const { sameSide, target, sigma, ...rest } = options;
  const parameters = {
    resetBy: 'job',
    ...rest,
    ruleSet: sameSide === 9 ? 'nelson' : 'westernElectric',
    ...(target === undefined ? {} : { target }),
    ...(sigma === undefined ? {} : { sigma }),
  };
  const line = wholeLine([ofSeam('spcCurrent', { parameters })]);
  for (const [index, frame] of frames.entries()) {
    const timeMs = (index + 1) * 100;
    const { panel, job, atMm, isGood, value } = frame;
    line.line(timeMs, { panelId: panel, jobOrder: job, panelPosition: atMm });
    line.seam(timeMs, {
      arcOn: frame.arcOn ? 1 : 0,
      current: isGood ? value : { value: 999, status: statusCodes.badTimeout },
    });
  }
  const results = tickProgram(line.program, frames.length * 100);
  const prefix = 'welding/mpm01/f01/spcCurrent';
  return Object.entries(results)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, result]) => [name.slice(prefix.length + 1) || 'chart', result] as const);
};

test('the whole chart is that of all frames together', { timeout: 60_000 }, () => {
  const found = new Map<string, number>();
  fc.assert(
    fc.property(walks, chart, (steps, options) => {
      const frames = framesOf(steps);
      const naive = naiveSpc(frames, options);
      for (const [part, { value, status }] of partsOf(options, frames)) {
        if (part === 'coverage') {
          expect(value, part).toBeCloseTo(naive['coverage'] ?? 0, 9);
          continue;
        }
        const wanted = naive[part];
        expect(status === statusCodes.badNoData, `no ${part}`).toBe(wanted === undefined);
        if (wanted === undefined) continue;
        const scale = Math.max(1, Math.abs(wanted));
        expect(Math.abs(value - wanted) / scale, part).toBeLessThan(1e-8);
        found.set(part, (found.get(part) ?? 0) + 1);
      }
    }),
    // The shortest walk that fails takes many minutes to find.
    { seed: testSeed(), numRuns: runsOf(60), endOnFailure: true },
  );
  const parts = ['chart', 'range', 'centre', 'ucl', 'lcl', 'sigma', 'signals', 'signalX'];
  for (const part of [...parts, 'ewma', 'cusumUp', 'cusumDown', 'cp', 'cpk', 'pp', 'ppk']) {
    expect(found.get(part) ?? 0, part).toBeGreaterThan(runsOf(10) - 1);
  }
});
