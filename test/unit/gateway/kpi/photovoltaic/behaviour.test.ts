// Goal: what counts and what does not, one by one. Method: short days whose sums are seen at a glance.
import { describe, expect, test } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import { planSite } from '../../../../../gateway/kpi/compile-site.ts';
import { kpisSchema } from '../../../../../gateway/kpi/site-schema.ts';
import { testSite } from '../../../../support/program-feed.ts';
import {
  bad,
  compilePlant,
  day,
  dayMs,
  hourMs,
  inverterName,
  minuteMs,
  plain,
  site,
  startPlant,
  state,
  statusIn,
  sun,
  type Unit,
  unitKpis,
  valueIn,
  type Weather,
} from './plant.ts';

const { good, uncertain, badNoData } = statusCodes;
const asleep: Unit = { kw: 0, operatingState: state.sleeping };

describe('the irradiance sensor', () => {
  test('shows less than 0 at night, which is 0', () => {
    const plant = startPlant({ kpis: ['pvReferenceYield', 'pvExpectedEnergy'] });
    plant.hold(60, sun(-4), asleep);
    expect(valueIn(plant.tick(), 'pvReferenceYield')).toBe(0);
    const results = plant.hold(60, sun(500), { kw: 50 });
    expect(valueIn(results, 'pvReferenceYield')).toBeCloseTo(0.5, 5);
    expect(statusIn(results, 'pvReferenceYield')).toBe(good);
  });

  test('is not joined over a gap, nor over a bad sample', () => {
    const plant = startPlant({ kpis: ['pvReferenceYield', 'pvExpectedEnergy'], parameters: plain });
    plant.hold(60, sun(500), { kw: 50 });
    plant.skip(60);
    plant.hold(60, sun(500), { kw: 50 });
    const gap = plant.tick();
    for (const point of ['pvReferenceYield', 'pvExpectedEnergy']) {
      expect(valueIn(gap, point), point).toBeCloseTo(point === 'pvReferenceYield' ? 1 : 200, 4);
      expect(valueIn(gap, `${point}.coverage`), point).toBeCloseTo(2 / 3, 5);
      expect(statusIn(gap, point), point).toBe(uncertain);
    }
    plant.hold(60, sun(bad), { kw: 50 });
    const lost = plant.tick();
    expect(valueIn(lost, 'pvReferenceYield')).toBeCloseTo(1, 5);
    expect(valueIn(lost, 'pvReferenceYield.coverage')).toBeCloseTo(0.5, 4);
    expect(valueIn(lost, 'pvExpectedEnergy.coverage')).toBeCloseTo(0.5, 4);
  });

  test.each([
    [3, 2 / 2],
    [4, 0.5],
  ])('a last sample %d minutes old: coverage %d', (minutes, share) => {
    const plant = startPlant({ kpis: ['pvReferenceYield', 'pvExpectedEnergy'] });
    plant.hold(minutes, sun(500), { kw: 50 });
    plant.skip(minutes);
    const results = plant.tick();
    expect(valueIn(results, 'pvReferenceYield.coverage')).toBeCloseTo(share, 9);
    expect(valueIn(results, 'pvExpectedEnergy.coverage')).toBeCloseTo(share, 9);
  });

  test('a day that has not begun has nothing to tell', () => {
    const plant = startPlant({ kpis: ['pvReferenceYield', 'pvExpectedEnergy'] });
    const results = plant.tick();
    expect(statusIn(results, 'pvReferenceYield')).toBe(badNoData);
    expect(statusIn(results, 'pvExpectedEnergy')).toBe(badNoData);
  });

  test('the next day begins with nothing, and cuts the step over midnight', () => {
    const kpis = [
      'pvReferenceYield',
      'pvExpectedEnergy',
      'pvPerformanceRatio',
      'pvEnergyAvailability',
    ];
    const plant = startPlant({ kpis, parameters: plain, startMs: day - 30_000 - 60 * minuteMs });
    plant.hold(61, sun(600), (index) =>
      index === 0 ? { kw: 0, operatingState: state.fault } : { kw: 30 },
    );
    const results = plant.tick(day);
    // Half a minute.
    expect(valueIn(results, 'pvReferenceYield')).toBeCloseTo(0.6 / 120, 9);
    expect(valueIn(results, 'pvReferenceYield.coverage')).toBeCloseTo(1, 9);
    expect(valueIn(results, 'pvExpectedEnergy')).toBeCloseTo((2 * 60) / 120, 9);
    expect(valueIn(results, 'pvPerformanceRatio')).toBeCloseTo(0.25, 9);
    expect(valueIn(results, 'pvEnergyAvailability.lost')).toBeCloseTo(30 / 120, 9);
  });
});

