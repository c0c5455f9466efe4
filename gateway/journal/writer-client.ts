import type { Worker } from 'node:worker_threads';
import { describeError, GatewayError } from '../core/error.ts';
import type { StoredEntries } from './codec/stored-entries.ts';
import type { FromWriter, ToWriter, Usage, WriterOpened } from './protocol.ts';
import type { StoreWriterOptions } from './segments/store-writer.ts';
import type { ChainEnd } from './segments/tail.ts';
import { startWorker } from './start-worker.ts';

const openWithinMs = 120_000;
/** Enough to fill while as many are on their way. */
const spareBuffers = 8;

export type Durable = Extract<FromWriter, { type: 'durable' }>;

/** The writer worker, seen from the main thread. */
export class WriterClient {
  /** Where the chains end, up to `durableSeq`. */
  ends: readonly (ChainEnd | undefined)[] = [];
  usage: Usage = [];
  /** Why nothing becomes durable at present. */
  failing: string | undefined;
  inFlightBytes = 0;
  readonly #worker: Worker;
  readonly #onDurable: (durable: Durable) => void;
  readonly #onFailing: (reason: string | undefined) => void;
  readonly #onDied: (error: GatewayError) => void;
  readonly #spare: ArrayBuffer[] = [];
  #ending = false;
  #gone: GatewayError | undefined;
  #onAnswer: ((message: FromWriter | Error) => void) | undefined;

  constructor(input: {
    readonly onDurable: (durable: Durable) => void;
    /** Told on change: why nothing becomes durable, and undefined when it does again. */
    readonly onFailing: (reason: string | undefined) => void;
    /** Told once, when the thread has ended and nobody asked it to. */
    readonly onDied: (error: GatewayError) => void;
  }) {
    this.#onDurable = input.onDurable;
    this.#onFailing = input.onFailing;
    this.#onDied = input.onDied;
    this.#worker = startWorker('writer');
    this.#worker.on('message', (message: FromWriter) => {
      this.#take(message);
    });
    this.#worker.on('error', (error) => {
      this.#end(`the journal's writer thread failed: ${describeError(error)}`);
    });
    this.#worker.on('exit', () => {
      this.#end("the journal's writer thread has ended");
    });
  }

  /** @throws GatewayError STORE_FAILED */
  async open(options: StoreWriterOptions, ordinals: readonly number[]): Promise<WriterOpened> {
    const answer = await this.#ask({ type: 'open', options, ordinals }, openWithinMs);
    if (answer.type === 'opened') {
      this.ends = answer.opened.ends;
      this.usage = answer.opened.usage;
      return answer.opened;
    }
    const text = answer.type === 'open-failed' ? answer.reason : 'unexpected answer';
    throw new GatewayError('STORE_FAILED', text, { retryable: false });
  }

  /** A buffer to pack into, if one is spare. */
  takeBuffer(): ArrayBuffer | undefined {
    return this.#spare.pop();
  }

  commit(entries: StoredEntries, wallMs: number): void {
    const { counts, buffer } = entries;
    this.inFlightBytes += buffer.byteLength;
    const lastSeq = entries.seq[entries.length - 1] as number;
    this.#post({ type: 'commit', entries: { counts, buffer }, lastSeq, wallMs }, [buffer]);
  }

  /** Ends the thread once what was handed over is durable, or after `withinMs`. */
  async close(withinMs: number): Promise<void> {
    this.#ending = true;
    try {
      await this.#ask({ type: 'close' }, withinMs);
    } finally {
      await this.#worker.terminate();
    }
  }

  async end(): Promise<void> {
    this.#ending = true;
    await this.#worker.terminate();
  }

  #post(message: ToWriter, transfer: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, [...transfer]);
  }

  #ask(message: ToWriter, withinMs: number): Promise<FromWriter> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const text = `the journal's writer did not answer ${message.type} in time`;
        reject(new GatewayError('STORE_FAILED', text, { retryable: true }));
      }, withinMs);
      this.#onAnswer = (answer) => {
        clearTimeout(timer);
        this.#onAnswer = undefined;
        if (answer instanceof Error) reject(answer);
        else resolve(answer);
      };
      this.#post(message);
    });
  }

  #take(message: FromWriter): void {
    if (message.type === 'durable') {
      this.#setFailing(undefined);
      this.ends = message.ends;
      this.usage = message.usage;
      for (const buffer of message.buffers) {
        this.inFlightBytes -= buffer.byteLength;
        if (this.#spare.length < spareBuffers) this.#spare.push(buffer);
      }
      this.#onDurable(message);
    } else if (message.type === 'failing') {
      this.#setFailing(message.reason);
    } else this.#onAnswer?.(message);
  }

  #setFailing(reason: string | undefined): void {
    if (reason === this.failing) return;
    this.failing = reason;
    this.#onFailing(reason);
  }

  #end(reason: string): void {
    // A thread that failed ends as well: the failure is what there is to say.
    if (this.#gone !== undefined) return;
    this.#gone = new GatewayError('STORE_FAILED', reason, { retryable: false });
    if (!this.#ending) {
      this.#setFailing(this.failing ?? reason);
      this.#onDied(this.#gone);
    }
    this.#onAnswer?.(this.#gone);
  }
}
