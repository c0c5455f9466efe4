import type { AuditQuota, BoundedKind } from './audit-quota.ts';
import type { AccessBook } from './book.ts';
import type { Passwords } from './password.ts';
import type { AccessChange, Actor, AuditDetails, AuditEvent } from './protocol.ts';
import type { SignInThrottle } from './throttle.ts';

/** What all desks of this room work with. */
export type AccessContext = {
  readonly book: AccessBook;
  readonly passwords: Passwords;
  readonly throttle: SignInThrottle;
  readonly quota: AuditQuota;
  /** UTC epoch ms of this machine, also where the plant's time is simulated: sessions are real. */
  readonly nowMs: () => number;
  /** Of one clock that never goes back. */
  readonly monotonicMs: () => number;
};

/** What is audited of something that was done. */
export const auditOf = (
  { nowMs }: Pick<AccessContext, 'nowMs'>,
  event: {
    readonly actor: Actor;
    readonly action: string;
    readonly subject?: string | null;
    readonly outcome?: AuditEvent['outcome'];
    readonly reason?: string;
    readonly details?: AuditDetails;
  },
): AuditEvent => ({
  ...{ timeMs: nowMs(), actor: event.actor, action: event.action },
  ...{ subject: event.subject ?? null, outcome: event.outcome ?? 'done' },
  ...{ reason: event.reason ?? null, details: event.details ?? {} },
});

/** The entry, or none where there are enough of its kind today. */
export const boundedAuditOf = (
  context: AccessContext,
  kind: BoundedKind,
  event: Parameters<typeof auditOf>[1],
): readonly AuditEvent[] => (context.quota.admits(kind) ? [auditOf(context, event)] : []);

/** Ends all sessions of a user but one. */
export const endSessionsOf = (
  book: AccessBook,
  whose: { readonly user: string } | { readonly tokenId: string },
  exceptId?: string | null,
): readonly AccessChange[] =>
  book.sessions
    .filter((session) =>
      'user' in whose ? session.user === whose.user : session.tokenId === whose.tokenId,
    )
    .filter(({ id }) => id !== exceptId)
    .map(({ id }) => ({ type: 'removeSession', id }));

/** Whether somebody may manage users for good, when these are not counted: users by name, tokens by id. */
export const hasLastingAdmin = (
  book: AccessBook,
  without: { readonly user?: string; readonly tokenId?: string } = {},
): boolean =>
  book.users.some(
    ({ name, role, isDisabled }) => role === 'admin' && !isDisabled && name !== without.user,
  ) ||
  book.tokens.some(
    ({ id, role, expiresMs }) => role === 'admin' && expiresMs === null && id !== without.tokenId,
  );
