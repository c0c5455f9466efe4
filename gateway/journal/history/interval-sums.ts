import {
  coveredField,
  emptyAggregates,
  fieldCount,
  foldAggregate,
  heldField,
} from './aggregate.ts';
import { minuteMs, quarterMs } from './lengths.ts';

/** Shares out what a minute holds after its end over intervals of `lengthMs`, each with how much of it is in there. */
export const spreadHeld = (
  { startMs, heldMs }: { readonly startMs: number; readonly heldMs: number },
  lengthMs: number,
  take: (intervalStartMs: number, ms: number) => void,
): void => {
  const endMs = startMs + minuteMs + heldMs;
  let fromMs = startMs + minuteMs;
  while (fromMs < endMs) {
    const intervalMs = Math.floor(fromMs / lengthMs) * lengthMs;
    const untilMs = Math.min(endMs, intervalMs + lengthMs);
    take(intervalMs, untilMs - fromMs);
    fromMs = untilMs;
  }
};

type Range = { readonly fromMs: number; readonly toMs: number; readonly intervalMs: number };

/** Roll-ups of one channel, summed over the intervals of a range. */
export class IntervalSums {
  readonly intervals: Map<number, Float64Array>;
  readonly #firstMs: number;
  readonly #range: Range;

  constructor(range: Range, intervals = new Map<number, Float64Array>()) {
    this.#range = range;
    this.#firstMs = Math.floor(range.fromMs / range.intervalMs) * range.intervalMs;
    this.intervals = intervals;
  }

  /** The first row that can reach into the range. */
  static reachMs(fromMs: number): number {
    return Math.floor(fromMs / quarterMs) * quarterMs;
  }

  /** Adds a channel of a minute, or of an hour, which holds nothing. */
  add(
    row: { readonly startMs: number; readonly lengthMs: number },
    fields: Float64Array,
    channel: number,
  ): void {
    const { startMs, lengthMs } = row;
    const { intervalMs, fromMs } = this.#range;
    const at = channel * fieldCount;
    const own = fields.slice(at, at + fieldCount);
    // Whole quarter hours have in them all that their minutes hold.
    if (intervalMs % quarterMs !== 0) this.#spread(startMs, own, intervalMs);
    if (startMs + lengthMs + (own[heldField] as number) <= fromMs) return;
    const target = this.#at(Math.floor(startMs / intervalMs) * intervalMs);
    if (target !== undefined) foldAggregate({ fields: target, at: 0 }, { fields: own, at: 0 });
  }

  #spread(startMs: number, own: Float64Array, intervalMs: number): void {
    spreadHeld({ startMs, heldMs: own[heldField] as number }, intervalMs, (start, ms) => {
      const target = this.#at(start);
      if (target === undefined) return;
      target[coveredField] = (target[coveredField] as number) + ms;
    });
    own[heldField] = 0;
  }

  #at(startMs: number): Float64Array | undefined {
    if (startMs < this.#firstMs || startMs >= this.#range.toMs) return undefined;
    let fields = this.intervals.get(startMs);
    if (fields === undefined) {
      fields = emptyAggregates(1);
      this.intervals.set(startMs, fields);
    }
    return fields;
  }
}
