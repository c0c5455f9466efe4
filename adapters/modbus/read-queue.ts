import type { GatewayError } from '../../gateway/core/error.ts';
import type { ReadReceiver, ReadRequest } from './transport.ts';

type WaitingRead = { readonly request: ReadRequest; readonly receiver: ReadReceiver };

const maxWaiting = 4096;

/** Reads that wait until the connection may carry one more, in the order in which they were asked. */
export class ReadQueue {
  readonly #waiting: WaitingRead[] = [];

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** False when the queue is full. */
  push(request: ReadRequest, receiver: ReadReceiver): boolean {
    if (this.#waiting.length >= maxWaiting) return false;
    this.#waiting.push({ request, receiver });
    return true;
  }

  shift(): WaitingRead | undefined {
    return this.#waiting.shift();
  }

  failAll(reason: GatewayError): void {
    for (const { receiver } of this.#waiting.splice(0)) receiver.failed(reason);
  }
}
