import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CounterLimits,
  classifyCounterStep,
  counterSteps,
} from '../../../../../gateway/hot-path/operators/counter-step.ts';
import { testSeed } from '../../../../support/seed.ts';

const hourMs = 3_600_000;
const { forward, rollover, reset, replaced } = counterSteps;
const limits = (rolloverAt = Infinity, maximumPerHour = Infinity): CounterLimits => ({
  rolloverAt,
  maximumPerHour,
});

describe('the step of a register', () => {
  it.each([
    ['counts', limits(1000), 500, 600, forward],
    ['stands', limits(1000), 500, 500, forward],
    ['passes its end', limits(1000), 950, 20, rollover],
    ['did not stand near its end', limits(1000), 900, 5, reset],
    ['steps too far over its end', limits(1000), 950, 60, replaced],
    ['never ends and begins again', limits(), 90_000, 900, reset],
    ['never ends and shows less', limits(), 90_000, 901, replaced],
    ['counts as fast as it can', limits(1000, 100), 500, 600, forward],
    ['counts faster than it can', limits(1000, 100), 500, 601, replaced],
    ['passes its end faster than it can', limits(1000, 40), 950, 20, reset],
    ['began again and counted since', limits(Infinity, 100), 900, 100, reset],
    ['shows more than it can have counted since', limits(Infinity, 100), 900, 101, replaced],
  ] as const)('%s', (_, of, last, value, expected) => {
    expect(classifyCounterStep(of, last, value, hourMs)).toBe(expected);
  });

  it('is only counted when it is not faster than it can be', () => {
    const amount = fc.double({ min: 0, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(amount, amount, amount, (last, value, maximumPerHour) => {
        const step = classifyCounterStep(limits(1e6, maximumPerHour), last, value, hourMs);
        if (step === forward) expect(value - last).toBeLessThanOrEqual(maximumPerHour);
        if (step === rollover) expect(1e6 - last + value).toBeLessThanOrEqual(maximumPerHour);
        if (value >= last) expect([forward, replaced]).toContain(step);
        else expect(step).not.toBe(forward);
      }),
      { seed: testSeed() },
    );
  });
});
