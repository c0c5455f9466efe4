import { monitorEventLoopDelay } from 'node:perf_hooks';

/**
 * How late this program's timers are, since the start and in the last whole window. The share of a single busy minute
 * vanishes in a figure since the start, and a figure that a scrape resets is wrong as soon as two programs scrape.
 *
 * Times are from one firing of a timer of 10 ms to the next: an idle program has a little more than 10 ms.
 */
export class LoopDelay {
  readonly #sinceStart = monitorEventLoopDelay({ resolution: 10 });
  readonly #window = monitorEventLoopDelay({ resolution: 10 });
  readonly #timer: NodeJS.Timeout;
  #windowP99S = Number.NaN;

  constructor({ windowMs }: { readonly windowMs: number }) {
    this.#sinceStart.enable();
    this.#window.enable();
    this.#timer = setInterval(() => {
      this.#windowP99S = p99Seconds(this.#window);
      this.#window.reset();
    }, windowMs).unref();
  }

  /** 99th percentile since the start, in seconds. */
  get sinceStartP99S(): number {
    return p99Seconds(this.#sinceStart);
  }

  /** 99th percentile of the last whole window, in seconds; NaN before the first one has ended. */
  get windowP99S(): number {
    return this.#windowP99S;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#sinceStart.disable();
    this.#window.disable();
  }
}

const p99Seconds = (histogram: ReturnType<typeof monitorEventLoopDelay>): number =>
  histogram.percentile(99) / 1e9;
