import { describe, expect, test } from 'vitest';
import {
  conversionBetween,
  dimensionlessUnit,
  divideUnits,
  findUnit,
  isDimensionless,
  multiplyUnits,
  perSecond,
  sameDimension,
  type Unit,
} from '../../../../gateway/hot-path/units.ts';

const unit = (code: string): Unit => {
  const found = findUnit(code);
  if (found === undefined) throw new Error(`no unit ${code}`);
  return found;
};

const convert = (value: number, from: string, to: string): number => {
  const conversion = conversionBetween(unit(from), unit(to));
  if (conversion === undefined) throw new Error(`${from} does not convert to ${to}`);
  return (value * conversion.multiply) / conversion.divide;
};

describe('units', () => {
  test.each([
    [1, 'kW', 'W', 1000],
    [1, 'MW', 'kW', 1000],
    [1, 'kWh', 'Wh', 1000],
    [1, 'MWh', 'kWh', 1000],
    [1, 'GWh', 'MWh', 1000],
    [1, 'kWh', 'kJ', 3600],
    [1, 'W.h', 'Wh', 1],
    [1, 'kW.h', 'kWh', 1],
    [1, 'MJ', 'J', 1e6],
    [1, 'GJ', 'MJ', 1000],
    [0.9, 'm/min', 'mm/s', 15],
    [60, 'mm/min', 'mm/s', 1],
    [1, 'm/s', 'm/min', 60],
    [1, 'm', 'mm', 1000],
    [1, 'km', 'm', 1000],
    [1, 'cm', 'mm', 10],
    [50, '%', '1', 0.5],
    [1, 't', 'kg', 1000],
    [1, 'kg', 'g', 1000],
    [1, 'h', 's', 3600],
    [1, 'd', 'h', 24],
    [1, 'min', 's', 60],
    [1, 's', 'ms', 1000],
    [1, 'A', 'mA', 1000],
    [1, 'kV', 'V', 1000],
    [1, 'V', 'mV', 1000],
    [1, 'kJ/mm', 'J/mm', 1000],
    [1, 'bar', 'kPa', 100],
    [1, 'kPa', 'Pa', 1000],
    [1, 'm3', 'L', 1000],
    [60, 'L/min', 'm3/h', 3.6],
    [1, 'm2', 'mm2', 1e6],
  ])('%d %s to %s is %d', (value, from, to, wanted) => {
    expect(convert(value, from, to)).toBe(wanted);
    expect(convert(wanted, to, from)).toBe(value);
  });

  test('do not convert between dimensions', () => {
    for (const [from, to] of [
      ['kW', 'kWh'],
      ['Cel', 's'],
      ['V', 'A'],
      ['mm', 'mm2'],
      ['%', 'Hz'],
    ] as const) {
      expect(conversionBetween(unit(from), unit(to))).toBeUndefined();
    }
  });

  test('multiply and divide to derived ones', () => {
    const same = (derived: Unit | undefined, code: string): void => {
      expect(derived === undefined ? undefined : conversionBetween(derived, unit(code))).toEqual({
        multiply: 1,
        divide: 1,
      });
    };
    same(multiplyUnits(unit('V'), unit('A')), 'W');
    same(multiplyUnits(unit('kW'), unit('h')), 'kWh');
    same(multiplyUnits(unit('A'), unit('h')), 'A.h');
  });

  test('of quotients are reduced', () => {
    expect(divideUnits(unit('mm'), unit('mm/s'))).toEqual(unit('s'));
    expect(divideUnits(unit('V'), unit('A'))).toEqual(unit('Ohm'));
    expect(divideUnits(unit('J'), unit('mm'))).toEqual(unit('J/mm'));
    expect(divideUnits(unit('kg'), unit('kWh'))).toEqual(unit('kg/kWh'));
    expect(divideUnits(unit('W'), unit('m2'))).toEqual(unit('W/m2'));
    expect(divideUnits(unit('N'), unit('m2'))).toEqual(unit('Pa'));
    expect(perSecond(unit('J'))).toEqual(unit('W'));
    expect(divideUnits(dimensionlessUnit, unit('s'))).toEqual(unit('Hz'));
  });

  test('whose scale is no longer exact are refused', () => {
    const square = multiplyUnits(unit('GWh'), unit('GWh'));
    expect(square).toBeUndefined();
    expect(divideUnits(unit('GWh'), unit('mm2'))).toBeUndefined();
    expect(multiplyUnits(unit('kg/kWh'), unit('kg/kWh'))).toEqual({
      dimension: [0, -4, 4, 0, 0],
      numerator: 1,
      denominator: 3_600_000 ** 2,
    });
    const tiny = multiplyUnits(unit('kg/kWh'), unit('kg/kWh')) as Unit;
    expect(multiplyUnits(tiny, unit('kg/kWh'))).toBeUndefined();
  });

  test('are told apart by dimension', () => {
    expect(sameDimension(unit('kW'), unit('W'))).toBe(true);
    expect(sameDimension(unit('kW'), unit('kWh'))).toBe(false);
    expect(isDimensionless(unit('%'))).toBe(true);
    expect(isDimensionless(unit('s'))).toBe(false);
    expect(findUnit('kilowatt')).toBeUndefined();
  });
});
