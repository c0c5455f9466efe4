import type { Worker } from 'node:worker_threads';
import { describeError, GatewayError } from '../core/error.ts';
import type { LocalText } from '../core/point.ts';
import { startWorker } from './start-worker.ts';

/** What a worker can be asked: by method, what goes in and what comes out. */
export type CallTable = Readonly<
  Record<string, { readonly input: unknown; readonly output: unknown }>
>;

export type TransferredError = {
  readonly code: 'STORE_FAILED' | 'STORE_VERSION' | 'STORE_CORRUPT';
  readonly message: string | LocalText;
  readonly retryable: boolean;
};

export type CallMessage = { readonly id: number; readonly method: string; readonly input: unknown };
export type AnswerMessage =
  | { readonly type: 'result'; readonly id: number; readonly output: unknown }
  | { readonly type: 'error'; readonly id: number; readonly error: TransferredError }
  | { readonly type: 'notice'; readonly notice: unknown };

const answerWithinMs = 60_000;

type Pending = {
  readonly resolve: (output: never) => void;
  readonly reject: (error: GatewayError) => void;
  readonly timer: NodeJS.Timeout;
};

export type WorkerEvents = {
  notice?(notice: unknown): void;
  /** Told once, when the thread has ended and nobody asked it to. */
  died?(error: GatewayError): void;
};

/** A worker that answers calls, seen from the thread that asks. */
export class WorkerCalls<Calls extends CallTable> {
  readonly #name: string;
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  readonly #on: WorkerEvents;
  #nextId = 1;
  #ending = false;
  #gone: GatewayError | undefined;

  /** `beside`: URL of the file that the worker's stands beside, where that is another room. */
  constructor(name: string, on: WorkerEvents = {}, beside?: string) {
    this.#name = name;
    this.#on = on;
    this.#worker = startWorker(name, beside);
    this.#worker.on('message', (message: AnswerMessage) => {
      this.#take(message);
    });
    this.#worker.on('error', (error) => {
      this.#end(`the ${name} thread failed: ${describeError(error)}`);
    });
    this.#worker.on('exit', () => {
      this.#end(`the ${name} thread has ended`);
    });
  }

  /** @throws GatewayError STORE_FAILED, STORE_VERSION, STORE_CORRUPT */
  call<Method extends keyof Calls & string>(
    method: Method,
    input: Calls[Method]['input'],
    options?: { readonly withinMs?: number; readonly transfer?: readonly ArrayBuffer[] },
  ): Promise<Calls[Method]['output']> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    // The worker closes its port behind this one.
    if (method === 'close') this.#ending = true;
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        const text = `the ${this.#name} thread did not answer ${method} in time`;
        reject(new GatewayError('STORE_FAILED', text, { retryable: true }));
      }, options?.withinMs ?? answerWithinMs);
      this.#pending.set(id, { resolve, reject, timer });
      const message: CallMessage = { id, method, input };
      this.#worker.postMessage(message, [...(options?.transfer ?? [])]);
    });
  }

  async end(): Promise<void> {
    this.#ending = true;
    await this.#worker.terminate();
  }

  #take(message: AnswerMessage): void {
    if (message.type === 'notice') {
      this.#on.notice?.(message.notice);
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
    const isFirst = this.#gone === undefined;
    this.#gone ??= new GatewayError('STORE_FAILED', reason, { retryable: false });
    if (isFirst && !this.#ending) this.#on.died?.(this.#gone);
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(this.#gone);
    }
    this.#pending.clear();
  }
}
