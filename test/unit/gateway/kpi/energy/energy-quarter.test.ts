import { describe, expect, test } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import { MeteredPark, midnight, minuteMs, quarterMs } from './metered-park.ts';

const { good, uncertain, badNoData } = statusCodes;

describe('energies of a quarter hour', () => {
  test('§2 flow split: photovoltaics 3000, used 2100, charged 700, fed in 200', () => {
    const park = new MeteredPark(['energyQuarter', 'energyFlows']);
    park.quarter({ pv: 3000, load: 2000, ev: 100, charge: 700, export: 200 });
    expect(park.rows).toHaveLength(1);
    expect(park.rows[0]?.timeMs).toBe(midnight);
    const split = ['pvToGrid', 'pvToLoad', 'pvToStorage', 'gridToLoad', 'gridToStorage'];
    const values = [...split, 'storageToLoad'].map((flow) => park.value(`quarter.${flow}`));
    for (const [index, expected] of [200, 2100, 700, 0, 0, 0].entries()) {
      expect(values[index]).toBeCloseTo(expected, 8);
    }
    expect(park.status('quarter.pvToGrid')).toBe(good);
    expect(park.value('quarter.coverage')).toBe(1);
    expect(park.value('quarter.method')).toBe(0);
    expect(park.value('day.pvToLoad')).toBeCloseTo(2100, 8);
    expect(park.value('day.coverage')).toBeCloseTo(1, 12);
  });

  test('come once, with the time at which the quarter hour began', () => {
    const park = new MeteredPark(['energyQuarter']);
    for (let quarter = 0; quarter < 8; quarter += 1) park.quarter({ load: 40, import: 40 });
    expect(park.rows.map(({ timeMs }) => (timeMs - midnight) / quarterMs)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7,
    ]);
  });

  test('a step over the end of a quarter hour is cut there', () => {
    const park = new MeteredPark(['energyQuarter']);
    park.read(midnight + 10 * minuteMs);
    park.registers.load += 10;
    for (const minute of [11, 12, 13, 14]) park.read(midnight + minute * minuteMs);
    park.registers.load += 6;
    park.read(midnight + 14 * minuteMs + 30_000);
    park.registers.load += 9;
    park.read(midnight + 15 * minuteMs + 30_000);
    park.tick(midnight + 16 * minuteMs);
    expect(park.value('quarter.load')).toBeCloseTo(10 + 6 + 4.5, 9);
    expect(park.status('quarter.load')).toBe(uncertain);
    expect(park.value('quarter.coverage')).toBeCloseTo(5 / 15, 9);
  });

  test('a register that passes its end counts on', () => {
    const park = new MeteredPark(['energyQuarter'], { startAt: 999_990 });
    park.read(midnight);
    for (let minute = 1; minute <= 15; minute += 1) {
      park.registers.load = (park.registers.load + 2) % 1_000_000;
      park.read(midnight + minute * minuteMs);
    }
    park.tick(midnight + quarterMs + 3000);
    expect(park.value('quarter.load')).toBeCloseTo(30, 9);
    expect(park.status('quarter.load')).toBe(good);
  });

  test('a register that begins anew invents nothing and is uncertain for that quarter hour only', () => {
    const park = new MeteredPark(['energyQuarter']);
    park.quarter({ load: 30, import: 30 });
    park.registers.load = 0;
    park.quarter({ load: 30, import: 30 });
    expect(park.value('quarter.load')).toBeCloseTo(28, 9);
    expect(park.status('quarter.load')).toBe(uncertain);
    expect(park.status('quarter.import')).toBe(good);
    park.quarter({ load: 30, import: 30 });
    expect(park.value('quarter.load')).toBeCloseTo(30, 9);
    expect(park.status('quarter.load')).toBe(good);
  });

  test('what is not metered at all is no data, and nothing stands in for it', () => {
    const park = new MeteredPark(['energyQuarter', 'energyFlows']);
    park.quarter({ load: 30, import: 30 });
    park.quarter({ load: 30, import: 30 }, { silent: ['load'] });
    // Three periods of the meter that says nothing.
    park.tick(park.timeMs + 2 * minuteMs);
    expect(park.rows).toHaveLength(1);
    park.tick(park.timeMs + 4 * minuteMs);
    expect(park.status('quarter.load')).toBe(badNoData);
    expect(park.status('quarter.gridToLoad')).toBe(badNoData);
    expect(park.value('quarter.import')).toBeCloseTo(30, 9);
    expect(park.value('quarter.coverage')).toBe(0);
    expect(park.value('day.coverage')).toBeCloseTo(0.5, 9);
  });

  test.each([
    ['energySaved', 40],
    ['selfSufficiency', 0.4],
    ['selfSufficiencyPv', 0.4],
  ] as const)(
    'a grid meter that is silent has not saved what it did not count: %s',
    (kpi, meant) => {
      const park = new MeteredPark(['energyQuarter', kpi]);
      const usual = { pv: 40, load: 100, import: 60 };
      park.quarter(usual);
      for (let quarter = 0; quarter < 8; quarter += 1) park.quarter(usual, { silent: ['grid'] });
      expect(park.value(kpi)).toBeCloseTo(meant, 9);
      // The meter is back: the quarter hour that was open is shared out, what was counted over closed ones belongs to none.
      park.quarter(usual);
      park.quarter(usual);
      const isSum = meant > 1;
      expect(park.value(kpi)).toBeCloseTo(isSum ? 4 * meant : meant, 9);
      expect(park.status(kpi)).toBe(uncertain);
      expect(park.value(`${kpi}.coverage`)).toBeCloseTo(4 / 11, 9);
    },
  );

  test('what a register counted over closed quarter hours is told as unassigned', () => {
    const park = new MeteredPark(['energyQuarter']);
    park.quarter({ load: 30, import: 30 });
    for (let quarter = 0; quarter < 3; quarter += 1) {
      park.quarter({ load: 30, import: 30 }, { silent: ['load'] });
    }
    park.quarter({ load: 30, import: 30 });
    park.quarter({ load: 30, import: 30 });
    const told = park.rows.map(({ results }) => [
      results['quarter.load']?.value ?? Number.NaN,
      results['quarter.unassigned']?.value ?? Number.NaN,
    ]);
    // The last silent one was still open when the register was read again; its share is a guess.
    for (const [index, expected] of [30, 0, 0, 30, 30, 30].entries()) {
      expect(told[index]?.[0]).toBeCloseTo(expected, 0);
    }
    expect(park.rows[3]?.results['quarter.load']?.status).toBe(uncertain);
    expect(told[3]?.[1]).toBeCloseTo(60, 0);
    expect(told.flat().reduce((sum, value) => sum + value)).toBeCloseTo(6 * 30, 9);
  });

  test('integrated power stands in, labelled, where a register was not read', () => {
    const park = new MeteredPark(['energyQuarter']);
    park.read(midnight);
    for (let minute = 0; minute <= 15; minute += 1) {
      const timeMs = midnight + minute * minuteMs;
      park.read(timeMs, { silent: ['load'] });
      park.feed('load', timeMs + 1, { power: 120 });
    }
    park.feed('load', midnight + quarterMs + 2, { power: 120 });
    park.tick(midnight + quarterMs + minuteMs);
    park.tick(midnight + quarterMs + 4 * minuteMs);
    expect(park.value('quarter.load')).toBeCloseTo(30, 3);
    expect(park.status('quarter.load')).toBe(uncertain);
    expect(park.value('quarter.method')).toBe(1);
    expect(park.status('quarter.gridToLoad')).toBe(uncertain);
  });

  test('buildings without a meter are the remainder, and that is said', () => {
    const park = new MeteredPark(['energyQuarter'], { without: ['load'] });
    park.quarter({ pv: 100, import: 20, ev: 10, charge: 5, export: 40 });
    expect(park.value('quarter.load')).toBeCloseTo(65, 9);
    expect(park.value('quarter.method')).toBe(2);
    expect(park.status('quarter.load')).toBe(good);
  });

  test('a gateway that stood still tells of the quarter hours that it saw something of', () => {
    const park = new MeteredPark(['energyQuarter']);
    park.quarter({ load: 30, import: 30 });
    park.registers.load += 240;
    const back = midnight + 10 * quarterMs + 5 * minuteMs;
    park.read(back);
    park.tick(back + 3000);
    park.read(back + 10 * minuteMs);
    park.tick(back + 12 * minuteMs);
    park.tick(back + 14 * minuteMs);
    const starts = park.rows.map(({ timeMs }) => (timeMs - midnight) / quarterMs);
    expect(starts[0]).toBe(0);
    expect(starts.at(-1)).toBe(10);
    expect(starts.length).toBeLessThanOrEqual(4);
  });
});
