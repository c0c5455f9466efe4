import type { ChannelSpec } from '../../core/point.ts';
import {
  type CounterLimits,
  classifyCounterStep,
  counterLimits,
  counterSteps,
  countingMs,
  firstStandMs,
} from '../../hot-path/operators/counter-step.ts';
import { conversionBetween, findUnit } from '../../hot-path/units.ts';
import {
  breaksField,
  countField,
  fieldCount,
  joinField,
  joins,
  jumpField,
  lastField,
  lastMsField,
  lostField,
  type Place,
  rolloversField,
  standField,
} from './aggregate.ts';

/** A register as it is summed. */
export type RegisterSpec = {
  readonly limits: CounterLimits;
  /** Its unit in whole steps: mWh where it counts energy, a millionth of its unit elsewhere. */
  readonly stepsPerUnit: number;
};

const millionths = 1e6;

/** Undefined of what is no register. */
export const registerSpecOf = (
  channel: Pick<ChannelSpec, 'kind' | 'unit' | 'rolloverAt' | 'maximumRatePerSecond'> | undefined,
): RegisterSpec | undefined => {
  if (channel?.kind !== 'counter') return undefined;
  const [from, to] = [findUnit(channel.unit), findUnit('kW.h')];
  const energy = from && to && conversionBetween(from, to);
  const { multiply, divide } = energy ?? { multiply: 1, divide: 1 };
  return {
    limits: counterLimits(channel),
    stepsPerUnit: (millionths * multiply) / divide,
  };
};

/** The registers of a group as they stood at their last usable samples, as columns by channel; NaN and -Infinity before the first. */
export type RegisterStands = {
  readonly value: Float64Array;
  readonly timeMs: Float64Array;
  /** How long they had stood by then, at most an hour. */
  readonly standMs: Float64Array;
};

export const emptyStands = (channels: number): RegisterStands => ({
  value: new Float64Array(channels).fill(Number.NaN),
  timeMs: new Float64Array(channels).fill(Number.NEGATIVE_INFINITY),
  standMs: new Float64Array(channels),
});

export const copyStands = ({ value, timeMs, standMs }: RegisterStands): RegisterStands => ({
  ...{ value: value.slice(), timeMs: timeMs.slice(), standMs: standMs.slice() },
});

const addTo = ({ fields, at }: Place, field: number, amount: number): void => {
  fields[at + field] = (fields[at + field] as number) + amount;
};

/**
 * Judges each sample of a register by the one before, as the KPIs and the screening do, and notes in the roll-up of its minute
 * what was not counted.
 */
export class RegisterTrack {
  readonly stands: RegisterStands;
  readonly #specs: readonly (RegisterSpec | undefined)[];

  constructor(specs: readonly (RegisterSpec | undefined)[], stands: RegisterStands) {
    this.#specs = specs;
    this.stands = stands;
  }

  isRegister(channel: number): boolean {
    return this.#specs[channel] !== undefined;
  }

  /** Takes how a row of all channels ends, where that is not older than what is known. */
  standAnew(fields: Float64Array): void {
    const { value, timeMs, standMs } = this.stands;
    for (let channel = 0; channel < this.#specs.length; channel++) {
      const at = channel * fieldCount;
      if (!this.isRegister(channel) || !((fields[at + countField] ?? 0) > 0)) continue;
      const lastMs = fields[at + lastMsField] as number;
      if (lastMs < (timeMs[channel] as number)) continue;
      timeMs[channel] = lastMs;
      value[channel] = fields[at + lastField] as number;
      standMs[channel] = fields[at + standField] as number;
    }
  }

  /** Whether the newest usable sample is this one. */
  isAt(channel: number, timeMs: number, value: number): boolean {
    return this.stands.timeMs[channel] === timeMs && this.stands.value[channel] === value;
  }

  /** Takes a usable sample that is later than the one before, and is not in `row` yet. Returns the time between, in ms. */
  take(channel: number, timeMs: number, value: number, row: Place): number {
    const { stands } = this;
    const last = stands.value[channel] as number;
    const lastMs = stands.timeMs[channel] as number;
    const standMs = stands.standMs[channel] as number;
    stands.value[channel] = value;
    stands.timeMs[channel] = timeMs;
    const isFirst = Number.isNaN(last);
    // How long it stood before its first sample is not known.
    let stoodMs = isFirst ? firstStandMs : 0;
    if (!isFirst && value === last) stoodMs = Math.min(firstStandMs, standMs + timeMs - lastMs);
    stands.standMs[channel] = stoodMs;
    row.fields[row.at + standField] = stoodMs;
    if (isFirst) {
      this.#join(row, joins.none);
      return 0;
    }
    const { limits } = this.#specs[channel] as RegisterSpec;
    const passedMs = countingMs(lastMs - standMs, lastMs, timeMs);
    const kind = classifyCounterStep(limits, last, value, passedMs);
    if (kind === counterSteps.rollover) this.#rollOver(row);
    else if (kind !== counterSteps.forward) {
      this.#breakOff(row, { jump: this.#jump(channel, last, value), lostMs: timeMs - lastMs });
    }
    return timeMs - lastMs;
  }

  #rollOver(row: Place): void {
    addTo(row, rolloversField, 1);
    this.#join(row, joins.rollover);
  }

  #breakOff(
    row: Place,
    { jump, lostMs }: { readonly jump: number; readonly lostMs: number },
  ): void {
    addTo(row, breaksField, 1);
    addTo(row, jumpField, jump);
    addTo(row, lostField, lostMs);
    this.#join(row, jump);
  }

  #jump(channel: number, last: number, value: number): number {
    const { stepsPerUnit } = this.#specs[channel] as RegisterSpec;
    return Math.round(value * stepsPerUnit) - Math.round(last * stepsPerUnit);
  }

  /** Only of the first sample of a row. */
  #join({ fields, at }: Place, join: number): void {
    if (fields[at + countField] === 0) fields[at + joinField] = join;
  }
}
