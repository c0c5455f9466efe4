import { setTimeout as sleep } from 'node:timers/promises';

/** Of a fault. */
export type Restart = { readonly id: string; readonly downMs: number };

type Steps<Kind extends Restart> = {
  readonly down: (restart: Kind) => Promise<void> | void;
  readonly up: (restart: Kind) => Promise<void> | void;
};

/** Restarts of a server, one after another and each once, however often it is asked for. */
export class Restarts<Kind extends Restart> {
  readonly #steps: Steps<Kind>;
  readonly #over = new AbortController();
  #done: ReadonlySet<string> = new Set();
  #last: Promise<void> = Promise.resolve();

  constructor(steps: Steps<Kind>) {
    this.#steps = steps;
  }

  /** Does those that were not among the ones asked for last. */
  ask(restarts: readonly Kind[]): void {
    const done = this.#done;
    this.#done = new Set(restarts.map(({ id }) => id));
    for (const restart of restarts) {
      if (!done.has(restart.id)) this.#last = this.#last.then(() => this.#run(restart));
    }
  }

  /** Resolves when nothing more will happen. */
  async close(): Promise<void> {
    this.#over.abort();
    await this.#last;
  }

  async #run(restart: Kind): Promise<void> {
    const { signal } = this.#over;
    if (signal.aborted) return;
    await this.#steps.down(restart);
    await sleep(restart.downMs, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) await this.#steps.up(restart);
  }
}