describe('quality', () => {
  const points = ['pvReferenceYield', 'pvFinalYield', 'pvPerformanceRatio', 'pvExpectedEnergy'];
  const doubtful = (value: number) => ({ value, status: uncertain });
  const statuses = (weather: Weather, unit: Unit) => {
    const plant = startPlant({ kpis: points, parameters: plain });
    plant.hold(30, sun(500), { kw: 50 });
    plant.hold(1, weather, unit);
    const results = plant.hold(30, sun(500), { kw: 50 });
    return points.filter((point) => statusIn(results, point) !== good);
  };
  const unit = { kw: 50 };

  test.each<[string, Weather, Unit, readonly string[]]>([
    [
      'irradiance',
      sun(doubtful(500)),
      unit,
      ['pvReferenceYield', 'pvPerformanceRatio', 'pvExpectedEnergy'],
    ],
    ['temperature', sun(500, doubtful(25)), unit, ['pvPerformanceRatio', 'pvExpectedEnergy']],
    [
      'register',
      sun(500),
      { ...unit, energyTotal: doubtful(1_026_000) },
      ['pvFinalYield', 'pvPerformanceRatio'],
    ],
    ['power', sun(500), { ...unit, power: doubtful(50_000) }, ['pvPerformanceRatio']],
    ['state', sun(500), { ...unit, operatingState: doubtful(4) }, ['pvPerformanceRatio']],
    ['nothing', sun(500), unit, []],
  ])('one uncertain sample of the %s', (_, weather, shown, expected) => {
    expect(statuses(weather, shown)).toEqual(expected);
  });

  test('without a temperature there is what needs none', () => {
    const kpis = ['pvExpectedPower', 'pvExpectedEnergy', 'pvPerformanceRatio25', 'pvLosses'];
    const others = ['pvPerformanceRatio', 'pvTechnicalAvailability', 'pvEnergyAvailability'];
    const parameters = { ...plain, cellTemperature: { method: 'none' } };
    const plant = startPlant({ kpis: [...kpis, ...others], parameters });
    const results = plant.hold(60, sun(500), (index) =>
      index === 0 ? { kw: 0, operatingState: state.fault } : { kw: 40 },
    );
    for (const kpi of kpis) expect(statusIn(results, kpi), kpi).toBe(badNoData);
    for (const kpi of others) expect(statusIn(results, kpi), kpi).toBe(good);
    expect(valueIn(results, 'pvPerformanceRatio')).toBeCloseTo(0.4, 9);
    expect(valueIn(results, 'pvEnergyAvailability.lost')).toBeCloseTo(40, 9);
  });

  test('a temperature that is out of date is not known', () => {
    const plant = startPlant({
      kpis: ['pvExpectedPower', 'pvExpectedEnergy', 'pvPerformanceRatio', 'pvPerformanceRatio25'],
    });
    plant.hold(60, { planeIrradiance: 500 }, { kw: 40 });
    const results = plant.tick();
    expect(statusIn(results, 'pvExpectedPower')).toBe(badNoData);
    expect(statusIn(results, 'pvExpectedEnergy')).toBe(badNoData);
    expect(statusIn(results, 'pvPerformanceRatio25')).toBe(badNoData);
    expect(statusIn(results, 'pvPerformanceRatio')).toBe(good);
  });

  test('an expected power is uncertain with its weather, and gone when it is out of date', () => {
    const plant = startPlant({ kpis: ['pvExpectedPower'], parameters: plain });
    plant.hold(5, sun(doubtful(500)), { kw: 40 });
    expect(plant.tick()[`${site}/pvExpectedPower`]).toEqual({ value: 100, status: uncertain });
    plant.skip(3);
    expect(statusIn(plant.tick(), 'pvExpectedPower')).toBe(uncertain);
    plant.skip(1);
    expect(statusIn(plant.tick(), 'pvExpectedPower')).toBe(badNoData);
    // Below the temperature at which the model gives less than nothing.
    const hot = plant.hold(5, sun(500, 400), { kw: 0 });
    expect(valueIn(hot, 'pvExpectedPower')).toBe(0);
  });
});

