import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { statusCodes } from '../../../../gateway/core/quality.ts';
import { type Result, tickProgram } from '../../../support/program-feed.ts';
import { runsOf, testSeed } from '../../../support/seed.ts';
import { type Line, weldingLine } from './welding-line.ts';

const entry = { kpi: 'heatInputBin', equipment: 'welding/mpm01/f01' };
const point = 'welding/mpm01/f01/heatInputBin';

const sample = (
  line: Line,
  timeMs: number,
  at: {
    readonly positionMm: number;
    readonly power: number;
    readonly arcOn?: number;
    readonly panelId?: number;
  },
): void => {
  line.line(timeMs, { panelId: at.panelId ?? 7, panelPosition: at.positionMm });
  line.seam(timeMs, { arcPower: at.power, arcOn: at.arcOn ?? 1 });
};

const result = (line: Line, timeMs: number): Result | undefined =>
  tickProgram(line.program, timeMs)[point];
const coverage = (line: Line, timeMs: number): number | undefined =>
  tickProgram(line.program, timeMs)[`${point}.coverage`]?.value;

describe('heat input of a position bin', () => {
  test('is k times energy over distance of the newest closed 10 mm', () => {
    const line = weldingLine([entry]);
    // 13.333 mm/s; from 20 mm on with twice the power.
    for (let index = 0; index <= 60; index++) {
      const positionMm = (index * 4) / 3;
      sample(line, index * 100, { positionMm, power: positionMm < 20 ? 5980 : 11_960 });
    }
    expect(result(line, 6000)?.value).toBeCloseTo(0.3588 * 2, 9);
    expect(result(line, 6000)?.status).toBe(statusCodes.good);
    expect(coverage(line, 6000)).toBeCloseTo(1, 12);
  });

  test('comes when a bin is left behind and stays until the next one', () => {
    const line = weldingLine([entry]);
    for (let index = 0; index <= 10; index++) {
      sample(line, index * 100, { positionMm: index, power: 3000 });
    }
    expect(result(line, 1000)?.status).toBe(statusCodes.badNoData);
    sample(line, 1100, { positionMm: 11, power: 3000 });
    // 3 kW at 10 mm/s: 0.3 kJ/mm, times 0.8.
    expect(result(line, 1100)?.value).toBeCloseTo(0.24, 12);
    for (let index = 12; index <= 20; index++) {
      sample(line, index * 100, { positionMm: index, power: 9000 });
    }
    expect(result(line, 2000)?.value).toBeCloseTo(0.24, 12);
    sample(line, 2100, { positionMm: 21, power: 9000 });
    expect(result(line, 2100)?.value).toBeGreaterThan(0.6);
  });

  test('of which half had no arc is of the other half, and says so', () => {
    const line = weldingLine([entry]);
    for (let index = 0; index <= 12; index++) {
      sample(line, index * 100, { positionMm: index, power: 3000, arcOn: index < 5 ? 0 : 1 });
    }
    expect(result(line, 1200)?.value).toBeCloseTo(0.24, 12);
    expect(result(line, 1200)?.status).toBe(statusCodes.uncertain);
    expect(coverage(line, 1200)).toBeCloseTo(0.5, 12);
  });

  test('over which nothing was measured is no data', () => {
    const line = weldingLine([entry]);
    for (let index = 0; index <= 12; index++) {
      sample(line, index * 100, { positionMm: index, power: 3000 });
    }
    sample(line, 9000, { positionMm: 55, power: 3000 });
    sample(line, 9100, { positionMm: 56, power: 3000 });
    expect(result(line, 9100)).toEqual({ value: 0, status: statusCodes.badNoData });
  });

  test('keeps the noise of the encoder out of the distance', () => {
    const line = weldingLine([{ ...entry, parameters: { process: '121' } }]);
    for (let index = 0; index <= 300; index++) {
      const noiseMm = index % 3 === 0 ? 0.15 : -0.1;
      sample(line, index * 100, { positionMm: index * 0.1 + noiseMm, power: 1000 });
    }
    // 1 kW at 1 mm/s: 1 kJ/mm; the noise moves a few tenths of a millimetre over the edges.
    expect(result(line, 30_000)?.value).toBeCloseTo(1, 1);
    expect(coverage(line, 30_000)).toBeGreaterThan(0.95);
  });

  test('begins anew with a panel', () => {
    const line = weldingLine([entry]);
    for (let index = 0; index <= 200; index++) {
      sample(line, index * 100, { positionMm: index, power: 3000 });
    }
    expect(result(line, 20_000)?.status).toBe(statusCodes.good);
    for (let index = 0; index <= 5; index++) {
      sample(line, 21_000 + index * 100, { positionMm: index, power: 6000, panelId: 8 });
    }
    expect(result(line, 21_500)?.status).toBe(statusCodes.badNoData);
    for (let index = 6; index <= 12; index++) {
      sample(line, 21_000 + index * 100, { positionMm: index, power: 6000, panelId: 8 });
    }
    expect(result(line, 22_200)?.value).toBeCloseTo(0.48, 12);
  });

  test('counts what is welded again once, and goes on behind it', () => {
    const line = weldingLine([entry]);
    for (let index = 0; index <= 200; index++) {
      sample(line, index * 100, { positionMm: index, power: 3000 });
    }
    expect(result(line, 20_000)?.value).toBeCloseTo(0.24, 12);
    for (let index = 0; index <= 100; index++) {
      sample(line, 20_100 + index * 100, { positionMm: 50 + index, power: 9000 });
    }
    expect(result(line, 30_100)?.value).toBeCloseTo(0.24, 12);
    for (let index = 101; index <= 172; index++) {
      sample(line, 20_100 + index * 100, { positionMm: 50 + index, power: 6000 });
    }
    expect(result(line, 37_300)?.value).toBeCloseTo(0.48, 12);
  });

  test('is of the width that is asked for', () => {
    const line = weldingLine([{ ...entry, parameters: { binMm: 2.5 } }]);
    for (let index = 0; index <= 4; index++) {
      sample(line, index * 100, { positionMm: index, power: 3000 });
    }
    expect(result(line, 400)?.value).toBeCloseTo(0.24, 12);
  });
});

