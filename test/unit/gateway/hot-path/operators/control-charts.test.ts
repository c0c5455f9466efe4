import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ArenaPlan } from '../../../../../gateway/hot-path/arena.ts';
import {
  capability,
  capabilityIndex,
  chartFactors,
  largestSubgroup,
} from '../../../../../gateway/hot-path/operators/control-limits.ts';
import {
  cusumDownIndex,
  cusumUpIndex,
  isCusumSignal,
  pushCusum,
  reserveCusum,
  resetCusum,
} from '../../../../../gateway/hot-path/operators/cusum.ts';
import {
  ewmaChartIndex,
  ewmaChartLimit,
  isEwmaSignal,
  pushEwmaChart,
  reserveEwmaChart,
  resetEwmaChart,
} from '../../../../../gateway/hot-path/operators/ewma-chart.ts';
import {
  pushRunRules,
  reserveRunRules,
  resetRunRules,
  runRuleHitsIndex,
} from '../../../../../gateway/hot-path/operators/run-rules.ts';
import { testSeed } from '../../../../support/seed.ts';
import { allRules, naiveCusum, naiveEwma, naiveRules } from './naive-charts.ts';

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const sampleDeviation = (values: readonly number[]): number =>
  Math.sqrt(
    values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1),
  );

describe('capability (section 3.9)', () => {
  const limits = { lower: 3.5, upper: 5 };

  test('Cp, Cpk within subgroups and Pp, Ppk overall', () => {
    const within = 0.25 / chartFactors(5).d2;
    expect(within).toBeCloseTo(0.10748, 5);
    expect(capability(limits, within)).toBeCloseTo(2.326, 3);
    expect(capabilityIndex(limits, 4.15, within)).toBeCloseTo(2.0159, 3);
    const values = [
      ...[4.1, 4.2, 4, 4.3, 4.1, 4.2, 4.1, 4.2, 4, 4.2],
      ...[4, 4.1, 4.1, 4.2, 4.3, 4.3, 4.2, 4.1, 4.2, 4.1],
    ];
    expect(sampleDeviation(values)).toBeCloseTo(0.09459, 5);
    expect(capability(limits, sampleDeviation(values))).toBeCloseTo(2.643, 3);
    expect(capabilityIndex(limits, mean(values), sampleDeviation(values))).toBeCloseTo(2.2906, 3);
  });

  test('one-sided Ppu of the deformation', () => {
    const values = [2.1, 2.8, 1.9, 3.2, 2.6, 2.4, 3, 2.2];
    expect(mean(values)).toBeCloseTo(2.525, 12);
    expect(sampleDeviation(values)).toBeCloseTo(0.45591, 5);
    expect(capabilityIndex({ upper: 6 }, mean(values), sampleDeviation(values))).toBeCloseTo(
      2.5407,
      4,
    );
    expect(capability({ upper: 6 }, 1)).toBeNaN();
    expect(capabilityIndex({ lower: 1 }, 4, 1)).toBe(1);
    expect(capabilityIndex({}, 4, 1)).toBeNaN();
  });

  test.each([
    [1, { a2: 2.66, d3: 0, d4: 3.267, d2: 1.128 }],
    [2, { a2: 1.88, d3: 0, d4: 3.267, d2: 1.128 }],
    [3, { a2: 1.023, d3: 0, d4: 2.574, d2: 1.693 }],
    [4, { a2: 0.729, d3: 0, d4: 2.282, d2: 2.059 }],
    [5, { a2: 0.577, d3: 0, d4: 2.114, d2: 2.326 }],
    [6, { a2: 0.483, d3: 0, d4: 2.004, d2: 2.534 }],
    [7, { a2: 0.419, d3: 0.076, d4: 1.924, d2: 2.704 }],
    [8, { a2: 0.373, d3: 0.136, d4: 1.864, d2: 2.847 }],
    [9, { a2: 0.337, d3: 0.184, d4: 1.816, d2: 2.97 }],
    [10, { a2: 0.308, d3: 0.223, d4: 1.777, d2: 3.078 }],
  ])('has the factors of ISO 7870-2 for subgroups of %d', (subgroup, factors) => {
    expect(chartFactors(subgroup)).toEqual(factors);
    // A2 = 3 / (d2 sqrt(n)); of individuals n = 1, their d2 is that of ranges of two.
    const { a2, d2, d3, d4 } = chartFactors(subgroup);
    expect(a2).toBeCloseTo(3 / (d2 * Math.sqrt(subgroup)), 2);
    // The limits of a range lie at the same distance from its mean, unless the lower one is 0.
    expect(d3 === 0 ? d4 >= 2 : Math.abs(d3 + d4 - 2) < 1e-9).toBe(true);
  });

  test('the nearer limit decides, and one alone too', () => {
    expect(capabilityIndex({ lower: 0, upper: 10 }, 4, 1)).toBeCloseTo(4 / 3, 12);
    expect(capabilityIndex({ lower: 0, upper: 10 }, 7, 1)).toBeCloseTo(1, 12);
    expect(capabilityIndex({ lower: 0 }, 7, 2)).toBeCloseTo(7 / 6, 12);
    expect(capabilityIndex({ upper: 10 }, 7, 2)).toBeCloseTo(0.5, 12);
    expect(capability({ lower: 1 }, 1)).toBeNaN();
  });

  test('has factors for no other size', () => {
    expect(largestSubgroup).toBe(10);
    expect(() => chartFactors(11)).toThrow('no chart factors for subgroups of 11');
    expect(() => chartFactors(11)).toThrow(RangeError);
    expect(() => chartFactors(0)).toThrow(RangeError);
  });
});

