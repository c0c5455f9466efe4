/** A machine that says the same without end fills no journal. */
const mostPerWindow = 300;
const windowMs = 60_000;

/** Lets so many events through in a minute. */
export class EventLimit {
  #beganMs = Number.NEGATIVE_INFINITY;
  #count = 0;

  /** `first`: from here on events of this minute are left out. */
  judge(nowMs: number): 'pass' | 'first' | 'drop' {
    if (nowMs - this.#beganMs >= windowMs) {
      this.#beganMs = nowMs;
      this.#count = 0;
    }
    this.#count += 1;
    if (this.#count <= mostPerWindow) return 'pass';
    return this.#count === mostPerWindow + 1 ? 'first' : 'drop';
  }
}
