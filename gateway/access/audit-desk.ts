import { describeError } from '../core/error.ts';
import type { Log } from '../core/log.ts';
import type { AccessStore } from './access-store.ts';
import type { AuditQuota, BoundedKind } from './audit-quota.ts';
import { auditOf } from './context.ts';
import type { AuditEntry, AuditEvent, AuditQuery, AuditState } from './protocol.ts';

/** How often what was not listed is told. */
const tellingMs = 3_600_000;

/** What was done and refused, for those who look later. */
export class AuditDesk {
  readonly #store: Pick<AccessStore, 'apply' | 'audit' | 'auditState'>;
  readonly #nowMs: () => number;
  readonly #log: Log;
  readonly #quota: AuditQuota;
  #toldMs = 0;

  constructor(options: {
    readonly store: Pick<AccessStore, 'apply' | 'audit' | 'auditState'>;
    readonly quota: AuditQuota;
    readonly nowMs: () => number;
    readonly log: Log;
  }) {
    this.#quota = options.quota;
    this.#toldMs = options.nowMs();
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

  /** Of many in a day only the first are listed; the others are counted. */
  async tellBounded(kind: BoundedKind, event: AuditEvent): Promise<void> {
    if (this.#quota.admits(kind)) await this.tell(event);
    if (Math.abs(this.#nowMs() - this.#toldMs) >= tellingMs) await this.flush();
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
    this.#toldMs = this.#nowMs();
    const details = this.#quota.takeUnlisted();
    if (Object.keys(details).length === 0) return;
    const actor = { kind: 'gateway', name: null, role: null, address: null } as const;
    const now = { nowMs: this.#nowMs };
    await this.tell(auditOf(now, { actor, action: 'entries-not-listed', details }));
  }
}
