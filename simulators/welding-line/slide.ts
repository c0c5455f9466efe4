const correctionMm = 0.1;
/** Travel of the cross slide to either side of its middle. */
const rangeMm = 5;

/** The cross slide of a torch, and the corrections that it has made on this panel. */
export class Slide {
  /** Where it stands, mm from its middle. */
  positionMm = 0;
  corrections = 0;
  #rangeUsedMm = 0;
  #correctedAtMm = 0;

  beginPanel(): void {
    this.corrections = 0;
    this.#rangeUsedMm = 0;
  }

  /** Greatest share of the range used on this panel, 0..1. */
  get rangeShare(): number {
    return Math.min(1, this.#rangeUsedMm / rangeMm);
  }

  /** Follows in one step; each 0.1 mm from the last corrected place is one more correction. */
  moveTo(positionMm: number, isWelding: boolean): void {
    this.positionMm = positionMm;
    if (!isWelding) {
      this.#correctedAtMm = positionMm;
      return;
    }
    const used = Math.abs(positionMm);
    if (used > this.#rangeUsedMm) this.#rangeUsedMm = used;
    if (Math.abs(positionMm - this.#correctedAtMm) < correctionMm) return;
    this.corrections += 1;
    this.#correctedAtMm = positionMm;
  }
}
