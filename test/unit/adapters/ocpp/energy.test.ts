// Goal: whatever order, repetition and delay a network makes of meter values, the energy of the KPI is never more than was
// delivered. Method: random sessions, told in random ways, through the charge point and the compiled KPI.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { absentStatus } from '../../../../gateway/core/quality.ts';
import type { TestSample } from '../../../support/entry-batch.ts';
import { compileTestSite, feed, tickProgram } from '../../../support/program-feed.ts';
import { runsOf, testSeed } from '../../../support/seed.ts';
import { Bench, startMs } from './bench.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;
const firstWh = 1_000_000;

type Telling = {
  /** Of the meter value, in the order in which they were measured. */
  readonly index: number;
  readonly waitMs: number;
  readonly isReconnecting: boolean;
  readonly clockErrorMs: number;
};

const tellings = (most: number) =>
  fc.array(
    fc.record({
      index: fc.nat(most - 1),
      waitMs: fc.constantFrom(0, 100, 5000, minuteMs, 20 * minuteMs),
      isReconnecting: fc.boolean(),
      // So far that no delay makes a wrong time look right.
      clockErrorMs: fc.constantFrom(0, 0, 0, 0, 30 * dayMs, -30 * dayMs),
    }),
    { maxLength: 30 },
  );

const energyOf = (steps: readonly number[], told: readonly Telling[], inSession: boolean) => {
  const bench = new Bench();
  const { program, groups } = compileTestSite({
    groups: bench.groups,
    kpis: [
      {
        ...{ kpi: 'chargerUtilisation', equipment: 'park/energy/site' },
        parameters: { ratedPowerKw: 60 },
      },
    ],
  });
  const registers = steps.map((_, at) => firstWh + steps.slice(0, at + 1).reduce((a, b) => a + b));
  const measuredMs = (index: number): number => startMs + index * minuteMs;
  for (const { index, waitMs, isReconnecting, clockErrorMs } of told) {
    bench.nowMs = Math.max(bench.nowMs + waitMs, measuredMs(index));
    if (isReconnecting) bench.reconnect(0);
    const session = inSession ? { transactionId: 77 } : {};
    bench.measure(registers[index] ?? 0, measuredMs(index) + clockErrorMs, session);
  }
  let energyWh = 0;
  let watermarkMs = startMs - minuteMs;
  for (const frame of bench.frames) {
    const group = groups[frame.groupIndex];
    if (group === undefined) throw new Error('no group');
    const values: Record<string, TestSample> = {};
    for (const [at, { point }] of group.channels.entries()) {
      const status = frame.status[at] as number;
      if (status !== absentStatus) values[point] = { value: frame.values[at] as number, status };
    }
    const { timeMs, receivedMs } = frame;
    // As admission does it: what lies behind the watermark of the park changes no present.
    const origin = timeMs < watermarkMs ? 'late' : 'source';
    feed(program, [{ group, timeMs, receivedMs, values, origin }]);
    watermarkMs = receivedMs - minuteMs;
    const results = tickProgram(program, receivedMs, startMs - 8 * 3_600_000);
    energyWh = (results['park/energy/site/chargerUtilisation.energy']?.value ?? 0) * 1000;
  }
  return { energyWh, registers, bench };
};

/** Of one kWh a minute and less, as a charger of 60 kW gives. */
const steps = fc.array(fc.nat(1000), { minLength: 2, maxLength: 20 });

it('is never more than was delivered between the first and the last value that came', () => {
  const cases = steps.chain((wh) =>
    fc.record({ wh: fc.constant(wh), told: tellings(wh.length), inSession: fc.boolean() }),
  );
  fc.assert(
    fc.property(cases, ({ wh, told, inSession }) => {
      const { energyWh, registers } = energyOf(wh, told, inSession);
      const seen = told.map(({ index }) => registers[index] ?? 0);
      const most = seen.length === 0 ? 0 : Math.max(...seen) - Math.min(...seen);
      expect(energyWh).toBeLessThanOrEqual(most + 1e-6);
    }),
    { seed: testSeed(), numRuns: runsOf(400) },
  );
});

it('is all that was delivered where every value comes in its order, each any number of times', () => {
  const cases = fc.record({ wh: steps, repeats: fc.array(fc.integer({ min: 1, max: 3 })) });
  fc.assert(
    fc.property(cases, ({ wh, repeats }) => {
      const told = wh.flatMap((_, index) =>
        Array.from({ length: repeats[index] ?? 1 }, () => ({
          ...{ index, waitMs: 0, isReconnecting: false, clockErrorMs: 0 },
        })),
      );
      const { energyWh, registers } = energyOf(wh, told, false);
      expect(energyWh).toBeCloseTo((registers.at(-1) ?? 0) - (registers[0] ?? 0), 6);
    }),
    { seed: testSeed(), numRuns: runsOf(100) },
  );
});
