import { type StatusCode, statusCodes } from '../../gateway/core/quality.ts';
import type { MeterPoint } from './charger-points.ts';
import { type MeterValue, readSampledValue, type SampledValue } from './ocpp-messages.ts';

export type Reading = { readonly value: number; readonly status: StatusCode };
/** What one meter value says; points of which it says nothing are not in it. */
export type Readings = ReadonlyMap<MeterPoint, Reading>;

export type MeterOptions = {
  readonly connector: number;
  /** How many phases make up the whole. */
  readonly phases: 1 | 3;
};

export type ReadMeterValue = {
  readonly readings: Readings;
  /** Sampled values that name no known measurand, place or format. */
  readonly ignoredCount: number;
  /** Of a known measurand, but with no number, or in a unit that does not fit. */
  readonly unreadableCount: number;
};

type Measurand = {
  readonly point: MeterPoint;
  /** Power of ten that leads to the unit of the point. */
  readonly exponents: Readonly<Record<string, number>>;
  /** The unit that is meant where none is told. */
  readonly isUnitOptional: boolean;
  /** Whether three phases add up; else the largest counts. */
  readonly isAdditive: boolean;
};

const energyRegister = 'Energy.Active.Import.Register';

/** Measurands and units of OCPP 1.6 §7.31 and §7.45; Wh is the unit of energy where none is told (§7.43). */
const measurands: Readonly<Record<string, Measurand>> = {
  [energyRegister]: {
    point: 'energyTotal',
    exponents: { Wh: 0, kWh: 3 },
    ...{ isUnitOptional: true, isAdditive: true },
  },
  'Power.Active.Import': {
    point: 'power',
    exponents: { W: 0, kW: 3 },
    ...{ isUnitOptional: false, isAdditive: true },
  },
  'Current.Import': {
    point: 'current',
    exponents: { A: 0 },
    ...{ isUnitOptional: true, isAdditive: false },
  },
  SoC: {
    point: 'stateOfCharge',
    exponents: { Percent: 0 },
    ...{ isUnitOptional: true, isAdditive: false },
  },
};

/** `N` is no phase of its own, and `L1-L2` no phase at all. */
const phaseNames: Readonly<Record<string, number>> = {
  ...{ L1: 1, L2: 2, L3: 3 },
  ...{ 'L1-N': 1, 'L2-N': 2, 'L3-N': 3 },
};

const decimalPattern = /^[+-]?\d+(\.\d+)?([eE][+-]?\d{1,2})?$/;

/** Shifts the decimal point in the text, so that 12.345 kWh are 12345 Wh to the last bit. */
const scaled = (text: string, exponent: number): number => {
  if (!decimalPattern.test(text)) return Number.NaN;
  if (exponent === 0) return Number(text);
  const [digits = '', own = '0'] = text.split(/[eE]/);
  return Number(`${digits}e${Number(own) + exponent}`);
};

const unreadable: Reading = { value: 0, status: statusCodes.badDecodingError };

const readingOf = (sampled: SampledValue, measurand: Measurand): Reading => {
  const { unit } = sampled;
  const exponent = unit === undefined ? 0 : measurand.exponents[unit];
  if (exponent === undefined) return unreadable;
  const value = scaled(String(sampled.value).trim(), exponent);
  if (!Number.isFinite(value)) return unreadable;
  // The standard gives no unit of power that would hold without being told; the point's own is likely, and no more than that.
  const isGuess = unit === undefined && !measurand.isUnitOptional;
  return { value, status: isGuess ? statusCodes.uncertain : statusCodes.good };
};

type Gathered = {
  readonly measurand: Measurand;
  whole: Reading | undefined;
  readonly byPhase: Map<number, Reading>;
};

/** Reads one element of `MeterValues.meterValue` or `StopTransaction.transactionData`. */
export const readMeterValue = (
  { sampledValue }: MeterValue,
  options: MeterOptions,
): ReadMeterValue => {
  const gathered = new Map<MeterPoint, Gathered>();
  let ignoredCount = 0;
  let unreadableCount = 0;
  for (const raw of sampledValue) {
    const sampled = readSampledValue(raw);
    if (sampled === undefined) {
      unreadableCount += 1;
      continue;
    }
    const measurand = measurandOf(sampled, options);
    const phase = sampled.phase === undefined ? 0 : phaseNames[sampled.phase];
    if (measurand === undefined || phase === undefined) {
      ignoredCount += 1;
      continue;
    }
    const reading = readingOf(sampled, measurand);
    if (reading === unreadable) unreadableCount += 1;
    gather(gathered, measurand, { phase, reading });
  }
  const readings = new Map<MeterPoint, Reading>();
  for (const [point, one] of gathered) {
    const reading = wholeOf(one, options.phases);
    if (reading === undefined) ignoredCount += one.byPhase.size;
    else readings.set(point, reading);
  }
  return { readings, ignoredCount, unreadableCount };
};

/** Undefined: nothing that is kept, or measured elsewhere than at the outlet. */
const measurandOf = (sampled: SampledValue, { connector }: MeterOptions): Measurand | undefined => {
  const { measurand = energyRegister, location = 'Outlet', format = 'Raw' } = sampled;
  if (format !== 'Raw' || !Object.hasOwn(measurands, measurand)) return undefined;
  const isAtVehicle = measurand === 'SoC';
  const isAtMeter = location === 'Outlet' || (connector === 0 && location === 'Inlet');
  return isAtVehicle || isAtMeter ? measurands[measurand] : undefined;
};

const gather = (
  all: Map<MeterPoint, Gathered>,
  measurand: Measurand,
  { phase, reading }: { readonly phase: number; readonly reading: Reading },
): void => {
  const { point } = measurand;
  const one = all.get(point) ?? { measurand, whole: undefined, byPhase: new Map() };
  all.set(point, one);
  if (phase === 0) one.whole ??= reading;
  else if (!one.byPhase.has(phase)) one.byPhase.set(phase, reading);
};

/**
 * A sum of phases of which one is missing would make a register jump, so it is none at all. The largest current is one
 * whatever is missing.
 */
const wholeOf = ({ measurand, whole, byPhase }: Gathered, phases: 1 | 3): Reading | undefined => {
  if (whole !== undefined) return whole;
  const parts = [...byPhase.values()];
  if (measurand.isAdditive && parts.length < phases) return undefined;
  const bad = parts.find(({ status }) => status === statusCodes.badDecodingError);
  if (bad !== undefined) return bad;
  const values = parts.map(({ value }) => value);
  const value = measurand.isAdditive
    ? values.reduce((sum, one) => sum + one, 0)
    : Math.max(...values);
  const doubt = parts.find(({ status }) => status !== statusCodes.good);
  return { value, status: doubt?.status ?? statusCodes.good };
};
