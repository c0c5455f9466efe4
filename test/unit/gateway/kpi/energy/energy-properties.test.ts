// Goal: quarter hours of energies hold for whatever the meters show. Method: random registers with gaps, late readings and steps of
// any length, from the seed of the run; the naive way shares each step by time over the quarter hours.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitFlows } from '../../../../../gateway/kpi/energy/quarter/flow-split.ts';
import { flows, terms } from '../../../../../gateway/kpi/energy/quarter/terms.ts';
import { runsOf, testSeed } from '../../../../support/seed.ts';
import { dayMs, MeteredPark, midnight, minuteMs, quarterMs } from './metered-park.ts';

const seed = testSeed();
const energy = fc.double({ min: 0, max: 5000, noNaN: true });

test('flows sum exactly to what was used and charged, and none is negative', () => {
  fc.assert(
    fc.property(fc.array(energy, { minLength: 5, maxLength: 5 }), (drawn) => {
      const [pv = 0, load = 0, ev = 0, stored = 0, discharged = 0] = drawn;
      // A bus that closes: storage goes one way and never exports, and the grid takes or gives the rest.
      const charge = stored > discharged ? stored : 0;
      const used = load + ev;
      const discharge = charge > 0 ? 0 : Math.min(discharged, Math.max(0, used - pv));
      const net = used + charge - pv - discharge;
      const [imported, exported] = [Math.max(0, net), Math.max(0, -net)];
      const memory = new Float64Array(terms.length + flows.length);
      memory.set([pv, imported, exported, load, ev, charge, discharge, 0, 0, 0]);
      splitFlows(memory, 0, terms.length);
      const [toGrid = 0, toLoad = 0, toStorage = 0, gridToLoad = 0, gridToStorage = 0, out = 0] =
        memory.subarray(terms.length);
      const close = (found: number, expected: number): void => {
        expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-9 * 20_000);
      };
      close(toLoad + gridToLoad + out, used);
      close(toStorage + gridToStorage, charge);
      close(toGrid + toLoad + toStorage, pv);
      close(gridToLoad + gridToStorage, imported);
      close(out, discharge);
      for (const flow of memory.subarray(terms.length)) expect(flow).toBeGreaterThanOrEqual(-1e-9);
    }),
    { seed, numRuns: runsOf(500) },
  );
});

/** Steps of a register: how long after the one before, in seconds, and by how much. */
const steps = fc.array(
  fc.record({
    seconds: fc.oneof(
      { weight: 12, arbitrary: fc.integer({ min: 1, max: 90 }) },
      { weight: 1, arbitrary: fc.integer({ min: 600, max: 4000 }) },
    ),
    kwh: fc.integer({ min: 0, max: 20 }),
    isLate: fc.boolean(),
  }),
  { minLength: 20, maxLength: 150 },
);

test('incremental and naive agree, and nothing is lost or counted twice', () => {
  fc.assert(
    fc.property(steps, (drawn) => {
      const park = new MeteredPark(['energyQuarter', 'energyFlows'], { periodMs: 30_000 });
      park.read(midnight);
      let timeMs = midnight;
      let tickMs = midnight;
      const naive = new Map<number, number>();
      let counted = 0;
      for (const { seconds, kwh, isLate } of drawn) {
        const fromMs = timeMs;
        timeMs += seconds * 1000;
        // The gateway ticks all the time, whether meters answer or not.
        for (; tickMs < timeMs; tickMs += minuteMs) park.tick(tickMs);
        park.registers.load += kwh;
        park.read(timeMs);
        // What comes again, or from before, changes nothing.
        if (isLate) park.feed('load', timeMs - 500, { energyImport: park.registers.load + 7 });
        counted += kwh;
        for (let atMs = fromMs; atMs < timeMs; ) {
          const startMs = Math.floor(atMs / quarterMs) * quarterMs;
          const endMs = Math.min(timeMs, startMs + quarterMs);
          const share = (kwh * (endMs - atMs)) / (timeMs - fromMs);
          naive.set(startMs, (naive.get(startMs) ?? 0) + share);
          atMs = endMs;
        }
      }
      for (let minute = 0; minute < 40; minute += 1) park.tick(tickMs + minute * minuteMs);
      let assigned = 0;
      for (const { timeMs: startMs, results } of park.rows) {
        const found = results['quarter.load']?.value ?? Number.NaN;
        const unassigned = results['quarter.unassigned']?.value ?? Number.NaN;
        const coverage = results['quarter.coverage']?.value ?? Number.NaN;
        expect(coverage).toBeGreaterThanOrEqual(0);
        expect(coverage).toBeLessThanOrEqual(1);
        expect(found).toBeLessThanOrEqual((naive.get(startMs) ?? 0) + 1e-9);
        if (coverage > 1 - 1e-9) expect(found).toBeCloseTo(naive.get(startMs) ?? 0, 9);
        assigned += found;
        // Other registers stand still: what is unassigned is of the load.
        assigned += unassigned;
      }
      expect(assigned).toBeCloseTo(counted, 6);
      const starts = park.rows.map((row) => row.timeMs);
      expect(starts).toEqual([...new Set(starts)].toSorted((a, b) => a - b));
    }),
    { seed, numRuns: runsOf(60) },
  );
});

test('§2 day and month are exactly the sums of their quarter hours', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(energy, energy), { minLength: 1, maxLength: 8 }), (drawn) => {
      const park = new MeteredPark(
        [
          'energyQuarter',
          'energyFlows',
          { kpi: 'savedProgress', parameters: { measure: 'pvGross' } },
        ],
        { periodMs: 300_000 },
      );
      park.tell({
        ...{ 'calendar.monthStart': midnight, 'calendar.yearStart': midnight },
        ...{ 'calendar.month': 1, 'calendar.monthEnd': midnight + 31 * dayMs },
      });
      for (const [pv, load] of drawn) {
        park.quarter({ pv, load, import: Math.max(0, load - pv), export: Math.max(0, pv - load) });
      }
      for (const name of ['pv', 'import', 'export', 'load', ...flows]) {
        const sum = park.rows.reduce(
          (total, { results }) => total + (results[`quarter.${name}`]?.value ?? Number.NaN),
          0,
        );
        expect(park.value(`day.${name}`)).toBe(sum);
        if (name === 'pv') expect(park.value('savedProgress.month')).toBe(sum);
      }
    }),
    { seed, numRuns: runsOf(40) },
  );
});
