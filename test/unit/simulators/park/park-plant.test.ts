import { describe, expect, it } from 'vitest';
import { createParkPlant } from '../../../../simulators/park/park-plant.ts';
import { inverterState } from '../../../../simulators/park/sunspec/inverter-models.ts';
import { OverrideError, type Plant } from '../../../../simulators/plant.ts';
import { testSeed } from '../../../support/seed.ts';

const noonMs = Date.UTC(2023, 5, 21, 4);
const midnightMs = Date.UTC(2023, 5, 20, 16);
const hourMs = 3_600_000;
const ports = { pvPort: 0, meterPort: 0, storagePort: 0, chargerPort: 0 };

const parkAt = (startMs: number, seed = 2023): Plant =>
  createParkPlant({ seed, startMs, hasMeterError: false, ...ports });

/** The part of the truth that these tests look at. */
type Truth = {
  readonly startMs: number;
  readonly steppedToMs: number;
  readonly pvEnergyWh: number;
  readonly importWh: number;
  readonly exportWh: number;
  readonly chargeWh: number;
  readonly dischargeWh: number;
  readonly loadWh: number;
  readonly evWh: number;
  readonly selfConsumption: number | null;
  readonly socShare: number;
  readonly powerW: Readonly<Record<string, number>>;
  readonly meters: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly inverters: readonly Readonly<Record<string, number>>[];
  readonly chargers: readonly Readonly<Record<string, number>>[];
};

const truthOf = (plant: Plant): Truth => plant.state() as unknown as Truth;

const apply = (plant: Plant, path: string, value: Parameters<Plant['override']>[1]): void =>
  plant.override(path, value)();

describe('the park plant', () => {
  it('shows powers but no energy at its first instant', () => {
    const truth = truthOf(parkAt(noonMs + 250));
    expect(truth.startMs).toBe(noonMs);
    expect(truth.steppedToMs).toBe(noonMs);
    expect(truth.powerW['pv']).toBeGreaterThan(100_000);
    expect(truth.pvEnergyWh).toBe(0);
    expect(truth.selfConsumption).toBeNull();
    expect(truth.socShare).toBeGreaterThan(0.1);
  });

  it('integrates whole seconds only', () => {
    const plant = parkAt(noonMs);
    plant.advanceTo(noonMs + 2999);
    const before = truthOf(plant);
    expect(before.steppedToMs).toBe(noonMs + 2000);
    plant.advanceTo(noonMs + 3000);
    const after = truthOf(plant);
    const stepWh = after.pvEnergyWh - before.pvEnergyWh;
    expect(stepWh).toBeCloseTo((after.powerW['pv'] as number) / 3600, 6);
  });

  it('tells the same truth in one jump as in many', () => {
    const seed = testSeed();
    const jumping = parkAt(noonMs, seed);
    jumping.advanceTo(noonMs + hourMs / 4);
    const walking = parkAt(noonMs, seed);
    for (let t = 0; t <= hourMs / 4; t += 700) walking.advanceTo(noonMs + t);
    walking.advanceTo(noonMs + hourMs / 4);
    expect(walking.state()).toEqual(jumping.state());
  });

  it('differs with the seed', () => {
    expect(truthOf(parkAt(noonMs, 1)).powerW).not.toEqual(truthOf(parkAt(noonMs, 2)).powerW);
  });

  it('closes its balance, and its meters agree with the truth', () => {
    const plant = parkAt(midnightMs + 6 * hourMs);
    const start = truthOf(plant);
    plant.advanceTo(midnightMs + 12 * hourMs);
    const truth = truthOf(plant);
    const inWh = truth.pvEnergyWh + truth.importWh + truth.dischargeWh;
    const outWh = truth.loadWh + truth.evWh + truth.exportWh + truth.chargeWh;
    expect(Math.abs(inWh - outWh)).toBeLessThan(1e-3);
    const inverterWh = truth.inverters.reduce((sum, { energyWh }) => sum + (energyWh ?? 0), 0);
    expect(inverterWh).toBeCloseTo(truth.pvEnergyWh, 3);
    const chargerWh = truth.chargers.reduce((sum, { energyWh }) => sum + (energyWh ?? 0), 0);
    expect(chargerWh).toBeCloseTo(truth.evWh, 3);
    const { selfConsumption, pvEnergyWh, exportWh } = truth;
    expect(selfConsumption).toBeCloseTo((pvEnergyWh - exportWh) / pvEnergyWh, 12);
    for (const [name, meter] of Object.entries(truth.meters)) {
      for (const direction of ['import', 'export']) {
        const first = start.meters[name]?.[`${direction}RegisterWh`] as number;
        const exactWh = meter[`${direction}Wh`] as number;
        const countedWh = (meter[`${direction}RegisterWh`] as number) - first;
        expect(Math.abs(countedWh - exactWh)).toBeLessThan(1);
      }
    }
  });

  it('has meters with an error of tenths of a percent unless told otherwise', () => {
    const plant = createParkPlant({ seed: 2023, startMs: noonMs, ...ports });
    const gains = Object.values(truthOf(plant).meters).map(({ gain }) => gain as number);
    expect(new Set(gains).size).toBe(22);
    for (const gain of gains) expect(Math.abs(gain - 1)).toBeLessThan(0.01);
  });

  it('sleeps by night and works by day', () => {
    const night = truthOf(parkAt(midnightMs));
    expect(night.inverters.every(({ state }) => state === inverterState.sleeping)).toBe(true);
    expect(night.powerW['pv']).toBe(0);
    const day = truthOf(parkAt(noonMs));
    expect(day.inverters.every(({ state }) => state === inverterState.mppt)).toBe(true);
  });

  it('has the sun of the wanted time of day by night, and the timestamps of the clock', () => {
    const options = { seed: 2023, hasMeterError: false, ...ports };
    const noon = createParkPlant({ ...options, startMs: noonMs });
    const night = createParkPlant({ ...options, startMs: midnightMs, startMinuteOfDay: 720 });
    noon.advanceTo(noonMs + hourMs);
    night.advanceTo(midnightMs + hourMs);
    expect(night.state()).toMatchObject({
      startMs: midnightMs,
      steppedToMs: midnightMs + hourMs,
      clockLeadMs: 12 * hourMs,
      minuteOfDay: 780,
    });
    expect(noon.state()).toMatchObject({ clockLeadMs: 0, minuteOfDay: 780 });
    expect(truthOf(night).pvEnergyWh).toBeGreaterThan(0);
    for (const key of ['pvEnergyWh', 'loadWh', 'evWh', 'importWh'] as const) {
      expect(truthOf(night)[key]).toBeCloseTo(truthOf(noon)[key], 6);
    }
  });

  it('simulates an hour in well under a second', () => {
    const plant = parkAt(noonMs);
    // Of this process alone: what others do meanwhile does not count.
    const before = process.cpuUsage();
    plant.advanceTo(noonMs + hourMs);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(1000);
  });
});

