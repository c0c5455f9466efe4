// Goal: the worked examples of the photovoltaic formulas come out of the compiled program. Method: a simulated day, minute by
// minute, whose sums are those of the example; a change of weather or power takes a millisecond, which costs 1e-7 of a sum.
import { describe, expect, test } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import {
  cellByFaiman,
  cellByNoct,
} from '../../../../../gateway/kpi/energy/photovoltaic/cell-temperature.ts';
import { day, hourMs, startPlant, state, statusIn, type Unit, valueIn } from './plant.ts';

const night = { planeIrradiance: 0, moduleTemperature: 15 };
/** What all 50 inverters give together, in kW. */
const together = (kw: number): Unit => ({ kw: kw / 50 });
const asleep: Unit = { kw: 0, operatingState: state.sleeping };

describe('§2 reference yield, final yield and performance ratio (Yr, Yf, PR)', () => {
  test('4.85 kWh/m2 and 21 200 kWh of 5600 kWp: 4.85 h, 3.7857 kWh/kWp, PR 0.78056', () => {
    const plant = startPlant({ inverters: 50 });
    plant.hold(420, night, asleep);
    // 10 h of sun: 485 W/m2 and 2120 kW in the mean.
    plant.hold(300, { planeIrradiance: 370, moduleTemperature: 25 }, together(1620));
    const results = plant.hold(
      300,
      { planeIrradiance: 600, moduleTemperature: 30 },
      together(2620),
    );
    expect(valueIn(results, 'pvReferenceYield')).toBeCloseTo(4.85, 5);
    expect(valueIn(results, 'pvFinalYield')).toBeCloseTo(21_200 / 5600, 5);
    expect(valueIn(results, 'pvPerformanceRatio')).toBeCloseTo(0.78056, 5);
    for (const point of ['pvReferenceYield', 'pvFinalYield', 'pvPerformanceRatio']) {
      expect(statusIn(results, point), point).toBe(statusCodes.good);
      expect(valueIn(results, `${point}.coverage`), point).toBeCloseTo(1, 5);
    }
  });
});

describe('§2 temperature-corrected performance ratio (PR25)', () => {
  test('four hours of 400, 800, 1000 and 600 W/m2: PR 0.73980, PR25 0.80282', () => {
    const plant = startPlant({ inverters: 50 });
    const hours = [
      [400, 28, 1760],
      [800, 48, 3300],
      [1000, 58, 3980],
      [600, 42, 2560],
    ] as const;
    for (const [planeIrradiance, moduleTemperature, kw] of hours) {
      plant.hold(60, { planeIrradiance, moduleTemperature }, together(kw));
    }
    const results = plant.tick();
    expect(valueIn(results, 'pvPerformanceRatio')).toBeCloseTo(0.7398, 5);
    expect(valueIn(results, 'pvPerformanceRatio25')).toBeCloseTo(0.80282, 5);
    // The denominator: 14 449.12 kWh.
    const at25 =
      valueIn(results, 'pvLosses.referenceEnergy') - valueIn(results, 'pvLosses.temperatureEnergy');
    expect(at25).toBeCloseTo(14_449.12, 1);
    expect(statusIn(results, 'pvPerformanceRatio25')).toBe(statusCodes.good);
  });
});

describe('§2 cell temperature', () => {
  test('by NOCT 56.5625 degC, by Faiman 51.975 degC', () => {
    expect(cellByNoct(30, 850, 45)).toBe(56.5625);
    expect(cellByFaiman(30, 850, 25 + 6.84 * 2)).toBeCloseTo(51.975, 3);
  });

  const reference = (method: object) => {
    const cellTemperature = { ...method };
    const plant = startPlant({ parameters: { cellTemperature }, kpis: ['pvPerformanceRatio25'] });
    const weather = {
      ...{ planeIrradiance: 850, moduleTemperature: 40, ambientTemperature: 30, windSpeed: 2 },
    };
    const results = plant.hold(60, weather, { kw: 70 });
    return (2 * 70) / valueIn(results, 'pvPerformanceRatio25') / (224 * 0.85);
  };

  test.each([
    [{ method: 'module' }, 40],
    [{ method: 'noct', noctC: 45 }, 56.5625],
    [{ method: 'noct', noctC: 43 }, 54.4375],
    [{ method: 'faiman' }, 51.975],
    [{ method: 'faiman', u0: 50, u1: 0 }, 47],
  ])('%j takes %d degC', (method, cellC) => {
    expect(reference(method)).toBeCloseTo(1 - 0.0035 * (cellC - 25), 5);
  });
});

