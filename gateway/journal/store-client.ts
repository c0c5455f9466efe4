import type { Worker } from 'node:worker_threads';
import { describeError, GatewayError } from '../core/error.ts';
import type { Damage } from './contract.ts';
import type { FromStore, StoreInput, StoreMethod, StoreOutput, ToStore } from './protocol.ts';
import { startWorker } from './start-worker.ts';

const answerWithinMs = 60_000;

type Pending = {
  readonly resolve: (output: never) => void;
  readonly reject: (error: GatewayError) => void;
  readonly timer: NodeJS.Timeout;
};

/** The store worker, seen from the main thread. */
export class StoreClient {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  readonly #onDamage: (damage: Damage) => void;
  #nextId = 1;
  #gone: GatewayError | undefined;

  constructor(onDamage: (damage: Damage) => void) {
    this.#onDamage = onDamage;
    this.#worker = startWorker('store');
    this.#worker.on('message', (message: FromStore) => {
      this.#take(message);
    });
    this.#worker.on('error', (error) => {
      this.#end(`the store thread failed: ${describeError(error)}`);
    });
    this.#worker.on('exit', () => {
      this.#end('the store thread has ended');
    });
  }

  /** @throws GatewayError STORE_FAILED, STORE_VERSION, STORE_CORRUPT */
  call<Method extends StoreMethod>(
    method: Method,
    input: StoreInput<Method>,
    options?: { readonly withinMs: number },
  ): Promise<StoreOutput<Method>> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        const text = `the store did not answer ${method} in time`;
        reject(new GatewayError('STORE_FAILED', text, { retryable: true }));
      }, options?.withinMs ?? answerWithinMs);
      this.#pending.set(id, { resolve, reject, timer });
      const message: ToStore = { id, method, input };
      this.#worker.postMessage(message);
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #take(message: FromStore): void {
    if (message.type === 'damage') {
      this.#onDamage(message.damage);
      return;
    }
    const pending = this.#pending.get(message.id);
    if (pending === undefined) return;
    this.#pending.delete(message.id);
    clearTimeout(pending.timer);
    if (message.type === 'result') pending.resolve(message.output as never);
    else {
      const { code, message: text, retryable } = message.error;
      pending.reject(new GatewayError(code, text, { retryable }));
    }
  }

  #end(reason: string): void {
    this.#gone ??= new GatewayError('STORE_FAILED', reason, { retryable: false });
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(this.#gone);
    }
    this.#pending.clear();
  }
}
