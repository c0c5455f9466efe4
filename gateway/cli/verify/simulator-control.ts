import { z } from 'zod';
import { GatewayError } from '../../core/error.ts';

const requestTimeoutMs = 30_000;

const stateSchema = z.looseObject({ nowMs: z.number() });
const refusalSchema = z.object({ error: z.string() });

/** The truth as the simulators tell it: plain JSON. */
export type Truth = z.infer<typeof stateSchema>;

/** What the simulators would not do, in their own words. */
export class RefusedError extends GatewayError {
  constructor(words: string) {
    super('PROTOCOL', words, { retryable: false });
  }
}

/** The control interface of running simulators. */
export class SimulatorControl {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  async state(): Promise<Truth> {
    return stateSchema.parse(await this.#send('GET', '/state'));
  }

  /** @throws RefusedError when a path is unknown or a value out of range */
  async setInputs(inputs: Readonly<Record<string, unknown>>): Promise<void> {
    if (Object.keys(inputs).length > 0) await this.#send('POST', '/state', inputs);
  }

  /** @throws RefusedError when the device or the kind of fault is unknown */
  async addFault(fault: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#send('POST', '/faults', fault);
  }

  async clearFaults(): Promise<void> {
    await this.#send('DELETE', '/faults');
  }

  async advance(toMs: number): Promise<void> {
    await this.#send('POST', '/advance', { toMs });
  }

  async #send(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(new URL(path, this.url), {
      method,
      signal: AbortSignal.timeout(requestTimeoutMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (response.ok) return answer;
    const refusal = refusalSchema.safeParse(answer);
    throw new RefusedError(refusal.data?.error ?? `${path} answered ${response.status}`);
  }
}