const source = 0;

describe('EWMA chart (section 3.9)', () => {
  const chartOf = () => {
    const plan = new ArenaPlan();
    plan.reserve(1);
    const chart = reserveEwmaChart(plan, { lambda: 0.2, width: 3 });
    return { chart, memory: plan.allocate() };
  };

  test('lambda 0.2, L 3: signal at the sixth value', () => {
    const { chart, memory } = chartOf();
    const limits: number[] = [];
    const averages: number[] = [];
    const signals = [232, 233, 231, 234, 233, 235].map((value) => {
      memory[source] = (value - 230) / 2;
      pushEwmaChart(memory, chart, source);
      averages.push(230 + 2 * (memory[ewmaChartIndex(chart)] as number));
      limits.push(230 + 2 * ewmaChartLimit(memory, chart));
      return isEwmaSignal(memory, chart);
    });
    const round = (list: readonly number[]): number[] =>
      list.map((item) => Number(item.toFixed(4)));
    expect(round(averages)).toEqual([230.4, 230.92, 230.936, 231.5488, 231.839, 232.4712]);
    expect(round(limits)).toEqual([231.2, 231.5367, 231.718, 231.8245, 231.8896, 231.9301]);
    expect(signals).toEqual([false, false, false, false, false, true]);
    resetEwmaChart(memory, chart);
    expect(ewmaChartLimit(memory, chart)).toBe(0);
  });

  test('its limits end at the asymptote', () => {
    const { chart, memory } = chartOf();
    for (let index = 0; index < 200; index++) pushEwmaChart(memory, chart, source);
    expect(230 + 2 * ewmaChartLimit(memory, chart)).toBeCloseTo(232, 12);
  });
});

describe('EWMA chart against the weighted sum of all values', () => {
  // Evenly spread, which doubles are not: they would be next to nothing mostly.
  const value = fc.integer({ min: -400, max: 400 }).map((hundredths) => hundredths / 100);
  const values = fc.array(value, { minLength: 1, maxLength: 80 });
  const options = fc.record({
    lambda: fc.integer({ min: 1, max: 100 }).map((percent) => percent / 100),
    width: fc.double({ min: 0.5, max: 4, noNaN: true }),
  });

  test('has its average, its limits and its signals after every value', () => {
    let signals = 0;
    fc.assert(
      fc.property(values, options, (given, { lambda, width }) => {
        const plan = new ArenaPlan();
        plan.reserve(1);
        const chart = reserveEwmaChart(plan, { lambda, width });
        const memory = plan.allocate();
        for (const [index, value] of given.entries()) {
          memory[source] = value;
          pushEwmaChart(memory, chart, source);
          const naive = naiveEwma(given.slice(0, index + 1), { lambda, width });
          expect(memory[ewmaChartIndex(chart)]).toBeCloseTo(naive.average, 9);
          expect(ewmaChartLimit(memory, chart)).toBeCloseTo(naive.limit, 9);
          // As near as this either answer is right.
          const isClear = Math.abs(Math.abs(naive.average) - naive.limit) > 1e-9;
          if (isClear) expect(isEwmaSignal(memory, chart)).toBe(naive.isSignal);
          if (naive.isSignal) signals += 1;
        }
        resetEwmaChart(memory, chart);
        expect(memory[ewmaChartIndex(chart)]).toBe(0);
        expect(ewmaChartLimit(memory, chart)).toBe(0);
      }),
      { seed: testSeed(), numRuns: 200 },
    );
    expect(signals).toBeGreaterThan(100);
  });
});

