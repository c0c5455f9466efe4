// Goal: what the states and registers of inverters count for, one by one. Method: hours whose sums are seen at a glance.
import { describe, expect, test } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import { bad, plain, startPlant, state, statusIn, sun, type Unit, valueIn } from './plant.ts';

const { good, uncertain, badNoData } = statusCodes;

describe('states', () => {
  const kpis = ['pvTechnicalAvailability', 'pvClipping', 'pvCurtailment', 'pvPerformanceRatio'];
  const hourOf = (unit: Unit, options: { parameters?: object; hasState?: boolean } = {}) => {
    const { parameters, ...more } = options;
    const plant = startPlant({
      kpis,
      inverters: 1,
      parameters: { ...plain, ...parameters },
      ...more,
    });
    return plant.hold(60, sun(1200), unit);
  };

  test.each([
    [1, 0],
    [2, 0],
    [3, 1],
    [4, 1],
    [5, 1],
    [6, 0],
    [7, 0],
    [8, 0],
    [0x0200, 1],
    [0x0201, 1],
    [0x0300, 0],
    [0x0303, 0],
    [0xa000, 0],
    [0, 1],
    [0x1300, 0],
    [0x1400, 0],
    [0x1500, 0],
    [0x8000, 0],
  ])('%d: available %d', (operatingState, available) => {
    const results = hourOf({ kw: 60, operatingState });
    expect(valueIn(results, 'pvTechnicalAvailability')).toBe(available);
    expect(statusIn(results, 'pvTechnicalAvailability')).toBe(good);
  });

  test('a number that is not listed is no state', () => {
    const results = hourOf({ kw: 60, operatingState: 9 });
    expect(statusIn(results, 'pvTechnicalAvailability')).toBe(badNoData);
    expect(statusIn(results, 'pvCurtailment')).toBe(badNoData);
    expect(statusIn(results, 'pvPerformanceRatio')).toBe(good);
  });

  test('of another make are listed in the site file', () => {
    const parameters = { states: { running: [70], throttled: [71], down: [4] } };
    expect(
      valueIn(hourOf({ kw: 60, operatingState: 70 }, { parameters }), 'pvTechnicalAvailability'),
    ).toBe(1);
    expect(
      valueIn(hourOf({ kw: 60, operatingState: 71 }, { parameters }), 'pvCurtailment'),
    ).toBeCloseTo(40, 6);
    expect(
      valueIn(hourOf({ kw: 60, operatingState: 4 }, { parameters }), 'pvTechnicalAvailability'),
    ).toBe(0);
  });

  test.each([
    ['running, at its limit', { kw: 99, operatingState: 4 }, 20, 0],
    ['running, just below', { kw: 98.9, operatingState: 4 }, 0, 0],
    ['throttled, at its limit', { kw: 99, operatingState: 5 }, 20, 0],
    ['throttled, just below', { kw: 98.9, operatingState: 5 }, 0, 1.1],
    ['starting', { kw: 99, operatingState: 3 }, 0, 0],
    ['down', { kw: 99, operatingState: 7 }, 0, 0],
  ])('%s', (_, unit, clipped, curtailed) => {
    const results = hourOf(unit);
    expect(valueIn(results, 'pvClipping')).toBeCloseTo(clipped, 6);
    expect(valueIn(results, 'pvCurtailment')).toBeCloseTo(curtailed, 6);
  });

  test('with more than was expected, a limit costs nothing', () => {
    const plant = startPlant({ kpis, inverters: 1, parameters: plain });
    const results = plant.hold(60, sun(500), { kw: 70, operatingState: state.throttled });
    expect(valueIn(results, 'pvCurtailment')).toBe(0);
    const atLimit = startPlant({ kpis, inverters: 1, parameters: plain });
    expect(valueIn(atLimit.hold(60, sun(500), { kw: 100 }), 'pvClipping')).toBe(0);
  });

  test('are guessed from the power where an inverter tells none', () => {
    const noState = { hasState: false };
    const unitKpi = ['inverterAvailability', 'inverterPerformanceIndex'];
    const plant = startPlant({ kpis: [], perUnit: unitKpi, parameters: plain, ...noState });
    const results = plant.hold(60, sun(1000), (index) => ({ kw: index === 0 ? 0.5 : 0.6 }));
    expect(valueIn(results, 'availability', 'park/pv/inv01')).toBe(0);
    expect(valueIn(results, 'availability', 'park/pv/inv02')).toBe(1);
    expect(valueIn(results, 'performanceIndex', 'park/pv/inv02')).toBeCloseTo(0.006, 9);
    const unheard = startPlant({ kpis: [], perUnit: unitKpi, parameters: plain, ...noState });
    const silent = unheard.hold(60, sun(1000), { kw: 60, power: bad });
    expect(statusIn(silent, 'availability', 'park/pv/inv01')).toBe(badNoData);
  });

  test('sun is what the parameter says', () => {
    const availability = (wm2: number, parameters: object) => {
      const plant = startPlant({ kpis, parameters: { ...plain, ...parameters } });
      return plant.hold(60, sun(wm2), { kw: 0, operatingState: state.sleeping });
    };
    expect(statusIn(availability(50, {}), 'pvTechnicalAvailability')).toBe(badNoData);
    expect(valueIn(availability(51, {}), 'pvTechnicalAvailability')).toBe(0);
    expect(statusIn(availability(51, {}), 'pvTechnicalAvailability')).toBe(good);
    expect(statusIn(availability(100, { sunAboveWm2: 100 }), 'pvTechnicalAvailability')).toBe(
      badNoData,
    );
  });
});

describe('registers', () => {
  const kpis = ['pvPerformanceRatio', 'pvFinalYield', 'pvPerformanceIndex'];

  test('of inverters that sleep and do not answer at night cost no coverage', () => {
    const plant = startPlant({ kpis, parameters: plain });
    plant.hold(60, sun(0), { kw: 0, power: bad, energyTotal: bad, operatingState: bad });
    const results = plant.hold(60, sun(500), { kw: 40 });
    expect(valueIn(results, 'pvPerformanceRatio')).toBeCloseTo(0.8, 6);
    expect(statusIn(results, 'pvPerformanceRatio')).toBe(good);
    expect(statusIn(results, 'pvPerformanceIndex')).toBe(good);
  });

  test('that begin again cost the step, not the ratio', () => {
    const plant = startPlant({ kpis, inverters: 1, parameters: plain });
    plant.hold(60, sun(500), { kw: 40 });
    plant.registersWh[0] = 1000;
    const results = plant.hold(60, sun(500), { kw: 40 });
    expect(valueIn(results, 'pvPerformanceRatio')).toBeCloseTo(0.8, 6);
    expect(statusIn(results, 'pvFinalYield')).toBe(uncertain);
  });

  test('tell what was made while nobody heard: in the yield, in no ratio', () => {
    const plant = startPlant({ kpis, inverters: 1, parameters: plain });
    plant.hold(60, sun(500), { kw: 40 });
    const before = plant.registersWh[0] as number;
    plant.skip(60);
    plant.registersWh[0] = before + 10_000;
    const results = plant.hold(60, sun(500), { kw: 40 });
    expect(valueIn(results, 'pvFinalYield')).toBeCloseTo(0.9, 6);
    expect(valueIn(results, 'pvPerformanceRatio')).toBeCloseTo(0.8, 6);
  });
});
