import { minuteMs } from './lengths.ts';
import type { DirtyMinute, MinuteChange } from './protocol.ts';

/**
 * Gives each change a number higher than all before. It comes from the journal's own numbers, so that after a crash no change has a
 * lower one than somebody may have seen.
 */
export class ChangeNumbers {
  #newest: number;

  /** `newest`: that is stored. */
  constructor(newest: number) {
    this.#newest = newest;
  }

  /** Of what entry `seq` of the journal changed. */
  entry(seq: number): number {
    return this.#next(2 * seq);
  }

  /** Of what was aggregated anew with all entries up to `seq`. */
  anew(seq: number): number {
    return this.#next(2 * seq + 1);
  }

  #next(number: number): number {
    this.#newest = Math.max(number, this.#newest + 1);
    return this.#newest;
  }
}

type Kind = MinuteChange['kind'];
const minuteOf = (timeMs: number): number => Math.floor(timeMs / minuteMs) * minuteMs;

/** What is not flushed of minutes that are to be aggregated anew, and of those that became others. */
export class LateMinutes {
  /** By group the starts of minutes. */
  readonly #dirty = new Map<number, Set<number>>();
  /** By kind and group the starts of minutes, with the number of the newest change. */
  readonly #changes: Readonly<Record<Kind, Map<number, Map<number, number>>>> = {
    late: new Map(),
    closing: new Map(),
  };
  readonly #numbers: ChangeNumbers;

  constructor(numbers: ChangeNumbers) {
    this.#numbers = numbers;
  }

  /** A sample of `timeMs` that is valid until `untilMs` came out of order. */
  add(
    group: number,
    sample: { readonly timeMs: number; readonly untilMs: number; readonly seq: number },
  ): void {
    const { timeMs, untilMs, seq } = sample;
    for (let ms = minuteOf(timeMs); ms <= untilMs; ms += minuteMs) this.#soil(group, ms);
    this.note('late', group, { timeMs, seq });
  }

  note(kind: Kind, group: number, at: { readonly timeMs: number; readonly seq: number }): void {
    this.#change({
      ...{ kind, group, startMs: minuteOf(at.timeMs), number: this.#numbers.entry(at.seq) },
    });
  }

  changes(): readonly MinuteChange[] {
    return (['late', 'closing'] as const).flatMap((kind) =>
      [...this.#changes[kind]].flatMap(([group, starts]) =>
        [...starts].map(([startMs, number]) => ({ kind, group, startMs, number })),
      ),
    );
  }

  /** Takes out what is to be flushed. */
  take(): { readonly dirty: readonly DirtyMinute[]; readonly changes: readonly MinuteChange[] } {
    const dirty = [...this.#dirty].flatMap(([group, starts]) =>
      [...starts].map((startMs) => ({ group, startMs })),
    );
    const changes = this.changes();
    this.#dirty.clear();
    this.#changes.late.clear();
    this.#changes.closing.clear();
    return { dirty, changes };
  }

  /** Puts back what could not be flushed. */
  restore(pending: ReturnType<LateMinutes['take']>): void {
    for (const { group, startMs } of pending.dirty) this.#soil(group, startMs);
    for (const change of pending.changes) this.#change(change);
  }

  #soil(group: number, startMs: number): void {
    let starts = this.#dirty.get(group);
    if (starts === undefined) {
      starts = new Set();
      this.#dirty.set(group, starts);
    }
    starts.add(startMs);
  }

  #change({ kind, group, startMs, number }: MinuteChange): void {
    let starts = this.#changes[kind].get(group);
    if (starts === undefined) {
      starts = new Map();
      this.#changes[kind].set(group, starts);
    }
    starts.set(startMs, Math.max(starts.get(startMs) ?? 0, number));
  }
}