const steps = fc.array(
  fc.record({
    stepMm: fc.double({ min: 0.01, max: 40, noNaN: true }),
    stepMs: fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 20, max: 900 }) },
      fc.constant(3000),
    ),
    power: fc.double({ min: 0, max: 9000, noNaN: true }),
    arcOn: fc.oneof({ weight: 5, arbitrary: fc.constant(1) }, fc.constant(0)),
  }),
  { minLength: 1, maxLength: 80 },
);

describe('against a computation over all samples', () => {
  test('every closed bin agrees with it', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const line = weldingLine([entry]);
        let timeMs = 0;
        let positionMm = 0;
        const seen: { timeMs: number; positionMm: number; power: number; arcOn: number }[] = [];
        for (const { stepMm, stepMs, power, arcOn } of given) {
          timeMs += stepMs;
          positionMm += stepMm;
          seen.push({ timeMs, positionMm, power, arcOn });
          sample(line, timeMs, { positionMm, power, arcOn });
          const used = seen.slice(1).flatMap((next, index) => {
            const last = seen[index] as (typeof seen)[number];
            const isUsed = last.arcOn + next.arcOn === 2 && next.timeMs - last.timeMs <= 1000;
            return isUsed ? [{ last, next }] : [];
          });
          const firstBin = Math.floor((used[0]?.last.positionMm ?? Infinity) / 10);
          const reachedMm = used.at(-1)?.next.positionMm ?? 0;
          const bin = Math.floor((reachedMm - 1) / 10) - 1;
          let energyMj = 0;
          let distanceMm = 0;
          for (const { last, next } of used) {
            const fromMm = Math.max(last.positionMm, bin * 10);
            const toMm = Math.min(next.positionMm, bin * 10 + 10);
            if (toMm <= fromMm) continue;
            const share = (toMm - fromMm) / (next.positionMm - last.positionMm);
            energyMj += ((last.power + next.power) / 2) * (next.timeMs - last.timeMs) * share;
            distanceMm += toMm - fromMm;
          }
          if (bin < firstBin || distanceMm < 1e-6) continue;
          expect(result(line, timeMs)?.value).toBeCloseTo((0.8 * energyMj) / distanceMm / 1e6, 8);
          expect(coverage(line, timeMs)).toBeCloseTo(distanceMm / 10, 8);
        }
      }),
      { seed: testSeed(), numRuns: runsOf(80) },
    );
  });

  test('a restart from a snapshot changes no bit', () => {
    type Steps = readonly { stepMm: number; stepMs: number; power: number; arcOn: number }[];
    const run = (given: Steps, at: number): readonly string[] => {
      let line = weldingLine([entry]);
      let timeMs = 0;
      let positionMm = 0;
      return given.map(({ stepMm, stepMs, power, arcOn }, index) => {
        if (index === at) {
          const bytes = line.program.snapshot();
          line = weldingLine([entry]);
          expect(line.program.restore(bytes)).toBe(true);
        }
        timeMs += stepMs;
        positionMm += stepMm;
        sample(line, timeMs, { positionMm, power, arcOn });
        return JSON.stringify(tickProgram(line.program, timeMs));
      });
    };
    fc.assert(
      fc.property(steps, fc.nat(79), (given, at) => {
        expect(run(given, at % given.length)).toEqual(run(given, -1));
      }),
      { seed: testSeed(), numRuns: runsOf(40) },
    );
  });
});
