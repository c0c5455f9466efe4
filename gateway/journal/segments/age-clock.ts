const dayMs = 86_400_000;
const hourMs = 3_600_000;

/**
 * The time by which entries grow old. It follows the wall clock, but one that is more than a day ahead is believed only once
 * it has gone on steadily for an hour: data must not go because a clock was wrong for a moment. A clock that is set back is
 * believed at once, since that only keeps data longer.
 */
export class AgeClock {
  #ageMs: number | undefined;
  #wallMs = 0;
  #steadyMs = 0;

  /** `lastMs` is when the newest entry of an earlier run was committed. */
  constructor(lastMs: number | undefined) {
    this.#ageMs = lastMs;
  }

  /** What the time is when the wall clock says `wallMs`. */
  at(wallMs: number): number {
    const stepMs = wallMs - this.#wallMs;
    const isSteady = stepMs >= 0 && stepMs <= dayMs;
    this.#wallMs = wallMs;
    this.#steadyMs = isSteady ? this.#steadyMs + stepMs : 0;
    const isAhead = this.#ageMs !== undefined && wallMs - this.#ageMs > dayMs;
    if (isAhead && this.#steadyMs < hourMs) {
      this.#ageMs = (this.#ageMs ?? 0) + (isSteady ? stepMs : 0);
    } else this.#ageMs = wallMs;
    return this.#ageMs;
  }
}