describe('overrides of the park', () => {
  it('trip an inverter and put it back', () => {
    const plant = parkAt(noonMs);
    apply(plant, 'inverters.7.faulted', true);
    plant.advanceTo(noonMs + 1000);
    expect(truthOf(plant).inverters[6]).toMatchObject({ powerW: 0, state: inverterState.fault });
    apply(plant, 'inverters.7.faulted', false);
    plant.advanceTo(noonMs + 2000);
    expect(truthOf(plant).inverters[6]?.['state']).toBe(inverterState.mppt);
  });

  it('weaken one inverter', () => {
    const plant = parkAt(noonMs);
    apply(plant, 'inverters.50.derating', 0.5);
    plant.advanceTo(noonMs + 1000);
    const { inverters } = truthOf(plant);
    const ratio = (inverters[49]?.['powerW'] as number) / (inverters[0]?.['powerW'] as number);
    expect(ratio).toBeGreaterThan(0.45);
    expect(ratio).toBeLessThan(0.55);
  });

  it('fix the sky and free it again', () => {
    const plant = parkAt(noonMs);
    const modelled = truthOf(plant).powerW['pv'] as number;
    apply(plant, 'weather.clearness', 0);
    plant.advanceTo(noonMs + 1000);
    expect(truthOf(plant).powerW['pv']).toBe(0);
    apply(plant, 'weather.clearness', null);
    plant.advanceTo(noonMs + 2000);
    expect((truthOf(plant).powerW['pv'] as number) / modelled).toBeCloseTo(1, 1);
  });

  it('set the battery and its demand guard', () => {
    const plant = parkAt(noonMs - 3 * hourMs);
    apply(plant, 'weather.clearness', 0.1);
    apply(plant, 'storage.soc', 0.9);
    apply(plant, 'storage.demandTargetKw', 1000);
    plant.advanceTo(noonMs - 3 * hourMs + 1000);
    expect(truthOf(plant).socShare).toBeCloseTo(0.9, 3);
    expect(truthOf(plant).powerW['import']).toBeLessThanOrEqual(1_000_000 + 1e-6);
  });

  it('set a register just before its rollover', () => {
    const plant = parkAt(noonMs);
    apply(plant, 'meters.4.exportRegisterWh', 4_294_967_290);
    apply(plant, 'storage.importRegisterWh', 77);
    apply(plant, 'inverters.1.registerWh', 12);
    const set = truthOf(plant);
    expect(set.meters['pv']?.['exportRegisterWh']).toBe(4_294_967_290);
    expect(set.meters['storage']?.['importRegisterWh']).toBe(77);
    expect(set.inverters[0]?.['registerWh']).toBe(12);
    plant.advanceTo(noonMs + 60_000);
    const truth = truthOf(plant);
    const expected = Math.floor(4_294_967_290 + truth.pvEnergyWh) % 2 ** 32;
    expect(truth.meters['pv']?.['exportRegisterWh']).toBe(expected);
    expect(expected).toBeLessThan(1e6);
  });

  it('put a charger out of order', () => {
    const plant = parkAt(noonMs);
    apply(plant, 'chargers.10.faulted', true);
    plant.advanceTo(noonMs + 1000);
    expect(truthOf(plant).chargers[9]).toMatchObject({ status: 4, powerW: 0 });
  });

  it.each([
    ['weather.wind', 1, 'no such input'],
    ['inverters.51.faulted', true, 'no such input'],
    ['inverters.0.faulted', true, 'no such input'],
    ['inverters.faulted', true, 'no such input'],
    ['inverters.7.derating', 1.5, 'found 1.5'],
    ['inverters.7.faulted', 'yes', 'found "yes"'],
    ['meters.1.importRegisterWh', -1, 'found -1'],
    ['meters.1.importRegisterWh', 0.5, 'found 0.5'],
    ['storage.soc', null, 'found null'],
  ])('refuse %s = %j', (path, value, message) => {
    const plant = parkAt(noonMs);
    expect(() => plant.override(path, value)).toThrow(OverrideError);
    expect(() => plant.override(path, value)).toThrow(message);
    expect(() => plant.override(path, value)).toThrow(`park.${path}`);
  });
});
