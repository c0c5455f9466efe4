import { describe, expect, test } from 'vitest';
import { ArenaPlan } from '../../../../../gateway/hot-path/arena.ts';
import {
  pushDistanceIntegral,
  readDistanceIntegral,
  reserveDistanceIntegral,
} from '../../../../../gateway/hot-path/operators/distance-integral.ts';
import {
  outsideBinsIndex,
  positionBinIndex,
  pushPositionBins,
  readBinEnergyPerLength,
  reservePositionBins,
  resetPositionBins,
} from '../../../../../gateway/hot-path/operators/position-bins.ts';

describe('distance integral', () => {
  const makeIntegral = () => {
    const plan = new ArenaPlan();
    const positionIndex = plan.reserve(1);
    const source = plan.reserve(1);
    const out = plan.reserve(2);
    const integral = reserveDistanceIntegral(plan, { positionIndex, source, gapMm: 50 });
    const memory = plan.allocate();
    return {
      push: (positionMm: number, value: number, isUsable = true): void => {
        memory[positionIndex] = positionMm;
        memory[source] = value;
        pushDistanceIntegral(memory, integral, isUsable);
      },
      read: (): readonly number[] => {
        readDistanceIntegral(memory, integral, out);
        return [...memory.subarray(out, out + 2)];
      },
    };
  };

  test('adds trapezoids over forward movement', () => {
    const { push, read } = makeIntegral();
    push(100, 2);
    expect(read()).toEqual([0, 0]);
    push(110, 4);
    push(160, 6);
    expect(read()).toEqual([30 + 250, 60]);
  });

  test('leaves out gaps, standstill and moves back', () => {
    const { push, read } = makeIntegral();
    push(0, 1);
    push(51, 1);
    push(51, 1);
    push(20, 1);
    expect(read()).toEqual([0, 0]);
    push(30, 1);
    expect(read()).toEqual([10, 10]);
  });

  test('an unusable sample breaks the chain at both sides', () => {
    const { push, read } = makeIntegral();
    push(0, 1);
    push(10, 1, false);
    push(20, 1);
    expect(read()).toEqual([0, 0]);
    push(30, 3);
    expect(read()).toEqual([20, 10]);
  });
});

describe('position bins', () => {
  const makeBins = () => {
    const plan = new ArenaPlan();
    const positionIndex = plan.reserve(1);
    const source = plan.reserve(1);
    const stepMsIndex = plan.reserve(1);
    const out = plan.reserve(1);
    const bins = reservePositionBins(plan, {
      bins: 1800,
      widthMm: 10,
      positionIndex,
      source,
      stepMsIndex,
    });
    const end = plan.reserve(1, [42]);
    const memory = plan.allocate();
    return {
      memory,
      bins,
      end,
      push: (positionMm: number, value: number, stepMs = 100): void => {
        memory[positionIndex] = positionMm;
        memory[source] = value;
        memory[stepMsIndex] = stepMs;
        pushPositionBins(memory, bins);
      },
      bin: (bin: number): readonly number[] => {
        const base = positionBinIndex(bins, bin);
        return [...memory.subarray(base, base + 5)];
      },
      energyPerLength: (bin: number): number => {
        readBinEnergyPerLength(memory, bins, { bin, out });
        return memory[out] ?? 0;
      },
    };
  };

  test('keep number, sum, extremes and integral by position', () => {
    const { push, bin } = makeBins();
    push(0, 5);
    push(9.999, 3, 50);
    push(10, -7, 0);
    push(17_999.9, 1);
    expect(bin(0)).toEqual([2, 8, 3, 5, 650]);
    expect(bin(1)).toEqual([1, -7, -7, -7, 0]);
    expect(bin(2)).toEqual([0, 0, 0, 0, 0]);
    expect(bin(1799)).toEqual([1, 1, 1, 1, 100]);
    push(12, -9);
    push(13, -8);
    expect(bin(1)).toEqual([3, -24, -9, -7, -1700]);
    push(14, 20);
    expect(bin(1)).toEqual([4, -4, -9, 20, 300]);
  });

  test('give the energy per length: 5980 W at 13.333 mm/s are 448.5 J/mm', () => {
    const { push, energyPerLength } = makeBins();
    // 75 ms at 13.333 mm/s are one millimetre.
    for (let positionMm = 20; positionMm < 30; positionMm++) push(positionMm, 5980, 75);
    expect(energyPerLength(2)).toBeCloseTo(448.5, 10);
    expect(energyPerLength(3)).toBe(0);
  });

  test('count what lies outside of the panel', () => {
    const { memory, bins, end, push } = makeBins();
    for (const positionMm of [-0.1, 18_000, Number.NaN]) push(positionMm, 1);
    expect(memory[outsideBinsIndex(bins)]).toBe(3);
    for (const positionMm of [5, 9000, 17_995]) push(positionMm, 1);
    resetPositionBins(memory, bins);
    expect(memory[outsideBinsIndex(bins)]).toBe(0);
    expect(memory.subarray(positionBinIndex(bins, 0), end).every((cell) => cell === 0)).toBe(true);
    expect(memory[end]).toBe(42);
  });
});
