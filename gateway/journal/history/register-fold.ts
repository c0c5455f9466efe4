import {
  type CounterLimits,
  classifyCounterStep,
  counterSteps,
  firstStandMs,
} from '../../hot-path/operators/counter-step.ts';
import {
  breaksField,
  countField,
  coveredField,
  firstField,
  firstMsField,
  heldField,
  joinField,
  joins,
  jumpField,
  lastField,
  lastMsField,
  lostField,
  rolloversField,
} from './aggregate.ts';
import { minuteMs, slackOf } from './lengths.ts';

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
  /** How the first reading follows the one before it; see `joinField`. */
  readonly join: number;
  /** Of steps that end in the row, with that to the first reading. */
  readonly breaks: number;
  readonly rollovers: number;
  /** Whole steps. */
  readonly jump: number;
  readonly lostMs: number;
};

/** Of the aggregates of one channel over the interval that begins at `startMs`. */
export const registerRowOf = (startMs: number, fields: Float64Array): RegisterRow => {
  const at = (field: number): number => fields[field] as number;
  return {
    ...{ startMs, count: at(countField), coveredMs: at(coveredField), heldMs: at(heldField) },
    ...{ first: at(firstField), firstMs: at(firstMsField) },
    ...{ last: at(lastField), lastMs: at(lastMsField) },
    ...{ join: at(joinField), breaks: at(breaksField), rollovers: at(rolloversField) },
    ...{ jump: at(jumpField), lostMs: at(lostField) },
  };
};

/** What a register counted between two instants, and which readings tell that. */
export type FoldedInterval = {
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
  /** Times of the readings that all this rests on, also those before and after it; 0 without any. */
  readonly restsFromMs: number;
  readonly restsToMs: number;
  /**
   * From when on it can be taken for over: its end, or where no reading has come since, later by so much as readings may come late
   * without a new revision.
   */
  readonly overMs: number;
  /** How far apart readings should be. */
  readonly expectedMs: number;
};

/** What a register counted between two instants. */
export type RegisterInterval = Omit<FoldedInterval, 'restsFromMs' | 'restsToMs'> & {
  /** 0 until any of it becomes another than somebody may have read; from then on higher with each change. */
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
  /** How far apart they should be. */
  readonly expectedMs: number;
};

const nothing = {
  ...{ increase: null, estimated: 0, measuredMs: 0, breaks: 0, rollovers: 0 },
  ...{ opening: null, closing: null, restsFromMs: 0, restsToMs: 0 },
};

/** A reading: when, as it was, and in whole steps. */
type Reading = { readonly timeMs: number; readonly value: number; readonly steps: number };
type Draft = { -readonly [Key in keyof FoldedInterval]: FoldedInterval[Key] };

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
      const overMs = endMs + 2 * slackOf(options.holdMs);
      this.#drafts.push({
        ...{ ...nothing, startMs, endMs, overMs, unknownMs: endMs - startMs },
        expectedMs: options.expectedMs,
      });
    }
  }

  /** Rows may begin before the first boundary and end after the last: their readings tell what is at the edges. */
  take(row: RegisterRow): void {
    const draft = this.#draftAt(row.startMs);
    this.#hold(row);
    if (draft !== undefined) draft.measuredMs += row.coveredMs;
    if (row.count === 0) return;
    const first = this.#reading(row.firstMs, row.first);
    const last = this.#reading(row.lastMs, row.last);
    const before = this.#before;
    if (before !== undefined) this.#join(before, first, row);
    this.#rest(first, last);
    if (draft !== undefined) this.#within(draft, row, { first, last, before });
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

  intervals(): readonly FoldedInterval[] {
    return this.#drafts;
  }

  #reading(timeMs: number, value: number): Reading {
    return { timeMs, value, steps: Math.round(value * this.#options.stepsPerUnit) };
  }

  /** From the last reading of a row to the first of the next. */
  #join(from: Reading, to: Reading, row: RegisterRow): void {
    this.#rest(from, to);
    const isJudged = row.join !== joins.none;
    const step = isJudged ? row.join : this.#judge(from, to);
    const isGap = to.timeMs - from.timeMs > this.#options.holdMs;
    const draft = this.#draftAt(to.timeMs);
    if (step === 0) this.#straight(from, to, isGap);
    else if (step === joins.rollover) {
      // Nobody knows when it passed its end: as with any other step, it is shared out over the time.
      const value = to.value + this.#options.limits.rolloverAt;
      this.#straight(from, { ...to, value, steps: to.steps + this.#range() }, isGap);
      if (!isJudged && draft !== undefined) draft.rollovers += 1;
    } else if (!isJudged && draft !== undefined) draft.breaks += 1;
  }

  /** How a reading follows another where nobody judged it when it came: the register may have stood for an hour before. */
  #judge(from: Reading, to: Reading): number {
    const passedMs = firstStandMs + to.timeMs - from.timeMs;
    const step = classifyCounterStep(this.#options.limits, from.value, to.value, passedMs);
    if (step === counterSteps.forward) return 0;
    return step === counterSteps.rollover ? joins.rollover : to.steps - from.steps;
  }

  /** From the first reading of a row to its last; no row reaches over a boundary. */
  #within(
    draft: Draft,
    row: RegisterRow,
    at: {
      readonly first: Reading;
      readonly last: Reading;
      readonly before: Reading | undefined;
    },
  ): void {
    const { first, last } = at;
    const { join, breaks, rollovers, jump } = row;
    const jumped = Number.isFinite(join) ? jump - join : jump;
    const over = (join === joins.rollover ? rollovers - 1 : rollovers) * this.#range();
    draft.breaks += breaks;
    draft.rollovers += rollovers;
    draft.increase = (draft.increase ?? 0) + last.steps - first.steps - jumped + over;
    const spanMs = last.timeMs - first.timeMs;
    draft.unknownMs -= Math.max(0, spanMs - lostWithin(row, at));
    this.#read(first, first);
  }

  #range(): number {
    const { limits, stepsPerUnit } = this.#options;
    return Number.isFinite(limits.rolloverAt) ? Math.round(limits.rolloverAt * stepsPerUnit) : 0;
  }

  /** Whatever lies between two readings, or has one of them, rests on both. */
  #rest(from: Reading, to: Reading): void {
    for (let index = Math.max(0, this.#seek(from.timeMs)); ; index++) {
      const draft = this.#drafts[index];
      if (draft === undefined || draft.startMs > to.timeMs) return;
      if (draft.restsToMs === 0) draft.restsFromMs = from.timeMs;
      draft.restsToMs = to.timeMs;
      if (to.timeMs >= draft.endMs) draft.overMs = draft.endMs;
    }
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
        draft.unknownMs -= toMs - atMs;
      }
      [atMs, steps] = [toMs, toSteps];
      if (toMs === to.timeMs) return;
    }
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
      const counted = from.value + share * (to.value - from.value);
      const { rolloverAt } = this.#options.limits;
      const value = counted >= rolloverAt ? counted - rolloverAt : counted;
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

/** Time between readings around breaks, without that to the first reading of the row. */
const lostWithin = (
  { join, breaks, lostMs }: RegisterRow,
  { first, before }: { readonly first: Reading; readonly before: Reading | undefined },
): number => {
  if (!Number.isFinite(join) || join === 0) return lostMs;
  if (before === undefined) return breaks > 1 ? lostMs : 0;
  return Math.max(0, lostMs - (first.timeMs - before.timeMs));
};

const between = (from: Reading, to: Reading, atMs: number): number =>
  from.steps +
  Math.round(((to.steps - from.steps) * (atMs - from.timeMs)) / (to.timeMs - from.timeMs));
