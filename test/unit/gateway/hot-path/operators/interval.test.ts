import { describe, expect, test } from 'vitest';
import { ArenaPlan } from '../../../../../gateway/hot-path/arena.ts';
import {
  activeFlag,
  intervalCoveredIndex,
  intervalElapsedIndex,
  intervalStepIndex,
  pushInterval,
  readCoverage,
  reserveInterval,
  resetInterval,
  usableFlag,
} from '../../../../../gateway/hot-path/operators/interval.ts';
import {
  type IntegralSource,
  pushTimeIntegral,
  readTimeIntegral,
  reserveTimeIntegral,
  resetTimeIntegral,
} from '../../../../../gateway/hot-path/operators/time-integral.ts';

const both = activeFlag | usableFlag;

const makeInterval = (gapMs = 100, rule: IntegralSource['rule'] = 'trapezoid') => {
  const plan = new ArenaPlan();
  const timeIndex = plan.reserve(1);
  const source = plan.reserve(1);
  const nowIndex = plan.reserve(1);
  const outIndex = plan.reserve(1);
  const interval = reserveInterval(plan, { timeIndex, gapMs });
  const integral = reserveTimeIntegral(plan, { interval, source, rule });
  const end = plan.reserve(2, [42, 43]);
  const memory = plan.allocate();
  return {
    push: (timeMs: number, flags: number, value = 0): void => {
      memory[timeIndex] = timeMs;
      memory[source] = value;
      pushInterval(memory, interval, flags);
      pushTimeIntegral(memory, integral);
    },
    reset: (): void => {
      resetInterval(memory, interval);
      resetTimeIntegral(memory, integral);
      expect([...memory.subarray(end)]).toEqual([42, 43]);
    },
    step: () => memory[intervalStepIndex(interval)],
    elapsed: () => memory[intervalElapsedIndex(interval)],
    covered: () => memory[intervalCoveredIndex(interval)],
    coverage: (nowMs: number): number => {
      memory[nowIndex] = nowMs;
      readCoverage(memory, interval, { nowIndex, outIndex });
      return memory[outIndex] ?? Number.NaN;
    },
    integral: (): number => {
      readTimeIntegral(memory, integral, outIndex);
      return memory[outIndex] ?? Number.NaN;
    },
  };
};

describe('interval', () => {
  test('measures between two active and usable samples', () => {
    const interval = makeInterval();
    interval.push(1000, both);
    expect([interval.elapsed(), interval.covered(), interval.step()]).toEqual([0, 0, 0]);
    interval.push(1100, both);
    expect([interval.elapsed(), interval.covered(), interval.step()]).toEqual([100, 100, 100]);
    interval.push(1130, both);
    expect([interval.elapsed(), interval.covered(), interval.step()]).toEqual([130, 130, 30]);
  });

  test.each([
    ['active, then not', both, usableFlag, 0, 0],
    ['inactive, then active', usableFlag, both, 0, 0],
    ['never active', usableFlag, usableFlag, 0, 0],
    ['unusable at the start', activeFlag, both, 100, 0],
    ['unusable at the end', both, activeFlag, 100, 0],
    ['unusable at both', activeFlag, activeFlag, 100, 0],
    ['nothing', 0, 0, 0, 0],
  ])('%s', (_, before, after, elapsed, covered) => {
    const interval = makeInterval();
    interval.push(1000, before);
    interval.push(1100, after);
    expect([interval.elapsed(), interval.covered(), interval.step()]).toEqual([
      elapsed,
      covered,
      covered,
    ]);
  });

  test('a gap elapses when active before it, whatever follows, and is never measured', () => {
    for (const [before, after, elapsed] of [
      [both, both, 101],
      [both, 0, 101],
      [0, both, 0],
    ] as const) {
      const interval = makeInterval();
      interval.push(1000, before);
      interval.push(1101, after);
      expect([interval.elapsed(), interval.covered()]).toEqual([elapsed, 0]);
    }
  });

  test('a clock set back adds nothing and starts anew from there', () => {
    const interval = makeInterval();
    interval.push(1000, both);
    interval.push(500, both);
    interval.push(500, both);
    expect([interval.elapsed(), interval.covered()]).toEqual([0, 0]);
    interval.push(550, both);
    expect([interval.elapsed(), interval.covered()]).toEqual([50, 50]);
  });

  test('coverage counts the open time of an active window beyond the gap limit', () => {
    const interval = makeInterval();
    expect(interval.coverage(5000)).toBe(0);
    interval.push(0, both);
    interval.push(100, both);
    interval.push(200, activeFlag);
    expect(interval.coverage(200)).toBe(0.5);
    expect(interval.coverage(300)).toBe(0.5);
    expect(interval.coverage(400)).toBe(0.25);
    interval.push(250, 0);
    expect(interval.coverage(9999)).toBe(0.5);
  });

  test('a reset forgets the window and the last sample', () => {
    const interval = makeInterval();
    interval.push(0, both, 1);
    interval.push(100, both, 1);
    interval.reset();
    expect([interval.elapsed(), interval.covered(), interval.step()]).toEqual([0, 0, 0]);
    expect(interval.integral()).toBe(0);
    expect(interval.coverage(9999)).toBe(0);
    interval.push(150, both, 1);
    expect(interval.elapsed()).toBe(0);
  });
});

describe('time integral', () => {
  const samples = [
    [0, both, 2],
    [100, both, 4],
    [150, both, 8],
    [400, both, 100],
    [450, activeFlag, 100],
    [500, both, 6],
    [600, both, 6],
  ] as const;

  test('by trapezoids takes the mean of both ends, over measured time only', () => {
    const interval = makeInterval(100, 'trapezoid');
    for (const [timeMs, flags, value] of samples) interval.push(timeMs, flags, value);
    expect(interval.integral()).toBe(300 + 300 + 600);
  });

  test('by holding takes the value at the start', () => {
    const interval = makeInterval(100, 'hold');
    for (const [timeMs, flags, value] of samples) interval.push(timeMs, flags, value);
    expect(interval.integral()).toBe(200 + 200 + 600);
  });

  test('does not drift with small steps on a large total', () => {
    const interval = makeInterval(1e9);
    interval.push(0, both, 1e9);
    interval.push(1e6, both, 1e9);
    for (let index = 1; index <= 100_000; index++) interval.push(1e6 + index, both, 0.1);
    interval.push(1e6 + 100_001, 0, 0.1);
    expect(interval.integral()).toBeCloseTo(1e15 + (1e9 + 0.1) / 2 + 9999.9, 0);
  });
});
