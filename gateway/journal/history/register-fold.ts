import {
  type CounterLimits,
  classifyCounterStep,
  counterSteps,
  firstStandMs,
} from '../../hot-path/operators/counter-step.ts';
import { minuteMs } from './lengths.ts';

/** What the roll-up of a minute or an hour knows of a register, in the register's own unit. */
export type RegisterRow = {
  readonly startMs: number;
  /** Usable readings; without any only `coveredMs` counts. */
  readonly count: number;
  readonly coveredMs: number;
  /** Covered after the end of a minute, at most to the end of its quarter hour. */
  readonly heldMs: number;
  readonly first: number;
  readonly firstMs: number;
  readonly last: number;
  readonly lastMs: number;
  readonly minimum: number;
  readonly maximum: number;
  /** How often late samples have made it be aggregated anew. */
  readonly revision: number;
};

/** What a register counted between two instants. */
export type RegisterInterval = {
  readonly startMs: number;
  readonly endMs: number;
  /** Whole steps of the resolution; null where no reading tells anything of the interval. */
  readonly increase: number | null;
  /** Of `increase`: known only as the sum of a longer time without readings, and shared out evenly over that time. */
  readonly estimated: number;
  /** Time for which readings came as often as they should. */
  readonly measuredMs: number;
  /** Time of which nothing is known: before the first reading, after the last, or while the register was changed or reset. */
  readonly unknownMs: number;
  /** Resets and replacements: what was counted around them is not in `increase`. */
  readonly breaks: number;
  readonly rollovers: number;
  /** Readings at start and end, between two readings by interpolation; null where there is none on both sides. */
  readonly opening: number | null;
  readonly closing: number | null;
  readonly revision: number;
};

export type RegisterFoldOptions = {
  /** Ascending; n of them make n - 1 intervals. Rows never reach over one. */
  readonly boundariesMs: Float64Array;
  readonly limits: CounterLimits;
  /** The register's unit in steps: 1e6 counts a register of kWh in mWh. */
  readonly stepsPerUnit: number;
  /** Readings further apart than this leave a gap. */
  readonly holdMs: number;
};

/** A reading: when, as it was, and in whole steps. */
type Reading = { readonly timeMs: number; readonly value: number; readonly steps: number };
type Draft = { -readonly [Key in keyof RegisterInterval]: RegisterInterval[Key] };

/**
 * Sums a register over intervals, from its roll-ups in the order of their times. Readings are rounded to whole steps before
 * they are subtracted, and a reading between two others is the same for whoever asks, so that sums are exact: the quarter
 * hours of a day are the day, to the last step, and roll-ups of hours give what those of their minutes do.
 */
export class RegisterFold {
  readonly #options: RegisterFoldOptions;
  readonly #drafts: Draft[] = [];
  /** Of the interval that was found last. */
  #index = 0;
  #before: Reading | undefined;

