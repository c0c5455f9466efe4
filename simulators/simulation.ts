import type { FaultTable } from './faults/fault-table.ts';
import type { Plant } from './plant.ts';

/** Wall-clock time moves the models on this grid of UTC. */
const tickMs = 100;
const maxAdvanceMs = 3_600_000;

/** Where simulated time comes from. */
export type TimeSource =
  | { readonly kind: 'lock-step' }
  /** Simulated time may not fall, but the wall clock may be set back: `nowMs` is then ignored for a while. */
  | { readonly kind: 'running'; readonly nowMs: () => number };

/** An advance that is refused; `status` is the HTTP status to answer with. */
export class AdvanceError extends Error {
  override readonly name = 'AdvanceError';
  readonly status: 400 | 409;

  constructor(status: 400 | 409, message: string) {
    super(message);
    this.status = status;
  }
}

/** All plants at one simulated instant. */
export class Simulation {
  readonly plants: readonly Plant[];
  readonly faults: FaultTable;
  readonly #time: TimeSource;
  #nowMs: number;

  constructor(options: {
    readonly plants: readonly Plant[];
    readonly faults: FaultTable;
    readonly time: TimeSource;
    readonly startMs: number;
  }) {
    this.plants = options.plants;
    this.faults = options.faults;
    this.#time = options.time;
    this.#nowMs = options.startMs;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  get isLockStep(): boolean {
    return this.#time.kind === 'lock-step';
  }

  /**
   * Moves lock-step time; when it returns, all models and register images stand at `toMs`.
   * @throws AdvanceError out of lock-step, backwards, and beyond an hour.
   */
  advance(toMs: number): void {
    if (!this.isLockStep) throw new AdvanceError(409, 'time runs by itself without --lock-step');
    if (toMs < this.#nowMs) {
      throw new AdvanceError(409, `time stands at ${this.#nowMs} and cannot go back to ${toMs}`);
    }
    if (toMs > this.#nowMs + maxAdvanceMs) {
      throw new AdvanceError(400, `${toMs} is more than an hour after ${this.#nowMs}`);
    }
    this.#moveTo(toMs);
  }

  /** Follows the running clock, at most an hour at once; in lock-step nothing happens. */
  readonly follow = (): void => {
    if (this.#time.kind === 'lock-step') return;
    const present = Math.floor(this.#time.nowMs() / tickMs) * tickMs;
    if (present > this.#nowMs) this.#moveTo(Math.min(present, this.#nowMs + maxAdvanceMs));
  };

  /** Stops where a fault begins or ends, so that a frozen device stands at exactly that instant. */
  #moveTo(toMs: number): void {
    let edge = this.faults.nextChangeMs();
    while (edge !== undefined && edge < toMs) {
      this.#standAt(edge);
      edge = this.faults.nextChangeMs();
    }
    this.#standAt(toMs);
  }

  #standAt(nowMs: number): void {
    for (const plant of this.plants) plant.advanceTo(nowMs);
    this.#nowMs = nowMs;
    this.faults.setNow(nowMs);
  }
}