describe('rated power', () => {
  const at = (timeMs: number): string => new Date(timeMs).toISOString();

  test('changes at its instant: sums by time, yields by what holds at the beginning of the day', () => {
    const ratedPowerKwp = [
      { from: at(day + hourMs), value: 50 },
      { from: at(day - dayMs), value: 100 },
    ];
    const kpis = ['pvFinalYield', 'pvLosses', 'pvExpectedEnergy'];
    const plant = startPlant({ kpis, inverters: 1, parameters: { ...plain, ratedPowerKwp } });
    plant.hold(60, sun(800), { kw: 40 });
    const results = plant.hold(60, sun(800), { kw: 40 });
    expect(valueIn(results, 'pvLosses.referenceEnergy')).toBeCloseTo(80 + 40, 0);
    expect(valueIn(results, 'pvExpectedEnergy')).toBeCloseTo(80 + 40, 0);
    expect(valueIn(results, 'pvFinalYield')).toBeCloseTo(0.8, 5);
    expect(valueIn(results, 'pvLosses.reference')).toBeCloseTo(1.2, 2);
  });

  test('before the first instant is the first value', () => {
    const ratedPowerKwp = [{ from: at(day + dayMs), value: 80 }];
    const plant = startPlant({
      kpis: ['pvFinalYield'],
      inverters: 1,
      parameters: { ...plain, ratedPowerKwp },
    });
    expect(valueIn(plant.hold(60, sun(800), { kw: 40 }), 'pvFinalYield')).toBeCloseTo(0.5, 6);
  });

  test('of one inverter may be another, for the plant and for itself', () => {
    const inverters = { inv02: { ratedPowerKwp: 50, limitKw: 30 } };
    const parameters = { ...plain, inverters };
    const plant = startPlant({
      kpis: ['pvFinalYield', 'pvExpectedPower'],
      perUnit: unitKpis,
      parameters,
    });
    const results = plant.hold(60, sun(800), { kw: 30 });
    expect(valueIn(results, 'pvFinalYield')).toBeCloseTo(60 / 150, 9);
    expect(valueIn(results, 'pvExpectedPower')).toBe(80 + 30);
    const unit = (name: string, index: number) =>
      valueIn(results, name, `park/pv/${inverterName(index)}`);
    expect([unit('finalYield', 0), unit('finalYield', 1)]).toEqual([
      expect.closeTo(0.3, 9),
      expect.closeTo(0.6, 9),
    ]);
    expect([unit('performanceIndex', 0), unit('performanceIndex', 1)]).toEqual([
      expect.closeTo(30 / 80, 9),
      expect.closeTo(1, 9),
    ]);
  });
});

describe('lost energy', () => {
  const kpis = ['pvEnergyAvailability'];

  test('is the expected one where all are down', () => {
    const plant = startPlant({ kpis, parameters: { ...plain, systemLoss: 0.2 } });
    plant.hold(60, sun(500), { kw: 30 });
    const results = plant.hold(60, sun(500), { kw: 0, operatingState: state.fault });
    expect(valueIn(results, 'pvEnergyAvailability.lost')).toBeCloseTo(2 * 50 * 0.8, 1);
    const whole = 60 / (60 + 80);
    expect(valueIn(results, 'pvEnergyAvailability')).toBeCloseTo(whole, 3);
  });

  test('begins anew with the day', () => {
    const plant = startPlant({ kpis, startMs: day + 23 * hourMs });
    plant.hold(59, sun(500), (index) =>
      index === 0 ? { kw: 0, operatingState: state.fault } : { kw: 30 },
    );
    expect(valueIn(plant.tick(day), 'pvEnergyAvailability.lost')).toBeCloseTo(29.5, 6);
    const results = plant.hold(60, sun(500), { kw: 30 });
    expect(valueIn(results, 'pvEnergyAvailability.lost')).toBeLessThan(1e-3);
  });
});

