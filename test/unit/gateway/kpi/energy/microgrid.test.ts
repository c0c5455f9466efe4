import { describe, expect, test } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import { testGroup } from '../../../../support/entry-batch.ts';
import { MeteredPark, midnight } from './metered-park.ts';

const { good, badNoData } = statusCodes;
const gridTied = 0;
const islanded = 1;
const transition = 2;
const dead = 3;

const bus = testGroup({
  ...{ area: 'park', line: 'grid', equipment: 'connection', equipmentClass: 'grid_connection' },
  periodMs: 1000,
  channels: [
    { point: 'breakerClosed', kind: 'boolean' },
    { point: 'busFrequency', unit: 'Hz' },
    { point: 'busVoltage', unit: 'V' },
  ],
});

type Bus = { readonly closed: boolean; readonly hz?: number; readonly volts?: number };

const microgrid = (parameters: object = {}) => {
  const park = new MeteredPark(
    [
      {
        kpi: 'gridConnection',
        parameters,
        inputs: {
          frequency: 'park/grid/connection/busFrequency',
          voltage: 'park/grid/connection/busVoltage',
        },
      },
    ],
    { periodMs: 1000, more: [bus] },
  );
  let second = 0;
  /** Seconds with the bus as it is said, and 1 kWh of load in each. */
  const hold = (seconds: number, { closed, hz = 50, volts = 230 }: Bus): void => {
    for (let step = 0; step < seconds; step += 1) {
      second += 1;
      const timeMs = midnight + second * 1000;
      park.registers.load += 1;
      park.feed('connection', timeMs, {
        breakerClosed: closed ? 1 : 0,
        busFrequency: hz,
        busVoltage: volts,
      });
      park.feed('load', timeMs, { energyImport: park.registers.load });
      park.tick(timeMs);
    }
  };
  const part = (name: string): number => park.value(`gridConnection.${name}`);
  return { park, hold, part, state: () => park.value('gridConnection') };
};

describe('the connection to the grid', () => {
  test('tied, islanded on purpose, and tied again', () => {
    const { hold, state, part } = microgrid();
    hold(5, { closed: true });
    expect(state()).toBe(gridTied);
    hold(1, { closed: false });
    expect(state()).toBe(transition);
    hold(2, { closed: false });
    expect(state()).toBe(transition);
    hold(61, { closed: false });
    expect(state()).toBe(islanded);
    expect(part('islandings')).toBe(1);
    expect(part('islandTime')).toBeCloseTo(1, 9);
    // From the tick that saw the breaker open on.
    expect(part('islandEnergy')).toBeCloseTo(63, 9);
    hold(1, { closed: true });
    expect(state()).toBe(transition);
    hold(3, { closed: true });
    expect(state()).toBe(gridTied);
    expect(part('blackStarts')).toBe(0);
    hold(30, { closed: true });
    expect(part('islandTime')).toBeCloseTo(61 / 60, 1);
  });

  test('a lost grid, darkness and a black start', () => {
    const { hold, state, part } = microgrid();
    hold(5, { closed: true });
    hold(5, { closed: false, volts: 0, hz: 0 });
    expect(state()).toBe(dead);
    expect(part('islandEnergy')).toBe(0);
    hold(60, { closed: false, volts: 12, hz: 0 });
    expect(state()).toBe(dead);
    hold(1, { closed: false });
    expect(state()).toBe(transition);
    expect(part('blackStarts')).toBe(1);
    hold(10, { closed: false });
    expect(state()).toBe(islanded);
    expect(part('blackStarts')).toBe(1);
    expect(part('islandings')).toBe(1);
  });

  test('voltage that comes back through the breaker is no black start', () => {
    const { hold, part, state } = microgrid();
    hold(5, { closed: true });
    hold(5, { closed: true, volts: 0 });
    expect(state()).toBe(dead);
    hold(5, { closed: true });
    expect(state()).toBe(gridTied);
    expect(part('blackStarts')).toBe(0);
  });

  test.each([
    ['frequency 0.49 Hz high', { hz: 50.49 }, islanded],
    ['frequency 0.51 Hz high', { hz: 50.51 }, transition],
    ['frequency 0.51 Hz low', { hz: 49.49 }, transition],
    ['voltage 6.9 % low', { volts: 230 * 0.931 }, islanded],
    ['voltage 7.1 % low', { volts: 230 * 0.929 }, transition],
    ['voltage 7.1 % high', { volts: 230 * 1.071 }, transition],
  ])('alone with %s', (_, off, expected) => {
    const { hold, state } = microgrid();
    hold(5, { closed: true });
    hold(10, { closed: false, ...off });
    expect(state()).toBe(expected);
  });

  test('single-phase supply may be 10 % low', () => {
    const { hold, state } = microgrid({ voltage: { nominal: 220, supply: 'singlePhase' } });
    hold(10, { closed: false, volts: 220 * 0.905 });
    expect(state()).toBe(islanded);
  });

  test('is no data when the breaker says nothing, and goes on afterwards', () => {
    const { park, hold, state } = microgrid();
    hold(5, { closed: true });
    park.tick(midnight + 60_000);
    expect(park.status('gridConnection')).toBe(badNoData);
    hold(70, { closed: true });
    expect(state()).toBe(gridTied);
    expect(park.status('gridConnection')).toBe(good);
  });

  test('times and counts are those of the day', () => {
    const { park, hold, part } = microgrid();
    hold(5, { closed: true });
    hold(20, { closed: false });
    expect(part('islandings')).toBe(1);
    park.dayStartMs = midnight + 25_000;
    hold(60, { closed: false });
    expect(part('islandings')).toBe(0);
    expect(part('islandTime')).toBeCloseTo(1, 9);
  });
});

