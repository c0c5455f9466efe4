/**
 * The due times of the tasks of one member: whole multiples of each period after the start, so that nothing drifts. A
 * cycle that can no longer be done within its period is left out, not caught up.
 */
export class PollSchedule {
  readonly #startMs: number;
  readonly #periodsMs: readonly number[];
  /** Number of the next cycle of each task. */
  readonly #next: Float64Array;

  constructor(startMs: number, periodsMs: readonly number[]) {
    this.#startMs = startMs;
    this.#periodsMs = periodsMs;
    this.#next = new Float64Array(periodsMs.length);
  }

  /** When the next task is due; Infinity without tasks. */
  get nextDueMs(): number {
    let nextMs = Number.POSITIVE_INFINITY;
    for (let task = 0; task < this.#next.length; task += 1) {
      nextMs = Math.min(nextMs, this.#dueMs(task));
    }
    return nextMs;
  }

  /** Puts the tasks that are due into `due`, moves them to their next cycle and returns how many whole cycles were missed. */
  take(nowMs: number, due: number[]): number {
    due.length = 0;
    let missed = 0;
    for (let task = 0; task < this.#next.length; task += 1) {
      if (this.#dueMs(task) > nowMs) continue;
      missed += this.#skip(task, nowMs);
      this.#next[task] = (this.#next[task] as number) + 1;
      due.push(task);
    }
    return missed;
  }

  /** Leaves out every cycle before `timeMs` and returns how many there were. */
  skipTo(timeMs: number): number {
    let skipped = 0;
    for (let task = 0; task < this.#next.length; task += 1) {
      const first = Math.ceil((timeMs - this.#startMs) / (this.#periodsMs[task] as number));
      const next = this.#next[task] as number;
      if (first <= next) continue;
      this.#next[task] = first;
      skipped += first - next;
    }
    return skipped;
  }

  #dueMs(task: number): number {
    return this.#startMs + (this.#next[task] as number) * (this.#periodsMs[task] as number);
  }

  /** Moves a task to the last cycle whose due time has come. */
  #skip(task: number, nowMs: number): number {
    const current = Math.floor((nowMs - this.#startMs) / (this.#periodsMs[task] as number));
    const missed = current - (this.#next[task] as number);
    if (missed <= 0) return 0;
    this.#next[task] = current;
    return missed;
  }
}
