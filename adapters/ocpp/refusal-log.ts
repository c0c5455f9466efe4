import type { GatewayEvent } from '../../gateway/core/event.ts';
import { chargerRefused, type Refusal } from './charger-events.ts';

type Refused = { readonly identity: string; readonly from: string; readonly refusal: Refusal };

const quietMs = 10 * 60_000;
const mostRemembered = 100;

/** Says once in ten minutes who was refused for what, however often it tries. */
export class RefusalLog {
  readonly #source: string;
  readonly #saidMs = new Map<string, number>();

  constructor(source: string) {
    this.#source = source;
  }

  /** Undefined: said already. */
  take(refused: Refused, nowMs: number): GatewayEvent | undefined {
    const key = JSON.stringify([refused.refusal, refused.identity]);
    const saidMs = this.#saidMs.get(key);
    if (saidMs !== undefined && nowMs - saidMs < quietMs) return undefined;
    this.#saidMs.delete(key);
    this.#saidMs.set(key, nowMs);
    const [oldest] = this.#saidMs.keys();
    if (this.#saidMs.size > mostRemembered && oldest !== undefined) this.#saidMs.delete(oldest);
    return chargerRefused(this.#source, refused);
  }
}