describe('bands of the supply', () => {
  const quality = (kpi: string, parameters: object = {}) => {
    const grid = testGroup({
      ...{ area: 'park', line: 'supply', equipment: 'grid', equipmentClass: 'meter' },
      periodMs: 1000,
      channels: [
        { point: 'frequency', unit: 'Hz' },
        { point: 'voltage', unit: 'V' },
      ],
    });
    const park = new MeteredPark([{ kpi, parameters }], { without: ['grid'], more: [grid] });
    let second = 0;
    park.tick(midnight);
    return {
      park,
      hold: (seconds: number, values: Readonly<Record<string, number>>): void => {
        for (let step = 0; step < seconds; step += 1) {
          park.feed('grid', midnight + second * 1000, values);
          second += 1;
        }
        park.tick(midnight + (second - 1) * 1000);
      },
    };
  };

  test('§ GB/T 15945: frequency within 0.2 Hz', () => {
    const { park, hold } = quality('frequencyQuality');
    hold(61, { frequency: 50.19 });
    expect(park.value('frequencyQuality')).toBe(1);
    expect(park.value('frequencyQuality.deviation')).toBeCloseTo(0.19, 9);
    hold(60, { frequency: 50.21 });
    expect(park.value('frequencyQuality')).toBeCloseTo(61 / 120, 9);
    hold(60, { frequency: 49.79 });
    expect(park.value('frequencyQuality')).toBeCloseTo(61 / 180, 9);
    expect(park.value('frequencyQuality.outside')).toBeCloseTo(119 / 60, 9);
    expect(park.value('frequencyQuality.lowest')).toBeCloseTo(-0.21, 9);
    expect(park.value('frequencyQuality.highest')).toBeCloseTo(0.21, 9);
    expect(park.status('frequencyQuality')).toBe(good);
  });

  test('small systems have 0.5 Hz', () => {
    const { park, hold } = quality('frequencyQuality', { frequency: { bandHz: 0.5 } });
    hold(61, { frequency: 50.45 });
    expect(park.value('frequencyQuality')).toBe(1);
  });

  test.each([
    ['threePhase', 230 * 1.069, 1],
    ['threePhase', 230 * 1.071, 0],
    ['threePhase', 230 * 0.929, 0],
    ['singlePhase', 230 * 0.901, 1],
    ['singlePhase', 230 * 0.899, 0],
    ['singlePhase', 230 * 1.071, 0],
  ])('§ GB/T 12325: %s at %d V', (supply, voltage, expected) => {
    const { park, hold } = quality('voltageQuality', { voltage: { supply } });
    hold(61, { voltage });
    expect(park.value('voltageQuality')).toBe(expected);
    expect(park.value('voltageQuality.deviation')).toBeCloseTo((voltage / 230 - 1) * 100, 9);
  });

  test('what was not measured is neither within nor outside, and the next day begins anew', () => {
    const { park, hold } = quality('voltageQuality');
    hold(61, { voltage: 300 });
    expect(park.value('voltageQuality')).toBe(0);
    park.dayStartMs = midnight + 60_000;
    park.tick(midnight + 60_000);
    hold(60, { voltage: 230 });
    expect(park.value('voltageQuality')).toBeCloseTo(59 / 60, 9);
    expect(park.value('voltageQuality.highest')).toBeCloseTo(0, 9);
    park.tick(midnight + 240_000);
    expect(park.value('voltageQuality.coverage')).toBeCloseTo(1 / 3, 2);
  });
});