describe('CUSUM (section 3.9)', () => {
  const cusumOf = () => {
    const plan = new ArenaPlan();
    plan.reserve(1);
    const cusum = reserveCusum(plan, { reference: 0.5, decision: 5 });
    return { cusum, memory: plan.allocate() };
  };

  test('k 0.5, h 5: signal at the sixth value', () => {
    const { cusum, memory } = cusumOf();
    const signals: boolean[] = [];
    const up = [232, 233, 231, 234, 233, 235, 234, 236].map((value) => {
      memory[source] = (value - 230) / 2;
      pushCusum(memory, cusum, source);
      signals.push(isCusumSignal(memory, cusum));
      expect(memory[cusumDownIndex(cusum)]).toBe(0);
      return memory[cusumUpIndex(cusum)];
    });
    expect(up).toEqual([0.5, 1.5, 1.5, 3, 4, 6, 7.5, 10]);
    expect(signals.indexOf(true)).toBe(5);
  });

  test('agrees with the largest sum of the newest values', () => {
    const values = fc.array(fc.double({ min: -4, max: 4, noNaN: true }), {
      minLength: 1,
      maxLength: 80,
    });
    fc.assert(
      fc.property(values, (given) => {
        const { cusum, memory } = cusumOf();
        for (const value of given) {
          memory[source] = value;
          pushCusum(memory, cusum, source);
        }
        const naive = naiveCusum(given, 0.5);
        expect(memory[cusumUpIndex(cusum)]).toBeCloseTo(naive.up, 9);
        expect(memory[cusumDownIndex(cusum)]).toBeCloseTo(naive.down, 9);
        resetCusum(memory, cusum);
        expect(isCusumSignal(memory, cusum)).toBe(false);
      }),
      { seed: testSeed(), numRuns: 200 },
    );
  });
});

/** Bits after each value. */
const hitsOf = (
  values: readonly number[],
  options: { readonly rules: readonly number[]; readonly sameSide: number } = {
    rules: allRules,
    sameSide: 9,
  },
): readonly number[] => {
  const plan = new ArenaPlan();
  plan.reserve(1);
  const rules = reserveRunRules(plan, options);
  const memory = plan.allocate();
  return values.map((value) => {
    memory[source] = value;
    pushRunRules(memory, rules, source);
    return memory[runRuleHitsIndex(rules)] as number;
  });
};

const rulesIn = (bits: number | undefined): readonly number[] =>
  allRules.filter((rule) => ((bits ?? 0) & (1 << (rule - 1))) !== 0);

describe('run rules (section 3.9)', () => {
  test.each([
    [1, [0, 3.1]],
    [2, [0.1, 0.2, 0.1, 0.3, 0.1, 0.4, 0.2, 0.1, 0.3]],
    [3, [-0.5, -0.3, -0.1, 0.1, 0.3, 0.5]],
    [4, [0.1, -0.1, 0.1, -0.1, 0.1, -0.1, 0.1, -0.1, 0.1, -0.1, 0.1, -0.1, 0.1, -0.1]],
    [5, [2.1, 0, 2.2]],
    [6, [1.1, 1.2, 0, 1.3, 1.1]],
    [7, Array.from({ length: 15 }, (_, index) => [0.5, 0.6, -0.5, -0.6, 0.4][index % 5] ?? 0)],
    [8, [1.5, -1.5, 1.6, 1.2, -1.4, -1.5, 1.6, -1.7]],
  ])('rule %d signals at the last value and not before', (rule, values) => {
    const hits = hitsOf(values);
    expect(rulesIn(hits.at(-1))).toContain(rule);
    expect(rulesIn(hits.at(-2))).not.toContain(rule);
  });

  test('Western Electric takes eight on one side', () => {
    const values = [0.1, 0.2, 0.1, 0.3, 0.1, 0.4, 0.2, 0.1];
    expect(rulesIn(hitsOf(values).at(-1))).not.toContain(2);
    expect(rulesIn(hitsOf(values, { rules: allRules, sameSide: 8 }).at(-1))).toContain(2);
  });

  test('only rules that apply signal', () => {
    expect(hitsOf([4, 4, 4], { rules: [5], sameSide: 9 }).at(-1)).toBe(1 << 4);
  });

  test('agree with the rules by their words', () => {
    const value = fc.oneof(
      fc.double({ min: -3.5, max: 3.5, noNaN: true }),
      fc.constantFrom(0, 0.5, -0.5, 1.2, -1.2),
    );
    const flat = fc.array(fc.double({ min: -0.9, max: 1.1, noNaN: true }), { maxLength: 40 });
    const zigzag = fc
      .nat(30)
      .map((count) => Array.from({ length: count }, (_, at) => (at % 2) - 0.4));
    const stretch = fc.oneof(fc.array(value, { maxLength: 25 }), flat, zigzag);
    fc.assert(
      fc.property(
        fc.array(stretch, { minLength: 1, maxLength: 5 }),
        fc.constantFrom(8, 9),
        (parts, sameSide) => {
          const values = parts.flat();
          const hits = hitsOf(values, { rules: allRules, sameSide });
          for (const [index, bits] of hits.entries()) {
            expect(rulesIn(bits)).toEqual(naiveRules(values.slice(0, index + 1), sameSide));
          }
        },
      ),
      { seed: testSeed(), numRuns: 300 },
    );
  });

  test('begin anew', () => {
    const plan = new ArenaPlan();
    plan.reserve(1);
    const rules = reserveRunRules(plan, { rules: allRules, sameSide: 9 });
    const memory = plan.allocate();
    const before = [...memory];
    memory[source] = 5;
    pushRunRules(memory, rules, source);
    resetRunRules(memory, rules);
    memory[source] = 0;
    expect([...memory]).toEqual(before);
  });
});
