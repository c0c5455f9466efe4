/** What the line's controller and sensors show in one 100 ms step: the interface of the model to its servers. */

import { seamPlaces } from './geometry.ts';
import { nominalAmbientCelsius } from './physics.ts';
import type { ProcessId } from './process.ts';

const cyclePhases = ['load', 'find', 'ignite', 'weld', 'crater', 'scan', 'unload'] as const;
export type CyclePhase = (typeof cyclePhases)[number];

/** In the order of their register codes, from 1 on; 0 is off and never shown. */
export const linePhases = [...cyclePhases, 'standby', 'setup', 'out-of-service'] as const;
export type LinePhase = (typeof linePhases)[number];

/** In the order of their register codes, from 0 on, by the names of OPC 40001-1. */
export const operationModes = ['Setup', 'Processing', 'Maintenance', 'None'] as const;

export const torchCount = seamPlaces.length;
export const profilePointCount = 12;

/** F01..F10 on the front (top) face, then B01..B10 on the back (bottom) face. */
export const torchIds: readonly string[] = seamPlaces.map(({ id }) => id);

export const torchFaults = {
  none: 0,
  /** The arc did not ignite; the next attempt follows. */
  ignitionFailed: 11,
  /** No arc after the last attempt; the seam stays open. */
  noArc: 12,
  /** The vision has lost the seam for longer than 0.5 s. */
  seamLost: 21,
  /** Shielding gas below 12 L/min while the arc burns. */
  gasLow: 31,
  /** The wire sticks or slips. */
  wireStuck: 41,
  /** The power source has switched off, because its coolant does not flow. */
  coolantLow: 51,
} as const;

export type LineReadings = {
  /** Start of the step, UTC epoch ms, a multiple of 100. */
  timeMs: number;
  /** Steps since the start of the simulation. */
  step: number;
  phase: LinePhase;
  /** State of the machine by OPC 40001-1, and what it is in that state for. */
  itemState: 'Executing' | 'NotExecuting' | 'OutOfService';
  operationMode: (typeof operationModes)[number];
  panelId: string;
  /** Travel of the panel by the encoder, mm, at the end of the step. */
  positionMm: number;
  /** Mean over the step, m/min. */
  travelSpeedMPerMin: number;
  travelSpeedSetpointMPerMin: number;
  /** Air at the torches, degC, renewed once a second. */
  ambientCelsius: number;
  /** Mean over the step, kW. */
  linePowerKw: number;
  /** Import of the line up to the end of the step, Wh, never falling. */
  energyWh: number;
  alarms: LineAlarms;
  /** A PC of the seam vision has failed. */
  isVisionDown: boolean;
  process: ProcessId;
  /** Number of the welding procedure. */
  wps: string;
  jobId: string;
  /** Batch of the shielding gas, empty without gas. */
  gasBatch: string;
  /** Surface before the arcs and between the seams, degC, renewed once a second. */
  preheatCelsius: number;
  interpassCelsius: number;
  /** Air drawn off at the torches, m3/h, and the pressure over its filter, Pa, renewed once a second. */
  fumeFlowM3PerHour: number;
  fumeFilterPa: number;
  /** Renewed once a second, as are coolant and hold-down. */
  airBar: number;
  coolantLPerMin: number;
  coolantCelsius: number;
  /** Force of the rollers that hold the panel down, kN. */
  holdDownKn: number;
  /** Of this panel, all torches, renewed once a second, as are the sums below. */
  wireKg: number;
  fluxKg: number;
  gasM3: number;
  corrections: number;
  interventions: number;
  /** Greatest share of the cross slides' range used on this panel, 0..1. */
  rangeShare: number;
  /** Of this panel, mm. */
  shrinkageMm: number;
};

