import { GatewayError } from '../../gateway/core/error.ts';
import { ReadQueue } from './read-queue.ts';
import type { ReadReceiver, ReadRequest, Transport } from './transport.ts';

/** For devices that need a rest between an answer and the next request: one read at a time, whoever asks. */
export class GapTransport implements Transport {
  readonly closed: Promise<GatewayError>;
  readonly #inner: Transport;
  readonly #gapMs: number;
  readonly #queue = new ReadQueue();
  #isBusy = false;
  #pause: NodeJS.Timeout | undefined;

  /** @param gapMs in ms of real time, above 0 */
  constructor(inner: Transport, gapMs: number) {
    this.#inner = inner;
    this.#gapMs = gapMs;
    this.closed = inner.closed.then((reason) => {
      clearTimeout(this.#pause);
      this.#queue.failAll(reason);
      return reason;
    });
  }

  read(request: ReadRequest, receiver: ReadReceiver): void {
    if (!this.#queue.push(request, receiver)) {
      const words = { en: 'too many reads are waiting', zh: '等待中的读取过多' };
      const error = new GatewayError('BUFFER_OVERFLOW', words, { retryable: true });
      queueMicrotask(() => receiver.failed(error));
      return;
    }
    if (!this.#isBusy) this.#next();
  }

  close(reason?: GatewayError): void {
    clearTimeout(this.#pause);
    this.#inner.close(reason);
  }

  #next(): void {
    const waiting = this.#queue.shift();
    this.#isBusy = waiting !== undefined;
    if (waiting === undefined) return;
    const { request, receiver } = waiting;
    this.#inner.read(request, {
      answered: (buffer, offset) => {
        this.#rest();
        receiver.answered(buffer, offset);
      },
      failed: (error) => {
        this.#rest();
        receiver.failed(error);
      },
    });
  }

  #rest(): void {
    this.#pause = setTimeout(() => this.#next(), this.#gapMs);
  }
}
