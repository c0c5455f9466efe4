import type { Band } from '../../line/bar-scale.ts';
import {
  gapLimitsMm,
  leastConfidence,
  offsetLimitsMm,
  trackingP95LimitMm,
  trackingRmsLimitMm,
} from '../../line/limits.ts';
import type { Seam } from '../../line/use-line.ts';

/** Everything measured at a torch, in the order of people's interest; a machine may have fewer. */
export const signalNames = [
  ...['arcOn', 'seamFound', 'fault', 'faultCode', 'current', 'voltage', 'arcPower'],
  ...['wireFeedSpeed', 'gasFlow', 'offsetY', 'offsetZ', 'gap', 'confidence', 'stickOut'],
  ...['currentRms', 'shortCircuits', 'wireMotorCurrent', 'gasBackPressure', 'nozzleTemperature'],
  ...['slidePosition', 'beadLeg', 'spoolMass', 'tipTime', 'manualIntervention'],
];

/** What the panel has come to so far. */
export const resultNames = [
  ...['heatInput', 'arcEnergyPerLength', 'wpsConformance', 'wpsOutLength', 'trackingRms'],
  ...['trackingP95', 'trackingMax', 'trackingBias', 'arcStability', 'arcStabilityNow'],
  ...['arcInterruptions', 'seamLostLength', 'seamLostRatio', 'legLength', 'throat'],
  ...['weldLength', 'wireMass', 'gasVolume', 'arcOnRatio', 'shortCircuitRate', 'interventions'],
];

const symmetric = (limit: number): Band => ({ minimum: -limit, maximum: limit });

const usual: Readonly<Record<string, Band>> = {
  offsetY: symmetric(offsetLimitsMm.warn),
  offsetZ: symmetric(offsetLimitsMm.warn),
  gap: { minimum: 0, maximum: gapLimitsMm.warn },
  confidence: { minimum: leastConfidence, maximum: 1 },
  trackingRms: { minimum: 0, maximum: trackingRmsLimitMm },
  trackingP95: { minimum: 0, maximum: trackingP95LimitMm },
  trackingMax: { minimum: 0, maximum: offsetLimitsMm.wrong },
};

/** In which band a point of a torch should be: that of the procedure, else the usual one; undefined where there is none. */
export const bandOf = (seam: Seam, name: string): Band | undefined => {
  if (name === 'arcEnergyPerLength') return seam.bands['arcEnergy'];
  return seam.bands[name] ?? usual[name];
};

/** Trends and the points in each, which have one unit. */
export const trendCharts = [
  { title: 'electric', points: ['current'] },
  { title: 'voltage', points: ['voltage'] },
  { title: 'place', points: ['offsetY', 'offsetZ'] },
  { title: 'wire', points: ['wireFeedSpeed'] },
  { title: 'gas', points: ['gasFlow'] },
] as const;

/** What is shown by place along the panel, with the point whose band it has. */
export const placeCharts = [
  { title: 'electric', column: 'bin.current.mean', band: 'current' },
  { title: 'voltage', column: 'bin.voltage.mean', band: 'voltage' },
  { title: 'heat', column: 'bin.heatInput', band: undefined },
  { title: 'gas', column: 'bin.gasFlow.mean', band: 'gasFlow' },
] as const;
