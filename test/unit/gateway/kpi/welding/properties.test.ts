// Goal: what is computed step by step is what the definitions say of all frames together. Method: random frames with gaps,
// bad frames, arcs that go out and frames that come late, beside a computation that keeps no state; and a restart from a
// snapshot in the middle, after which every bit is as without it.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import type { TestSample } from '../../../../support/entry-batch.ts';
import { type Result, tickProgram } from '../../../../support/program-feed.ts';
import { testSeed } from '../../../../support/seed.ts';
import {
  naiveArcEnergy,
  naiveBias,
  naiveConformance,
  naiveLeg,
  naiveLost,
  naiveReignitions,
  naiveStability,
  naiveWeldLength,
  naiveWireMass,
  type SeamFrame,
} from './naive-seam.ts';
import { ofLine, ofSeam, type WholeLine, wholeLine } from './whole-line.ts';

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
  offsetY: number(-2, 2),
  travelSpeed: number(0.5, 1),
  arcOn: mostly(25),
  seamFound: mostly(8),
  isGood: mostly(15),
  /** Then the frame comes a second time, changed, when it is no longer the newest. */
  isLate: fc.oneof({ weight: 12, arbitrary: fc.constant(false) }, fc.constant(true)),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const panels = fc.array(step, { minLength: 2, maxLength: 160, size: 'max' });

const framesOf = (steps: readonly Step[]): readonly SeamFrame[] => {
  let timeMs = 0;
  let panelPosition = 5000;
  return steps.map(({ stepMs, stepMm, isLate: _, ...frame }) => {
    timeMs += stepMs;
    panelPosition += stepMm;
    return { ...frame, timeMs, panelPosition };
  });
};

const give = (line: WholeLine, frame: SeamFrame, origin: 'source' | 'late' = 'source'): void => {
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
    offsetZ: sample(0.1),
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

const expectResult = (result: Result, naive: number, scale = 1): void => {
  if (result.status === statusCodes.badNoData) return;
  expect(Math.abs(result.value - naive)).toBeLessThanOrEqual(
    1e-9 * Math.max(scale, Math.abs(naive)),
  );
};

/** Compares one KPI, or several, with what the frames say of it. */
const holds = (
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
    { seed: testSeed(), numRuns: 150 },
  );
  expect(found).toBeGreaterThan(50);
};

describe('against a computation over all frames', () => {
  test.each(['A', 'B', 'C'] as const)('arc energy by method %s', (method) => {
    const parameters = { method, pulsed: false };
    holds([ofSeam('arcEnergy', { parameters })], (at, frames) => {
      const result = at('arcEnergyPerLength');
      // A length of almost nothing, which method B may have, is no ground for an energy.
      if (Math.abs(result.value) < 100) expectResult(result, naiveArcEnergy(frames, method));
    });
  });

  test('time and length with the seam lost', () => {
    holds([ofSeam('seamLostRatio'), ofSeam('seamLostLength')], (at, frames) => {
      const naive = naiveLost(frames);
      expectResult(at('seamLostRatio'), naive.percent);
      expectResult(at('seamLostLength'), naive.mm);
    });
  });

  test('tracking bias', () => {
    holds([ofSeam('trackingBias')], (at, frames) => {
      const result = at('trackingBias');
      if (result.status !== statusCodes.badNoData) expectResult(result, naiveBias(frames));
    });
  });

  test('leg, weld length and wire', () => {
    holds(
      ['legLength', 'weldLength', 'wireMass'].map((kpi) => ofSeam(kpi)),
      (at, frames) => {
        expectResult(at('legLength'), naiveLeg(frames));
        expectResult(at('weldLength'), naiveWeldLength(frames.map(goodSpeed)));
        expectResult(at('wireMass'), naiveWireMass(frames));
      },
    );
  });

  test('arc stability', () => {
    holds([ofSeam('arcStability')], (at, frames) => {
      expectResult(at('arcStability'), naiveStability(frames));
    });
  });

  test('arc interruptions', () => {
    holds([ofSeam('arcInterruptions', { parameters: { travelMm: 10_000 } })], (at, frames) => {
      expectResult(at('arcInterruptions'), naiveReignitions(frames));
    });
  });

  test('WPS conformance, joint and of each variable', () => {
    const bands = {
      current: { minimum: 200, maximum: 260 },
      voltage: { minimum: 24, maximum: 28 },
    };
    const parameters = { variables: ['current', 'voltage'], bands };
    holds([ofSeam('wpsConformance', { parameters })], (at, frames) => {
      const naive = naiveConformance(frames);
      expectResult(at('wpsConformance'), naive.joint, 100);
      expectResult(at('wpsConformance.current'), naive.current, 100);
      expectResult(at('wpsConformance.voltage'), naive.voltage, 100);
      expectResult(at('wpsOutLength'), naive.outMm);
    });
  });
});

/** The weld length needs only arc and speed, which are always good here. */
const goodSpeed = (frame: SeamFrame): SeamFrame => ({ ...frame, isGood: true });

const all = [
  ...['heatInput', 'arcEnergy', 'arcStability', 'arcStabilityNow', 'arcInterruptions'],
  ...['trackingBias', 'seamLostRatio', 'seamLostLength', 'legLength', 'throat', 'weldLength'],
  ...['wireMass', 'arcInterruptionsPerMetre'],
].map((kpi) => ofSeam(kpi));
const ofTheLine = [
  ...['speedConformity', 'panelWeldLength', 'panelWireMass', 'wirePerMetre'],
  ...['heatBalanceIndex', 'heatBalanceNow', 'panelEnergy', 'weldingEnergy'],
].map((kpi) => ofLine(kpi));
const conformance = ofSeam('wpsConformance', {
  parameters: {
    variables: ['current', 'voltage', 'wireFeedSpeed', 'travelSpeed', 'arcEnergy'],
    bands: {
      current: { minimum: 200, maximum: 260 },
      voltage: { minimum: 24, maximum: 28 },
      wireFeedSpeed: { minimum: 6, maximum: 8 },
      travelSpeed: { minimum: 0.6, maximum: 0.9 },
      arcEnergy: { maximum: 0.6 },
    },
  },
});

test('a restart from a snapshot changes no bit of any result', () => {
  const compile = () => wholeLine([...all, ...ofTheLine, conformance], ['f01', 'b01']);
  const outputs = (steps: readonly Step[], at: number): readonly string[] => {
    let line = compile();
    let energy = 1000;
    return framesOf(steps).map((frame, index) => {
      if (index === at) {
        const bytes = line.program.snapshot();
        line = compile();
        expect(line.program.restore(bytes)).toBe(true);
      }
      give(line, frame);
      energy += frame.arcPower / 36_000;
      line.seam(frame.timeMs, { arcPower: frame.wireFeedSpeed * 800, arcOn: 1 }, 'b01');
      line.line(frame.timeMs + 1, { travelSpeedSet: 0.8, lineEnergy: energy });
      return JSON.stringify(tickProgram(line.program, frame.timeMs + 2));
    });
  };
  fc.assert(
    fc.property(panels, fc.nat(159), (steps, at) => {
      expect(outputs(steps, at % steps.length)).toEqual(outputs(steps, -1));
    }),
    { seed: testSeed(), numRuns: 20 },
  );
});
