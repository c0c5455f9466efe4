// Goal: what is computed step by step is what the definitions say of all frames together. Method: random frames with gaps,
// bad frames, arcs that go out and frames that come late, beside a computation that keeps no state; and a restart from a
// snapshot in the middle, after which every bit is as without it.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import { tickProgram } from '../../../../support/program-feed.ts';
import { runsOf, testSeed } from '../../../../support/seed.ts';
import {
  naiveArcEnergy,
  naiveArcOnRatio,
  naiveBias,
  naiveConformance,
  naiveGasVolume,
  naiveLeg,
  naiveLost,
  naiveRangeUsed,
  naiveReignitions,
  naiveStability,
  naiveTracking,
  naiveWeldLength,
  naiveWireMass,
  type SeamFrame,
} from './naive-seam.ts';
import { expectResult, framesOf, give, holds, panels, type Step } from './random-seam.ts';
import { ofLine, ofSeam, wholeLine } from './whole-line.ts';

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

  test('tracking error: RMS, P95 and maximum', () => {
    holds(
      ['trackingRms', 'trackingP95', 'trackingMax'].map((kpi) => ofSeam(kpi)),
      (at, frames) => {
        const naive = naiveTracking(frames);
        expectResult(at('trackingRms'), naive.rms);
        expectResult(at('trackingP95'), naive.p95);
        expectResult(at('trackingMax'), naive.max);
      },
    );
  });

  test('tracking bias', () => {
    holds([ofSeam('trackingBias')], (at, frames) => {
      const result = at('trackingBias');
      if (result.status !== statusCodes.badNoData) expectResult(result, naiveBias(frames));
    });
  });

  test('arc-on ratio and gas', () => {
    holds(
      ['arcOnRatio', 'gasVolume'].map((kpi) => ofSeam(kpi)),
      (at, frames) => {
        expectResult(at('arcOnRatio'), naiveArcOnRatio(frames));
        expectResult(at('gasVolume'), naiveGasVolume(frames));
      },
    );
  });

  test('adjustment range used', () => {
    const parameters = { minimumMm: -20, maximumMm: 30 };
    holds([ofSeam('adjustmentRangeUsed', { parameters })], (at, frames) => {
      expectResult(at('adjustmentRangeUsed'), naiveRangeUsed(frames, 50));
    });
  });

  test('leg, throat, weld length and wire', () => {
    holds(
      ['legLength', 'throat', 'weldLength', 'wireMass'].map((kpi) => ofSeam(kpi)),
      (at, frames) => {
        expectResult(at('legLength'), naiveLeg(frames));
        expectResult(at('throat'), naiveLeg(frames) / Math.SQRT2);
        expectResult(at('weldLength'), naiveWeldLength(frames.map(goodSpeed)));
        expectResult(at('wireMass'), naiveWireMass(frames));
      },
    );
  });

  test('arc stability', () => {
    const kpis = ['arcStability', 'arcStabilityNow', 'arcCurrentVariation', 'arcVoltageVariation'];
    holds(
      kpis.map((kpi) => ofSeam(kpi)),
      (at, frames) => {
        const naive = naiveStability(frames);
        expectResult(at('arcStability'), naive.index);
        expectResult(at('arcStabilityNow'), naive.now);
        expectResult(at('arcCurrentVariation'), naive.current);
        expectResult(at('arcVoltageVariation'), naive.voltage);
      },
    );
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
    { seed: testSeed(), numRuns: runsOf(20) },
  );
});
