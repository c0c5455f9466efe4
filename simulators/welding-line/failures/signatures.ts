import type { WeldFault } from '../../faults/weld-faults.ts';
import type { TorchEffects } from './effects.ts';

type FaultOf<Kind extends WeldFault['kind']> = Extract<WeldFault, { readonly kind: Kind }>;

export type Onset = {
  /** Since the failure reached this torch. */
  readonly seconds: number;
  /** Uniform in [0, 1), another one each step. */
  readonly chance: number;
};

type Signatures = {
  readonly [Kind in WeldFault['kind']]: (
    effects: TorchEffects,
    onset: Onset,
    fault: FaultOf<Kind>,
  ) => void;
};

const nominalGasLPerMin = 18;
const gasRampSeconds = 1;
const microOutagePerHour = 2e-5;

const nothing = (): void => undefined;

/** Without gas the arc is longer and restless. */
const loseGas = (effects: TorchEffects, lostShare: number): void => {
  effects.gasShare *= 1 - lostShare;
  const unrest = Math.min(1, Math.max(0, lostShare - 0.15) / 0.5);
  effects.voltageV += 0.8 * unrest;
  effects.voltageSigmaShare *= 1 + 1.5 * unrest;
};

/** What each failure does to a torch; the table of failure modes is in docs/faults.md. */
const signatures: Signatures = {
  'burn-through': (effects, { seconds }, fault) => {
    if (seconds >= fault.seconds) return;
    effects.gapMm += fault.gapMm;
    effects.currentShare *= 1.12;
    effects.currentSigmaShare *= 4;
    effects.voltageV += seconds < fault.seconds / 3 ? -2 : 3;
  },
  'gas-loss': (effects, { seconds }, { toLPerMin, rampSeconds }) => {
    const full = 1 - toLPerMin / nominalGasLPerMin;
    loseGas(effects, full * (rampSeconds > 0 ? Math.min(1, seconds / rampSeconds) : 1));
  },
  'nozzle-clog': (effects, { seconds }, { minutes }) => {
    const clogged = seconds / 60 / minutes;
    effects.voltageSigmaShare *= 1 + clogged;
    effects.backPressureShare *= 1 + 0.5 * clogged;
  },
  'lost-tracking': (effects) => {
    effects.isSeamHidden = true;
  },
  misalignment: (effects, { seconds }, { stepMm, decaySeconds, gapMm }) => {
    if (seconds >= 2 * decaySeconds) return;
    const left = Math.exp((-3 * seconds) / decaySeconds);
    effects.offsetYMm += stepMm * left;
    effects.gapMm += gapMm * left;
  },
  'vision-drift': (effects, { seconds }, { mmPerHour, confidencePerHour }) => {
    effects.visionYMm += (mmPerHour * seconds) / 3600;
    effects.confidence -= (confidencePerHour * seconds) / 3600;
  },
  'wire-slip': (effects, _, { share, motorShare }) => {
    effects.wireFeedShare *= 1 - share;
    effects.motorShare *= motorShare;
    effects.isWireStuck = true;
  },
  'arc-out': (effects) => {
    effects.isArcOut = true;
  },
  'tip-wear': (effects, { seconds, chance }, { hours }) => {
    const worn = hours + seconds / 3600;
    effects.currentSigmaShare *= 1 + worn / 100;
    effects.voltageV -= 0.3 * Math.min(1, worn / 50);
    if (chance < worn * microOutagePerHour) effects.currentShare *= 0.3;
  },
  'parameter-drift': (effects, { seconds }, { amperePerMinute }) => {
    effects.currentA += (amperePerMinute * seconds) / 60;
  },
  'speed-slip': nothing,
  'common-cause': (effects, { seconds }, { cause }) => {
    if (cause === 'gas-main') loseGas(effects, Math.min(1, seconds / gasRampSeconds));
    if (cause === 'vision-pc') effects.isSeamHidden = true;
    if (cause !== 'coolant') return;
    effects.isArcOut = true;
    effects.hasNoCoolant = true;
  },
  sensor: nothing,
};

/** Adds what a failure does at this onset to the effects on a torch. */
export const applySignature = (effects: TorchEffects, onset: Onset, fault: WeldFault): void => {
  // Each entry of the table takes the fault of its own key, which the compiler cannot see through the lookup.
  const apply = signatures[fault.kind] as (
    effects: TorchEffects,
    onset: Onset,
    fault: WeldFault,
  ) => void;
  apply(effects, onset, fault);
};
