import {
  counterResetsIndex,
  counterStepIndex,
  pushCounter,
  reserveCounter,
} from '../../../hot-path/operators/counter.ts';
import type { Step } from '../../../hot-path/program.ts';
import {
  isFreshSlot,
  isMeasuredSlot,
  isUncertainSlot,
  isUsableSlot,
  timeCell,
  valueCell,
} from '../../../hot-path/slot.ts';
import type { KpiContext, ResolvedInput } from '../../definition.ts';
import { hourMs } from '../quarter-hours.ts';
import type { InverterInputs } from './inputs.ts';
import { atLimitShare, stateTable, upPowerShare } from './operating-state.ts';
import {
  type InverterRating,
  inverterRating,
  type PhotovoltaicParameters,
  ratedKwpAt,
} from './parameters.ts';
import { type QuarterSums, quarterSumsAdder, reserveQuarterSums } from './quarter-sums.ts';
import { type Look, lookFlags, lookOf } from './sun.ts';

/**
 * Sums of one inverter, in kWh unless said otherwise. A step between two readings counts only where all that a lane needs was
 * known at both ends, so that lanes of one kind cover the very same time and a gap biases no ratio of them.
 */
export const inverterLanes = {
  /** Register and irradiance known: AC energy, and that of the rated power at the irradiance there was. */
  pairedEnergy: 0,
  pairedReference: 1,
  /** Also temperature, power and state: AC energy, reference, the same at the temperature there was, expected AC. */
  knownEnergy: 2,
  knownReference: 3,
  reference25: 4,
  expected: 5,
  /** Not given because the inverter was at its largest power; because it was limited below that. */
  clipping: 6,
  curtailment: 7,
  /** Irradiance and state known, in ms: with enough sun to run; of that with the inverter up. */
  sunMs: 8,
  upMs: 9,
  /** With enough sun and the inverter not up: reference, and expected AC where the temperature was known. */
  downReference: 10,
  downExpected: 11,
  /** Above 0 when something uncertain went in. */
  uncertain: 12,
} as const;
export const inverterLaneCount = 13;

export type Inverter = {
  readonly key: string;
  readonly rating: InverterRating['rating'];
  readonly sums: QuarterSums;
};

/** Bits of what was known and what held at a sample. */
const flags = {
  energy: 1,
  irradiance: 2,
  temperature: 4,
  power: 8,
  state: 16,
  sun: 32,
  up: 64,
  atLimit: 128,
  throttled: 256,
  uncertain: 512,
} as const;
const paired = flags.energy | flags.irradiance;
const known = paired | flags.temperature | flags.power | flags.state;
const watched = flags.irradiance | flags.state;

/** Places of what a sample leaves for the next, powers in kW. */
const sampleCells = {
  reference: 0,
  reference25: 1,
  expected: 2,
  overLimit: 3,
  underExpected: 4,
  flags: 5,
  timeMs: 6,
} as const;
const sampleSize = 7;

type Reading = {
  /** Writes what there is at a sample to the cells from `out` on, by `sampleCells`. */
  readonly read: (memory: Float64Array, out: number) => void;
};

const isKnownAt = (memory: Float64Array, input: ResolvedInput, timeIndex: number): boolean =>
  isMeasuredSlot(memory, input.slot) &&
  isFreshSlot(memory, input.slot, { timeIndex, limitMs: input.staleMs });

