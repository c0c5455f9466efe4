import type { ParkFault } from '../faults/park-faults.ts';
import type { GridInput } from './grid-connection.ts';
import { type ParkInputs, withGrid } from './park-inputs.ts';
import type { ParkTimeline } from './park-timeline.ts';
import type { ParkView } from './park-view.ts';

/** The inputs that overrides set; faults come on top and leave them as they are. */
export type ParkSettings = Pick<
  ParkInputs,
  | 'clearness'
  | 'demandTargetKw'
  | 'pvLimitShare'
  | 'derating'
  | 'trippedInverters'
  | 'faultedChargers'
>;

const physicalKinds: ReadonlySet<ParkFault['kind']> = new Set([
  'string-dead',
  'inverter-trip',
  'charger-hung',
  'islanding',
]);

const withBit = (mask: number, strings: readonly number[]): number =>
  strings.reduce((bits, string) => bits | (1 << (string - 1)), mask);

const withFault = (inputs: ParkInputs, fault: ParkFault): ParkInputs => {
  switch (fault.kind) {
    case 'string-dead': {
      const at = fault.inverter - 1;
      const mask = withBit(inputs.deadStrings[at] as number, fault.strings);
      return { ...inputs, deadStrings: inputs.deadStrings.with(at, mask) };
    }
    case 'inverter-trip':
      return {
        ...inputs,
        trippedInverters: inputs.trippedInverters.with(fault.inverter - 1, true),
      };
    case 'charger-hung':
      return { ...inputs, hungChargers: inputs.hungChargers.with(fault.charger - 1, true) };
    case 'islanding':
    case 'irradiance-drift':
    case 'meter-reversed':
    case 'meter-multiplier':
    case 'meter-phases-swapped':
    case 'meter-phase-reversed':
    case 'cell-imbalance':
      return inputs;
  }
};

const supplyOf = (faults: readonly ParkFault[]): GridInput['supply'] => {
  const islandings = faults.filter((fault) => fault.kind === 'islanding');
  if (islandings.some(({ cause }) => cause === 'outage')) return 'lost';
  return islandings.length > 0 ? 'opened' : 'present';
};

/** Turns what is asked of the park from outside into changes of its inputs, from the present instant on. */
export class ParkControls {
  readonly #timeline: ParkTimeline;
  readonly #view: ParkView;
  readonly #untouched: ParkInputs;
  #settings: ParkSettings;
  #faults: readonly ParkFault[] = [];

  constructor(options: { readonly timeline: ParkTimeline; readonly view: ParkView }) {
    this.#timeline = options.timeline;
    this.#view = options.view;
    this.#untouched = options.timeline.history.first;
    this.#settings = this.#untouched;
  }

  get settings(): ParkSettings {
    return this.#settings;
  }

  /** @param storedShare - a charge that is set with it, 0…1. */
  set(settings: Partial<ParkSettings>, storedShare?: number): void {
    this.#settings = { ...this.#settings, ...settings };
    this.#change(storedShare);
  }

  /** Faults that only change what devices show are none of the park's business. */
  setFaults(faults: readonly ParkFault[]): void {
    const physical = faults.filter(({ kind }) => physicalKinds.has(kind));
    const isSame =
      physical.length === this.#faults.length &&
      physical.every((fault, i) => fault === this.#faults[i]);
    if (isSame) return;
    this.#faults = physical;
    this.#change();
  }

  #change(storedShare?: number): void {
    const atMs = this.#view.nowMs;
    const { grid, islandings, blackStarts } = this.#timeline.history.latest;
    const { clearness, demandTargetKw, pvLimitShare, derating } = this.#settings;
    const { trippedInverters, faultedChargers } = this.#settings;
    const set: ParkInputs = {
      ...this.#untouched,
      ...{ clearness, demandTargetKw, pvLimitShare, derating, trippedInverters, faultedChargers },
      ...{ grid, islandings, blackStarts },
    };
    const inputs = withGrid(this.#faults.reduce(withFault, set), supplyOf(this.#faults), atMs);
    this.#timeline.change({ atMs, inputs, storedShare });
    this.#view.refresh();
  }
}
