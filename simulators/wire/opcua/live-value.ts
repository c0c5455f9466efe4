import { DataValue, StatusCodes, type Variant } from 'node-opcua';
import type { SignalValue } from './signal.ts';

/** A value of the model behind a variable of the address space. */
export type LiveValue = {
  /** Identifier of the string NodeId. */
  readonly id: string;
  readonly read: () => SignalValue | undefined;
  readonly isUncertain?: () => boolean;
  readonly timeMs: () => number;
  readonly encode: (value: SignalValue) => Variant;
};

/** The values as clients see them: those of the model, or those of the moment at which they were held. */
export class LiveValues {
  readonly #values = new Map<string, LiveValue>();
  #held: ReadonlyMap<string, DataValue> | undefined;

  set(value: LiveValue): void {
    this.#values.set(value.id, value);
  }

  find(id: string): LiveValue | undefined {
    return this.#values.get(id);
  }

  get isHeld(): boolean {
    return this.#held !== undefined;
  }

  /** From now on all values stand, with their timestamps. */
  hold(): void {
    const held = new Map<string, DataValue>();
    for (const value of this.#values.values()) held.set(value.id, toDataValue(value));
    this.#held = held;
  }

  release(): void {
    this.#held = undefined;
  }

  /** A DataValue that nobody else has, because the library writes timestamps into it. */
  show(value: LiveValue): DataValue {
    return this.#held?.get(value.id)?.clone() ?? toDataValue(value);
  }
}

const toDataValue = (live: LiveValue): DataValue => {
  const sourceTimestamp = new Date(live.timeMs());
  const value = live.read();
  if (value === undefined) {
    return new DataValue({ statusCode: StatusCodes.BadNoData, sourceTimestamp });
  }
  const statusCode = live.isUncertain?.()
    ? StatusCodes.UncertainSensorNotAccurate
    : StatusCodes.Good;
  return new DataValue({ value: live.encode(value), statusCode, sourceTimestamp });
};
