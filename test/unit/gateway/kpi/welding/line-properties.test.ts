// Goal: the KPIs of a line, too, are what their definitions say of all frames together. Method: as for those of a seam; the
// sliding one is compared at every frame, and registers also begin anew.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import type { TestSample } from '../../../../support/entry-batch.ts';
import { type Result, tickProgram } from '../../../../support/program-feed.ts';
import { runsOf, testSeed } from '../../../../support/seed.ts';
import { weldingLine } from '../welding-line.ts';
import { ofLine, ofSeam, type WholeLine, wholeLine } from './whole-line.ts';

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

/** Steps short enough to be measured. */
const stepsOf = (frames: readonly Frame[]): readonly Pair[] =>
  frames.slice(1).flatMap((to, index) => {
    const from = frames[index] as Frame;
    const ms = to.timeMs - from.timeMs;
    return ms <= 1000 ? [{ from, to, ms }] : [];
  });

const time = (list: readonly Pair[]): number => list.reduce((sum, { ms }) => sum + ms, 0);

const integral = (list: readonly Pair[], value: (frame: Frame) => number): number =>
  list.reduce((sum, { from, to, ms }) => sum + ((value(from) + value(to)) / 2) * ms, 0);

const isBurning = ({ frontOn, backOn }: Frame): boolean => frontOn || backOn;

const pairsOf = (frames: readonly Frame[]): readonly Pair[] =>
  stepsOf(frames).filter(({ from, to }) => isBurning(from) && isBurning(to));

