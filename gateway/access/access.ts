import type { Log } from '../core/log.ts';
import { AccessStore } from './access-store.ts';
import { AuditDesk } from './audit-desk.ts';
import { AuditQuota } from './audit-quota.ts';
import { AccessBook } from './book.ts';
import { auditOf } from './context.ts';
import { type PasswordCost, Passwords } from './password.ts';
import type { AuthMode } from './roles.ts';
import { SessionDesk, type SessionLimits } from './session-desk.ts';
import { SignInThrottle, type ThrottleLimits } from './throttle.ts';
import { TokenDesk } from './token-desk.ts';
import { UserDesk } from './user-desk.ts';

export type AccessOptions = {
  /** Of the journal. */
  readonly folder: string;
  readonly mode: AuthMode;
  readonly limits: SessionLimits;
  readonly log: Log;
  /** UTC epoch ms of this machine. */
  readonly nowMs: () => number;
  /** Of one clock that never goes back. */
  readonly monotonicMs: () => number;
  readonly throttle?: ThrottleLimits;
  readonly passwordCost?: PasswordCost;
  /** Of each kind that anybody can make many of. */
  readonly auditsADay?: number;
};

/** Who may come in, who has, and what they did. */
export type Access = {
  readonly mode: AuthMode;
  /** Told apart from other gateways on the same host: cookies do not know ports. */
  readonly instance: string;
  readonly users: UserDesk;
  readonly tokens: TokenDesk;
  readonly sessions: SessionDesk;
  readonly audit: AuditDesk;
  readonly nowMs: () => number;
  close(): Promise<void>;
};

/** @throws GatewayError STORE_VERSION, STORE_FAILED */
export const openAccess = async (options: AccessOptions): Promise<Access> => {
  const { folder, mode, limits, log, nowMs, monotonicMs, throttle, passwordCost, auditsADay } =
    options;
  const store = new AccessStore(folder, log);
  const opened = await store.open();
  for (const what of opened.migrated) log.warn({ what }, 'access: brought to a newer version');
  const book = new AccessBook(store, opened);
  const quota = new AuditQuota(nowMs, auditsADay);
  const context = {
    quota,
    book,
    passwords: new Passwords(passwordCost),
    throttle: new SignInThrottle(throttle),
    nowMs,
    monotonicMs,
  };
  const audit = new AuditDesk({ store, quota, nowMs, log });
  for (const reason of opened.setAside) {
    log.error({ reason }, 'access: begun anew, without users, tokens and the audit log so far');
    const actor = { kind: 'gateway', name: null, role: null, address: null } as const;
    await audit.tell(
      auditOf({ nowMs }, { actor, action: 'access-begun-anew', outcome: 'failed', reason }),
    );
  }
  const sessions = new SessionDesk(context, { limits, audit, log });
  return {
    ...{ mode, instance: opened.instance, nowMs, sessions, audit },
    users: new UserDesk(context),
    tokens: new TokenDesk(context),
    close: async () => {
      sessions.stop();
      await audit.flush();
      await store.close();
    },
  };
};
