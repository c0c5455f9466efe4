import { type GridSupply, gridSupplyAt } from './grid-supply.ts';
import type { ParkMoment, ParkTimeline } from './park-timeline.ts';

/** The present of the park, as its devices see it: worked out once, when somebody first asks for it. */
export class ParkView {
  readonly #timeline: ParkTimeline;
  readonly #seed: number;
  #nowMs: number;
  #version = 0;
  #moment: ParkMoment | undefined;
  #supply: GridSupply | undefined;

  constructor(timeline: ParkTimeline, seed: number, nowMs: number) {
    this.#timeline = timeline;
    this.#seed = seed;
    this.#nowMs = nowMs;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Another number whenever anything that devices show may have changed. */
  readonly version = (): number => this.#version;

  get moment(): ParkMoment {
    this.#moment ??= this.#timeline.at(this.#nowMs);
    return this.#moment;
  }

  /** Energies since the registers began to count, Wh. */
  get totalWh(): Float64Array {
    const { totalWh } = this.moment;
    if (totalWh === undefined) throw new RangeError('a moment without sums');
    return totalWh;
  }

  /** What stands at the park's bus. */
  get supply(): GridSupply {
    this.#supply ??= gridSupplyAt(this.#seed, this.#nowMs, this.moment.connection);
    return this.#supply;
  }

  moveTo(nowMs: number): void {
    if (nowMs === this.#nowMs) return;
    this.#nowMs = nowMs;
    this.refresh();
  }

  /** Something has changed at this same instant. */
  refresh(): void {
    this.#version += 1;
    this.#moment = undefined;
    this.#supply = undefined;
  }
}