/** Irradiance, temperature, power and state of an inverter at the time of a reading of its register. */
const readingOf = (
  inputs: InverterInputs,
  look: Look,
  options: { readonly rating: InverterRating; readonly parameters: PhotovoltaicParameters },
): Reading => {
  const { power, operatingState } = inputs;
  const { rating, limitKw } = options.rating;
  const { systemLoss, inverterEfficiency, sunAboveWm2 } = options.parameters;
  const timeIndex = inputs.energy.slot + timeCell;
  const acShare = (1 - systemLoss) * inverterEfficiency;
  const states = stateTable(options.parameters.states);

  const stateFlags = (memory: Float64Array, found: number, kw: number): number => {
    const atLimit = (found & flags.power) !== 0 && kw >= atLimitShare * limitKw;
    if (operatingState === undefined) {
      if ((found & flags.power) === 0) return found;
      const up = kw > upPowerShare * limitKw ? flags.up : 0;
      return found | flags.state | up | (atLimit ? flags.atLimit : 0);
    }
    const state = states.get(memory[operatingState.slot + valueCell] as number);
    if (!isKnownAt(memory, operatingState, timeIndex) || state === undefined) return found;
    if (state === 'down') return found | flags.state;
    const more = found | flags.state | flags.up;
    // At its own largest power an inverter may say that it is throttled.
    if (atLimit && state !== 'starting') return more | flags.atLimit;
    return state === 'throttled' ? more | flags.throttled : more;
  };

  const read = (memory: Float64Array, out: number): void => {
    look.at(memory, timeIndex);
    const seen = memory[look.flagsIndex] as number;
    const kw =
      power === undefined
        ? 0
        : ((memory[power.slot + valueCell] as number) * power.multiply) / power.divide;
    const rated = ratedKwpAt(memory, rating, timeIndex);
    const wm2 = memory[look.irradianceIndex] as number;
    const reference = (rated * wm2) / 1000;
    const reference25 = reference * (memory[look.factorIndex] as number);
    const unlimited = Math.max(0, reference25 * acShare);
    let found = 0;
    if ((seen & lookFlags.irradiance) !== 0) found = flags.irradiance;
    if ((seen & lookFlags.temperature) !== 0) found |= flags.temperature;
    if (power === undefined || isKnownAt(memory, power, timeIndex)) found |= flags.power;
    if (wm2 > sunAboveWm2) found |= flags.sun;
    found = stateFlags(memory, found, kw);
    const isUncertain =
      (power !== undefined && isUncertainSlot(memory, power.slot)) ||
      (operatingState !== undefined && isUncertainSlot(memory, operatingState.slot)) ||
      isUncertainSlot(memory, inputs.energy.slot) ||
      (seen & lookFlags.uncertain) !== 0;
    memory[out + sampleCells.reference] = reference;
    memory[out + sampleCells.reference25] = reference25;
    memory[out + sampleCells.expected] = Math.min(limitKw, unlimited);
    memory[out + sampleCells.overLimit] = Math.max(0, unlimited - limitKw);
    memory[out + sampleCells.underExpected] = Math.max(0, Math.min(limitKw, unlimited) - kw);
    memory[out + sampleCells.flags] = isUncertain ? found | flags.uncertain : found;
    memory[out + sampleCells.timeMs] = memory[timeIndex] as number;
  };
  return { read };
};

/** The sums of one inverter, shared by all KPIs that read it with the same parameters. */
export const inverterOf = (
  context: KpiContext<PhotovoltaicParameters>,
  inputs: InverterInputs,
): Inverter => {
  const { parameters } = context;
  const rating = inverterRating(parameters, inputs.name);
  const look = lookOf(context, parameters);
  const { energy, power, operatingState } = inputs;
  const { systemLoss, inverterEfficiency, sunAboveWm2, states } = parameters;
  const numbers = [
    states,
    [...rating.rating.fromMs],
    [...rating.rating.kwp],
    ...[rating.limitKw, systemLoss, inverterEfficiency, sunAboveWm2],
  ];
  const points = [energy.key, power?.key, operatingState?.key].join(' ');
  const key = `pv inverter ${JSON.stringify(numbers)} ${points} ${look.key}`;
  return context.shared(key, () => {
    const reading = readingOf(inputs, look, { rating, parameters });
    return { key, rating: rating.rating, sums: buildSums(context, energy, reading) };
  });
};

