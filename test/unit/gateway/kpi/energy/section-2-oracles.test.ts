// Goal: every worked example of §2 of the domain notes that concerns a park's meters, through the compiled program. Method: meters
// are fed so that the sums are those of the example; the example's number is what is expected.
import { describe, expect, test } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import { hourMs, MeteredPark, midnight, quarterMs } from './metered-park.ts';

const { good, badNoData } = statusCodes;
const month = { 'calendar.monthStart': midnight, 'calendar.yearStart': midnight };

/** The year of §2 in one quarter hour, MWh taken for kWh. */
const year = {
  ...{ pv: 5701.2, import: 9662.1, discharge: 1243.2 },
  ...{ load: 14_600, ev: 191.7, export: 409.1, charge: 1405.7 },
};

describe('§2 saved, self-consumption and self-sufficiency', () => {
  const park = new MeteredPark([
    ...['energyQuarter', 'energySaved', 'selfSufficiency', 'selfSufficiencyPv', 'balanceResidual'],
  ]);
  park.quarter(year);

  test('three names: pvGross 5701.2, pvSelfUse 5292.1, gridSaved 5129.6', () => {
    expect(park.value('energySaved.pvGross')).toBeCloseTo(5701.2, 6);
    expect(park.value('energySaved.pvSelfUse')).toBeCloseTo(5292.1, 6);
    expect(park.value('energySaved.gridSaved')).toBeCloseTo(5129.6, 6);
    expect(park.value('energySaved')).toBe(park.value('energySaved.gridSaved'));
  });

  test('self-sufficiency 0.34679, and 0.35777 by the share of photovoltaics', () => {
    expect(park.value('selfSufficiency')).toBeCloseTo(0.346_79, 5);
    expect(park.value('selfSufficiencyPv')).toBeCloseTo(0.357_77, 5);
    expect(park.status('selfSufficiency')).toBe(good);
  });

  test('conservation: 16 606.5 on both sides, and 0.5 % on seven terms allow 185', () => {
    const { pv, discharge, load, ev, charge } = year;
    expect(pv + year.import + discharge).toBeCloseTo(16_606.5, 9);
    expect(load + ev + year.export + charge).toBeCloseTo(16_606.5, 9);
    expect(park.value('balanceResidual')).toBeCloseTo(0, 6);
    expect(park.value('balanceResidual.tolerance')).toBeCloseTo(185, 0);
    expect(park.value('balanceResidual.dayTolerance')).toBeCloseTo(185, 0);
    expect(park.value('balanceResidual.derived')).toBe(0);
  });
});

describe('§2 demand', () => {
  const park = new MeteredPark(
    [
      ...['energyQuarter', 'maximumDemand', 'loadFactor'],
      { kpi: 'demandCharge', parameters: { capacityKva: 6300 } },
      { kpi: 'demandForecast', parameters: { targetKw: 3600 } },
    ],
    {},
  );
  park.tell({ ...month, 'tariff.demandPrice': 51.2, 'tariff.capacityPrice': 32 });
  park.quarter({ import: 888.25, load: 888.25 });

  test('888.25 kWh in 15 min: 3553 kW', () => {
    expect(park.value('maximumDemand')).toBeCloseTo(3553, 6);
    expect(park.value('maximumDemand.day')).toBeCloseTo(3553, 6);
    expect(park.value('maximumDemand.at')).toBe(midnight);
  });

  test('demand charge 181 913.6 CNY beside 201 600 by capacity', () => {
    expect(park.value('demandCharge')).toBeCloseTo(181_913.6, 4);
    expect(park.value('demandCharge.capacity')).toBe(201_600);
    expect(park.value('demandCharge.saving')).toBeCloseTo(201_600 - 181_913.6, 4);
  });

  test('load factor 0.31044 of a mean 9 662 100 kWh / 8760 h', () => {
    const mean = 9_662_100 / 8760 / 4;
    const quarters = 40;
    const rest = (mean * (quarters + 1) - 888.25) / quarters;
    for (let quarter = 0; quarter < quarters; quarter += 1) {
      park.quarter({ import: rest, load: rest });
    }
    expect(park.value('loadFactor')).toBeCloseTo(0.310_44, 5);
    expect(park.value('maximumDemand')).toBeCloseTo(3553, 6);
  });
});

