import { chargerCount } from './charger-bank.ts';
import { connectionAt, type GridInput } from './grid-connection.ts';
import { parkSite } from './site.ts';

/** What is done to the park from outside; it holds until the next change. Never changed in place. */
export type ParkInputs = {
  /** Replaces the modelled sky: global over clear-sky irradiance. */
  readonly clearness: number | undefined;
  /** Grid import the battery holds the park to, kW; undefined leaves that rule off. */
  readonly demandTargetKw: number | undefined;
  /** Share of its rated power that each inverter may give. */
  readonly pvLimitShare: number;
  /** Share of its DC power that each array gives, as with soiling. */
  readonly derating: readonly number[];
  /** Strings that give nothing, by inverter: bit n is string n + 1. */
  readonly deadStrings: readonly number[];
  readonly trippedInverters: readonly boolean[];
  /** Out of order, and the charger says so. */
  readonly faultedChargers: readonly boolean[];
  /** Says that it charges, and gives nothing. */
  readonly hungChargers: readonly boolean[];
  readonly grid: GridInput;
  /** How often the park was islanded and started black since the beginning. */
  readonly islandings: number;
  readonly blackStarts: number;
};

const each = <T>(count: number, value: T): readonly T[] =>
  Array.from({ length: count }, () => value);

export const untouched: ParkInputs = {
  clearness: undefined,
  demandTargetKw: undefined,
  pvLimitShare: 1,
  derating: each(parkSite.inverterCount, 1),
  deadStrings: each(parkSite.inverterCount, 0),
  trippedInverters: each(parkSite.inverterCount, false),
  faultedChargers: each(chargerCount, false),
  hungChargers: each(chargerCount, false),
  grid: { supply: 'present', sinceMs: Number.NEGATIVE_INFINITY, before: 'grid' },
  islandings: 0,
  blackStarts: 0,
};

/** The inputs with the grid in another state from an instant on. */
export const withGrid = (
  inputs: ParkInputs,
  supply: GridInput['supply'],
  timeMs: number,
): ParkInputs => {
  if (supply === inputs.grid.supply) return inputs;
  const before = connectionAt(inputs.grid, timeMs).source;
  const isIslanding = supply !== 'present' && before === 'grid';
  return {
    ...inputs,
    grid: { supply, sinceMs: timeMs, before },
    islandings: inputs.islandings + (isIslanding ? 1 : 0),
    blackStarts: inputs.blackStarts + (isIslanding && supply === 'lost' ? 1 : 0),
  };
};

/** A change of the inputs at an instant. */
export type InputChange = {
  readonly atMs: number;
  readonly inputs: ParkInputs;
  /** The charge that is set at that instant, 0…1, as when a battery is exchanged. */
  readonly storedShare?: number | undefined;
};

const maxChanges = 10_000;

/** A change that cannot be had. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/**
 * All changes of a run in the order of their instants: with them the park at any instant is a function of time alone,
 * however it is asked.
 */
export class InputHistory {
  readonly #changes: InputChange[];
  readonly #first: ParkInputs;

  constructor(first: ParkInputs) {
    this.#first = first;
    this.#changes = [];
  }

  get first(): ParkInputs {
    return this.#first;
  }

  get latest(): ParkInputs {
    return this.#changes.at(-1)?.inputs ?? this.#first;
  }

  /** When the first change came; undefined where nothing was changed. */
  get firstChangeMs(): number | undefined {
    return this.#changes[0]?.atMs;
  }

  /**
   * @throws InputError beyond 10 000 changes, and before a change that was made.
   */
  add(change: InputChange): void {
    if (this.#changes.length >= maxChanges) {
      throw new InputError(`no more than ${maxChanges} changes of the park's inputs`);
    }
    const last = this.#changes.at(-1);
    if (last !== undefined && change.atMs < last.atMs) {
      throw new InputError(`a change at ${change.atMs} lies before one at ${last.atMs}`);
    }
    this.#changes.push(change);
  }

  get count(): number {
    return this.#changes.length;
  }

  change(index: number): InputChange | undefined {
    return this.#changes[index];
  }

  /** Number of changes before an instant. */
  countBefore(timeMs: number): number {
    let low = 0;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#changes[middle] as InputChange).atMs < timeMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
