import type { BusSource } from './grid-connection.ts';
import type { ParkView } from './park-view.ts';
import { cellTemperatureC, type PvPlant, roofOf } from './pv-plant.ts';
import { amountOf, inverterQuantity } from './quantities.ts';
import { parkSite } from './site.ts';
import { inverterState } from './sunspec/inverter-models.ts';

const nominalPhaseVoltage = 230;
const reactiveShare = 0.02;
/** Evt1: bit 0 GROUND_FAULT, bit 4 GRID_DISCONNECT. */
const groundFaultBits = 0b1;
const gridGoneBits = 0b1_0000;

/** Voltage and current of a string; both undefined while the DC side is dead. */
export type StringReading = {
  readonly volts: number | undefined;
  readonly amperes: number | undefined;
};

/** What an inverter measures, in the units of the SI. */
export type InverterReading = {
  readonly activeW: number;
  readonly reactiveVar: number;
  readonly apparentVa: number;
  /** Undefined without power. */
  readonly powerFactor: number | undefined;
  /** Each phase the same. */
  readonly phaseV: number;
  readonly phaseA: number;
  readonly frequencyHz: number | undefined;
  /** Undefined while the DC side is dead. */
  readonly dcW: number | undefined;
  readonly dcV: number | undefined;
  readonly dcA: number | undefined;
  readonly strings: readonly StringReading[];
  readonly cabinetC: number;
  readonly heatSinkC: number;
  readonly ambientC: number;
  /** State of models 101 to 113. */
  readonly state: number;
  readonly events: number;
  /** Since the park's midnight. */
  readonly dayWh: number;
  /** Since the register began. */
  readonly energyWh: number;
  readonly limitShare: number;
  readonly isFaulted: boolean;
};

type StateSituation = {
  readonly acKw: number;
  readonly possibleKw: number;
  readonly poaWm2: number;
  readonly isFaulted: boolean;
  readonly source: BusSource;
};

const stateOf = ({ acKw, possibleKw, poaWm2, isFaulted, source }: StateSituation): number => {
  if (isFaulted) return inverterState.fault;
  if (poaWm2 <= 0) return inverterState.sleeping;
  if (source === 'none') return inverterState.standby;
  if (acKw < possibleKw - 1e-9) return inverterState.throttled;
  if (acKw <= 0) return inverterState.starting;
  return acKw >= parkSite.inverterLimitKw ? inverterState.throttled : inverterState.mppt;
};

/** An inverter that is held below what its strings could give draws no more from them than it needs. */
const drawnDcKw = (acKw: number, possibleDcKw: number): number => {
  const ownUseKw = parkSite.inverterOwnUseShare * parkSite.inverterRatedKwp;
  const neededKw = (acKw + ownUseKw) / parkSite.inverterEfficiency;
  return Math.min(possibleDcKw, neededKw);
};

const stringReadings = (
  factors: Float64Array,
  dead: number,
  dc: { readonly watts: number; readonly volts: number } | undefined,
): readonly StringReading[] => {
  const isAlive = (string: number): boolean => (dead & (1 << string)) === 0;
  let alive = 0;
  for (const [string, factor] of factors.entries()) if (isAlive(string)) alive += factor;
  return Array.from(factors, (factor, string) => {
    if (dc === undefined) return { volts: undefined, amperes: undefined };
    const watts = isAlive(string) ? (dc.watts * factor) / alive : 0;
    return { volts: dc.volts, amperes: watts / dc.volts };
  });
};

/** What an inverter shows of the present. */
export const inverterReading = (view: ParkView, pv: PvPlant, inverter: number): InverterReading => {
  const { moment, supply } = view;
  const acKw = amountOf(moment.rates, inverterQuantity + inverter);
  const possibleKw = amountOf(moment.inverterPossibleKw, inverter);
  const possibleDcKw = amountOf(moment.inverterDcKw, inverter);
  const poaWm2 = amountOf(moment.poaWm2, roofOf(inverter));
  const isFaulted = moment.inputs.trippedInverters[inverter] === true;
  const { source } = moment.connection;
  const dcKw = drawnDcKw(acKw, possibleDcKw);
  const dcV = 720 * (1 - 0.003 * (cellTemperatureC(moment.ambientC, poaWm2) - 25));
  const dc = possibleDcKw > 0 ? { watts: dcKw * 1000, volts: dcV } : undefined;
  const activeW = acKw * 1000;
  const reactiveVar = activeW * reactiveShare;
  const apparentVa = Math.hypot(activeW, reactiveVar);
  const phaseV = nominalPhaseVoltage * supply.voltageShare;
  const cabinetC = moment.ambientC + (18 * acKw) / parkSite.inverterLimitKw;
  const factors = pv.stringFactors[inverter] as Float64Array;
  const dead = moment.inputs.deadStrings[inverter] as number;
  return {
    activeW,
    reactiveVar,
    apparentVa,
    powerFactor: apparentVa > 0 ? activeW / apparentVa : undefined,
    phaseV,
    phaseA: phaseV > 0 ? apparentVa / 3 / phaseV : 0,
    frequencyHz: supply.frequencyHz,
    dcW: dc?.watts,
    dcV: dc?.volts,
    dcA: dc === undefined ? undefined : dc.watts / dc.volts,
    // Most who read an inverter do not look at its strings.
    get strings() {
      return stringReadings(factors, dead, dc);
    },
    cabinetC,
    heatSinkC: cabinetC + (12 * acKw) / parkSite.inverterLimitKw,
    ambientC: moment.ambientC,
    state: stateOf({ acKw, possibleKw, poaWm2, isFaulted, source }),
    events: (isFaulted ? groundFaultBits : 0) | (source === 'none' ? gridGoneBits : 0),
    dayWh: amountOf(moment.dayWh, inverterQuantity + inverter),
    energyWh: amountOf(view.totalWh, inverterQuantity + inverter),
    limitShare: moment.inputs.pvLimitShare,
    isFaulted,
  };
};