/** Feeds a line, and compares its results at the end with those that `play` computes of all frames. */
const compareAtEnd = (
  kpis: readonly object[],
  numRuns: number,
  play: (line: WholeLine, frames: readonly Frame[]) => Readonly<Record<string, number>>,
): void => {
  let found = 0;
  fc.assert(
    fc.property(steps, (list) => {
      const line = wholeLine(kpis, ['f01', 'b01']);
      const frames = framesOf(list);
      for (const [point, naive] of Object.entries(play(line, frames))) {
        const result = line.at((frames.at(-1) as Frame).timeMs, point, 'line');
        if (result.status === statusCodes.badNoData) continue;
        found += 1;
        expectNear(result.value, naive);
      }
    }),
    { seed: testSeed(), numRuns: runsOf(numRuns) },
  );
  expect(found).toBeGreaterThan(runsOf(numRuns) / 2);
};

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
      { seed: testSeed(), numRuns: runsOf(60) },
    );
    expect(found).toBeGreaterThan(runsOf(1000));
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
      { seed: testSeed(), numRuns: runsOf(100) },
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
      { seed: testSeed(), numRuns: runsOf(100) },
    );
  });

  test('mean travel speed', () => {
    compareAtEnd([ofLine('travelSpeedMean')], 100, (line, frames) => {
      for (const frame of frames) {
        giveSeams(line, frame);
        line.line(frame.timeMs, { travelSpeed: sample(frame.travelSpeed, frame.isGood) });
      }
      const list = pairsOf(frames).filter(({ from, to }) => from.isGood && to.isGood);
      return { travelSpeedMean: integral(list, ({ travelSpeed }) => travelSpeed) / time(list) };
    });
  });

  test('unmanned ratio: what holds at the start of a step holds for all of it', () => {
    compareAtEnd([ofLine('unmannedRatio')], 100, (line, frames) => {
      for (const frame of frames) {
        giveSeams(line, frame);
        // One torch in the operator's hand makes the line manned; that of the first seam is the clock.
        const manual = sample(frame.isReset ? 1 : 0, frame.isGood);
        line.seam(frame.timeMs, { manualIntervention: manual }, 'f01');
        line.seam(frame.timeMs, { manualIntervention: 0 }, 'b01');
      }
      const list = pairsOf(frames).filter(({ from, to }) => from.isGood && to.isGood);
      const alone = list.filter(({ from }) => !from.isReset);
      return { unmannedRatio: (100 * time(alone)) / time(list) };
    });
  });

  test('corrections, and how far integrated power is off the register', () => {
    const kpis = [ofLine('corrections'), ofLine('panelEnergyDeviation')];
    compareAtEnd(kpis, 100, (line, frames) => {
      const whole = Math.floor;
      let [count, register, corrected] = [1000, 5_000_000, 0];
      for (const [index, frame] of frames.entries()) {
        const before = frames[index - 1];
        giveSeams(line, frame);
        count += whole(frame.counted);
        register += whole(frame.counted);
        const linePower = sample(frame.front / 100, frame.isGood);
        line.line(frame.timeMs, { correctionCount: count, lineEnergy: register, linePower });
        const isNear = before !== undefined && frame.timeMs - before.timeMs <= 1000;
        if (before !== undefined && isBurning(before) && (isBurning(frame) || isNear)) {
          corrected += whole(frame.counted);
        }
      }
      const list = stepsOf(frames).filter(({ from, to }) => from.isGood && to.isGood);
      const integrated = integral(list, ({ front }) => front / 100) / 3_600_000;
      const counted = list.reduce((sum, { to }) => sum + whole(to.counted), 0) / 1000;
      return {
        corrections: corrected,
        ...(counted > 0 && { panelEnergyDeviation: (100 * (integrated - counted)) / counted }),
      };
    });
  });

  test('sums over the seams, and what they are by metre', () => {
    const ofSeams = ['weldLength', 'wireMass', 'gasVolume'].map((kpi) => ofSeam(kpi));
    const sums = ['panelWeldLength', 'panelWireMass', 'panelGasVolume', 'wirePerMetre'];
    const kpis = [...ofSeams, ...[...sums, 'gasPerMetre'].map((kpi) => ofLine(kpi))];
    compareAtEnd(kpis, 60, (line, frames) => {
      const minutes = { wire: 0, gas: 0 };
      for (const frame of frames) {
        const { timeMs, travelSpeed, front, back } = frame;
        line.line(timeMs, { travelSpeed });
        for (const [name, value, on] of [
          ['f01', front, frame.frontOn],
          ['b01', back, frame.backOn],
        ] as const) {
          line.seam(timeMs, { arcOn: on ? 1 : 0, wireFeedSpeed: value / 1000, gasFlow: 18 }, name);
        }
      }
      const list = stepsOf(frames);
      for (const { from, to, ms } of list) {
        const fed = from.front + to.front + from.back + to.back;
        minutes.wire += (fed / 2000) * (ms / 60_000);
        minutes.gas += 2 * 18 * (ms / 60_000);
      }
      const metres =
        (integral(list, (frame) => (frame.frontOn ? frame.travelSpeed : 0)) +
          integral(list, (frame) => (frame.backOn ? frame.travelSpeed : 0))) /
        60_000;
      const wire = ((minutes.wire * Math.PI * 1.2 ** 2) / 4 / 1e6) * 7850;
      const gas = minutes.gas / 1000;
      return {
        panelWeldLength: metres,
        panelWireMass: wire,
        panelGasVolume: gas,
        ...(metres > 1e-6 && {
          wirePerMetre: wire / metres,
          gasPerMetre: gas / metres,
        }),
      };
    });
  });

  test('largest deformation', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const line = weldingLine([{ kpi: 'deformationMax', equipment: 'welding/mpm01/line' }]);
        const frames = framesOf(list);
        const heights: number[] = [];
        for (const frame of frames) {
          const [first, second] = [frame.front / 1000 - 5, frame.back / -1000];
          line.line(frame.timeMs, {
            'deformation.z.01': sample(first, frame.isGood),
            'deformation.z.02': second,
          });
          heights.push(...(frame.isGood ? [first] : []), second);
        }
        const results = tickProgram(line.program, (frames.at(-1) as Frame).timeMs);
        const result = results['welding/mpm01/line/deformationMax'] as Result;
        if (result.status === statusCodes.badNoData) return;
        expect(result.value).toBe(Math.max(...heights.map(Math.abs)));
      }),
      { seed: testSeed(), numRuns: runsOf(60) },
    );
  });
});