describe('losses', () => {
  test('shade that a survey found has a place of its own', () => {
    const parameters = { ...plain, systemLoss: 0.1, shadingShare: 0.05 };
    const plant = startPlant({ kpis: ['pvLosses'], inverters: 1, parameters });
    const results = plant.hold(60, sun(1000), { kw: 80 });
    expect(valueIn(results, 'pvLosses.shadingEnergy')).toBeCloseTo(5, 9);
    expect(valueIn(results, 'pvLosses.systemEnergy')).toBeCloseTo(9.5, 9);
    expect(valueIn(results, 'pvLosses.unexplainedEnergy')).toBeCloseTo(100 - 5 - 9.5 - 80, 9);
    expect(valueIn(results, 'pvLosses')).toBeCloseTo(0.2, 9);
  });

  test('that nobody knows have no value and stay within what is not explained', () => {
    const plant = startPlant({ kpis: ['pvLosses'], inverters: 1, parameters: plain });
    const results = plant.hold(60, sun(1000, 45), { kw: 80 });
    for (const part of ['soiling', 'soilingEnergy', 'shading', 'shadingEnergy']) {
      expect(statusIn(results, `pvLosses.${part}`), part).toBe(badNoData);
    }
    expect(valueIn(results, 'pvLosses.temperature')).toBeCloseTo(0.07, 9);
    expect(valueIn(results, 'pvLosses.unexplained')).toBeCloseTo(1 - 0.07 - 0.8, 9);
    expect(valueIn(results, 'pvLosses.final')).toBeCloseTo(0.8, 9);
    expect(statusIn(results, 'pvLosses.unexplained')).toBe(good);
  });
});

describe('what the site file may ask for', () => {
  const { station, units } = compilePlant();
  const issuesOf = (kpi: object) =>
    planSite({
      groups: [station, ...units],
      kpis: kpisSchema.parse([{ equipment: site, ...kpi }]),
      calculated: [],
      site: testSite,
    }).issues;

  test.each([
    [{ ratedPowerKwp: 112 }, ['limitKw']],
    [{ ratedPowerKwp: 0, limitKw: 1 }, ['ratedPowerKwp']],
    [{ ratedPowerKwp: [], limitKw: 1 }, ['ratedPowerKwp']],
    [
      { ratedPowerKwp: [{ from: '2024-01-01', value: 1 }], limitKw: 1 },
      ['ratedPowerKwp', '0', 'from'],
    ],
    [{ ratedPowerKwp: 1, limitKw: 1, systemLoss: 1 }, ['systemLoss']],
    [
      { ratedPowerKwp: 1, limitKw: 1, temperatureCoefficientPerKelvin: 0.004 },
      ['temperatureCoefficientPerKelvin'],
    ],
    [
      { ratedPowerKwp: 1, limitKw: 1, cellTemperature: { method: 'guess' } },
      ['cellTemperature', 'method'],
    ],
    [{ ratedPowerKwp: 1, limitKw: 1, cleanings: ['yesterday'] }, ['cleanings', '0']],
  ])('%j is refused', (parameters, path) => {
    const issues = issuesOf({ kpi: 'pvPerformanceRatio25', parameters });
    expect(issues.map((issue) => issue.path.slice(2))).toEqual([path]);
  });

  test('a method of the temperature asks for its own points only', () => {
    const rating = { ratedPowerKwp: 1, limitKw: 1 };
    const kpi = 'pvExpectedPower';
    const inputs = {
      windSpeed: 'park/weather/none/windSpeed',
      moduleTemperature: 'park/weather/none/x',
    };
    const byNoct = { ...rating, cellTemperature: { method: 'noct' } };
    const byFaiman = { ...rating, cellTemperature: { method: 'faiman' } };
    expect(issuesOf({ kpi, parameters: byNoct })).toEqual([]);
    expect(issuesOf({ kpi, parameters: byNoct, inputs }).map(({ path }) => path)).toEqual([
      [0, 'inputs', 'windSpeed'],
      [0, 'inputs', 'moduleTemperature'],
    ]);
    const missing = issuesOf({
      kpi,
      parameters: byFaiman,
      inputs: { windSpeed: inputs.windSpeed },
    });
    expect(missing.map(({ path }) => path)).toEqual([[0, 'inputs', 'windSpeed']]);
  });
});
