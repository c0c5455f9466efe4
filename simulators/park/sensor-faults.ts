import type { ParkFault } from '../faults/park-faults.ts';

type FaultOf<Kind extends ParkFault['kind']> = Extract<ParkFault, { readonly kind: Kind }>;

/** Wiring faults of meters. */
export type WiringFault = FaultOf<
  'meter-reversed' | 'meter-multiplier' | 'meter-phases-swapped' | 'meter-phase-reversed'
>;

const isWiring = (fault: ParkFault): fault is WiringFault =>
  fault.kind === 'meter-reversed' ||
  fault.kind === 'meter-multiplier' ||
  fault.kind === 'meter-phases-swapped' ||
  fault.kind === 'meter-phase-reversed';

const msPerDay = 86_400_000;

/** What is wrong with what devices show; the park itself goes on as if nothing were. */
export class SensorFaults {
  #faults: readonly ParkFault[] = [];
  /** When each fault was first seen, for what grows with time. */
  readonly #sinceMs = new Map<string, number>();

  #version = 0;

  /** Another number whenever the faults have changed. */
  get version(): number {
    return this.#version;
  }

  set(faults: readonly ParkFault[], nowMs: number): void {
    this.#faults = faults;
    this.#version += 1;
    for (const id of this.#sinceMs.keys()) {
      if (!faults.some((fault) => fault.id === id)) this.#sinceMs.delete(id);
    }
    for (const { id } of faults) if (!this.#sinceMs.has(id)) this.#sinceMs.set(id, nowMs);
  }

  wiringOf(meter: string): readonly WiringFault[] {
    return this.#faults.filter(isWiring).filter((fault) => fault.meter === meter);
  }

  get imbalances(): readonly FaultOf<'cell-imbalance'>[] {
    return this.#faults.filter((fault) => fault.kind === 'cell-imbalance');
  }

  /** @param station - 0 is the first. */
  irradianceFactor(station: number, timeMs: number): number {
    let factor = 1;
    for (const fault of this.#faults) {
      if (fault.kind !== 'irradiance-drift' || fault.station !== station + 1) continue;
      const days = (timeMs - (this.#sinceMs.get(fault.id) ?? timeMs)) / msPerDay;
      factor *= 1 + fault.share + fault.sharePerDay * days;
    }
    return Math.max(0, factor);
  }
}
