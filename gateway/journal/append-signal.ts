/** Wakes readers that wait for new entries, once for all that one turn of the event loop appended. */
export class AppendSignal {
  readonly #waiting = new Set<() => void>();
  #scheduled = false;

  notify(): void {
    if (this.#waiting.size === 0 || this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.wakeAll();
    });
  }

  wakeAll(): void {
    this.#scheduled = false;
    for (const wake of [...this.#waiting]) wake();
  }

  /** Resolves at the next append, after `waitMs` or when `signal` aborts. */
  wait(waitMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, waitMs);
      signal.addEventListener('abort', wake, { once: true });
      this.#waiting.add(wake);
      if (signal.aborted) wake();
    });
  }
}
