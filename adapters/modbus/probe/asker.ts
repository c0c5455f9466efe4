import { setTimeout as sleep } from 'node:timers/promises';
import { GatewayError, toGatewayError } from '../../../gateway/core/error.ts';
import { openTransport } from '../connect.ts';
import type { TransportConfig } from '../modbus-config.ts';
import { dataBytes, type ReadRequest, type Transport } from '../transport.ts';

export type AskerOptions = {
  readonly transport: TransportConfig;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Requests a second, except in bursts that are asked for. */
  readonly rate: number;
};

export type Place = Omit<ReadRequest, 'timeoutMs'>;

export type Answer = Buffer | GatewayError;

/**
 * Reads for a probe: never faster than its rate, and over a connection that is made anew when the device breaks it, as some
 * do when a strange unit is asked for.
 */
export class Asker {
  readonly #options: AskerOptions;
  #transport: Promise<Transport> | undefined;
  #nextMs = 0;
  #count = 0;

  constructor(options: AskerOptions) {
    this.#options = options;
  }

  /** Requests so far. */
  get count(): number {
    return this.#count;
  }

  /** @throws GatewayError CONNECTION_FAILED or ABORTED. */
  async connect(): Promise<void> {
    await this.#open();
  }

  async read(place: Place): Promise<Answer> {
    const nowMs = performance.now();
    const dueMs = Math.max(nowMs, this.#nextMs);
    this.#nextMs = dueMs + 1000 / this.#options.rate;
    if (dueMs > nowMs) {
      try {
        await sleep(dueMs - nowMs, undefined, { signal: this.#options.signal });
      } catch {
        return aborted();
      }
    }
    return this.readNow(place);
  }

  /** Without regard to the rate: what is measured is how fast a device can be asked. */
  async readNow(place: Place): Promise<Answer> {
    if (this.#options.signal.aborted) return aborted();
    const request: ReadRequest = { ...place, timeoutMs: this.#options.timeoutMs };
    const size = dataBytes(request.functionCode, request.quantity);
    this.#count += 1;
    try {
      const transport = await this.#open();
      return await new Promise((resolve) => {
        transport.read(request, {
          answered: (buffer, offset) =>
            resolve(Buffer.from(buffer.subarray(offset, offset + size))),
          failed: resolve,
        });
      });
    } catch (error) {
      return toGatewayError(error, { code: 'CONNECTION_LOST', retryable: true, message: 'probe' });
    }
  }

  /** Lets late answers pass by, and begins anew. */
  async settle(): Promise<void> {
    await this.close();
    try {
      await sleep(2 * this.#options.timeoutMs, undefined, { signal: this.#options.signal });
    } catch {
      // The probe is over; the next read says so.
      return;
    }
  }

  async close(): Promise<void> {
    const opened = this.#transport;
    this.#transport = undefined;
    try {
      const transport = await opened;
      transport?.close();
      await transport?.closed;
    } catch (error) {
      // What could not be opened need not be closed; whoever opened it was told.
      if (!(error instanceof GatewayError)) throw error;
    }
  }

  #open(): Promise<Transport> {
    this.#transport ??= this.#connect();
    return this.#transport;
  }

  async #connect(): Promise<Transport> {
    const { transport: config, signal } = this.#options;
    const count = (): void => undefined;
    try {
      const transport = await openTransport({ transport: config }, { signal, count });
      void transport.closed.then(() => {
        this.#transport = undefined;
      });
      return transport;
    } catch (error) {
      this.#transport = undefined;
      throw error;
    }
  }
}

const aborted = (): GatewayError =>
  new GatewayError(
    'ABORTED',
    { en: 'the time of the probe is over', zh: '探测时间已到' },
    { retryable: false },
  );
