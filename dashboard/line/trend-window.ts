export type TrendRow = readonly [timeMs: number, value: number | null];

/** The newest minutes of a point, oldest first; null breaks the line. */
export class TrendWindow {
  readonly #lengthMs: number;
  #rows: TrendRow[] = [];

  constructor(lengthMs: number) {
    this.#lengthMs = lengthMs;
  }

  get rows(): readonly TrendRow[] {
    return this.#rows;
  }

  /**
   * What the gateway has of the time until now; what came live since stays. A break stays as well where the gateway has
   * nothing of it either.
   */
  fill(history: readonly TrendRow[]): void {
    const through = history.at(-1)?.[0] ?? -Infinity;
    const kept = this.#rows.filter(([timeMs, value], index) => {
      if (timeMs > through) return true;
      const nextMs = this.#rows[index + 1]?.[0] ?? Infinity;
      return value === null && !history.some(([known]) => known >= timeMs && known < nextMs);
    });
    this.#rows = [...history, ...kept].sort(([one], [other]) => one - other);
    this.#trim();
  }

  /** What comes next is not joined to what came last. */
  interrupt(): void {
    const last = this.#rows.at(-1);
    if (last !== undefined && last[1] !== null) this.#rows.push([last[0] + 1, null]);
  }

  /** A value that is not newer than the newest is one that was told again. */
  append(timeMs: number, value: number | null): void {
    const last = this.#rows.at(-1);
    if (last !== undefined && timeMs <= last[0]) return;
    this.#rows.push([timeMs, value]);
    this.#trim();
  }

  #trim(): void {
    const newest = this.#rows.at(-1)?.[0];
    if (newest === undefined) return;
    const from = newest - this.#lengthMs;
    const kept = this.#rows.findIndex(([timeMs]) => timeMs >= from);
    // Moving all rows for each new one would take longer than keeping some too many.
    const slack = 64;
    if (kept > slack) this.#rows = this.#rows.slice(kept);
  }
}
