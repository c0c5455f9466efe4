/** What a plant tells the OPC UA server about a variable, without any type of an OPC UA library. */

/** An engineering unit; `code` is the UN/CEFACT common code (Recommendation 20), where there is one. */
export type Unit = { readonly code?: string; readonly symbol: string; readonly name: string };

type Range = { readonly low: number; readonly high: number };

/** The standard variable type that a signal has (OPC 10000-8). */
export type SignalShape =
  /** AnalogUnitRangeType, or AnalogUnitType where a range makes no sense. */
  | {
      readonly kind: 'analog';
      readonly dataType: 'Float' | 'Double';
      readonly unit: Unit;
      readonly range?: Range;
      /** The values of an array. `read` then gives a number that changes with them. */
      readonly elements?: () => Float64Array;
    }
  | { readonly kind: 'two-state'; readonly falseText: string; readonly trueText: string }
  /** MultiStateDiscreteType, UInt32: the value is the place in `texts`. */
  | { readonly kind: 'multi-state'; readonly texts: readonly string[] }
  /** MultiStateValueDiscreteType, UInt16. */
  | { readonly kind: 'multi-state-value'; readonly texts: ReadonlyMap<number, string> }
  | { readonly kind: 'text' };

export type SignalValue = number | string | boolean;

export type Signal = {
  /** Identifier of the string NodeId in the plant's own namespace. */
  readonly id: string;
  readonly browseName: string;
  readonly description: string;
  readonly shape: SignalShape;
  /** The present value; undefined where the device has none (BadNoData). */
  readonly read: () => SignalValue | undefined;
  /** Whether the present value is doubtful (UncertainSensorNotAccurate). */
  readonly isUncertain?: () => boolean;
  /** When the present value was measured, UTC epoch ms. */
  readonly timeMs: () => number;
};
