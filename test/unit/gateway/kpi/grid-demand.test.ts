import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RegisteredGroup } from '../../../../gateway/core/point.ts';
import { statusCodes } from '../../../../gateway/core/quality.ts';
import type { HotPathProgram } from '../../../../gateway/hot-path/program.ts';
import { type TestSample, testGroup } from '../../../support/entry-batch.ts';
import { compileTestSite, feed, type Result, tickProgram } from '../../../support/program-feed.ts';
import { testSeed } from '../../../support/seed.ts';

const minuteMs = 60_000;
const quarterMs = 15 * minuteMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** Midnight somewhere: a multiple of an hour. */
const day = 472_222 * hourMs;
const site = 'park/energy/site';
/** How far the watermark of test ticks is behind. */
const lateMs = 2000;
const names = ['gridDemand', 'gridDemandPeak', 'gridImportHour'] as const;

type Results = Readonly<Record<string, Result>>;
type Grid = {
  readonly program: HotPathProgram;
  sample(timeMs: number, power: TestSample): void;
  tick(timeMs: number, dayStartMs?: number): Results;
};

const grid = (periodMs = 60_000): Grid => {
  const { program, groups } = compileTestSite({
    groups: [
      testGroup({
        area: 'park',
        line: 'meters',
        equipment: 'grid',
        equipmentClass: 'meter',
        periodMs,
        channels: [{ point: 'power', unit: 'W' }],
      }),
    ],
    kpis: names.map((kpi) => ({ kpi, equipment: site })),
  });
  const group = groups[0] as RegisteredGroup;
  return {
    program,
    sample: (timeMs, power) => {
      feed(program, [{ group, timeMs, values: { power } }]);
    },
    tick: (timeMs, dayStartMs = day) => tickProgram(program, timeMs, dayStartMs),
  };
};

/** Samples `fromMs` to `toMs` every minute. */
const hold = (
  { sample }: Grid,
  range: { readonly fromMs: number; readonly toMs: number; readonly power: number },
): void => {
  for (let timeMs = range.fromMs; timeMs <= range.toMs; timeMs += minuteMs) {
    sample(timeMs, range.power);
  }
};

const demand = (results: Results): Result | undefined => results[`${site}/gridDemand`];
const peak = (results: Results): Result | undefined => results[`${site}/gridDemandPeak`];
const hour = (results: Results): Result | undefined => results[`${site}/gridImportHour`];
const coverageOf = (results: Results, name: (typeof names)[number]): number | undefined =>
  results[`${site}/${name}.coverage`]?.value;

describe('quarter-hour demand', () => {
  test('is the mean import of the quarter hour, and comes when the watermark passes its end', () => {
    const meter = grid();
    hold(meter, { fromMs: day, toMs: day + 5 * minuteMs, power: 900_000 });
    hold(meter, { fromMs: day + 6 * minuteMs, toMs: day + quarterMs, power: 300_000 });
    const before = meter.tick(day + quarterMs + lateMs - 1);
    expect(demand(before)?.status).toBe(statusCodes.badNoData);
    const after = meter.tick(day + quarterMs + lateMs);
    // 5 min at 900 kW, 1 min falling to 300 kW, 9 min at 300 kW.
    expect(demand(after)?.value).toBeCloseTo((5 * 900 + 600 + 9 * 300) / 15, 9);
    expect(demand(after)?.status).toBe(statusCodes.good);
    expect(coverageOf(after, 'gridDemand')).toBe(1);
  });

  test('stays until the next one closes, whatever comes meanwhile', () => {
    const meter = grid();
    hold(meter, { fromMs: day, toMs: day + quarterMs, power: 300_000 });
    meter.tick(day + quarterMs + lateMs);
    hold(meter, {
      fromMs: day + quarterMs + minuteMs,
      toMs: day + quarterMs + 14 * minuteMs,
      power: 800_000,
    });
    const results = meter.tick(day + 2 * quarterMs);
    expect(demand(results)).toEqual({ value: 300, status: statusCodes.good });
  });

  test('does not count what is fed in', () => {
    const meter = grid();
    hold(meter, { fromMs: day, toMs: day + 7 * minuteMs, power: -500_000 });
    hold(meter, { fromMs: day + 8 * minuteMs, toMs: day + quarterMs, power: 150_000 });
    const results = meter.tick(day + quarterMs + lateMs);
    expect(demand(results)?.value).toBeCloseTo((75 + 7 * 150) / 15, 9);
  });

  test('of a quarter hour that was not measured at all is no data', () => {
    const meter = grid();
    hold(meter, { fromMs: day, toMs: day + quarterMs, power: 300_000 });
    meter.tick(day + quarterMs + lateMs);
    const results = meter.tick(day + 2 * quarterMs + lateMs);
    expect(demand(results)).toEqual({ value: 0, status: statusCodes.badNoData });
    expect(coverageOf(results, 'gridDemand')).toBe(0);
  });

  test('is uncertain with a gap, and for that quarter hour only with an uncertain sample', () => {
    const meter = grid();
    hold(meter, { fromMs: day, toMs: day + 5 * minuteMs, power: 300_000 });
    hold(meter, { fromMs: day + 10 * minuteMs, toMs: day + 20 * minuteMs, power: 300_000 });
    const gap = meter.tick(day + 20 * minuteMs);
    expect(demand(gap)).toEqual({ value: 300, status: statusCodes.uncertain });
    expect(coverageOf(gap, 'gridDemand')).toBeCloseTo(10 / 15, 12);
    meter.sample(day + 21 * minuteMs, { value: 300_000, status: statusCodes.uncertain });
    hold(meter, { fromMs: day + 22 * minuteMs, toMs: day + 31 * minuteMs, power: 300_000 });
    const uncertain = meter.tick(day + 31 * minuteMs);
    expect(demand(uncertain)?.status).toBe(statusCodes.uncertain);
    expect(coverageOf(uncertain, 'gridDemand')).toBe(1);
    hold(meter, { fromMs: day + 32 * minuteMs, toMs: day + 46 * minuteMs, power: 300_000 });
    expect(demand(meter.tick(day + 46 * minuteMs))?.status).toBe(statusCodes.good);
  });

  test('goes on after the clock was set back', () => {
    const meter = grid();
    hold(meter, { fromMs: day + 3 * hourMs, toMs: day + 3 * hourMs + quarterMs, power: 700_000 });
    meter.tick(day + 3 * hourMs + quarterMs + lateMs);
    meter.tick(day);
    hold(meter, { fromMs: day, toMs: day + quarterMs, power: 300_000 });
    const results = meter.tick(day + quarterMs + lateMs);
    expect(demand(results)).toEqual({ value: 300, status: statusCodes.good });
    expect(peak(results)?.value).toBe(300);
  });
});

