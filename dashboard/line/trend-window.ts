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

  /** What was before the first live value; what came live meanwhile stays. */
  begin(before: readonly TrendRow[]): void {
    const first = this.#rows[0]?.[0] ?? Infinity;
    this.#rows = [...before.filter(([timeMs]) => timeMs < first), ...this.#rows];
    this.#trim();
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