test('§2 forecast: (E so far + P * time left) / 0.25 h, with the countdown', () => {
  const park = new MeteredPark([{ kpi: 'demandForecast', parameters: { targetKw: 3600 } }]);
  park.read(midnight);
  park.registers.import += 500;
  park.read(midnight + 10 * 60_000);
  park.feed('grid', midnight + 10 * 60_000 + 1, { power: 2400 });
  park.tick(midnight + 10 * 60_000 + 1000);
  expect(park.value('demandForecast.soFar')).toBeCloseTo(500, 9);
  expect(park.value('demandForecast.countdown')).toBe(299);
  expect(park.value('demandForecast')).toBeCloseTo((500 + (2400 * 299) / 3600) / 0.25, 9);
  expect(park.value('demandForecast.allowed')).toBeCloseTo((900 - 500) / (299 / 3600), 6);
  expect(park.status('demandForecast')).toBe(good);
  park.tick(midnight + 14 * 60_000);
  expect(park.status('demandForecast')).toBe(badNoData);
});

describe('§2 power factor', () => {
  test('4200 kW and 1800 kvar: 0.91915', () => {
    const park = new MeteredPark(['powerFactor']);
    park.feed('grid', midnight, { power: 4200, reactivePower: 1_800_000 });
    park.tick(midnight + 1000);
    expect(park.value('powerFactor')).toBeCloseTo(0.919_15, 5);
    park.feed('grid', midnight + 2000, { power: -4200, reactivePower: 1_800_000 });
    park.tick(midnight + 3000);
    expect(park.value('powerFactor')).toBeCloseTo(0.919_15, 5);
    park.tick(midnight + 10 * 60_000);
    expect(park.status('powerFactor')).toBe(badNoData);
  });

  test('900 000 kWh and 310 000 kvarh of a month, in thousandths: 0.94548', () => {
    const park = new MeteredPark(['powerFactorMonth']);
    park.tell(month, midnight - 1000);
    for (let minute = 0; minute <= 60; minute += 1) {
      const timeMs = midnight + minute * 60_000;
      const reactivePower = minute % 2 === 0 ? 310_000 : -310_000;
      park.registers.import += minute === 0 ? 0 : 900 / 60;
      park.feed('grid', timeMs, { energyImport: park.registers.import, reactivePower });
    }
    park.tick(midnight + hourMs);
    expect(park.value('powerFactorMonth.reactive')).toBeCloseTo(310, 6);
    expect(park.value('powerFactorMonth.energy')).toBeCloseTo(900, 6);
    expect(park.value('powerFactorMonth')).toBeCloseTo(0.945_48, 5);
    expect(park.value('powerFactorMonth.method')).toBe(1);
    expect(park.status('powerFactorMonth')).toBe(good);
  });
});

