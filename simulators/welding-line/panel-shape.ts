/**
 * The middle line of a panel that is being welded: its curvature integrated twice along it. The leading end is held by its clamp,
 * at the height of the datum and in one direction, so that what is welded later moves nothing that lies behind the arcs.
 */
export class PanelShape {
  readonly #placesMm: number[] = [];
  readonly #heightsMm: number[] = [];
  #positionMm = 0;
  #heightMm = 0;
  /** Rise in mm per mm. */
  #slope = 0;

  begin(): void {
    this.#placesMm.length = 0;
    this.#heightsMm.length = 0;
    this.#positionMm = 0;
    this.#heightMm = 0;
    this.#slope = 0;
  }

  get positionMm(): number {
    return this.#positionMm;
  }

  /**
   * What the clamp holds, up to `toMm`: bent as set, and so inclined that a panel bent like this all along ends on the datum.
   * Curvature in 1/mm.
   */
  clamp(toMm: number, curvature: number, panelLengthMm: number): void {
    this.#positionMm = toMm;
    this.#heightMm = (curvature / 2) * toMm * (toMm - panelLengthMm);
    this.#slope = curvature * (toMm - panelLengthMm / 2);
  }

  /** Goes on to `toMm` with a curvature in 1/mm. */
  bend(toMm: number, curvature: number): void {
    const step = toMm - this.#positionMm;
    this.#heightMm += (this.#slope + (curvature / 2) * step) * step;
    this.#slope += curvature * step;
    this.#positionMm = toMm;
  }

  /** Notes the height at a place shortly behind where the shape has come to, and gives it, mm. */
  note(placeMm: number): number {
    const height = this.#heightMm - this.#slope * (this.#positionMm - placeMm);
    this.#placesMm.push(placeMm);
    this.#heightsMm.push(height);
    return height;
  }

  /**
   * Greatest distance in mm of the noted heights from the chord between the leading end and the newest of them; positive where
   * the middle lies below, as more heat on the front bends it.
   */
  get bowMm(): number {
    const last = this.#placesMm.length - 1;
    const rise = (this.#heightsMm[last] ?? 0) / (this.#placesMm[last] ?? 1);
    let bow = 0;
    for (let index = 0; index < last; index += 1) {
      const distance =
        rise * (this.#placesMm[index] as number) - (this.#heightsMm[index] as number);
      if (Math.abs(distance) > Math.abs(bow)) bow = distance;
    }
    return bow;
  }
}
