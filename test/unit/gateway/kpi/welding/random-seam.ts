// Random frames of one seam with gaps, bad frames, arcs that go out and frames that come late, and what a program makes of them.
import fc from 'fast-check';
import { expect } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import type { TestSample } from '../../../../support/entry-batch.ts';
import { type Result, tickProgram } from '../../../../support/program-feed.ts';
import { runsOf, testSeed } from '../../../../support/seed.ts';
import type { SeamFrame } from './naive-seam.ts';
import { type WholeLine, wholeLine } from './whole-line.ts';

const number = (min: number, max: number): fc.Arbitrary<number> =>
  fc.double({ min, max, noNaN: true, noDefaultInfinity: true });

const mostly = (weight: number): fc.Arbitrary<boolean> =>
  fc.oneof({ weight, arbitrary: fc.constant(true) }, fc.constant(false));

const step = fc.record({
  stepMs: fc.oneof(
    { weight: 30, arbitrary: fc.integer({ min: 20, max: 250 }) },
    fc.integer({ min: 300, max: 4000 }),
  ),
  stepMm: fc.oneof({ weight: 30, arbitrary: number(-0.2, 3) }, fc.constant(150)),
  current: number(185, 275),
  voltage: number(23, 29),
  arcPower: number(3000, 8000),
  wireFeedSpeed: number(5, 9),
  gasFlow: number(0, 25),
  offsetY: number(-2, 2),
  offsetZ: number(-2, 2),
  slidePosition: number(-30, 30),
  travelSpeed: number(0.5, 1),
  arcOn: mostly(25),
  seamFound: mostly(8),
  isGood: mostly(15),
  /** Then the frame comes a second time, changed, when it is no longer the newest. */
  isLate: fc.oneof({ weight: 12, arbitrary: fc.constant(false) }, fc.constant(true)),
});
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

export const panels = fc.array(step, { minLength: 2, maxLength: 160, size: 'max' });

export const framesOf = (steps: readonly Step[]): readonly SeamFrame[] => {
  let timeMs = 0;
  let panelPosition = 5000;
  return steps.map(({ stepMs, stepMm, isLate: _, ...frame }) => {
    timeMs += stepMs;
    panelPosition += stepMm;
    return { ...frame, timeMs, panelPosition };
  });
};

export const give = (
  line: WholeLine,
  frame: SeamFrame,
  origin: 'source' | 'late' = 'source',
): void => {
  const sample = (value: number): TestSample =>
    frame.isGood ? value : { value, status: statusCodes.badTimeout };
  const { timeMs } = frame;
  if (origin === 'source') {
    line.line(timeMs, { travelSpeed: frame.travelSpeed, panelPosition: frame.panelPosition });
  }
  const values = {
    current: sample(frame.current),
    voltage: sample(frame.voltage),
    arcPower: sample(frame.arcPower),
    wireFeedSpeed: sample(frame.wireFeedSpeed),
    offsetY: sample(frame.offsetY),
    offsetZ: sample(frame.offsetZ),
    gasFlow: sample(frame.gasFlow),
    slidePosition: sample(frame.slidePosition),
    arcOn: frame.arcOn ? 1 : 0,
    seamFound: frame.isGood
      ? frame.seamFound
        ? 1
        : 0
      : { value: 0, status: statusCodes.badTimeout },
  };
  line.seam(timeMs, values, 'f01', origin);
};

const run = (line: WholeLine, steps: readonly Step[]): readonly SeamFrame[] => {
  const frames = framesOf(steps);
  for (const [index, frame] of frames.entries()) {
    give(line, frame);
    const before = frames[index - 1];
    if (steps[index]?.isLate === true && before !== undefined) {
      give(line, { ...before, current: 999, arcPower: 99_999, arcOn: true }, 'late');
      give(line, { ...before, current: 999, arcPower: 99_999, arcOn: true });
    }
  }
  return frames;
};

export const expectResult = (result: Result, naive: number, scale = 1): void => {
  if (result.status === statusCodes.badNoData) return;
  expect(Math.abs(result.value - naive)).toBeLessThanOrEqual(
    1e-9 * Math.max(scale, Math.abs(naive)),
  );
};

/** Compares one KPI, or several, with what the frames say of it. */
export const holds = (
  kpis: readonly object[],
  compare: (at: (point: string) => Result, frames: readonly SeamFrame[]) => void,
): void => {
  let found = 0;
  fc.assert(
    fc.property(panels, (steps) => {
      const line = wholeLine(kpis);
      const frames = run(line, steps);
      const results = tickProgram(line.program, (frames.at(-1)?.timeMs ?? 0) + 1);
      compare((point) => {
        const result = results[`welding/mpm01/f01/${point}`] as Result;
        if (result.status !== statusCodes.badNoData) found += 1;
        return result;
      }, frames);
    }),
    { seed: testSeed(), numRuns: runsOf(150) },
  );
  expect(found).toBeGreaterThan(runsOf(50));
};
