// Goal: the KPIs of a line, too, are what their definitions say of all frames together. Method: as for those of a seam; the
// sliding one is compared at every frame, and registers also begin anew.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import type { TestSample } from '../../../../support/entry-batch.ts';
import { testSeed } from '../../../../support/seed.ts';
import { ofLine, type WholeLine, wholeLine } from './whole-line.ts';

const number = (min: number, max: number): fc.Arbitrary<number> =>
  fc.double({ min, max, noNaN: true, noDefaultInfinity: true });

const mostly = (weight: number): fc.Arbitrary<boolean> =>
  fc.oneof({ weight, arbitrary: fc.constant(true) }, fc.constant(false));

const step = fc.record({
  stepMs: fc.oneof(
    { weight: 20, arbitrary: fc.integer({ min: 50, max: 250 }) },
    fc.integer({ min: 300, max: 4000 }),
  ),
  front: number(3000, 8000),
  back: number(3000, 8000),
  frontOn: mostly(8),
  backOn: mostly(8),
  isGood: mostly(15),
  travelSpeed: number(0.7, 0.9),
  /** Energy counted in the step, Wh. */
  counted: number(0, 10),
  isReset: fc.oneof({ weight: 25, arbitrary: fc.constant(false) }, fc.constant(true)),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type Frame = Step & { readonly timeMs: number };

const steps = fc.array(step, { minLength: 2, maxLength: 120, size: 'max' });

const framesOf = (list: readonly Step[]): readonly Frame[] => {
  let timeMs = 10_000;
  return list.map((one) => {
    timeMs += one.stepMs;
    return { ...one, timeMs };
  });
};

const sample = (value: number, isGood: boolean): TestSample =>
  isGood ? value : { value, status: statusCodes.badTimeout };

const giveSeams = (line: WholeLine, frame: Frame): void => {
  const { timeMs, isGood } = frame;
  // The back is read last, as of the real line.
  line.seam(timeMs, { arcPower: frame.front, arcOn: frame.frontOn ? 1 : 0 }, 'f01');
  line.seam(timeMs, { arcPower: sample(frame.back, isGood), arcOn: frame.backOn ? 1 : 0 }, 'b01');
};

const expectNear = (found: number, naive: number): void => {
  expect(Math.abs(found - naive)).toBeLessThanOrEqual(1e-8 * Math.max(1, Math.abs(naive)));
};

type Pair = { readonly from: Frame; readonly to: Frame; readonly ms: number };

const isBurning = ({ frontOn, backOn }: Frame): boolean => frontOn || backOn;

const pairsOf = (frames: readonly Frame[]): readonly Pair[] =>
  frames.slice(1).flatMap((to, index) => {
    const from = frames[index] as Frame;
    const ms = to.timeMs - from.timeMs;
    return ms <= 1000 && isBurning(from) && isBurning(to) ? [{ from, to, ms }] : [];
  });

const naiveBalance = (frames: readonly Frame[]): number => {
  const heat = (watts: (frame: Frame) => number): number =>
    pairsOf(frames)
      .filter(({ from, to }) => from.isGood && to.isGood)
      .reduce((sum, { from, to, ms }) => sum + ((watts(from) + watts(to)) / 2) * ms, 0);
  const front = heat((frame) => (frame.frontOn ? frame.front : 0));
  const back = heat((frame) => (frame.backOn ? frame.back : 0));
  return (100 * (front - back)) / (front + back);
};

describe('against a computation over all frames', () => {
  test('heat balance of the panel and of the newest seconds', () => {
    let found = 0;
    fc.assert(
      fc.property(steps, (list) => {
        const window = { window: '5s' };
        const line = wholeLine(
          [ofLine('heatBalanceIndex'), ofLine('heatBalanceNow', window)],
          ['f01', 'b01'],
        );
        const frames = framesOf(list);
        for (const [index, frame] of frames.entries()) {
          giveSeams(line, frame);
          const seen = frames.slice(0, index + 1);
          const inWindow = seen.filter(({ timeMs }) => timeMs > frame.timeMs - 5000);
          for (const [kpi, used] of [
            ['heatBalanceIndex', seen],
            ['heatBalanceNow', inWindow],
          ] as const) {
            const result = line.at(frame.timeMs, kpi, 'line');
            if (result.status === statusCodes.badNoData) continue;
            found += 1;
            expectNear(result.value, naiveBalance(used));
          }
        }
      }),
      { seed: testSeed(), numRuns: 60 },
    );
    expect(found).toBeGreaterThan(1000);
  });

  test('travel-speed conformity', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const line = wholeLine([ofLine('speedConformity')], ['f01', 'b01']);
        const frames = framesOf(list);
        for (const frame of frames) {
          giveSeams(line, frame);
          const travelSpeed = sample(frame.travelSpeed, frame.isGood);
          line.line(frame.timeMs, { travelSpeed, travelSpeedSet: 0.8 });
        }
        const counted = frames.filter((frame) => isBurning(frame) && frame.isGood);
        const conforming = counted.filter(
          ({ travelSpeed }) => Math.abs(travelSpeed - 0.8) / 0.8 <= 0.05 + 1e-9,
        );
        const result = line.at((frames.at(-1) as Frame).timeMs, 'speedConformity', 'line');
        if (result.status === statusCodes.badNoData) return;
        expectNear(result.value, (100 * conforming.length) / counted.length);
      }),
      { seed: testSeed(), numRuns: 100 },
    );
  });

  test('energy of the panel and while welding, with registers that begin anew', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const line = wholeLine([ofLine('panelEnergy'), ofLine('weldingEnergy')], ['f01', 'b01']);
        const frames = framesOf(list);
        let register = 5_000_000;
        let [all, welding] = [0, 0];
        for (const [index, frame] of frames.entries()) {
          const before = frames[index - 1];
          giveSeams(line, frame);
          const counted = frame.isReset ? frame.counted - register : frame.counted;
          register += counted;
          line.line(frame.timeMs, { lineEnergy: register });
          if (before === undefined || counted < 0) continue;
          all += counted;
          const isNear = frame.timeMs - before.timeMs <= 1000;
          if (isBurning(before) && (isBurning(frame) || isNear)) welding += counted;
        }
        const at = (kpi: string) => line.at((frames.at(-1) as Frame).timeMs, kpi, 'line');
        const [energy, ofArcs] = [at('panelEnergy'), at('weldingEnergy')];
        if (energy.status !== statusCodes.badNoData) expectNear(energy.value, all / 1000);
        if (ofArcs.status !== statusCodes.badNoData) expectNear(ofArcs.value, welding / 1000);
      }),
      { seed: testSeed(), numRuns: 100 },
    );
  });
});
