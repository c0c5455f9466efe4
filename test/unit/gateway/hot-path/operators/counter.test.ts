import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ArenaPlan } from '../../../../../gateway/hot-path/arena.ts';
import {
  addCounterCoverage,
  counterResetsIndex,
  counterRolloversIndex,
  counterStepIndex,
  pushCounter,
  readCounterTotal,
  reserveCounter,
  tickCounter,
} from '../../../../../gateway/hot-path/operators/counter.ts';
import { testSeed } from '../../../../support/seed.ts';

const makeCounter = (limits: {
  readonly rolloverAt?: number | undefined;
  readonly maximumPerHour?: number | undefined;
}) => {
  const plan = new ArenaPlan();
  const valueIndex = plan.reserve(1);
  const timeIndex = plan.reserve(1);
  const startIndex = plan.reserve(1);
  const nowIndex = plan.reserve(1);
  const sumIndex = plan.reserve(1);
  const out = plan.reserve(1);
  const counter = reserveCounter(plan, { valueIndex, timeIndex, ...limits });
  const memory = plan.allocate();
  return {
    push: (timeMs: number, value: number): void => {
      memory[valueIndex] = value;
      memory[timeIndex] = timeMs;
      pushCounter(memory, counter);
    },
    tick: (startMs: number): void => {
      memory[startIndex] = startMs;
      tickCounter(memory, counter, startIndex);
    },
    total: (): number => {
      readCounterTotal(memory, counter, out);
      return memory[out] ?? 0;
    },
    step: () => memory[counterStepIndex(counter)],
    resets: () => memory[counterResetsIndex(counter)],
    rollovers: () => memory[counterRolloversIndex(counter)],
    coveredMs: (nowMs: number, staleMs = 0): number => {
      memory[nowIndex] = nowMs;
      memory[sumIndex] = 0;
      addCounterCoverage(memory, counter, { nowIndex, sumIndex, staleMs });
      return memory[sumIndex];
    },
  };
};

