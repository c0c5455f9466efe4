import type { Clock, Participant, ParticipantOrder } from '../core/clock.ts';

type Sleeper = {
  readonly order: ParticipantOrder;
  dueMs: number;
  wake: (() => void) | undefined;
};

export type LockStepOptions = {
  readonly startMs: number;
  /** Moves the simulators to an instant (UTC epoch ms); resolves when their devices stand there. */
  advance(toMs: number): Promise<void>;
  /** Resolves when what was read has gone through the pipeline, so that nothing piles up. */
  drain(): Promise<void>;
  /** The clock ends here: everybody stays asleep and `finished` resolves. */
  untilMs?: number;
};

/**
 * A clock in lock-step with the simulators: it stands while anybody who joined is at work, and moves to the earliest due
 * time once all sleep. One hour of a plant then passes as fast as its reads can be done, with the same result each time.
 */
export class LockStepClock implements Clock {
  readonly finished: Promise<void>;
  readonly #options: LockStepOptions;
  readonly #sleepers = new Set<Sleeper>();
  readonly #startMs: number;
  #nowMs: number;
  #moving = false;
  #pending = false;
  #stopped = false;
  #finish: () => void = () => undefined;
  #fail: (error: unknown) => void = () => undefined;

  constructor(options: LockStepOptions) {
    this.#options = options;
    this.#startMs = options.startMs;
    this.#nowMs = options.startMs;
    this.finished = new Promise((resolve, reject) => {
      this.#finish = resolve;
      this.#fail = reject;
    });
    // Simulators may be gone before anybody waits for the end; whoever waits later is told all the same.
    this.finished.catch(() => undefined);
  }

  nowMs(): number {
    return this.#nowMs;
  }

  /** Whole milliseconds since the start, so that due times add up without rounding. */
  monotonicMs(): number {
    return this.#nowMs - this.#startMs;
  }

  join(_name: string, order: ParticipantOrder = 'reads'): Participant {
    // A participant that has not slept yet is at work: due times of NaN are never reached.
    const sleeper: Sleeper = { order, dueMs: Number.NaN, wake: undefined };
    this.#sleepers.add(sleeper);
    return {
      sleepUntil: (dueMs, signal) => this.#sleep(sleeper, dueMs, signal),
      leave: () => {
        this.#sleepers.delete(sleeper);
        this.#consider();
      },
    };
  }

  /** Nobody is woken by time any more; what still sleeps ends by its own signal. */
  stop(): void {
    this.#stopped = true;
    this.#finish();
  }

  #sleep(sleeper: Sleeper, dueMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || dueMs <= this.monotonicMs()) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        signal.removeEventListener('abort', wake);
        sleeper.wake = undefined;
        sleeper.dueMs = Number.NaN;
        resolve();
      };
      // Simulated time has whole milliseconds; a back-off may ask for less.
      sleeper.dueMs = Math.ceil(dueMs);
      sleeper.wake = wake;
      signal.addEventListener('abort', wake, { once: true });
      this.#consider();
    });
  }

  /** Moves on the next turn of the loop, when everybody is still asleep then: a woken task may just be about to join. */
  #consider(): void {
    if (this.#pending || this.#stopped) return;
    this.#pending = true;
    setImmediate(() => {
      this.#pending = false;
      if (this.#moving || this.#stopped || !this.#everybodySleeps()) return;
      this.#moving = true;
      this.#move().then(
        () => {
          this.#moving = false;
          this.#consider();
        },
        (error: unknown) => {
          this.#stopped = true;
          this.#fail(error);
        },
      );
    });
  }

  #everybodySleeps(): boolean {
    if (this.#sleepers.size === 0) return false;
    for (const sleeper of this.#sleepers) if (sleeper.wake === undefined) return false;
    return true;
  }

  async #move(): Promise<void> {
    let nextMs = Number.POSITIVE_INFINITY;
    for (const sleeper of this.#sleepers) nextMs = Math.min(nextMs, sleeper.dueMs);
    if (nextMs > this.monotonicMs()) {
      const toMs = this.#startMs + nextMs;
      if (this.#options.untilMs !== undefined && toMs > this.#options.untilMs) {
        await this.#options.drain();
        this.stop();
        return;
      }
      await this.#options.drain();
      await this.#options.advance(toMs);
      this.#nowMs = toMs;
    }
    this.#wakeDue();
  }

  /** Reads first; the ticks of the same instant are woken by a later move, when the reads sleep again. */
  #wakeDue(): void {
    const nowMs = this.monotonicMs();
    const due = [...this.#sleepers].filter((sleeper) => sleeper.dueMs <= nowMs);
    const reads = due.filter((sleeper) => sleeper.order === 'reads');
    for (const sleeper of reads.length > 0 ? reads : due) sleeper.wake?.();
  }
}
