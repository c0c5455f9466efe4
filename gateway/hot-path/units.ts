/**
 * UCUM units that expressions and KPIs understand: a dimension (exponents of kg, m, s, A, Cel) and a rational scale to the
 * coherent unit. Scales are integers over integers, so a conversion is one multiplication and one division and units of one
 * scale are never converted at all.
 */
export type Unit = {
  readonly dimension: Dimension;
  readonly numerator: number;
  readonly denominator: number;
};

/** Exponents of kilogram, metre, second, ampere and degree Celsius. */
export type Dimension = readonly [number, number, number, number, number];

const dimensionless: Dimension = [0, 0, 0, 0, 0];
const mass: Dimension = [1, 0, 0, 0, 0];
const length: Dimension = [0, 1, 0, 0, 0];
const time: Dimension = [0, 0, 1, 0, 0];
const current: Dimension = [0, 0, 0, 1, 0];
const temperature: Dimension = [0, 0, 0, 0, 1];
const frequency: Dimension = [0, 0, -1, 0, 0];
const speed: Dimension = [0, 1, -1, 0, 0];
const energy: Dimension = [1, 2, -2, 0, 0];
const power: Dimension = [1, 2, -3, 0, 0];
const voltage: Dimension = [1, 2, -3, -1, 0];
const resistance: Dimension = [1, 2, -3, -2, 0];
const charge: Dimension = [0, 0, 1, 1, 0];
const volume: Dimension = [0, 3, 0, 0, 0];
const volumeFlow: Dimension = [0, 3, -1, 0, 0];
const area: Dimension = [0, 2, 0, 0, 0];
const force: Dimension = [1, 1, -2, 0, 0];
const pressure: Dimension = [1, -1, -2, 0, 0];
const energyPerLength: Dimension = [1, 1, -2, 0, 0];
const massPerEnergy: Dimension = [0, -2, 2, 0, 0];
const perLength: Dimension = [0, -1, 0, 0, 0];
const massPerLength: Dimension = [1, -1, 0, 0, 0];
const energyPerMass: Dimension = [0, 2, -2, 0, 0];
const irradiance: Dimension = [1, 0, -3, 0, 0];

const define = (dimension: Dimension, numerator = 1, denominator = 1): Unit => ({
  dimension,
  numerator,
  denominator,
});

/** Reactive and apparent power have the dimension of power but are other quantities: they are left out on purpose. */
const table: ReadonlyMap<string, Unit> = new Map([
  ['1', define(dimensionless)],
  ['%', define(dimensionless, 1, 100)],
  ['kg', define(mass)],
  ['g', define(mass, 1, 1000)],
  ['t', define(mass, 1000)],
  ['m', define(length)],
  ['mm', define(length, 1, 1000)],
  ['cm', define(length, 1, 100)],
  ['km', define(length, 1000)],
  ['s', define(time)],
  ['ms', define(time, 1, 1000)],
  ['min', define(time, 60)],
  ['h', define(time, 3600)],
  ['d', define(time, 86_400)],
  ['A', define(current)],
  ['mA', define(current, 1, 1000)],
  ['Cel', define(temperature)],
  ['Hz', define(frequency)],
  ['m/s', define(speed)],
  ['m/min', define(speed, 1, 60)],
  ['mm/s', define(speed, 1, 1000)],
  ['mm/min', define(speed, 1, 60_000)],
  ['J', define(energy)],
  ['kJ', define(energy, 1000)],
  ['MJ', define(energy, 1_000_000)],
  ['GJ', define(energy, 1_000_000_000)],
  ['W.h', define(energy, 3600)],
  ['kW.h', define(energy, 3_600_000)],
  ['Wh', define(energy, 3600)],
  ['kWh', define(energy, 3_600_000)],
  ['MWh', define(energy, 3_600_000_000)],
  ['GWh', define(energy, 3_600_000_000_000)],
  ['W', define(power)],
  ['kW', define(power, 1000)],
  ['MW', define(power, 1_000_000)],
  ['V', define(voltage)],
  ['mV', define(voltage, 1, 1000)],
  ['kV', define(voltage, 1000)],
  ['Ohm', define(resistance)],
  ['A.h', define(charge, 3600)],
  ['m3', define(volume)],
  ['L', define(volume, 1, 1000)],
  ['m3/h', define(volumeFlow, 1, 3600)],
  ['L/min', define(volumeFlow, 1, 60_000)],
  ['m2', define(area)],
  ['mm2', define(area, 1, 1_000_000)],
  ['N', define(force)],
  ['Pa', define(pressure)],
  ['kPa', define(pressure, 1000)],
  ['bar', define(pressure, 100_000)],
  ['J/mm', define(energyPerLength, 1000)],
  ['kJ/mm', define(energyPerLength, 1_000_000)],
  ['kWh/m', define(energyPerLength, 3_600_000)],
  ['kWh/kg', define(energyPerMass, 3_600_000)],
  ['kWh/kW', define(time, 3600)],
  ['1/m', define(perLength)],
  ['kg/m', define(massPerLength)],
  ['m3/m', define(area)],
  ['kg/kWh', define(massPerEnergy, 1, 3_600_000)],
  ['W/m2', define(irradiance)],
]);

export const dimensionlessUnit: Unit = define(dimensionless);
const second: Unit = define(time);

/** The unit behind a UCUM code; undefined when it is not in the table. */
export const findUnit = (code: string): Unit | undefined => table.get(code);

export const sameDimension = (a: Unit, b: Unit): boolean =>
  a.dimension.every((exponent, index) => exponent === b.dimension[index]);

export const isDimensionless = (unit: Unit): boolean => sameDimension(unit, dimensionlessUnit);

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b);

const reduce = (dimension: Dimension, numerator: number, denominator: number): Unit | undefined => {
  if (!Number.isSafeInteger(numerator) || !Number.isSafeInteger(denominator)) return undefined;
  const divisor = greatestCommonDivisor(numerator, denominator);
  return { dimension, numerator: numerator / divisor, denominator: denominator / divisor };
};

const combine = (a: Dimension, b: Dimension, sign: 1 | -1): Dimension => [
  a[0] + sign * b[0],
  a[1] + sign * b[1],
  a[2] + sign * b[2],
  a[3] + sign * b[3],
  a[4] + sign * b[4],
];

/** The unit of a product; undefined when its scale is no longer exact. */
export const multiplyUnits = (a: Unit, b: Unit): Unit | undefined =>
  reduce(
    combine(a.dimension, b.dimension, 1),
    a.numerator * b.numerator,
    a.denominator * b.denominator,
  );

/** The unit of a quotient; undefined when its scale is no longer exact. */
export const divideUnits = (a: Unit, b: Unit): Unit | undefined =>
  reduce(
    combine(a.dimension, b.dimension, -1),
    a.numerator * b.denominator,
    a.denominator * b.numerator,
  );

/** The unit of a change in a second. */
export const perSecond = (unit: Unit): Unit | undefined => divideUnits(unit, second);

/** `value * multiply / divide` converts from one unit to another. */
export type Conversion = { readonly multiply: number; readonly divide: number };

/** Undefined when the dimensions differ or the factor is not exact. */
export const conversionBetween = (from: Unit, to: Unit): Conversion | undefined => {
  if (!sameDimension(from, to)) return undefined;
  const ratio = divideUnits(from, to);
  return ratio === undefined ? undefined : { multiply: ratio.numerator, divide: ratio.denominator };
};
