/** What the line's controller and sensors show in one 100 ms step: the interface of the model to its servers. */

/** In the order of their register codes, from 1 on; 0 is off and never shown. */
export const linePhases = ['load', 'find', 'ignite', 'weld', 'crater', 'scan', 'unload'] as const;
export type LinePhase = (typeof linePhases)[number];

export const torchCount = 20;
export const profilePointCount = 12;

/** F01..F10 on the front (top) face, then B01..B10 on the back (bottom) face. */
export const torchIds: readonly string[] = Array.from(
  { length: torchCount },
  (_, index) =>
    `${index < torchCount / 2 ? 'F' : 'B'}${String((index % (torchCount / 2)) + 1).padStart(2, '0')}`,
);

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
} as const;

export type LineReadings = {
  /** Start of the step, UTC epoch ms, a multiple of 100. */
  timeMs: number;
  /** Steps since the start of the simulation. */
  step: number;
  phase: LinePhase;
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
};

type LineAlarms = {
  /** More than 5 % off the setpoint while welding. */
  travelSpeedDeviation: boolean;
  /** Above 50 degC. */
  ambientHigh: boolean;
  /** Any profile point of this panel beyond 6 mm. */
  deformation: boolean;
};

export type TorchReadings = {
  readonly id: string;
  arcOn: boolean;
  seamFound: boolean;
  isTracking: boolean;
  gasOk: boolean;
  isEnabled: boolean;
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
  /** Of the vision, 0..1. */
  confidence: number;
  stickOutMm: number;
  /** Renewed twice a second. */
  wireMotorA: number;
  /** Renewed once a second, as are the features of the waveform. */
  nozzleCelsius: number;
  rmsCurrentA: number;
  pulseHz: number;
  shortsPerSecond: number;
  /** Of this panel, up to the end of the step. */
  arcOnSeconds: number;
  energyWh: number;
  /** Of this panel over its arc-on length, method C, kJ/mm. */
  heatInputKjPerMm: number;
};

export type ProfileReadings = {
  /** Frames since the start of the simulation. */
  sequence: number;
  positionMm: number;
  /** 12 heights across 0.3 m, mm, in steps of 0.01. */
  readonly zMm: Float64Array;
};
