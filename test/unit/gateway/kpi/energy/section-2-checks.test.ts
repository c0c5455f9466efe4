// Goal: the checks of §2 beside the balance find meters that contradict each other, and stay silent where they agree. Method: an
// hour of a park of which every meter is read each second or minute, right, and then wrong in one way.
import { describe, expect, test } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import { testGroup } from '../../../../support/entry-batch.ts';
import { MeteredPark, midnight, minuteMs } from './metered-park.ts';

const building = (equipment: string) =>
  testGroup({
    ...{ area: 'park', line: 'buildings', equipment, equipmentClass: 'meter', periodMs: minuteMs },
    channels: [{ point: 'energyImport', kind: 'counter', unit: 'kWh' }],
  });
const inverters = testGroup({
  ...{ area: 'park', line: 'pv', equipment: 'inv01', equipmentClass: 'pv_inverter' },
  ...{ periodMs: minuteMs },
  channels: [{ point: 'energyTotal', kind: 'counter', unit: 'kWh' }],
});

/** What the meters of a park show in kW; the grid meter's power apart from its registers. */
type Shown = Readonly<
  Record<
    'load' | 'a' | 'b' | 'pv' | 'inverters' | 'gridIn' | 'gridOut' | 'power' | 'var' | 'va',
    number
  >
>;
const right: Shown = {
  ...{ load: 4000, a: 2400, b: 1560, pv: 2970, inverters: 3000 },
  ...{ gridIn: 3000, gridOut: 0, power: 3000, var: 1_250_000, va: 3_250_000 },
};

const checkedAfter = (
  shown: Shown,
  options: { readonly stepMs?: number; minutes?: number } = {},
) => {
  const { stepMs = minuteMs, minutes = 60 } = options;
  const park = new MeteredPark(['meterChecks'], {
    ...{ periodMs: stepMs, more: [building('a'), building('b'), inverters] },
  });
  for (let timeMs = midnight; timeMs <= midnight + minutes * minuteMs; timeMs += stepMs) {
    const hours = (timeMs - midnight) / 3_600_000;
    park.feed('grid', timeMs, {
      energyImport: 1000 + shown.gridIn * hours,
      energyExport: 1000 + shown.gridOut * hours,
      ...{ power: shown.power, reactivePower: shown.var, apparentPower: shown.va },
    });
    park.feed('load', timeMs, { energyImport: shown.load * hours });
    park.feed('a', timeMs, { energyImport: shown.a * hours });
    park.feed('b', timeMs, { energyImport: shown.b * hours });
    park.feed('pv', timeMs, { energyExport: shown.pv * hours });
    park.feed('inv01', timeMs, { energyTotal: shown.inverters * hours });
    park.tick(timeMs);
  }
  return park;
};

const still = { energyImport: 0, energyExport: 0, power: 0 };

/** Reads the meter of all buildings and `b` each minute, `a` but while it is silent; the night uses a tenth of the day. */
const readDay = (
  park: MeteredPark,
  span: Readonly<Record<'fromMinute' | 'toMinute' | 'silentFrom' | 'silentUntil', number>>,
  look: (minute: number) => void,
): void => {
  let used = 0;
  for (let minute = span.fromMinute; minute <= span.toMinute; minute += 1) {
    const timeMs = midnight + minute * minuteMs;
    const isSilent = minute >= span.silentFrom && minute < span.silentUntil;
    used += minute < 0 ? 10 : 100;
    park.dayStartMs = minute < 0 ? midnight - 24 * 60 * minuteMs : midnight;
    park.feed('pv', timeMs, still);
    const kw = 60 * (minute < 0 ? 10 : 100);
    park.feed('grid', timeMs, { energyImport: used, energyExport: 0, power: kw });
    park.feed('load', timeMs, { energyImport: used });
    if (!isSilent) park.feed('a', timeMs, { energyImport: 0.6 * used });
    park.feed('b', timeMs, { energyImport: 0.39 * used });
    park.tick(timeMs);
    look(minute);
  }
};

