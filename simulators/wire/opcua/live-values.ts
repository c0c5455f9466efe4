import type { DataValue } from 'node-opcua';
import { type LiveValue, type Sample, takeSample, toDataValue } from './live-value.ts';
import type { ValueFaults } from './value-faults.ts';

/** The values as clients see them: those of the model, or those of the moment at which they were held. */
export class LiveValues {
  readonly #values = new Map<string, LiveValue>();
  readonly #faults: ValueFaults;
  #held: ReadonlyMap<string, Sample> | undefined;

  constructor(faults: ValueFaults) {
    this.#faults = faults;
  }

  /** Takes a value of the model, and gives back what clients are to see in its place. */
  set(value: LiveValue): LiveValue {
    const seen = this.#faults.register(value);
    this.#values.set(value.id, seen);
    return seen;
  }

  find(id: string): LiveValue | undefined {
    return this.#values.get(id);
  }

  get isHeld(): boolean {
    return this.#held !== undefined;
  }

  /** From now on all values stand, with their timestamps. */
  hold(): void {
    const held = new Map<string, Sample>();
    for (const live of this.#values.values()) held.set(live.id, takeSample(live));
    this.#held = held;
  }

  release(): void {
    this.#held = undefined;
  }

  show(live: LiveValue): DataValue {
    return toDataValue(live, this.#held?.get(live.id) ?? takeSample(live));
  }
}