const buildSums = (
  context: KpiContext<unknown>,
  energy: ResolvedInput,
  reading: Reading,
): QuarterSums => {
  const timeIndex = energy.slot + timeCell;
  const sums = reserveQuarterSums(context, inverterLaneCount);
  const counter = reserveCounter(context, {
    ...{ valueIndex: energy.slot + valueCell, timeIndex },
    ...energy.limits,
  });
  const resetsIndex = counterResetsIndex(counter);
  const registerStepIndex = counterStepIndex(counter);
  const resetsBeforeIndex = context.reserve(1);
  const before = context.reserve(sampleSize, [0, 0, 0, 0, 0, 0, Number.NEGATIVE_INFINITY]);
  const now = context.reserve(sampleSize);
  const stepMsIndex = context.reserve(1);
  const terms = context.reserve(inverterLaneCount);
  const add = quarterSumsAdder(context, sums, { timeIndex, stepMsIndex, source: terms });

  /** Energy between the two samples of a power in kW, a straight line between them. */
  const energyOf = (memory: Float64Array, cell: number): number =>
    ((((memory[before + cell] as number) + (memory[now + cell] as number)) / 2) *
      (memory[stepMsIndex] as number)) /
    hourMs;

  const fillTerms: Step = (memory) => {
    const stepMs = memory[stepMsIndex] as number;
    const first = memory[before + sampleCells.flags] as number;
    const both = first & (memory[now + sampleCells.flags] as number);
    const either = first | (memory[now + sampleCells.flags] as number);
    const reference = energyOf(memory, sampleCells.reference);
    const registered = ((memory[registerStepIndex] as number) * energy.multiply) / energy.divide;
    memory.fill(0, terms, terms + inverterLaneCount);
    if ((both & paired) === paired) {
      memory[terms + inverterLanes.pairedEnergy] = registered;
      memory[terms + inverterLanes.pairedReference] = reference;
    }
    const expected = energyOf(memory, sampleCells.expected);
    if ((both & known) === known) {
      memory[terms + inverterLanes.knownEnergy] = registered;
      memory[terms + inverterLanes.knownReference] = reference;
      memory[terms + inverterLanes.reference25] = energyOf(memory, sampleCells.reference25);
      memory[terms + inverterLanes.expected] = expected;
      // What state an inverter is in holds until its next sample.
      if ((first & flags.atLimit) !== 0) {
        memory[terms + inverterLanes.clipping] = energyOf(memory, sampleCells.overLimit);
      }
      if ((first & flags.throttled) !== 0) {
        memory[terms + inverterLanes.curtailment] = energyOf(memory, sampleCells.underExpected);
      }
    }
    if ((both & watched) === watched && (first & flags.sun) !== 0) {
      memory[terms + inverterLanes.sunMs] = stepMs;
      if ((first & flags.up) !== 0) memory[terms + inverterLanes.upMs] = stepMs;
      else {
        memory[terms + inverterLanes.downReference] = reference;
        const isExpected = (both & flags.temperature) !== 0;
        memory[terms + inverterLanes.downExpected] = isExpected ? expected : 0;
      }
    }
    memory[terms + inverterLanes.uncertain] = (either & flags.uncertain) !== 0 ? 1 : 0;
  };

  /** Whether the newest reading continues the segment of the register. */
  const takeRegister = (memory: Float64Array): boolean => {
    if (!isUsableSlot(memory, energy.slot)) return false;
    pushCounter(memory, counter);
    const isContinued = memory[resetsIndex] === memory[resetsBeforeIndex];
    memory[resetsBeforeIndex] = memory[resetsIndex] as number;
    return isContinued;
  };

  context.onSample(energy.slot, (memory) => {
    reading.read(memory, now);
    const isContinued = takeRegister(memory);
    const lastMs = memory[before + sampleCells.timeMs] as number;
    const passedMs = (memory[timeIndex] as number) - lastMs;
    const isMeasured = isMeasuredSlot(memory, energy.slot);
    const found = memory[now + sampleCells.flags] as number;
    memory[now + sampleCells.flags] = isMeasured && isContinued ? found | flags.energy : found;
    if (passedMs > 0 && passedMs <= energy.staleMs) {
      memory[stepMsIndex] = passedMs;
      fillTerms(memory);
      add(memory);
    }
    memory.copyWithin(before, now, now + sampleSize);
    // A new segment begins with this reading.
    if (isMeasured) {
      memory[before + sampleCells.flags] =
        (memory[now + sampleCells.flags] as number) | flags.energy;
    }
  });
  return sums;
};
