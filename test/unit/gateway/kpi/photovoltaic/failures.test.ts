// Goal: a failure of the plant moves the KPIs that tell of it and no other. Method: the same four hours with and without it.
import { describe, expect, test } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import {
  inverterName,
  plantKpis,
  type Results,
  startPlant,
  state,
  statusIn,
  type Unit,
  unitKpis,
  valueIn,
  type Weather,
} from './plant.ts';

const inverters = 10;
const weather = { planeIrradiance: 800, moduleTemperature: 45 };
/** As the model expects it, with 2 % that nobody explains. */
const healthy: Unit = { kw: 0.98 * 112 * 0.8 * (1 - 0.0035 * 20) * 0.86 * 0.983 };
const failed = 3;

type Scenario = {
  readonly weather?: Weather;
  /** Of the inverter that fails. */
  readonly unit?: Unit;
};

const run = (scenario: Scenario = {}): Results => {
  const plant = startPlant({ inverters, perUnit: unitKpis });
  plant.hold(60, weather, healthy);
  return plant.hold(180, scenario.weather ?? weather, (index) =>
    index === failed ? (scenario.unit ?? healthy) : healthy,
  );
};

const points = [
  ...plantKpis.filter((kpi) => kpi !== 'pvSoilingRatio'),
  ...['pvLosses.temperature', 'pvLosses.clipping', 'pvLosses.curtailment', 'pvLosses.downtime'],
  ...['pvLosses.system', 'pvLosses.unexplained'],
];
const unitPoints = ['finalYield', 'performanceIndex', 'availability'];

const isMoved = (before: number, after: number): boolean =>
  Math.abs(after - before) > 1e-6 * Math.max(1, Math.abs(before));

/** What a scenario moves: of the plant, of the inverter that fails, and of any other. */
const movedBy = (scenario: Scenario) => {
  const before = run();
  const after = run(scenario);
  const ofPlant = points.filter((point) => isMoved(valueIn(before, point), valueIn(after, point)));
  const ofUnit = (index: number): string[] => {
    const equipment = `park/pv/${inverterName(index)}`;
    return unitPoints.filter((point) =>
      isMoved(valueIn(before, point, equipment), valueIn(after, point, equipment)),
    );
  };
  const others = Array.from({ length: inverters }, (_, index) => index).filter((i) => i !== failed);
  return { after, ofPlant, ofFailed: ofUnit(failed), ofOthers: others.flatMap(ofUnit) };
};

const ratios = [
  ...['pvFinalYield', 'pvPerformanceRatio', 'pvPerformanceRatio25', 'pvPerformanceIndex'],
];

describe('what a failure moves', () => {
  test('a dead string: the performance index of its inverter, and of the losses what is not explained', () => {
    // One of 18 strings.
    const moved = movedBy({ unit: { kw: (healthy.kw * 17) / 18 } });
    // A part of the energy that was not lost to downtime is 1, whatever it is.
    expect(moved.ofPlant).toEqual([...ratios, 'pvLosses', 'pvLosses.unexplained']);
    expect(moved.ofFailed).toEqual(['finalYield', 'performanceIndex']);
    expect(moved.ofOthers).toEqual([]);
  });

  test('a trip: availability, lost energy and the downtime, and nothing that is not explained', () => {
    const moved = movedBy({ unit: { kw: 0, operatingState: state.fault } });
    expect(moved.ofPlant).toEqual([
      ...ratios,
      ...['pvTechnicalAvailability', 'pvEnergyAvailability', 'pvLosses', 'pvLosses.downtime'],
    ]);
    const { after } = moved;
    expect(valueIn(after, 'pvLosses.downtimeEnergy')).toBeCloseTo(3 * healthy.kw, 2);
    expect(moved.ofFailed).toEqual(['finalYield', 'performanceIndex', 'availability']);
    expect(moved.ofOthers).toEqual([]);
    expect(valueIn(after, 'pvTechnicalAvailability')).toBeCloseTo(37 / 40, 5);
  });

  test('an irradiance sensor that shows 8 % too little: everything measured by it, and no yield or availability', () => {
    const moved = movedBy({ weather: { ...weather, planeIrradiance: 800 * 0.92 } });
    expect(moved.ofPlant).toEqual([
      ...['pvReferenceYield', 'pvPerformanceRatio', 'pvPerformanceRatio25', 'pvExpectedPower'],
      ...['pvExpectedEnergy', 'pvPerformanceIndex', 'pvLosses', 'pvLosses.temperature'],
      ...['pvLosses.system', 'pvLosses.unexplained'],
    ]);
    expect(moved.ofFailed).toEqual(['performanceIndex']);
    expect(new Set(moved.ofOthers)).toEqual(new Set(['performanceIndex']));
  });

  test('an irradiance sensor that is wrong changes nothing of what a trip loses', () => {
    const tripped: Unit = { kw: 0, operatingState: state.fault };
    const right = run({ unit: tripped });
    const wrong = run({ unit: tripped, weather: { ...weather, planeIrradiance: 800 * 0.92 } });
    for (const point of ['pvEnergyAvailability', 'pvEnergyAvailability.lost']) {
      expect(valueIn(wrong, point)).toBeCloseTo(valueIn(right, point), 2);
    }
  });

  test('a limit by command: curtailment, and no availability', () => {
    const moved = movedBy({ unit: { kw: 30, operatingState: state.throttled } });
    expect(moved.ofPlant).toEqual([
      ...ratios,
      ...['pvCurtailment', 'pvLosses', 'pvLosses.curtailment', 'pvLosses.unexplained'],
    ]);
    expect(valueIn(moved.after, 'pvCurtailment')).toBeCloseTo(3 * (healthy.kw / 0.98 - 30), 2);
  });

  test('an inverter that is not heard: no ratio, only coverage and status, and sums are of what was heard', () => {
    const timeout = { value: 0, status: statusCodes.badTimeout };
    const moved = movedBy({
      unit: { kw: healthy.kw, power: timeout, energyTotal: timeout, operatingState: timeout },
    });
    const { after } = moved;
    // What it gave meanwhile its register will tell.
    expect(moved.ofPlant).toEqual([
      ...['pvFinalYield', 'pvLosses', 'pvLosses.temperature', 'pvLosses.system'],
      'pvLosses.unexplained',
    ]);
    expect(moved.ofOthers).toEqual([]);
    for (const point of ['pvPerformanceRatio', 'pvPerformanceIndex', 'pvTechnicalAvailability']) {
      expect(statusIn(after, point), point).toBe(statusCodes.uncertain);
      expect(valueIn(after, `${point}.coverage`), point).toBeCloseTo(37 / 40, 4);
    }
    expect(statusIn(after, 'pvReferenceYield')).toBe(statusCodes.good);
    expect(statusIn(after, 'pvExpectedEnergy')).toBe(statusCodes.good);
  });
});