describe('peak demand of the day', () => {
  test('is the largest of its quarter hours; yesterday stays until today has one', () => {
    const meter = grid();
    meter.tick(day);
    hold(meter, { fromMs: day, toMs: day + quarterMs, power: 300_000 });
    const powers = [500_000, 200_000];
    for (const [index, power] of powers.entries()) {
      const fromMs = day + (index + 1) * quarterMs;
      hold(meter, { fromMs: fromMs + minuteMs, toMs: fromMs + quarterMs, power });
    }
    const results = meter.tick(day + 3 * quarterMs + lateMs);
    // The first minute of the quarter hour still rises from 300 kW.
    expect(peak(results)?.value).toBeCloseTo((400 + 14 * 500) / 15, 9);
    expect(peak(results)?.status).toBe(statusCodes.good);
    expect(coverageOf(results, 'gridDemandPeak')).toBe(1);

    const nextDay = day + dayMs;
    const midnight = meter.tick(nextDay + lateMs, nextDay);
    expect(peak(midnight)?.value).toBe(peak(results)?.value);
    expect(coverageOf(midnight, 'gridDemandPeak')).toBeCloseTo(3 / 96, 12);
    hold(meter, { fromMs: nextDay, toMs: nextDay + quarterMs, power: 100_000 });
    const first = meter.tick(nextDay + quarterMs + lateMs, nextDay);
    expect(peak(first)).toEqual({ value: 100, status: statusCodes.good });
  });

  test('the last quarter hour before midnight is of the old day', () => {
    const meter = grid();
    const nextDay = day + dayMs;
    meter.tick(nextDay - hourMs);
    hold(meter, { fromMs: nextDay - quarterMs, toMs: nextDay, power: 640_000 });
    expect(peak(meter.tick(nextDay, nextDay))?.status).toBe(statusCodes.badNoData);
    expect(peak(meter.tick(nextDay + lateMs, nextDay))?.value).toBe(640);
    const later = meter.tick(nextDay + quarterMs + lateMs, nextDay);
    expect(peak(later)).toEqual({ value: 0, status: statusCodes.badNoData });
  });

  test('is not made of a few minutes', () => {
    const meter = grid();
    hold(meter, { fromMs: day, toMs: day + 3 * minuteMs, power: 9_000_000 });
    hold(meter, { fromMs: day + quarterMs, toMs: day + 2 * quarterMs, power: 200_000 });
    const results = meter.tick(day + 2 * quarterMs + lateMs);
    expect(peak(results)).toEqual({ value: 200, status: statusCodes.uncertain });
    expect(coverageOf(results, 'gridDemandPeak')).toBe(0.5);
  });
});

describe('import of the hour', () => {
  test('is folded from its quarter hours and comes with the last of them', () => {
    const meter = grid();
    const powers = [100_000, 200_000, 300_000, 400_000];
    for (const [index, power] of powers.entries()) {
      const fromMs = day + index * quarterMs;
      hold(meter, {
        fromMs: index === 0 ? fromMs : fromMs + minuteMs,
        toMs: fromMs + quarterMs,
        power,
      });
      const results = meter.tick(fromMs + quarterMs + lateMs);
      if (index < 3) expect(hour(results)?.status).toBe(statusCodes.badNoData);
      else {
        // Three times, a minute is 50 kW below its quarter hour's power.
        expect(hour(results)?.value).toBeCloseTo(250 - (3 * 50) / 60, 9);
        expect(hour(results)?.status).toBe(statusCodes.good);
        expect(coverageOf(results, 'gridImportHour')).toBe(1);
      }
    }
  });
});

