/** What the machine judges a weld by: the bands of its procedure and the limits of a seam and a panel; sources are in docs/simulators.md. */
import { arcCurrentA, heatInputKjPerMm, synergicVoltageV } from './physics.ts';
import type { WeldingProcess } from './process.ts';

export type Limits = {
  readonly low?: number;
  readonly high?: number;
  readonly target?: number;
};

/** Readings that the procedure bounds at every place of a seam. */
export const bandedSignals = ['currentA', 'voltageV', 'wireFeedMPerMin', 'gasFlowLPerMin'] as const;
export type BandedSignal = (typeof bandedSignals)[number];
/** A signal without limits is not bounded. */
export type ProcedureBands = Readonly<Partial<Record<BandedSignal, Limits>>>;

const currentShare = 0.12;
const voltageRangeV = 2;
const wireFeedShare = 0.08;
const gasBand: Limits = { low: 15, high: 20, target: 18 };
/** Of the arc energy of the qualified procedure. */
const heatShare = 0.25;

/** Of a seam: what may be without arc, beyond the stagger of the ignition, and out of each band, as ignition and crater are. */
export const openLimitMm = 60;
export const outOfBandLimitMm = 50;
export const lostLimitSeconds = 1;
export const trackingLimits = {
  rmsMm: { high: 0.3 },
  p95Mm: { high: 0.6 },
  maxMm: { high: 1 },
} as const satisfies Readonly<Record<string, Limits>>;
export const deformationLimitMm = 6;

const around = (target: number, range: number): Limits => ({
  low: target - range,
  high: target + range,
  target,
});

/** Bands about what the process is set to, of both faces. */
export const procedureBands = (process: WeldingProcess): ProcedureBands => {
  const { wireFeedMPerMin, stickOutMm, melting, gasFlowLPerMin } = process;
  const currentA = arcCurrentA(wireFeedMPerMin, stickOutMm, melting);
  return {
    currentA: around(currentA, currentShare * currentA),
    voltageV: around(synergicVoltageV(currentA, process), voltageRangeV),
    wireFeedMPerMin: around(wireFeedMPerMin, wireFeedShare * wireFeedMPerMin),
    ...(gasFlowLPerMin > 0 ? { gasFlowLPerMin: gasBand } : {}),
  };
};

/** Limits of the heat input of a whole seam, kJ/mm. */
export const heatInputLimits = (process: WeldingProcess): Limits => {
  const { wireFeedMPerMin, stickOutMm, melting, travelSpeedMPerMin, thermalEfficiency } = process;
  const currentA = arcCurrentA(wireFeedMPerMin, stickOutMm, melting);
  const powerW = currentA * synergicVoltageV(currentA, process);
  const target = heatInputKjPerMm(powerW, travelSpeedMPerMin / 0.06, thermalEfficiency);
  return around(target, heatShare * target);
};