describe('§2 tariffs', () => {
  const prices = { peak: 1.203_72, flat: 0.7, valley: 0.292_95 };
  const period = (number: number, price: number, timeMs: number) => ({
    'tariff.period': number,
    'tariff.price': price,
    'tariff.periodStart': timeMs,
  });

  test('peak 8, flat 9, valley 7 MWh: 17 980.41 CNY, mean 0.74918', () => {
    const park = new MeteredPark(['energyQuarter', 'energyCost']);
    park.tell({ ...month, ...period(1, prices.peak, midnight) }, midnight);
    park.quarter({ import: 8000, load: 8000 });
    park.tell(period(2, prices.flat, park.timeMs), park.timeMs + 5000);
    park.quarter({ import: 9000, load: 9000 });
    park.tell(period(3, prices.valley, park.timeMs), park.timeMs + 5000);
    park.quarter({ import: 7000, load: 7000 });
    expect(park.value('cost.month')).toBeCloseTo(17_980.41, 2);
    expect(park.value('cost.day')).toBeCloseTo(17_980.41, 2);
    expect(park.value('cost.meanPrice')).toBeCloseTo(0.749_18, 5);
    expect(park.value('cost.peakEnergy')).toBeCloseTo(8000, 6);
    expect(park.value('cost.flat')).toBeCloseTo(6300, 6);
    expect(park.value('cost.valley')).toBeCloseTo(2050.65, 6);
    expect(park.value('cost.unpriced')).toBe(0);
    expect(park.status('cost.month')).toBe(good);
  });

  test('energy that nobody has told a price for is told as such', () => {
    const park = new MeteredPark(['energyQuarter', 'energyCost']);
    park.tell(month, midnight);
    park.quarter({ import: 100, load: 100 });
    expect(park.value('cost.unpriced')).toBeCloseTo(100, 9);
    expect(park.value('cost.month')).toBe(0);
  });

  test('a quarter hour has the price of the period that it began in, told late or not', () => {
    const park = new MeteredPark(['energyQuarter', 'energyCost']);
    park.tell({ ...month, ...period(1, prices.peak, midnight) }, midnight);
    park.quarter({ import: 10, load: 10 });
    // Told 5 min into the quarter hour, after a restart, with the start that the tariff says.
    park.tell(period(3, prices.valley, park.timeMs), park.timeMs + 300_000);
    park.quarter({ import: 20, load: 20 });
    expect(park.value('cost.peakEnergy')).toBeCloseTo(10, 9);
    expect(park.value('cost.valleyEnergy')).toBeCloseTo(20, 9);
  });

  test('arbitrage margin 0.87082 CNY/kWh at an efficiency of 0.88', () => {
    const park = new MeteredPark(['arbitrageMargin']);
    park.tick(midnight);
    expect(park.status('arbitrageMargin')).toBe(badNoData);
    park.tell({ 'tariff.highestPrice': prices.peak, 'tariff.lowestPrice': prices.valley });
    park.tick(midnight + 1000);
    expect(park.value('arbitrageMargin')).toBeCloseTo(0.870_82, 5);
    expect(park.status('arbitrageMargin')).toBe(good);
  });
});

describe('§2 by the hour', () => {
  const hours = (values: readonly number[]) => ({
    id: 'example',
    values: [...values, ...new Array<number>(24 - values.length).fill(9)].map((v) =>
      Math.min(v, 1),
    ),
    source: 'worked example',
  });
  const factors = hours([0.62, 0.45, 0.5, 0.65]);
  const park = new MeteredPark([
    'energyQuarter',
    { kpi: 'carbonFreeShare', parameters: { gridShare: hours([0.35, 0.45, 0.4, 0.3]) } },
    ...['avoidedCo2Hourly', 'importCo2Hourly'].map((kpi) => ({
      kpi,
      parameters: {
        hourly: factors,
        average: { id: 'jiangsu-2022', value: 0.5978, source: 'worked example' },
      },
    })),
  ]);
  const used = [2000, 2500, 3000, 2200];
  const pv = [0, 3000, 1500, 0];
  for (const [hour, load] of used.entries()) {
    for (let quarter = 0; quarter < 4; quarter += 1) {
      const sun = (pv[hour] ?? 0) / 4;
      park.quarter({
        ...{ load: load / 4, pv: sun },
        import: Math.max(0, load / 4 - sun),
        export: 0,
      });
    }
  }

  test('24/7 CFE 0.61443, photovoltaics only 0.41237, by volume 0.46392', () => {
    expect(park.value('carbonFreeShare')).toBeCloseTo(0.614_43, 5);
    expect(park.value('carbonFreeShare.onSite')).toBeCloseTo(0.412_37, 5);
    expect(park.value('carbonFreeShare.byVolume')).toBeCloseTo(0.463_92, 5);
  });

  test('avoided by the hour 2100 kg, by the average 2690.1 kg', () => {
    expect(park.value('avoidedCo2Hourly')).toBeCloseTo(2100, 6);
    expect(park.value('avoidedCo2Hourly.average')).toBeCloseTo(2690.1, 6);
  });

  test('hourly Scope 2 of 5700 kWh: 3420.0 kg, by the average 3407.5 kg', () => {
    // The example takes what photovoltaics do not serve: 1240 + 0 + 750 + 1430.
    expect(park.value('importCo2Hourly')).toBeCloseTo(3420, 6);
    expect(park.value('importCo2Hourly.average')).toBeCloseTo(3407.46, 2);
  });

  test('a new day begins with its own first hour', () => {
    park.dayStartMs = park.timeMs;
    park.quarter({ load: 10, pv: 4, import: 6 });
    expect(park.value('avoidedCo2Hourly')).toBeCloseTo(4 * 0.62, 9);
    expect(park.value('carbonFreeShare')).toBeCloseTo((4 + 6 * 0.35) / 10, 9);
  });
});