type Sample = { readonly timeMs: number; readonly power: number; readonly isGood: boolean };

/** Energy in kWh and measured ms of [fromMs, toMs), from all samples: the obvious way. */
const bruteForce = (
  samples: readonly Sample[],
  [fromMs, toMs]: readonly [number, number],
  gapMs: number,
): { readonly kwh: number; readonly coveredMs: number } => {
  let kwh = 0;
  let coveredMs = 0;
  for (const [index, last] of samples.entries()) {
    const next = samples[index + 1];
    if (next === undefined || !last.isGood || !next.isGood) continue;
    if (next.timeMs - last.timeMs > gapMs) continue;
    const at = (timeMs: number): number => {
      const share = (timeMs - last.timeMs) / (next.timeMs - last.timeMs);
      return Math.max(0, last.power) * (1 - share) + Math.max(0, next.power) * share;
    };
    const beginMs = Math.max(fromMs, last.timeMs);
    const endMs = Math.min(toMs, next.timeMs);
    if (endMs <= beginMs) continue;
    kwh += ((at(beginMs) + at(endMs)) / 2000) * ((endMs - beginMs) / hourMs);
    coveredMs += endMs - beginMs;
  }
  return { kwh, coveredMs };
};

const randomSamples = fc.array(
  fc.record({
    stepMs: fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 1, max: 190_000 }) },
      fc.integer({ min: 190_000, max: 3_000_000 }),
    ),
    power: fc.integer({ min: -2_000_000, max: 2_000_000 }),
    isGood: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, fc.constant(false)),
  }),
  { minLength: 1, maxLength: 120 },
);

const toSamples = (
  steps: readonly { stepMs: number; power: number; isGood: boolean }[],
): Sample[] => {
  let timeMs = day;
  return steps.map(({ stepMs, power, isGood }) => {
    timeMs += stepMs;
    return { timeMs, power, isGood };
  });
};

describe('against a computation over all samples', () => {
  const run = (samples: readonly Sample[], restartAt?: number): string[] => {
    let meter = grid();
    const outputs: string[] = [];
    let tickMs = day;
    for (const [index, { timeMs, power, isGood }] of samples.entries()) {
      // Ticks go on while samples are away, as the gateway's do.
      for (; tickMs + 100_000 <= timeMs; tickMs += 100_000) {
        outputs.push(JSON.stringify(meter.tick(tickMs)));
      }
      if (index === restartAt) {
        const bytes = meter.program.snapshot();
        meter = grid();
        expect(meter.program.restore(bytes)).toBe(true);
      }
      meter.sample(timeMs, isGood ? power : { value: power, status: statusCodes.badNoData });
    }
    outputs.push(JSON.stringify(meter.tick((samples.at(-1)?.timeMs ?? day) + hourMs + lateMs)));
    return outputs;
  };

  test('every quarter hour and hour agree with it', { timeout: 30_000 }, () => {
    fc.assert(
      fc.property(randomSamples, (steps) => {
        const samples = toSamples(steps);
        const meter = grid();
        const endMs = (samples.at(-1)?.timeMs ?? day) + quarterMs;
        let next = 0;
        for (let closedMs = day + quarterMs; closedMs <= endMs; closedMs += quarterMs) {
          for (; (samples[next]?.timeMs ?? Infinity) <= closedMs + lateMs; next++) {
            const { timeMs, power, isGood } = samples[next] as Sample;
            meter.sample(timeMs, isGood ? power : { value: power, status: statusCodes.badNoData });
          }
          const results = meter.tick(closedMs + lateMs);
          // The term over the edge comes with the sample behind it.
          const seen = samples.slice(0, next);
          const quarter = bruteForce(seen, [closedMs - quarterMs, closedMs], 180_000);
          const covered = quarter.coveredMs / quarterMs;
          expect(coverageOf(results, 'gridDemand')).toBeCloseTo(covered, 9);
          const demandKw = covered > 0 ? quarter.kwh / (quarter.coveredMs / hourMs) : 0;
          expect(demand(results)?.value).toBeCloseTo(demandKw, 6);
          if (closedMs % hourMs !== 0) continue;
          const measured = [0, 1, 2, 3].map((index) => {
            const endsMs = closedMs - index * quarterMs;
            const until = samples.filter(({ timeMs }) => timeMs <= endsMs + lateMs);
            return bruteForce(until, [endsMs - quarterMs, endsMs], 180_000);
          });
          const kwh = measured.reduce((sum, part) => sum + part.kwh, 0);
          expect(hour(results)?.value).toBeCloseTo(kwh, 6);
        }
      }),
      { seed: testSeed(), numRuns: 60 },
    );
  });

  test('a restart from a snapshot changes no bit', () => {
    fc.assert(
      fc.property(randomSamples, fc.nat(119), (steps, restartAt) => {
        const samples = toSamples(steps);
        expect(run(samples, restartAt % samples.length)).toEqual(run(samples));
      }),
      { seed: testSeed(), numRuns: 30 },
    );
  });
});
