// Goal: the intensities of §2, and what the park is said to have saved, through the compiled program. Method: meters are fed so that
// the sums are those of the example, MWh taken for kWh; the example's number is what is expected.
import { describe, expect, test } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import { testGroup } from '../../../../support/entry-batch.ts';
import { dayMs, hourMs, MeteredPark, midnight, quarterMs } from './metered-park.ts';

const inverter = (number: number) =>
  testGroup({
    ...{ area: 'park', line: 'pv', equipment: `inv0${number}`, equipmentClass: 'pv_inverter' },
    ...{ periodMs: 1000 },
    channels: [{ point: 'energyTotal', kind: 'counter', unit: 'Wh' }],
  });

const jiangsu2022 = { id: 'jiangsu-2022', value: 0.5978, source: 'worked example' };
/** A year that is over with the quarter hour that begins at midnight. */
const yearThatEnds = { 'calendar.yearStart': midnight + quarterMs - 365 * dayMs };
const ofCarbonPerArea = (parameters: object) => {
  const park = new MeteredPark(['energyQuarter', { kpi: 'carbonPerArea', parameters }]);
  park.tell(yearThatEnds, midnight);
  park.quarter({ import: 9662.1, load: 9662.1 });
  return park;
};

describe('§2 intensity', () => {
  test('6168.9 t on 126 500 m2: 48.77 kg/m2', () => {
    const other = 259.5 + 38.7 + 94.7;
    const park = ofCarbonPerArea({ factor: jiangsu2022, areaM2: 126.5, otherKgPerYear: other });
    expect(park.value('carbonPerArea.total') * 1000).toBeCloseTo(6168.9, 1);
    expect(park.value('carbonPerArea')).toBeCloseTo(48.77, 2);
    expect(park.value('carbonPerArea.electricity')).toBeCloseTo(5776 / 126.5, 3);
    expect(park.value('carbonPerArea.other')).toBeCloseTo(other / 126.5, 6);
    expect(park.status('carbonPerArea.perOutput')).toBe(statusCodes.badNoData);
  });

  test('tonnes by 10 000 CNY of output, where the output is told', () => {
    const park = ofCarbonPerArea({ factor: jiangsu2022, areaM2: 126.5, outputPerYear: 80 });
    expect(park.value('carbonPerArea.perOutput')).toBeCloseTo(5.776 / 80, 6);
  });

  test('of half a year, half of what the year gives off beside electricity, and of its output', () => {
    const parameters = { areaM2: 10, otherKgPerYear: 365, outputPerYear: 1000 };
    const park = new MeteredPark(['energyQuarter', { kpi: 'carbonPerArea', parameters }]);
    park.tell({ 'calendar.yearStart': midnight + quarterMs - 146 * dayMs }, midnight);
    park.quarter({ import: 100, load: 100 });
    expect(park.value('carbonPerArea.other')).toBeCloseTo(14.6, 9);
    expect(park.value('carbonPerArea.perOutput')).toBeCloseTo((59.92 + 146) / 1000 / 400, 9);
  });

  test('5130 MWh of 5600/0.55 = 10 182 modules: 503.8 kWh and 302 kg each', () => {
    const parameters = { ratedPowerKwp: 5.6, modulePowerWp: 0.55 };
    const park = new MeteredPark(['energyQuarter', { kpi: 'savedPerModule', parameters }]);
    park.tell({ 'calendar.yearStart': midnight }, midnight);
    park.quarter({ load: 14_600, ev: 191.7, import: 14_791.7 - 5130, pv: 5130 });
    expect(park.value('savedPerModule.modules')).toBe(10_182);
    expect(park.value('savedPerModule') * 1000).toBeCloseTo(503.8, 1);
    expect(park.value('savedPerModule.co2') * 1000).toBeCloseTo(302, 0);
    expect(park.status('savedPerModule')).toBe(statusCodes.good);
  });
});

describe('§2 avoided CO2, average', () => {
  test('5130 MWh by the East China factor of 2021: 3073.9 t, which is published as 3073', () => {
    const park = new MeteredPark(['pvEnergy', 'gridExport', 'avoidedCo2'], {
      more: [inverter(1), inverter(2)],
    });
    for (const [minute, wh] of [
      [0, 0],
      [10, 2_750_000],
    ] as const) {
      const timeMs = midnight + minute * 60_000;
      park.feed('inv01', timeMs, { energyTotal: wh });
      park.feed('inv02', timeMs, { energyTotal: wh });
      park.feed('grid', timeMs, { energyExport: 1000 + (minute === 0 ? 0 : 370) });
      park.tick(timeMs + 1000);
    }
    expect(park.value('avoidedCo2')).toBeCloseTo(3073.896, 3);
    expect(Math.trunc(park.value('avoidedCo2'))).toBe(3073);
  });
});

describe('§2 intensity over the year', () => {
  test('a leap year is a day longer', () => {
    const parameters = { areaM2: 1, otherKgPerYear: 366 };
    const park = new MeteredPark(['energyQuarter', { kpi: 'carbonPerArea', parameters }]);
    const yearStart = Date.UTC(2023, 11, 31, 16);
    const from = yearStart + hourMs;
    park.timeMs = from;
    park.dayStartMs = yearStart;
    park.tell({ 'calendar.yearStart': yearStart }, from);
    park.read(from);
    park.quarter({ import: 1 });
    expect(park.value('carbonPerArea.other')).toBeCloseTo(1.25 / 24, 9);
  });

  test.each([
    ['dark, and its quarter hours are dropped', { silent: ['grid'] }],
    ['read, and nothing is missing', {}],
  ])('the newest hour of 60, in which the grid meter is %s', (_, options) => {
    const parameters = { areaM2: 1 };
    const park = new MeteredPark([
      ...['energyQuarter', 'savedProgress'],
      { kpi: 'carbonPerArea', parameters },
      { kpi: 'savedPerModule', parameters: { ratedPowerKwp: 1 } },
    ]);
    park.tell({ 'calendar.yearStart': midnight, 'calendar.monthStart': midnight });
    park.tell({ 'calendar.monthEnd': midnight + 30 * dayMs, 'calendar.month': 1 }, midnight + 1);
    for (let quarter = 0; quarter < 240; quarter += 1) {
      park.quarter({ import: 10, load: 10 }, quarter >= 236 ? options : {});
    }
    const isDark = 'silent' in options;
    const status = isDark ? statusCodes.uncertain : statusCodes.good;
    for (const kpi of ['carbonPerArea', 'carbonPerArea.total', 'savedPerModule', 'savedProgress']) {
      expect(park.status(kpi), kpi).toBe(status);
    }
    expect(park.value('carbonPerArea.coverage')).toBeGreaterThan(0.97);
    expect(park.value('carbonPerArea.coverage') < 1).toBe(isDark);
  });

  test('a year that recording began in is uncertain, however much of it is known', () => {
    const park = new MeteredPark([
      'energyQuarter',
      { kpi: 'carbonPerArea', parameters: { areaM2: 1 } },
    ]);
    park.tell({ 'calendar.yearStart': midnight - quarterMs });
    for (let quarter = 0; quarter < 40; quarter += 1) park.quarter({ import: 10, load: 10 });
    expect(park.value('carbonPerArea.coverage')).toBeCloseTo(40 / 41, 6);
    expect(park.status('carbonPerArea')).toBe(statusCodes.uncertain);
  });
});