/** A line that stands at this instant. */
export const emptyLine = (timeMs: number, energyWh: number): LineReadings => ({
  timeMs,
  step: 0,
  phase: 'find',
  itemState: 'Executing',
  operationMode: 'Processing',
  panelId: '',
  jobId: '',
  process: '135',
  wps: '',
  gasBatch: '',
  positionMm: 0,
  travelSpeedMPerMin: 0,
  travelSpeedSetpointMPerMin: 0,
  ambientCelsius: nominalAmbientCelsius,
  preheatCelsius: 0,
  interpassCelsius: 0,
  fumeFlowM3PerHour: 0,
  fumeFilterPa: 0,
  airBar: 0,
  coolantLPerMin: 0,
  coolantCelsius: 0,
  holdDownKn: 0,
  linePowerKw: 0,
  energyWh,
  wireKg: 0,
  fluxKg: 0,
  gasM3: 0,
  corrections: 0,
  interventions: 0,
  rangeShare: 0,
  shrinkageMm: 0,
  isVisionDown: false,
  alarms: {
    travelSpeedDeviation: false,
    ambientHigh: false,
    deformation: false,
    coolantLow: false,
  },
});

type LineAlarms = {
  /** More than 5 % off the setpoint while welding. */
  travelSpeedDeviation: boolean;
  /** Above 50 degC. */
  ambientHigh: boolean;
  /** Below 40 L/min. */
  coolantLow: boolean;
  /** Any profile point of this panel beyond 6 mm. */
  deformation: boolean;
};

export type TorchReadings = {
  readonly id: string;
  arcOn: boolean;
  /** Whether the place under the torch has been seen: it was before the vision one look-ahead ago. */
  seamFound: boolean;
  /** Whether the vision sees the seam now, one look-ahead before the torch. */
  isSeamAhead: boolean;
  isTracking: boolean;
  gasOk: boolean;
  isEnabled: boolean;
  /** The wire sticks in its liner or slips on its rollers. */
  isWireStuck: boolean;
  /** The operator guides the torch by hand. */
  isManual: boolean;
  faultCode: number;
  /** Electrical values are means over the step; 0 without arc, voltage then 70 V where an arc is wanted. */
  currentA: number;
  voltageV: number;
  /** Mean of u times i, W, which is not the product of the means when the current pulses. */
  arcPowerW: number;
  wireFeedMPerMin: number;
  /** Renewed twice a second. */
  gasFlowLPerMin: number;
  /** Torch minus seam, mm, positive away from the fin and up. */
  offsetYMm: number;
  offsetZMm: number;
  gapMm: number;
  /** Of the vision in the place under the torch, 0..1. */
  confidence: number;
  /** Contact tip to work: what is set plus the vertical offset. */
  stickOutMm: number;
  /** Of the cross slide from its middle. */
  slideYMm: number;
  /** Renewed twice a second. */
  wireMotorA: number;
  /** Pressure of the gas before the nozzle, mbar, renewed with the flow. */
  backPressureMbar: number;
  /** Renewed once a second, as are the features of the waveform. */
  nozzleCelsius: number;
  rmsCurrentA: number;
  pulseHz: number;
  peakA: number;
  baseA: number;
  shortsPerSecond: number;
  /** Leg of the bead by the scanner behind the torch, mm, renewed once a second; NaN where it sees none. */
  beadLegMm: number;
  /** Spools put in since the start, and what is left on the present one, kg. */
  spoolNumber: number;
  spoolKg: number;
  /** Arc time of the contact tip, h. */
  tipHours: number;
  /** Of this panel, up to the end of the step. */
  arcOnSeconds: number;
  energyWh: number;
  /** Of this panel over its arc-on length, method C, kJ/mm. */
  heatInputKjPerMm: number;
  corrections: number;
  interventions: number;
  /** Names of readings that are known to be wrong. */
  badSignals: ReadonlySet<string>;
};

export type ProfileReadings = {
  /** Frames since the start of the simulation. */
  sequence: number;
  positionMm: number;
  /** 12 heights across 0.3 m, mm, in steps of 0.01. */
  readonly zMm: Float64Array;
};