describe('§2 expected power, expected energy and performance index', () => {
  const parameters = { systemLoss: 0.208, cellTemperature: { method: 'noct' } };

  test('air 30 degC, 850 W/m2, NOCT 45, L 0.208, eta 0.983: 3296.45 kW AC', () => {
    const plant = startPlant({ inverters: 50, parameters });
    const weather = { planeIrradiance: 850, ambientTemperature: 30 };
    const results = plant.hold(60, weather, together(3000));
    expect(valueIn(results, 'pvExpectedPower')).toBeCloseTo(3296.45, 2);
    expect(statusIn(results, 'pvExpectedPower')).toBe(statusCodes.good);
    expect(valueIn(results, 'pvExpectedPower.coverage')).toBe(1);
    expect(valueIn(results, 'pvExpectedEnergy')).toBeCloseTo(3296.45, 2);
    expect(valueIn(results, 'pvPerformanceIndex')).toBeCloseTo(3000 / 3296.45, 5);
  });

  test('an inverter gives no more than its limit', () => {
    const limited = { ...parameters, limitKw: 60, inverters: { inv02: { limitKw: 50 } } };
    const plant = startPlant({ parameters: limited });
    const weather = { planeIrradiance: 850, ambientTemperature: 30 };
    const results = plant.hold(60, weather, { kw: 50 });
    expect(valueIn(results, 'pvExpectedPower')).toBe(110);
    expect(valueIn(results, 'pvPerformanceIndex')).toBeCloseTo(100 / 110, 9);
  });

  test('21 200 of 21 600 kWh expected: 0.9815', () => {
    // At 25 degC and without losses an inverter of 60 kWp is expected to give 60 kWh in an hour of 1000 W/m2.
    const plain = { ratedPowerKwp: 60, systemLoss: 0, inverterEfficiency: 1 };
    const plant = startPlant({ inverters: 36, parameters: plain });
    const weather = { planeIrradiance: 1000, moduleTemperature: 25 };
    const results = plant.hold(600, weather, { kw: 2120 / 36 });
    expect(valueIn(results, 'pvExpectedEnergy')).toBeCloseTo(21_600, 6);
    expect(valueIn(results, 'pvPerformanceIndex')).toBeCloseTo(0.9815, 4);
  });
});

describe('§2 availability', () => {
  /** 50 inverters and 10 h; 0.55 kW for each kWp, one of them down for 6.5 h. */
  const outage = () => {
    const plant = startPlant({ inverters: 50, startMs: day });
    const weather = { planeIrradiance: 700, moduleTemperature: 25 };
    const kw = 0.55 * 112;
    const running: Unit = { kw };
    plant.hold(210, weather, running);
    return plant.hold(390, weather, (index) =>
      index === 7 ? { kw: 0, operatingState: state.fault } : running,
    );
  };

  test('technical: (500 - 6.5) of 500 inverter-hours: 0.9870', () => {
    const results = outage();
    expect(valueIn(results, 'pvTechnicalAvailability')).toBeCloseTo(0.987, 6);
    expect(statusIn(results, 'pvTechnicalAvailability')).toBe(statusCodes.good);
  });

  test('energy: 112 kWp, 6.5 h at 0.55 kW/kWp of the others: 400.4 kWh lost', () => {
    const results = outage();
    const lost = valueIn(results, 'pvEnergyAvailability.lost');
    expect(lost).toBeCloseTo(400.4, 2);
    const energy = 500 * 0.55 * 112 - 400.4;
    expect(valueIn(results, 'pvEnergyAvailability')).toBeCloseTo(energy / (energy + 400.4), 6);
  });

  test('energy: 21 200 kWh given and 400.4 kWh lost: 0.98146', () => {
    // The others give 0.55 kW/kWp while one is down, and so much before that all give 21 200 kWh.
    const plant = startPlant({ inverters: 50 });
    const weather = { planeIrradiance: 700, moduleTemperature: 25 };
    const before = (21_200 - 49 * 112 * 0.55 * 6.5) / 50 / 3.5;
    plant.hold(210, weather, { kw: before });
    const results = plant.hold(390, weather, (index) =>
      index === 0 ? { kw: 0, operatingState: state.fault } : { kw: 0.55 * 112 },
    );
    expect(valueIn(results, 'pvEnergyAvailability.lost')).toBeCloseTo(400.4, 2);
    expect(valueIn(results, 'pvEnergyAvailability')).toBeCloseTo(0.98146, 5);
  });
});