/** How many checks fail; NaN without a value. */
const failed = (park: MeteredPark): number =>
  park.status('meterChecks') === statusCodes.badNoData ? Number.NaN : park.value('meterChecks');

describe('§2 other checks of meters', () => {
  test('none fails while all agree', () => {
    const park = checkedAfter(right);
    expect(park.value('meterChecks')).toBe(0);
    expect(park.status('meterChecks')).toBe(statusCodes.good);
    expect(park.value('meterChecks.submeterLoss')).toBeCloseTo(0.01, 6);
    expect(park.value('meterChecks.inverterLoss')).toBeCloseTo(0.01, 6);
    expect(park.value('meterChecks.powerIntegral')).toBeCloseTo(0, 6);
    expect(park.value('meterChecks.apparentPower')).toBeCloseTo(0, 6);
    expect(park.status('meterChecks.bothWays')).toBe(statusCodes.badNoData);
    expect(park.value('meterChecks.made')).toBe(4);
  });

  test.each([
    ['submeters lose more than 3 %', { a: 2200 }, 'submeterLoss', 0.06],
    ['submeters count more than what feeds them', { a: 2600 }, 'submeterLoss', -0.04],
    ['the PV meter counts more than the inverters gave', { pv: 3100 }, 'inverterLoss', -0.0333],
    ['power and register differ by 3 %', { power: 3090 }, 'powerIntegral', 0.03],
    ['a power with the wrong sign', { power: -3000 }, 'powerIntegral', -2],
  ] as readonly [string, Partial<Shown>, string, number][])('%s', (_, wrong, part, expected) => {
    const park = checkedAfter({
      ...right,
      var: 0,
      va: Math.abs(wrong.power ?? 3000) * 1000,
      ...wrong,
    });
    expect(park.value('meterChecks')).toBe(1);
    expect(park.value(`meterChecks.${part}`)).toBeCloseTo(expected, 3);
  });

  test('P2 + Q2 is not S2 by more than 2 %, in squares', () => {
    const three = checkedAfter({ ...right, va: 3_300_000 });
    expect(three.value('meterChecks.apparentPower')).toBeCloseTo(3250 ** 2 / 3300 ** 2 - 1, 9);
    expect(three.value('meterChecks')).toBe(1);
    expect(checkedAfter({ ...right, va: 3_280_000 }).value('meterChecks')).toBe(0);
  });

  test('import and export grow in one second', () => {
    const wrong = { ...right, gridIn: 3600, gridOut: 600 };
    const park = checkedAfter(wrong, { stepMs: 1000, minutes: 2 });
    expect(park.value('meterChecks.bothWays')).toBe(120);
    expect(park.value('meterChecks')).toBe(1);
    const rightBySecond = checkedAfter(right, { stepMs: 1000, minutes: 2 });
    expect(rightBySecond.value('meterChecks.bothWays')).toBe(0);
    expect(rightBySecond.status('meterChecks.bothWays')).toBe(statusCodes.good);
    // Within a minute the power may have turned and back.
    const byMinute = checkedAfter(wrong);
    expect(byMinute.status('meterChecks.bothWays')).toBe(statusCodes.badNoData);
  });

  test('while no check can be made there is no value, and not 0', () => {
    const park = new MeteredPark(['meterChecks'], { periodMs: minuteMs });
    for (let minute = 0; minute <= 10; minute += 1) {
      const timeMs = midnight + minute * minuteMs;
      park.feed('grid', timeMs, { energyImport: 50 * minute, energyExport: 0, power: 3000 });
      for (const name of ['load', 'pv']) park.feed(name, timeMs, still);
      park.tick(timeMs);
    }
    expect(park.value('meterChecks.coverage')).toBe(1);
    expect(park.status('meterChecks')).toBe(statusCodes.badNoData);
  });

  test('nothing is compared before enough is counted', () => {
    const park = checkedAfter({ ...right, a: 0, pv: 9000, power: 0 }, { minutes: 10 });
    expect(park.status('meterChecks.submeterLoss')).toBe(statusCodes.badNoData);
    expect(park.status('meterChecks.inverterLoss')).toBe(statusCodes.badNoData);
    expect(park.status('meterChecks.powerIntegral')).toBe(statusCodes.badNoData);
  });

  test('energy that a silent meter counted is not held against its power', () => {
    const park = new MeteredPark(['meterChecks'], { periodMs: minuteMs });
    const feed = (minute: number, kwh: number): void => {
      const timeMs = midnight + minute * minuteMs;
      park.feed('grid', timeMs, { energyImport: kwh, energyExport: 0, power: 3000 });
      park.tick(timeMs);
    };
    for (let minute = 0; minute <= 60; minute += 1) feed(minute, 50 * minute);
    // Away for two hours, at another power.
    for (let minute = 0; minute <= 60; minute += 1) feed(180 + minute, 9000 + 50 * minute);
    expect(park.value('meterChecks.powerIntegral')).toBeCloseTo(0, 6);
    expect(park.value('meterChecks')).toBe(0);
  });

  test('a new day is checked anew', () => {
    const park = checkedAfter({ ...right, a: 2200 });
    expect(park.value('meterChecks')).toBe(1);
    park.dayStartMs = midnight + 60 * minuteMs;
    park.tick(midnight + 61 * minuteMs);
    expect(park.value('meterChecks')).toBe(0);
    expect(park.status('meterChecks.submeterLoss')).toBe(statusCodes.badNoData);
  });

  test('a submeter that is silent is not held against the meter before it', () => {
    const park = new MeteredPark(['meterChecks'], {
      ...{ periodMs: minuteMs, more: [building('a'), building('b')] },
    });
    readDay(park, { fromMinute: 0, toMinute: 120, silentFrom: 30, silentUntil: 110 }, (minute) => {
      const isKnown = (minute > 20 && minute < 30) || minute >= 110;
      if (isKnown) expect(park.value('meterChecks.submeterLoss')).toBeCloseTo(0.01, 6);
      if (minute > 32 && minute < 110) {
        expect(park.status('meterChecks.submeterLoss')).toBe(statusCodes.badNoData);
      }
    });
  });

  test('nor is one that comes back in the morning with what it counted since the evening', () => {
    const park = new MeteredPark(['meterChecks'], {
      ...{ periodMs: minuteMs, more: [building('a'), building('b')] },
    });
    const span = { fromMinute: -120, toMinute: 600, silentFrom: -110, silentUntil: 480 };
    const losses: number[] = [];
    readDay(park, span, (minute) => {
      if (minute > 0) expect(failed(park)).not.toBeGreaterThan(0);
      if (minute > 550) expect(failed(park)).toBe(0);
      if (minute > 550) losses.push(park.value('meterChecks.submeterLoss'));
    });
    for (const loss of losses) expect(loss).toBeCloseTo(0.01, 6);
    expect(losses).toHaveLength(50);
  });

  test('of a reading over midnight only the part of the new day counts', () => {
    const park = new MeteredPark(['meterChecks'], {
      ...{ periodMs: 10 * minuteMs, more: [building('a')] },
    });
    park.dayStartMs = midnight - 24 * 60 * minuteMs;
    for (const name of ['grid', 'pv']) park.feed(name, midnight - 5 * minuteMs, still);
    park.feed('load', midnight - 5 * minuteMs, { energyImport: 0 });
    park.feed('a', midnight - minuteMs, { energyImport: 0 });
    park.tick(midnight - minuteMs);
    park.dayStartMs = midnight;
    park.tick(midnight);
    for (const name of ['grid', 'pv']) park.feed(name, midnight + 5 * minuteMs, still);
    park.feed('load', midnight + 5 * minuteMs, { energyImport: 10_100 });
    park.feed('a', midnight + minuteMs, { energyImport: 2000 });
    park.feed('a', midnight + 2 * minuteMs, { energyImport: 3000 });
    park.tick(midnight + 5 * minuteMs);
    // Half of each step over midnight is the day's.
    expect(park.value('meterChecks.submeterLoss')).toBeCloseTo(1 - 2000 / 5050, 9);
  });
});
