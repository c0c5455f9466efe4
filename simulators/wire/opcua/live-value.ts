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
  /** Whether `encode` gives what stands in the model at its call, as of an array. */
  readonly encodesPresent?: boolean;
};

/** What a value was at one instant. */
export type Sample = {
  readonly value: SignalValue | undefined;
  readonly isUncertain: boolean;
  readonly timeMs: number;
  readonly encoded: Variant | undefined;
};

export const takeSample = (live: LiveValue): Sample => {
  const value = live.read();
  return {
    value,
    isUncertain: live.isUncertain?.() ?? false,
    timeMs: live.timeMs(),
    encoded: live.encodesPresent && value !== undefined ? live.encode(value) : undefined,
  };
};

/** A DataValue that nobody else has, because the library writes timestamps into it. */
export const toDataValue = (live: LiveValue, sample: Sample): DataValue => {
  const sourceTimestamp = new Date(sample.timeMs);
  if (sample.value === undefined) {
    return new DataValue({ statusCode: StatusCodes.BadNoData, sourceTimestamp });
  }
  return new DataValue({
    value: sample.encoded ?? live.encode(sample.value),
    statusCode: sample.isUncertain ? StatusCodes.UncertainSensorNotAccurate : StatusCodes.Good,
    sourceTimestamp,
  });
};
