import type { FaultTable } from './faults/fault-table.ts';
import type { Plant } from './plant.ts';

/** Wall-clock time moves the models on this grid of UTC. */
const tickMs = 100;
const maxAdvanceMs = 3_600_000;
const maxPlanned = 100;

/** Something to be done when time has come to `atMs`. */
type Planned = { readonly atMs: number; readonly act: () => void };

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
  /** In the order of their instants. */
  #planned: readonly Planned[] = [];
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

  /**
   * Does something once the models stand at `atMs`, at once where they have: as a request of that instant would.
   * @throws AdvanceError when more than 100 wait.
   */
  plan(atMs: number, act: () => void): void {
    if (this.#planned.length >= maxPlanned) {
      throw new AdvanceError(409, `no more than ${maxPlanned} inputs may wait for their instant`);
    }
    this.#planned = [...this.#planned, { atMs, act }].sort((a, b) => a.atMs - b.atMs);
    this.#doPlanned();
  }

  /**
   * Stops where a fault begins or ends, so that a frozen device stands at exactly that instant, and where something is planned.
   */
  #moveTo(toMs: number): void {
    let edge = this.#nextEdgeMs();
    while (edge < toMs) {
      this.#standAt(edge);
      edge = this.#nextEdgeMs();
    }
    this.#standAt(toMs);
  }

  #nextEdgeMs(): number {
    const never = Number.POSITIVE_INFINITY;
    return Math.min(this.faults.nextChangeMs() ?? never, this.#planned[0]?.atMs ?? never);
  }

  #standAt(nowMs: number): void {
    for (const plant of this.plants) plant.advanceTo(nowMs);
    this.#nowMs = nowMs;
    this.faults.setNow(nowMs);
    this.#doPlanned();
  }

  #doPlanned(): void {
    const due = this.#planned.filter(({ atMs }) => atMs <= this.#nowMs);
    if (due.length === 0) return;
    this.#planned = this.#planned.slice(due.length);
    for (const { act } of due) act();
  }
}
