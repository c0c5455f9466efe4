import { describe, expect, test } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import { testGroup } from '../../../../support/entry-batch.ts';
import { dayMs, hourMs, MeteredPark, midnight, minuteMs } from './metered-park.ts';

const { good, uncertain, badNoData } = statusCodes;
const equipment = 'park/storage/bess01';
const storageKpi = (kpi: string, parameters: object) => ({ kpi, equipment, parameters });

/** Runs the battery for an hour at these powers, kW, to a state of charge, %. */
const run = (
  park: MeteredPark,
  hour: { readonly charge?: number; readonly discharge?: number; readonly soc: number },
): void => {
  const { charge = 0, discharge = 0, soc } = hour;
  const before = park.timeMs;
  for (let minute = 1; minute <= 60; minute += 1) {
    park.registers.charge += charge / 60;
    park.registers.discharge += discharge / 60;
    park.feed('bess01', before + minute * minuteMs, {
      energyCharge: park.registers.charge,
      energyDischarge: park.registers.discharge,
      stateOfCharge: soc,
    });
  }
  park.timeMs = before + hourMs;
  park.tick(park.timeMs);
};

const begin = (park: MeteredPark, soc: number): void => {
  park.feed('bess01', midnight, {
    energyCharge: park.registers.charge,
    energyDischarge: park.registers.discharge,
    stateOfCharge: soc,
  });
  park.tick(midnight);
};

describe('§2 coulomb SOC', () => {
  const parameters = { capacityKwh: 3000, chargeEfficiency: 0.95, dischargeEfficiency: 0.95 };

  test('50 % and 500 kW for 1 h into 3 MWh at 0.95: 65.83 %', () => {
    const park = new MeteredPark([storageKpi('socCoulomb', parameters)]);
    begin(park, 50);
    run(park, { charge: 500, soc: 64 });
    expect(park.value('bess01/socCoulomb')).toBeCloseTo(65.83, 2);
    expect(park.value('bess01/socCoulomb.difference')).toBeCloseTo(1.83, 2);
    expect(park.status('bess01/socCoulomb')).toBe(good);
  });

  test('500 kW for 1 h out of it: 32.46 %', () => {
    const park = new MeteredPark([storageKpi('socCoulomb', parameters)]);
    begin(park, 50);
    run(park, { discharge: 500, soc: 32 });
    expect(park.value('bess01/socCoulomb')).toBeCloseTo(32.46, 2);
  });

  test('begins anew each day with what the battery tells', () => {
    const park = new MeteredPark([storageKpi('socCoulomb', parameters)]);
    begin(park, 50);
    run(park, { charge: 500, soc: 60 });
    park.dayStartMs = park.timeMs;
    park.tick(park.timeMs);
    expect(park.value('bess01/socCoulomb')).toBe(60);
    run(park, { charge: 500, soc: 60 });
    expect(park.value('bess01/socCoulomb.difference')).toBeCloseTo(15.83, 2);
  });

  test('is no data before the battery has told anything', () => {
    const park = new MeteredPark([storageKpi('socCoulomb', parameters)]);
    park.tick(midnight);
    expect(park.status('bess01/socCoulomb')).toBe(badNoData);
  });

  test('a register that begins anew makes the day uncertain', () => {
    const park = new MeteredPark([storageKpi('socCoulomb', parameters)]);
    begin(park, 50);
    park.registers.charge = 0;
    run(park, { charge: 60, soc: 52 });
    expect(park.status('bess01/socCoulomb')).toBe(uncertain);
  });
});

describe('§2 SOH', () => {
  const kpi = storageKpi('sohMeasured', { capacityKwh: 3000 });
  const at = 'bess01/sohMeasured';

  test('2295 kWh over a swing of 85 points: 2700 of 3000 kWh, 90 %', () => {
    const park = new MeteredPark([kpi]);
    begin(park, 95);
    for (const soc of [78, 61, 44, 27, 10]) run(park, { discharge: 459, soc });
    expect(park.status(at)).toBe(badNoData);
    run(park, { charge: 300, soc: 20 });
    expect(park.value(at)).toBeCloseTo(90, 6);
    expect(park.value(`${at}.swing`)).toBeCloseTo(85, 9);
    expect(park.value(`${at}.energy`)).toBeCloseTo(2295, 6);
    expect(park.value(`${at}.cycles`)).toBe(1);
    expect(park.status(at)).toBe(good);
  });

  test('a swing that is too small, or charging in between, does not qualify', () => {
    const park = new MeteredPark([kpi]);
    begin(park, 95);
    for (const soc of [78, 61]) run(park, { discharge: 459, soc });
    run(park, { charge: 459, soc: 78 });
    for (const soc of [61, 44, 27]) run(park, { discharge: 459, soc });
    run(park, { charge: 459, soc: 40 });
    expect(park.status(at)).toBe(badNoData);
  });

  test('a register that began anew in the discharge spoils it', () => {
    const park = new MeteredPark([kpi]);
    begin(park, 95);
    run(park, { discharge: 459, soc: 78 });
    park.registers.discharge = 0;
    for (const soc of [61, 44, 27, 10]) run(park, { discharge: 459, soc });
    run(park, { charge: 459, soc: 25 });
    expect(park.status(at)).toBe(badNoData);
  });
});

