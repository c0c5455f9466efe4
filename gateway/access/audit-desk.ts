import { describeError } from '../core/error.ts';
import type { Log } from '../core/log.ts';
import type { AccessStore } from './access-store.ts';
import { auditOf } from './context.ts';
import type { AuditEntry, AuditEvent, AuditQuery, AuditState } from './protocol.ts';

/** Refusals that are listed one by one; whoever floods the gateway must not push everything else out of the log. */
const refusalsAMinute = 60;
const minuteMs = 60_000;

/** What was done and refused, for those who look later. */
export class AuditDesk {
  readonly #store: Pick<AccessStore, 'apply' | 'audit' | 'auditState'>;
  readonly #nowMs: () => number;
  readonly #log: Log;
  #minute = 0;
  #listed = 0;
  #unlisted = 0;

  constructor(options: {
    readonly store: Pick<AccessStore, 'apply' | 'audit' | 'auditState'>;
    readonly nowMs: () => number;
    readonly log: Log;
  }) {
    this.#store = options.store;
    this.#nowMs = options.nowMs;
    this.#log = options.log;
  }

  /** Never throws: what was done is done, also when the disk is full. The log then has it. */
  async tell(event: AuditEvent): Promise<void> {
    try {
      await this.#store.apply([], [event]);
    } catch (error) {
      this.#log.error({ event, err: error }, `not in the audit log: ${describeError(error)}`);
    }
  }

  /** Of many in a minute only the first are listed; the others are counted. */
  async tellRefusal(event: AuditEvent): Promise<void> {
    await this.#endMinute();
    if (this.#listed >= refusalsAMinute) {
      this.#unlisted += 1;
      return;
    }
    this.#listed += 1;
    await this.tell(event);
  }

  /** Newest first. @throws GatewayError STORE_FAILED */
  list(query: AuditQuery): Promise<readonly AuditEntry[]> {
    return this.#store.audit(query);
  }

  /** Reads all of it, and whether each entry follows from the one before. @throws GatewayError STORE_FAILED */
  state(): Promise<AuditState> {
    return this.#store.auditState();
  }

  /** Tells what was only counted so far. */
  async flush(): Promise<void> {
    const count = this.#unlisted;
    this.#unlisted = 0;
    if (count === 0) return;
    await this.tell(
      auditOf(
        { nowMs: this.#nowMs },
        {
          actor: { kind: 'gateway', name: null, role: null, address: null },
          ...{ action: 'refusals-not-listed', outcome: 'refused', details: { count } },
        },
      ),
    );
  }

  async #endMinute(): Promise<void> {
    const minute = Math.floor(this.#nowMs() / minuteMs);
    if (minute === this.#minute) return;
    this.#minute = minute;
    this.#listed = 0;
    await this.flush();
  }
}
