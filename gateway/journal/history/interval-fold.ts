import { fieldCount, foldAggregate, foldHeld, type mergeAggregate } from './aggregate.ts';
import type { RollupRow } from './protocol.ts';

type Folded = { readonly fields: Float64Array; minutes: number; lastMs: number };

/** Minutes of all groups, folded into the interval that begins at `startMs`. */
export class IntervalFold {
  readonly startMs: number;
  readonly #groups = new Map<number, Folded>();

  constructor(startMs: number) {
    this.startMs = startMs;
  }

  /** In the order of their times; a minute may come in several parts. */
  add({ group, startMs, fields }: RollupRow): void {
    const known = this.#groups.get(group);
    if (known === undefined) {
      const own = fields.slice();
      for (let at = 0; at < own.length; at += fieldCount) foldHeld({ fields: own, at });
      this.#groups.set(group, { fields: own, minutes: 1, lastMs: startMs });
      return;
    }
    mergeRow(known.fields, fields, foldAggregate);
    if (startMs !== known.lastMs) known.minutes += 1;
    known.lastMs = startMs;
  }

  /** Of groups with at least so many minutes. */
  *rows(leastMinutes: number): Generator<RollupRow> {
    for (const [group, { fields, minutes }] of this.#groups) {
      if (minutes >= leastMinutes) yield { group, startMs: this.startMs, fields };
    }
  }
}

export const mergeRow = (
  target: Float64Array,
  source: Float64Array,
  add: typeof mergeAggregate,
): void => {
  for (let at = 0; at < Math.min(target.length, source.length); at += fieldCount) {
    add({ fields: target, at }, { fields: source, at });
  }
};
