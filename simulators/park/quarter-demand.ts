import type { ParkView } from './park-view.ts';

const quarterMs = 900_000;
const msPerHour = 3_600_000;

/**
 * The largest mean power of a quarter of an hour. It is looked at whenever time has moved: a quarter lasts from the first
 * instant seen in it to the first seen in a later one, within a second where time runs by seconds.
 */
export class QuarterDemand {
  readonly #energyWh: () => number;
  readonly #view: Pick<ParkView, 'nowMs'>;
  #from: { readonly timeMs: number; readonly wh: number } | undefined;
  #maximumW = 0;
  #atMs: number | undefined;

  /** @param energyWh exact energy up to now */
  constructor(energyWh: () => number, view: Pick<ParkView, 'nowMs'>) {
    this.#energyWh = energyWh;
    this.#view = view;
  }

  /** W; 0 before the first whole quarter. */
  get maximumW(): number {
    return this.#maximumW;
  }

  /** End of that quarter, UTC epoch ms; undefined before the first. */
  get atMs(): number | undefined {
    return this.#atMs;
  }

  observe(): void {
    const { nowMs } = this.#view;
    const from = this.#from;
    const quarter = Math.floor(nowMs / quarterMs);
    if (from !== undefined && Math.floor(from.timeMs / quarterMs) === quarter) return;
    const wh = this.#energyWh();
    this.#from = { timeMs: nowMs, wh };
    // The quarter in which it began was not seen from its beginning.
    if (from === undefined) return;
    const meanW = ((wh - from.wh) * msPerHour) / (nowMs - from.timeMs);
    if (meanW <= this.#maximumW) return;
    this.#maximumW = meanW;
    this.#atMs = quarter * quarterMs;
  }
}
