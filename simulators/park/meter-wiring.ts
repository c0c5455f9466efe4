import type { RegisterShares } from './energy-register.ts';
import { channels, hashUnit } from './noise.ts';
import type { WiringFault } from './sensor-faults.ts';

/** Of the three phases. */
export type Phases = readonly [number, number, number];

/** Active and reactive power by phase, W and var. */
export type PhasePowers = { readonly activeW: Phases; readonly reactiveVar: Phases };

/** How a load lies on the phases: each within 2 % of a third. */
export const phaseShares = (seed: number, index: number): Phases => {
  const draw = (phase: number): number =>
    1 + 0.02 * (2 * hashUnit(seed, 3 * index + phase, channels.phaseShare) - 1);
  const [a, b, c] = [draw(0), draw(1), draw(2)];
  const sum = a + b + c;
  return [a / sum, b / sum, c / sum];
};

export const sumOf = ([a, b, c]: Phases): number => a + b + c;

const times = ([a, b, c]: Phases, factor: number): Phases => [a * factor, b * factor, c * factor];

const halfRoot3 = Math.sqrt(3) / 2;

/**
 * Voltage A with current B and the other way round: each is a third of a turn away from its own, so active power becomes
 * −½ of the other phase's and takes √3/2 of its reactive power. Of a load that lies evenly nothing is left.
 */
const swapped = ({ activeW: p, reactiveVar: q }: PhasePowers): PhasePowers => ({
  activeW: [-0.5 * p[1] - halfRoot3 * q[1], -0.5 * p[0] + halfRoot3 * q[0], p[2]],
  reactiveVar: [-0.5 * q[1] + halfRoot3 * p[1], -0.5 * q[0] - halfRoot3 * p[0], q[2]],
});

const negated = (values: Phases, phase: number): Phases => {
  const sign = (at: number): number => (at === phase ? -1 : 1);
  return [values[0] * sign(0), values[1] * sign(1), values[2] * sign(2)];
};

const phaseNames = ['A', 'B', 'C'] as const;

const wired = (powers: PhasePowers, fault: WiringFault): PhasePowers => {
  switch (fault.kind) {
    case 'meter-reversed':
      return { activeW: times(powers.activeW, -1), reactiveVar: times(powers.reactiveVar, -1) };
    case 'meter-multiplier':
      return {
        activeW: times(powers.activeW, fault.factor),
        reactiveVar: times(powers.reactiveVar, fault.factor),
      };
    case 'meter-phases-swapped':
      return swapped(powers);
    case 'meter-phase-reversed': {
      const phase = phaseNames.indexOf(fault.phase);
      return {
        activeW: negated(powers.activeW, phase),
        reactiveVar: negated(powers.reactiveVar, phase),
      };
    }
  }
};

export type MeteredLoad = {
  /** Positive imports. */
  readonly activeW: number;
  /** Reactive over active power. */
  readonly reactiveShare: number;
  readonly shares: Phases;
};

/** What a meter sees of a load through its wiring. */
export const measuredPowers = (
  { activeW, reactiveShare, shares }: MeteredLoad,
  faults: readonly WiringFault[],
): PhasePowers => {
  const truth = {
    activeW: times(shares, activeW),
    reactiveVar: times(shares, Math.abs(activeW) * reactiveShare),
  };
  return faults.reduce(wired, truth);
};

/** What import and export registers count through the same wiring. */
export const registerShares = (
  load: Omit<MeteredLoad, 'activeW'>,
  faults: readonly WiringFault[],
): { readonly import: RegisterShares; readonly export: RegisterShares } => {
  if (faults.length === 0) {
    return { import: { ofImport: 1, ofExport: 0 }, export: { ofImport: 0, ofExport: 1 } };
  }
  const ofImport = sumOf(measuredPowers({ ...load, activeW: 1 }, faults).activeW);
  const ofExport = -sumOf(measuredPowers({ ...load, activeW: -1 }, faults).activeW);
  return {
    import: { ofImport: Math.max(0, ofImport), ofExport: Math.max(0, -ofExport) },
    export: { ofImport: Math.max(0, -ofImport), ofExport: Math.max(0, ofExport) },
  };
};