describe('§2 clipping and curtailment', () => {
  const plain = { ratedPowerKwp: 112, systemLoss: 0, inverterEfficiency: 1 };

  test('5300 kW expected of 5000 kW for a quarter of an hour: 75 kWh', () => {
    const plant = startPlant({ inverters: 50, parameters: plain });
    const weather = { planeIrradiance: (1000 * 5300) / 5600, moduleTemperature: 25 };
    const results = plant.hold(15, weather, together(5000));
    expect(valueIn(results, 'pvClipping')).toBeCloseTo(75, 9);
    expect(valueIn(results, 'pvCurtailment')).toBe(0);
    expect(statusIn(results, 'pvClipping')).toBe(statusCodes.good);
  });

  test('1800 kW of 3000 kW expected for half an hour while throttled: 600 kWh', () => {
    const plant = startPlant({ inverters: 50, parameters: plain });
    const weather = { planeIrradiance: (1000 * 3000) / 5600, moduleTemperature: 25 };
    const throttled: Unit = { kw: 36, operatingState: state.throttled };
    const results = plant.hold(30, weather, throttled);
    expect(valueIn(results, 'pvCurtailment')).toBeCloseTo(600, 9);
    expect(valueIn(results, 'pvClipping')).toBe(0);
  });
});

describe('§2 soiling ratio', () => {
  test('PR25 at noon 0.78 now, 0.82 after the last cleaning: 0.9512', () => {
    const cleanings = [new Date(day - hourMs).toISOString()];
    const kpis = ['pvSoilingRatio', 'pvLosses'];
    const plant = startPlant({ parameters: { cleanings }, kpis });
    const noons = [0.82, 0.82, 0.82, 0.78];
    const results = noons.map((ratio) => {
      plant.hold(600, night, asleep);
      const noon = { planeIrradiance: 800, moduleTemperature: 45 };
      const at25 = 112 * 0.8 * (1 - 0.0035 * 20);
      const after = plant.hold(300, noon, { kw: ratio * at25 });
      plant.hold(540, night, asleep);
      return after;
    });
    for (const before of results.slice(0, 3)) {
      expect(statusIn(before, 'pvSoilingRatio')).toBe(statusCodes.badNoData);
    }
    const now = results[3] ?? {};
    expect(valueIn(now, 'pvSoilingRatio')).toBeCloseTo(0.9512, 4);
    expect(valueIn(now, 'pvSoilingRatio.ratio25')).toBeCloseTo(0.78, 6);
    expect(valueIn(now, 'pvSoilingRatio.clean')).toBeCloseTo(0.82, 6);
    expect(statusIn(now, 'pvSoilingRatio')).toBe(statusCodes.good);
    // 4.88 % of what the modules would have given at their temperature.
    const at25 =
      valueIn(now, 'pvLosses.referenceEnergy') - valueIn(now, 'pvLosses.temperatureEnergy');
    expect(valueIn(now, 'pvLosses.soilingEnergy') / at25).toBeCloseTo(0.0488, 4);
  });
});
