// Goal: energy and distance of position bins are those of the steps, cut at the edges, wherever the ring of bins stands. Method: the
// cells of the bins by themselves, with steps by hand.
import { describe, expect, test } from 'vitest';
import { ArenaPlan } from '../../../../../gateway/hot-path/arena.ts';
import {
  newestClosedBin,
  pushSeamBins,
  readSeamBin,
  reserveSeamBins,
  resetSeamBins,
} from '../../../../../gateway/kpi/welding/seam-bins.ts';

type Bin = { readonly mj: number; readonly mm: number; readonly isUncertain: boolean };

const makeBins = (widthMm = 10) => {
  const plan = new ArenaPlan();
  // The arena begins with other things: an index that is 0 by mistake is not one of these cells.
  plan.reserve(7, [1, 1, 1, 1, 1, 1, 1]);
  const bins = reserveSeamBins(plan, { widthMm, efficiencyIndex: plan.reserve(1, [0.8]) });
  const from = plan.reserve(1);
  const out = plan.reserve(3);
  const memory = plan.allocate();
  return {
    /** 100 ms, or as told, at 2 W. */
    step: (
      fromMm: number,
      toMm: number,
      more: { ms?: number; power?: number; bad?: boolean } = {},
    ) => {
      const { ms = 100, power = 2, bad = false } = more;
      memory[bins.step.fromMm] = fromMm;
      memory[bins.step.toMm] = toMm;
      memory[bins.step.power] = power;
      memory[bins.step.ms] = ms;
      memory[bins.step.isUncertain] = bad ? 1 : 0;
      pushSeamBins(memory, bins);
    },
    closed: () => newestClosedBin(memory, bins),
    bin: (number: number): Bin => {
      memory[from] = number;
      readSeamBin(memory, bins, { from, out });
      const [mj = Number.NaN, mm = Number.NaN] = memory.subarray(out, out + 2);
      return { mj, mm, isUncertain: memory[out + 2] === 1 };
    },
    reset: () => resetSeamBins(memory, bins),
  };
};

const empty: Bin = { mj: 0, mm: 0, isUncertain: false };

describe('a step', () => {
  test('within a bin is all its own', () => {
    const { step, bin } = makeBins();
    step(2, 5);
    expect(bin(0)).toEqual({ mj: 200, mm: 3, isUncertain: false });
    expect(bin(1)).toEqual(empty);
  });

  test('over edges is cut there, energy and time by distance', () => {
    const { step, bin } = makeBins();
    step(5, 30);
    expect(bin(0).mj).toBeCloseTo(200 * 0.2, 9);
    expect(bin(1).mj).toBeCloseTo(200 * 0.4, 9);
    expect(bin(2).mj).toBeCloseTo(200 * 0.4, 9);
    expect([0, 1, 2].map((number) => bin(number).mm)).toEqual([5, 10, 10]);
    // It ends at the edge: the bin behind it is not entered.
    expect(bin(3)).toEqual(empty);
  });

  test('back takes its distance away in the bin it ends in, and keeps its energy', () => {
    const { step, bin } = makeBins();
    step(2, 8);
    step(8, 7);
    expect(bin(0).mm).toBeCloseTo(5, 9);
    expect(bin(0).mj).toBeCloseTo(400, 9);
  });

  test('on the spot is energy without distance', () => {
    const { step, bin } = makeBins();
    step(4, 4, { ms: 50 });
    expect(bin(0)).toEqual({ mj: 100, mm: 0, isUncertain: false });
  });

  test('that is uncertain makes every bin it crosses so, and no other', () => {
    const { step, bin } = makeBins();
    step(5, 15);
    step(15, 35, { bad: true });
    step(35, 45);
    expect([0, 1, 2, 3, 4].map((number) => bin(number).isUncertain)).toEqual([
      ...[false, true, true, true, false],
    ]);
  });
});

describe('a bin', () => {
  test('is closed when the seam is 1 mm beyond it, and none before the first whole one', () => {
    const { step, closed } = makeBins();
    expect(closed()).toBe(Number.NEGATIVE_INFINITY);
    step(3, 10.9);
    expect(closed()).toBe(Number.NEGATIVE_INFINITY);
    step(10.9, 11);
    expect(closed()).toBe(0);
    step(11, 10.5);
    // What has been reached counts, not where the encoder's noise is.
    expect(closed()).toBe(0);
    step(10.5, 31);
    expect(closed()).toBe(2);
  });

  test('before the one that a panel begins in is never closed', () => {
    const { step, closed } = makeBins();
    step(25, 30.5);
    expect(closed()).toBe(Number.NEGATIVE_INFINITY);
    step(30.5, 31);
    expect(closed()).toBe(2);
  });

  test('behind zero is one like any other', () => {
    const { step, bin, closed } = makeBins();
    step(-15, -5);
    expect(bin(-2).mm).toBeCloseTo(5, 9);
    expect(bin(-1).mm).toBeCloseTo(5, 9);
    step(-5, 1);
    expect(closed()).toBe(-1);
  });

  test('has the place of the one 64 before it, emptied when it is entered', () => {
    const { step, bin } = makeBins();
    step(0, 5, { bad: true });
    for (let mm = 5; mm < 640; mm += 5) step(mm, mm + 5);
    expect(bin(0)).toMatchObject({ isUncertain: true });
    expect(bin(0).mm).toBeCloseTo(10, 9);
    step(640, 643);
    expect(bin(64)).toEqual({ mj: 200, mm: 3, isUncertain: false });
    // The step back into a bin that is no more held is not taken.
    step(643, 8);
    expect(bin(64)).toEqual({ mj: 200, mm: 3, isUncertain: false });
    // The oldest that is still held is.
    step(643, 15);
    expect(bin(1).mm).toBeCloseTo(10 - 628, 6);
  });

  test('that a jump left out is empty, however far it went', () => {
    const { step, bin } = makeBins();
    for (let mm = 0; mm < 100; mm += 5) step(mm, mm + 5, { bad: true });
    step(5000, 5003);
    expect(bin(500)).toEqual({ mj: 200, mm: 3, isUncertain: false });
    for (let number = 437; number < 500; number++) expect(bin(number)).toEqual(empty);
  });

  test('is forgotten with its panel', () => {
    const { step, bin, closed, reset } = makeBins();
    step(0, 35, { bad: true });
    reset();
    expect(closed()).toBe(Number.NEGATIVE_INFINITY);
    for (const number of [0, 1, 2, 3]) expect(bin(number)).toEqual(empty);
    step(2, 5);
    expect(bin(0)).toEqual({ mj: 200, mm: 3, isUncertain: false });
    step(5, 11);
    expect(closed()).toBe(0);
  });

  test('is as wide as it is said to be', () => {
    const { step, bin, closed } = makeBins(25);
    step(0, 26);
    expect(bin(0).mm).toBeCloseTo(25, 9);
    expect(closed()).toBe(0);
  });
});
