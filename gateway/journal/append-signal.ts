/** Wakes readers that wait for new entries, once for all that one turn of the event loop appended. */
export class AppendSignal {
  readonly #waiting = new Set<() => void>();
  readonly #gathering = new Set<() => void>();
  #scheduled = false;

  notify(): void {
    if (this.#waiting.size === 0 || this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      for (const wake of [...this.#waiting]) wake();
    });
  }

  /** Ends all waits: nothing more will be appended. */
  wakeAll(): void {
    for (const wake of [...this.#waiting, ...this.#gathering]) wake();
  }

  /** Resolves at the next append, after `waitMs` or when `signal` aborts. */
  wait(waitMs: number, signal: AbortSignal): Promise<void> {
    return this.#pause(this.#waiting, waitMs, signal);
  }

  /** Resolves after `gatherMs` or when `signal` aborts, whatever is appended. */
  gather(gatherMs: number, signal: AbortSignal): Promise<void> {
    return this.#pause(this.#gathering, gatherMs, signal);
  }

  #pause(pausing: Set<() => void>, ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        pausing.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      signal.addEventListener('abort', wake, { once: true });
      pausing.add(wake);
      if (signal.aborted) wake();
    });
  }
}
