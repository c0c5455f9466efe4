import { GatewayError } from '../core/error.ts';

type Waiter = { readonly seq: number; settle(error?: GatewayError): void };

/** Those who wait until an entry is durable. */
export class DurableWaiters {
  readonly #failing: () => string | undefined;
  #waiters: readonly Waiter[] = [];
  #ended: GatewayError | undefined;

  /** `failing` says why nothing becomes durable at present. */
  constructor(failing: () => string | undefined) {
    this.#failing = failing;
  }

  /** @throws GatewayError STORE_FAILED */
  wait(seq: number, withinMs: number): Promise<void> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const settle = (error?: GatewayError): void => {
        clearTimeout(timer);
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
        if (error === undefined) resolve();
        else reject(error);
      };
      const timer = setTimeout(() => {
        const reason = this.#failing() ?? 'the disk is too slow';
        const text = `journal not durable within ${withinMs} ms: ${reason}`;
        settle(new GatewayError('STORE_FAILED', text, { retryable: true }));
      }, withinMs);
      const waiter = { seq, settle };
      this.#waiters = [...this.#waiters, waiter];
    });
  }

  durable(seq: number): void {
    for (const waiter of this.#waiters) if (waiter.seq <= seq) waiter.settle();
  }

  /** Nothing becomes durable any more. */
  end(error: GatewayError): void {
    this.#ended = error;
    for (const waiter of this.#waiters) waiter.settle(error);
  }
}