describe('§6 progress against 5.13 GWh', () => {
  const dayMs = 24 * hourMs;
  const start = { ...month, 'calendar.month': 4, 'calendar.yearStart': midnight - 90 * dayMs };

  test('the line of the target: past months, and the part of this one that has passed', () => {
    const park = new MeteredPark(['energyQuarter', 'savedProgress']);
    park.tell({ ...start, 'calendar.monthEnd': midnight + 4 * quarterMs }, midnight);
    park.quarter({ load: 1000, import: 400, pv: 700, export: 100 });
    const target = 5_130_000 * (0.064 + 0.068 + 0.084 + 0.097 / 4);
    expect(park.value('savedProgress.target')).toBeCloseTo(target, 4);
    expect(park.value('savedProgress.monthTarget')).toBeCloseTo(5_130_000 * 0.097, 4);
    expect(park.value('savedProgress')).toBeCloseTo(600, 9);
    expect(park.value('savedProgress.ratio')).toBeCloseTo(600 / target, 9);
    expect(park.value('savedProgress.yearTarget')).toBe(5_130_000);
  });

  test('the last quarter hour of a month counts in it, though the calendar tells of the next', () => {
    const park = new MeteredPark(['energyQuarter', 'savedProgress']);
    const end = midnight + 2 * quarterMs;
    park.tell({ ...start, 'calendar.monthEnd': end }, midnight);
    park.quarter({ load: 1000, import: 400 });
    park.tell(
      { 'calendar.month': 5, 'calendar.monthStart': end, 'calendar.monthEnd': end + 4 * quarterMs },
      end + 1000,
    );
    park.quarter({ load: 1000, import: 300 });
    expect(park.value('savedProgress.month')).toBeCloseTo(1300, 6);
    expect(park.value('savedProgress.monthTarget')).toBeCloseTo(5_130_000 * 0.097, 4);
    expect(park.value('savedProgress.target')).toBeCloseTo(5_130_000 * 0.313, 4);
    park.quarter({ load: 1000, import: 200 });
    expect(park.value('savedProgress')).toBeCloseTo(2100, 6);
    expect(park.value('savedProgress.month')).toBeCloseTo(800, 6);
    expect(park.value('savedProgress.monthTarget')).toBeCloseTo(5_130_000 * 0.106, 4);
    expect(park.value('savedProgress.target')).toBeCloseTo(5_130_000 * (0.313 + 0.106 / 4), 4);
  });

  test.each([
    ['pvSelfUse', 600],
    ['pvGross', 700],
    ['gridSaved', 650],
  ])('what counts is said: %s', (measure, expected) => {
    const park = new MeteredPark([
      'energyQuarter',
      { kpi: 'savedProgress', parameters: { measure } },
    ]);
    park.tell({ ...start, 'calendar.monthEnd': midnight + hourMs }, midnight);
    park.quarter({ load: 1000, import: 350, pv: 700, export: 100 });
    expect(park.value('savedProgress')).toBeCloseTo(expected, 6);
    expect(park.value('savedProgress.month')).toBeCloseTo(expected, 6);
  });
});