describe('counter', () => {
  test('§3.1 counts 8 796 over the end of a 32-bit register', () => {
    const counter = makeCounter({ rolloverAt: 2 ** 32 });
    counter.push(0, 4_294_960_000);
    counter.push(1000, 1500);
    expect(counter.total()).toBe(8796);
    expect(counter.step()).toBe(8796);
    expect([counter.resets(), counter.rollovers()]).toEqual([0, 1]);
    expect(counter.coveredMs(1000)).toBe(1000);
  });

  test.each([
    ['just above nine tenths of the range', 901, 1, 100, 1],
    ['at nine tenths of the range', 900, 0, 0, 0],
    ['with a step of a tenth of the range', 950, 50, 100, 1],
    ['with a longer step', 950, 51, 0, 0],
  ])('takes a step down %s for a rollover or not', (_, before, after, total, rollovers) => {
    const counter = makeCounter({ rolloverAt: 1000 });
    counter.push(0, before);
    counter.push(1000, after);
    expect(counter.total()).toBe(total);
    expect(counter.rollovers()).toBe(rollovers);
    expect(counter.resets()).toBe(1 - rollovers);
  });

  test('never rolls over without a known end', () => {
    const counter = makeCounter({});
    counter.push(0, 1e12);
    counter.push(1000, 1);
    counter.push(2000, 4);
    expect(counter.total()).toBe(3);
    expect([counter.resets(), counter.rollovers()]).toEqual([1, 0]);
    expect(counter.coveredMs(2000)).toBe(1000);
  });

  test('a reset adds nothing, and its step is 0', () => {
    const counter = makeCounter({});
    counter.push(0, 10);
    counter.push(1000, 15);
    counter.push(2000, 3);
    expect(counter.step()).toBe(0);
    expect(counter.total()).toBe(5);
  });

  test('a register that stands is covered', () => {
    const counter = makeCounter({});
    counter.push(0, 10);
    counter.push(1000, 10);
    expect(counter.total()).toBe(0);
    expect(counter.coveredMs(1000)).toBe(1000);
    expect(counter.resets()).toBe(0);
  });

  test('steps up to the largest rate count, faster ones are a replaced register', () => {
    const counter = makeCounter({ maximumPerHour: 3600 });
    counter.push(0, 0);
    counter.push(1000, 1);
    expect(counter.total()).toBe(1);
    counter.push(2000, 2.001);
    expect(counter.total()).toBe(1);
    expect(counter.resets()).toBe(1);
    counter.push(3000, 2.5);
    expect(counter.total()).toBeCloseTo(1.499, 12);
  });

  test('a reading that is not later starts a segment', () => {
    const counter = makeCounter({});
    counter.push(1000, 10);
    counter.push(1000, 20);
    expect(counter.total()).toBe(0);
    expect(counter.resets()).toBe(1);
    counter.push(500, 30);
    expect(counter.total()).toBe(0);
    counter.push(1500, 31);
    expect(counter.total()).toBe(1);
    expect(counter.coveredMs(1500)).toBe(1000);
  });

  test('covers the time since the last reading until it is stale', () => {
    const counter = makeCounter({});
    expect(counter.coveredMs(1000, 5000)).toBe(0);
    counter.tick(0);
    counter.push(1000, 0);
    counter.push(3000, 1);
    expect(counter.coveredMs(8000, 5000)).toBe(7000);
    expect(counter.coveredMs(8001, 5000)).toBe(2000);
    expect(counter.coveredMs(2000, 5000)).toBe(2000);
  });

  test('a window begins at 0 and covers from its start', () => {
    const counter = makeCounter({ rolloverAt: 100 });
    counter.push(0, 10);
    counter.tick(0);
    counter.push(1000, 95);
    counter.push(2000, 5);
    counter.push(2500, 1);
    counter.tick(0);
    expect([counter.total(), counter.rollovers(), counter.resets()]).toEqual([95, 1, 1]);
    counter.tick(3000);
    expect([counter.total(), counter.rollovers(), counter.resets()]).toEqual([0, 0, 0]);
    expect(counter.coveredMs(3000, 1000)).toBe(0);
    expect(counter.coveredMs(3500, 1000)).toBe(500);
    counter.push(4000, 3);
    expect(counter.total()).toBe(2);
    expect(counter.coveredMs(4000)).toBe(1000);
    counter.tick(3000);
    expect(counter.total()).toBe(2);
  });

  test('steps that end behind the start of a window are in it, also before its tick', () => {
    const counter = makeCounter({});
    counter.tick(0);
    counter.push(0, 0);
    counter.push(1000, 10);
    counter.tick(0);
    counter.push(9000, 30);
    counter.push(9500, 31);
    expect(counter.total()).toBe(31);
    counter.tick(8000);
    expect(counter.total()).toBe(21);
    expect(counter.coveredMs(9500)).toBe(1500);
    counter.push(10_000, 33);
    expect(counter.total()).toBe(23);
    expect(counter.coveredMs(10_000)).toBe(2000);
  });

  test('a register that was reset around the start covers only what it counted', () => {
    const counter = makeCounter({});
    counter.tick(0);
    counter.push(0, 100);
    counter.tick(0);
    counter.push(9000, 5);
    counter.push(9500, 6);
    counter.tick(8000);
    expect(counter.total()).toBe(1);
    expect(counter.coveredMs(9500)).toBe(500);
  });

  test('steps that end at or before the start of a window are not in it', () => {
    const counter = makeCounter({});
    counter.tick(0);
    counter.push(0, 0);
    counter.push(1000, 10);
    counter.tick(1000);
    expect(counter.total()).toBe(0);
    counter.push(2000, 11);
    expect(counter.total()).toBe(1);
  });

  test('totals every register that rolls over at will', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 6500 }), { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 0, max: 65_535 }),
        (steps, start) => {
          const counter = makeCounter({ rolloverAt: 65_536 });
          let value = start;
          counter.push(0, value);
          for (const [index, step] of steps.entries()) {
            value = (value + step) % 65_536;
            counter.push((index + 1) * 1000, value);
          }
          const far = steps.some((step, index) => {
            const before = (start + steps.slice(0, index).reduce((a, b) => a + b, 0)) % 65_536;
            return before + step >= 65_536 && before <= 0.9 * 65_536;
          });
          fc.pre(!far);
          expect(counter.total()).toBe(steps.reduce((sum, step) => sum + step, 0));
          expect(counter.resets()).toBe(0);
          expect(counter.coveredMs(steps.length * 1000)).toBe(steps.length * 1000);
        },
      ),
      { seed: testSeed() },
    );
  });

  test('a year of small steps on a large register does not drift', () => {
    const counter = makeCounter({});
    let value = 1e6;
    for (let index = 0; index <= 300_000; index++) {
      counter.push(index * 1000, value);
      value += 0.1;
    }
    const counted = value - 0.1 - 1e6;
    expect(Math.abs(counter.total() - counted)).toBeLessThan(1e-9);
  });
});