  constructor(options: RegisterFoldOptions) {
    this.#options = options;
    const { boundariesMs } = options;
    for (let index = 0; index + 1 < boundariesMs.length; index++) {
      const startMs = boundariesMs[index] as number;
      const endMs = boundariesMs[index + 1] as number;
      this.#drafts.push({
        ...{ startMs, endMs, increase: null, estimated: 0, measuredMs: 0 },
        ...{ unknownMs: endMs - startMs, breaks: 0, rollovers: 0 },
        ...{ opening: null, closing: null, revision: 0 },
      });
    }
  }

  /** Rows may begin before the first boundary and end after the last: their readings tell what is at the edges. */
  take(row: RegisterRow): void {
    const draft = this.#draftAt(row.startMs);
    this.#hold(row);
    if (draft !== undefined) {
      draft.measuredMs += row.coveredMs;
      draft.revision = Math.max(draft.revision, row.revision);
    }
    if (row.count === 0) return;
    if (draft !== undefined) draft.increase ??= 0;
    const first = this.#reading(row.firstMs, row.first);
    const last = this.#reading(row.lastMs, row.last);
    if (this.#before !== undefined) this.#join(this.#before, first);
    if (row.minimum < row.first || row.maximum > row.last) this.#turn(row, first, last);
    else this.#straight(first, last, false);
    this.#before = last;
  }

  #hold({ startMs, heldMs }: RegisterRow): void {
    const endMs = startMs + minuteMs + heldMs;
    for (let fromMs = startMs + minuteMs; fromMs < endMs; ) {
      const index = this.#seek(fromMs);
      const untilMs = Math.min(endMs, this.#options.boundariesMs[index + 1] ?? endMs);
      const draft = this.#drafts[index];
      if (draft !== undefined) draft.measuredMs += untilMs - fromMs;
      fromMs = untilMs;
    }
  }

  intervals(): readonly RegisterInterval[] {
    return this.#drafts;
  }

  #reading(timeMs: number, value: number): Reading {
    return { timeMs, value, steps: Math.round(value * this.#options.stepsPerUnit) };
  }

  /** From the last reading of a row to the first of the next. */
  #join(from: Reading, to: Reading): void {
    const { step, steps } = this.#step(from, to);
    if (step === counterSteps.forward) {
      this.#straight(from, to, to.timeMs - from.timeMs > this.#options.holdMs);
      return;
    }
    const draft = this.#draftAt(to.timeMs);
    if (draft === undefined) return;
    if (step !== counterSteps.rollover) {
      draft.breaks += 1;
      return;
    }
    draft.rollovers += 1;
    // Nobody knows when it passed its end: as with any other gap, the step is shared out over it.
    this.#spread(
      from,
      { ...to, steps: from.steps + steps },
      to.timeMs - from.timeMs > this.#options.holdMs,
    );
  }

  /** Within a row the register did not only count on: it stood at the maximum before and began at the minimum. */
  #turn(row: RegisterRow, first: Reading, last: Reading): void {
    const draft = this.#draftAt(row.startMs);
    if (draft === undefined) return;
    const highest = this.#reading(first.timeMs, row.maximum);
    const lowest = this.#reading(last.timeMs, row.minimum);
    const { step, steps } = this.#step(highest, lowest);
    const over = step === counterSteps.rollover ? steps : 0;
    if (step === counterSteps.rollover) draft.rollovers += 1;
    else draft.breaks += 1;
    draft.increase =
      (draft.increase ?? 0) + highest.steps - first.steps + over + last.steps - lowest.steps;
    this.#know(draft, first.timeMs, last.timeMs);
  }

  #step(from: Reading, to: Reading): { readonly step: number; readonly steps: number } {
    const { limits, stepsPerUnit } = this.#options;
    // A coarse register may have stood for an hour before it stepped.
    const passedMs = firstStandMs + to.timeMs - from.timeMs;
    const step = classifyCounterStep(limits, from.value, to.value, passedMs);
    const over = Math.round(limits.rolloverAt * stepsPerUnit);
    return { step, steps: step === counterSteps.rollover ? over - from.steps + to.steps : 0 };
  }

  /** It counted from one reading to the other, which are of one segment of the register. */
  #straight(from: Reading, to: Reading, isGap: boolean): void {
    this.#read(from, to);
    this.#spread(from, to, isGap);
  }

  /** Shares `to.steps - from.steps` out evenly over the time between, cut at boundaries. */
  #spread(from: Reading, to: Reading, isGap: boolean): void {
    const { boundariesMs } = this.#options;
    let [atMs, steps] = [from.timeMs, from.steps];
    const isWhole = this.#isWithinOne(from.timeMs, to.timeMs);
    for (let index = this.#seek(atMs); ; index++) {
      const endMs = boundariesMs[index + 1] ?? Number.POSITIVE_INFINITY;
      const toMs = Math.min(endMs, to.timeMs);
      const toSteps = toMs === to.timeMs ? to.steps : between(from, to, toMs);
      const draft = index < 0 ? undefined : this.#drafts[index];
      if (draft !== undefined && toMs >= draft.startMs) {
        draft.increase = (draft.increase ?? 0) + toSteps - steps;
        if (isGap && !isWhole) draft.estimated += toSteps - steps;
        this.#know(draft, atMs, toMs);
      }
      [atMs, steps] = [toMs, toSteps];
      if (toMs === to.timeMs) return;
    }
  }

  #know(draft: Draft, fromMs: number, toMs: number): void {
    draft.unknownMs -= toMs - fromMs;
  }

  /** Readings at the boundaries that lie between two readings of one segment. */
  #read(from: Reading, to: Reading): void {
    const { boundariesMs } = this.#options;
    for (let index = this.#seek(from.timeMs); index < boundariesMs.length; index++) {
      const atMs = boundariesMs[Math.max(0, index)] as number;
      if (atMs > to.timeMs) return;
      if (atMs < from.timeMs) continue;
      const share =
        to.timeMs === from.timeMs ? 0 : (atMs - from.timeMs) / (to.timeMs - from.timeMs);
      const value = from.value + share * (to.value - from.value);
      const [ended, begun] = [this.#drafts[index - 1], this.#drafts[index]];
      if (ended !== undefined) ended.closing = value;
      if (begun !== undefined) begun.opening = value;
    }
  }

  #isWithinOne(fromMs: number, toMs: number): boolean {
    const index = this.#seek(fromMs);
    return (
      index >= 0 && toMs <= (this.#options.boundariesMs[index + 1] ?? Number.NEGATIVE_INFINITY)
    );
  }

  /** The interval that has `timeMs`, -1 before the first; sought from where the last was found. */
  #seek(timeMs: number): number {
    const { boundariesMs } = this.#options;
    while ((boundariesMs[this.#index] ?? Number.NEGATIVE_INFINITY) > timeMs) this.#index -= 1;
    while ((boundariesMs[this.#index + 1] ?? Number.POSITIVE_INFINITY) <= timeMs) this.#index += 1;
    return this.#index;
  }

  #draftAt(timeMs: number): Draft | undefined {
    return this.#drafts[this.#seek(timeMs)];
  }
}

const between = (from: Reading, to: Reading, atMs: number): number =>
  from.steps +
  Math.round(((to.steps - from.steps) * (atMs - from.timeMs)) / (to.timeMs - from.timeMs));
