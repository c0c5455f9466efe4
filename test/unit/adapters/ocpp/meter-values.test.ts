import { describe, expect, it } from 'vitest';
import { type MeterOptions, readMeterValue } from '../../../../adapters/ocpp/meter-values.ts';
import { statusSymbol } from '../../../../gateway/core/quality.ts';

const read = (sampledValue: readonly unknown[], options: Partial<MeterOptions> = {}) => {
  const value = { timestamp: '2023-06-21T02:00:00Z', sampledValue: [...sampledValue] };
  const result = readMeterValue(value, { connector: 1, phases: 3, ...options });
  const readings = Object.fromEntries(
    [...result.readings].map(([point, { value: number, status }]) => [
      point,
      [number, statusSymbol(status)],
    ]),
  );
  return { ...result, readings };
};
const energy = 'Energy.Active.Import.Register';
const power = 'Power.Active.Import';

describe('a meter value', () => {
  it('of no measurand and no unit is the energy register in Wh', () => {
    expect(read([{ value: '1234567' }]).readings).toEqual({ energyTotal: [1_234_567, 'Good'] });
  });

  it.each([
    ['12.345', 'kWh', 12_345],
    ['1234.567', 'kWh', 1_234_567],
    ['0.1', 'kWh', 100],
    ['1.5e1', 'kWh', 15_000],
    [' 42 ', 'Wh', 42],
    [42.5, 'Wh', 42.5],
  ])('%j %s is to the last bit %d Wh', (value, unit, wh) => {
    expect(read([{ value, unit, measurand: energy }]).readings).toEqual({
      energyTotal: [wh, 'Good'],
    });
  });

  it('has power in W or kW, current, and the charge of the vehicle wherever it was measured', () => {
    const { readings } = read([
      { value: '7.36', measurand: power, unit: 'kW', context: 'Sample.Clock' },
      { value: '32', measurand: 'Current.Import', unit: 'A' },
      { value: '81', measurand: 'SoC', unit: 'Percent', location: 'EV' },
    ]);
    expect(readings).toEqual({
      ...{ power: [7360, 'Good'], current: [32, 'Good'], stateOfCharge: [81, 'Good'] },
    });
    expect(read([{ value: '7360', measurand: power }]).readings).toEqual({
      power: [7360, 'Uncertain'],
    });
  });

  it.each([
    [{ value: 'NaN', measurand: energy }],
    [{ value: '', measurand: energy }],
    [{ value: '0x10', measurand: energy }],
    [{ value: '1,5', measurand: energy }],
    [{ value: '1', unit: 'kW', measurand: energy }],
    [{ value: '1', unit: 'varh', measurand: energy }],
  ])('%j is bad, and is counted', (sampled) => {
    const { readings, unreadableCount } = read([sampled]);
    expect(readings).toEqual({ energyTotal: [0, 'BadDecodingError'] });
    expect(unreadableCount).toBe(1);
  });

  it('that is no object costs only itself', () => {
    const { readings, unreadableCount } = read([null, { unit: 'Wh' }, { value: '5' }]);
    expect(readings).toEqual({ energyTotal: [5, 'Good'] });
    expect(unreadableCount).toBe(2);
  });

  it.each([
    { value: '1', measurand: 'Energy.Active.Export.Register' },
    { value: '1', measurand: 'Energy.Active.Import.Interval' },
    { value: '1', measurand: 'Temperature', unit: 'Celcius' },
    { value: '1', measurand: energy, location: 'Cable' },
    { value: '1', measurand: energy, location: 'Inlet' },
    { value: 'deadbeef', measurand: energy, format: 'SignedData' },
    { value: '230', measurand: energy, phase: 'L1-L2' },
    { value: '230', measurand: 'constructor' },
  ])('%j is not taken', (sampled) => {
    const { readings, ignoredCount } = read([sampled]);
    expect(readings).toEqual({});
    expect(ignoredCount).toBe(1);
  });

  it('at the inlet is that of the main meter', () => {
    const sampled = { value: '1', measurand: energy, location: 'Inlet' };
    expect(read([sampled], { connector: 0 }).readings).toEqual({ energyTotal: [1, 'Good'] });
  });

  describe('by phases', () => {
    const phases = (values: readonly string[], measurand: string, unit: string) =>
      values.map((value, index) => ({ value, measurand, unit, phase: `L${index + 1}` }));

    it('adds three of power and energy, and takes the largest current', () => {
      expect(read(phases(['1', '2', '3'], power, 'kW')).readings).toEqual({
        power: [6000, 'Good'],
      });
      expect(read(phases(['10', '16', '11'], 'Current.Import', 'A')).readings).toEqual({
        current: [16, 'Good'],
      });
    });

    it('adds nothing while one is missing, for a register must not jump', () => {
      const { readings, ignoredCount } = read(phases(['100', '200'], energy, 'Wh'));
      expect(readings).toEqual({});
      expect(ignoredCount).toBe(2);
    });

    it('takes one where one is all there is', () => {
      const sampled = phases(['100'], energy, 'Wh');
      expect(read(sampled, { phases: 1 }).readings).toEqual({ energyTotal: [100, 'Good'] });
    });

    it('is left alone where the whole is told as well', () => {
      const sampled = [
        ...phases(['1', '2', '3'], power, 'kW'),
        { value: '6.1', measurand: power, unit: 'kW' },
      ];
      expect(read(sampled).readings).toEqual({ power: [6100, 'Good'] });
    });

    it('is bad as a whole where one cannot be read', () => {
      expect(read(phases(['1', 'x', '3'], power, 'kW')).readings).toEqual({
        power: [0, 'BadDecodingError'],
      });
    });
  });
});