describe('§2 round-trip efficiency', () => {
  const at = 'bess01/roundTripEfficiency';
  const kpi = storageKpi('roundTripEfficiency', { capacityKwh: 3000, minimumCycles: 0.1 });

  test('1405.7 in, 1243.2 out, 1.2 less in store: raw 0.88440, corrected 0.88360', () => {
    const park = new MeteredPark([kpi]);
    begin(park, 50);
    run(park, { charge: 1405.7, discharge: 1243.2, soc: 50 - (100 * 1.2) / 3000 });
    expect(park.value(`${at}.raw`)).toBeCloseTo(0.8844, 5);
    expect(park.value(at)).toBeCloseTo(0.8836, 5);
    expect(park.value(`${at}.days`)).toBeCloseTo(1 / 24, 9);
    expect(park.status(at)).toBe(good);
  });

  test('says nothing before enough went through', () => {
    const park = new MeteredPark([storageKpi('roundTripEfficiency', { capacityKwh: 3000 })]);
    begin(park, 50);
    run(park, { charge: 1405.7, discharge: 1243.2, soc: 50 });
    expect(park.status(at)).toBe(badNoData);
    run(park, { charge: 405.7, discharge: 300, soc: 50 });
    expect(park.status(at)).toBe(good);
  });

  test('looks at the newest 7 days', () => {
    const park = new MeteredPark([kpi]);
    begin(park, 50);
    for (let day = 0; day < 9; day += 1) {
      park.dayStartMs = midnight + day * dayMs;
      park.timeMs = park.dayStartMs;
      run(park, { soc: 50 });
      // The first two days lose half of what goes in.
      run(park, { charge: 1000, discharge: day < 2 ? 500 : 900, soc: 50 });
    }
    expect(park.value(`${at}.raw`)).toBeCloseTo(0.9, 9);
    expect(park.value(`${at}.days`)).toBeCloseTo(6 + 1 / 24, 2);
  });
});

test('§2 equivalent cycles: 1243.2 of 3.0: 414.4, and those of the day', () => {
  const park = new MeteredPark([storageKpi('equivalentCycles', { capacityKwh: 3 })]);
  begin(park, 50);
  run(park, { discharge: 1243.2, soc: 50 });
  expect(park.value('bess01/equivalentCycles')).toBeCloseTo(414.4, 6);
  park.dayStartMs = park.timeMs;
  park.tick(park.timeMs + 1);
  run(park, { discharge: 3, soc: 50 });
  expect(park.value('bess01/equivalentCycles')).toBeCloseTo(415.4, 6);
  expect(park.value('bess01/equivalentCycles.day')).toBeCloseTo(1, 9);
  expect(park.status('bess01/equivalentCycles')).toBe(good);
});

describe('§2 charger utilisation', () => {
  const chargers = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      testGroup({
        ...{ area: 'park', line: 'chargers', equipment: `ch${index}`, equipmentClass: 'charger' },
        periodMs: minuteMs,
        channels: [
          { point: 'energyTotal', kind: 'counter', unit: 'kWh' },
          { point: 'status', kind: 'enum' },
        ],
      }),
    );
  /** Feeds a day by the minute. */
  const day = (park: MeteredPark, count: number, kwh: number, busyMinutes: number): void => {
    for (let minute = 0; minute <= 1440; minute += 1) {
      for (let index = 0; index < count; index += 1) {
        park.feed(`ch${index}`, midnight + minute * minuteMs, {
          energyTotal: (kwh / count) * (minute / 1440),
          status: minute < busyMinutes ? 2 : 0,
        });
      }
      if (minute % 240 === 0) park.tick(midnight + minute * minuteMs);
    }
  };

  test('2400 kWh of 10 chargers of 60 kW: 16.67 %; busy for 6 h: 25 %', () => {
    const park = new MeteredPark(
      [{ kpi: 'chargerUtilisation', parameters: { ratedPowerKw: 60 } }],
      {
        more: chargers(10),
      },
    );
    day(park, 10, 2400, 360);
    expect(park.value('chargerUtilisation')).toBeCloseTo(0.166_67, 5);
    expect(park.value('chargerUtilisation.byTime')).toBeCloseTo(0.25, 9);
    expect(park.value('chargerUtilisation.energy')).toBeCloseTo(2400, 6);
    expect(park.status('chargerUtilisation')).toBe(good);
  });

  test('each charger may have a power of its own, and busy may be more than charging', () => {
    const parameters = { ratedPowerKw: [60, 7], busyStatuses: [0, 2] };
    const park = new MeteredPark([{ kpi: 'chargerUtilisation', parameters }], {
      more: chargers(2),
    });
    day(park, 2, 670, 60);
    expect(park.value('chargerUtilisation')).toBeCloseTo(670 / (67 * 24), 9);
    expect(park.value('chargerUtilisation.byTime')).toBe(1);
  });

  test('the next day begins with nothing', () => {
    const park = new MeteredPark(
      [{ kpi: 'chargerUtilisation', parameters: { ratedPowerKw: 60 } }],
      {
        more: chargers(1),
      },
    );
    day(park, 1, 240, 360);
    park.dayStartMs = midnight + dayMs;
    park.tick(midnight + dayMs);
    for (const minute of [1, 2]) {
      park.feed('ch0', midnight + dayMs + minute * minuteMs, {
        energyTotal: 240 + minute,
        status: 2,
      });
    }
    park.tick(midnight + dayMs + 2 * minuteMs);
    expect(park.value('chargerUtilisation.energy')).toBeCloseTo(2, 9);
    expect(park.value('chargerUtilisation.byTime')).toBeCloseTo(0.5, 9);
  });
});
