import type { Log } from '../core/log.ts';
import type { AuditDesk } from './audit-desk.ts';
import { type AccessContext, auditOf, boundedAuditOf } from './context.ts';
import type { AccessChange, Actor, StoredSession, StoredToken } from './protocol.ts';
import { type AccessOutcome, done, refused } from './refusal.ts';
import type { Role } from './roles.ts';
import { hashOfSecret, newId, newSecret } from './secret.ts';

const mostSessions = 2000;
const mostSessionsOfOne = 20;
const sweepMs = 10_000;
/** When something was used last is stored at most so often. */
const usedStepMs = 300_000;
/** An expired token is refused at once and removed much later: a clock that leaps ahead and back takes none for good. */
const expiredKeptMs = 90 * 86_400_000;
/** A session that begins later than this from now was begun by another clock. */
const mostAheadMs = 3_600_000;

/** Who asks, as far as it is known and still holds. */
export type Identity = {
  readonly kind: 'user' | 'token';
  readonly name: string;
  readonly role: Role;
  /** Null of a token that came with the request itself. */
  readonly sessionId: string | null;
  readonly tokenId: string | null;
  /** When it ends, whatever is asked; null when it does not. UTC epoch ms. */
  readonly endsMs: number | null;
};

export type Credentials =
  | { readonly name: string; readonly password: string }
  | { readonly token: string };

export type SignIn =
  | { readonly ok: true; readonly secret: string; readonly identity: Identity }
  | { readonly ok: false; readonly reason: 'wrong' }
  | { readonly ok: false; readonly reason: 'throttled'; readonly waitMs: number };

export type SessionLimits = { readonly idleMs: number; readonly maxMs: number };

const gatewayItself: Actor = { kind: 'gateway', name: null, role: null, address: null };

const nobodyAt = (address: string): Actor => ({
  ...{ kind: 'nobody', name: null, role: null, address },
});

export const actorOf = (identity: Identity | undefined, address: string): Actor =>
  identity === undefined
    ? nobodyAt(address)
    : { kind: identity.kind, name: identity.name, role: identity.role, address };

/** Those who have signed in, and how they do. */
export class SessionDesk {
  readonly #context: AccessContext;
  readonly #limits: SessionLimits;
  readonly #audit: Pick<AuditDesk, 'tellBounded'>;
  readonly #timer: NodeJS.Timeout;
  /** What was stored of when sessions and tokens were used last. */
  readonly #storedUse = new Map<string, number>();

  constructor(
    context: AccessContext,
    options: {
      readonly limits: SessionLimits;
      readonly audit: Pick<AuditDesk, 'tellBounded'>;
      readonly log: Log;
    },
  ) {
    this.#audit = options.audit;
    this.#context = context;
    this.#limits = options.limits;
    this.#timer = setInterval(() => {
      this.sweep().catch((error: unknown) => {
        options.log.error({ err: error }, 'sessions that are over could not be ended');
      });
    }, sweepMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  list(): readonly StoredSession[] {
    return this.#context.book.sessions.filter((session) => this.#isLive(session));
  }

  /** Whose cookie it is; undefined when it is nobody's any more. */
  ofSession(secret: string): Identity | undefined {
    const { book, nowMs } = this.#context;
    const session = book.sessionOfHash(hashOfSecret(secret));
    if (session === undefined || !this.#isLive(session)) return undefined;
    const identity = this.#identityOf(session);
    if (identity !== undefined) book.used({ ...session, lastUsedMs: nowMs() });
    return identity;
  }

  /** Whose token it is; undefined when it is none, or none any more. */
  ofToken(secret: string): Identity | undefined {
    const { book, nowMs } = this.#context;
    const token = book.tokenOfHash(hashOfSecret(secret));
    if (token === undefined || !this.#isTokenLive(token)) return undefined;
    book.usedToken({ ...token, lastUsedMs: nowMs() });
    const { id: tokenId, name, role, expiresMs: endsMs } = token;
    return { kind: 'token', name, role, sessionId: null, tokenId, endsMs };
  }

  /** Keeps a session from being idle, while something that needs it goes on. */
  keep({ sessionId }: Identity): void {
    const { book, nowMs } = this.#context;
    const session = sessionId === null ? undefined : book.session(sessionId);
    if (session !== undefined) book.used({ ...session, lastUsedMs: nowMs() });
  }

  /** Calls `end` once, when that with which somebody came in ends. */
  onEnd({ sessionId, tokenId }: Identity, end: () => void): () => void {
    return this.#context.book.onEnd(sessionId ?? tokenId ?? '', end);
  }

  /**
   * Begins a session; the one that came with the request, if any, ends. Every try is audited.
   * @throws GatewayError UNAVAILABLE when too many try at once, STORE_FAILED
   */
  async signIn(
    credentials: Credentials,
    { address, before }: { readonly address: string; readonly before: Identity | undefined },
  ): Promise<SignIn> {
    const { monotonicMs, throttle } = this.#context;
    const tried = 'name' in credentials ? credentials.name : null;
    const waitMs = throttle.waitMs(tried, address, monotonicMs());
    if (waitMs > 0) {
      await this.#auditFailure(credentials, { address, reason: 'throttled' });
      return { ok: false, reason: 'throttled', waitMs };
    }
    throttle.failed(tried, address, monotonicMs());
    const whose = await this.#check(credentials).catch((error: unknown) => {
      throttle.unjudged(tried, address);
      throw error;
    });
    if ('reason' in whose) {
      await this.#auditFailure(credentials, { address, reason: whose.reason });
      return { ok: false, reason: 'wrong' };
    }
    throttle.succeeded(tried, address);
    return this.#begin(whose, { address, before });
  }

  /** Ends a session. */
  end(id: string, actor: Actor): Promise<AccessOutcome<undefined>> {
    const { book } = this.#context;
    return book.inTurn(async () => {
      const session = book.session(id);
      if (session === undefined) return refused('NO_SESSION');
      const subject = this.#identityOf(session)?.name ?? session.user;
      const action = actor.name === subject ? 'sign-out' : 'session-ended';
      const event = { actor, action, subject, details: { id } };
      const audit =
        action === 'sign-out'
          ? boundedAuditOf(this.#context, 'sessions', event)
          : [auditOf(this.#context, event)];
      await book.revoke([{ type: 'removeSession', id }], audit);
      return done(undefined);
    });
  }

  /** Ends what is over, with what hangs on it, and stores what was used when. */
  sweep(): Promise<void> {
    const { book } = this.#context;
    return book.inTurn(async () => {
      const over = book.sessions.filter(
        (session) => !this.#isLive(session) || this.#identityOf(session) === undefined,
      );
      const spent = book.tokens.filter((token) => !this.#isTokenLive(token));
      for (const { id } of spent) book.endOf(id);
      const gone = spent.filter(({ expiresMs }) => this.#isLongAgo(expiresMs));
      await book.revoke(
        [
          ...over.map(({ id }) => ({ type: 'removeSession', id }) as const),
          ...gone.map(({ id }) => ({ type: 'removeToken', id }) as const),
        ],
        [
          ...over.flatMap(({ id, user }) =>
            boundedAuditOf(this.#context, 'sessions', {
              ...{ actor: gatewayItself, action: 'session-expired', subject: user },
              details: { id },
            }),
          ),
          ...gone.map(({ id, name }) =>
            auditOf(this.#context, {
              ...{ actor: gatewayItself, action: 'token-removed', subject: name },
              ...{ reason: 'EXPIRED', details: { id } },
            }),
          ),
        ],
      );
      const uses = this.#usesToStore();
      if (uses.length > 0) await book.commit(uses, []);
    });
  }

  async #check(
    credentials: Credentials,
  ): Promise<{ readonly user: string } | StoredToken | { readonly reason: string }> {
    const { book, passwords } = this.#context;
    if ('token' in credentials) {
      const token = book.tokenOfHash(hashOfSecret(credentials.token));
      return token !== undefined && this.#isTokenLive(token) ? token : { reason: 'wrong-token' };
    }
    const user = book.user(credentials.name);
    const isRight = await passwords.isRight(credentials.password, user?.password);
    // As it is now: it took a while.
    const now = book.user(credentials.name);
    if (user === undefined || now === undefined) return { reason: 'unknown-user' };
    if (!isRight || now.password !== user.password) return { reason: 'wrong-password' };
    return now.isDisabled ? { reason: 'disabled' } : { user: now.name };
  }

  #begin(
    whose: { readonly user: string } | StoredToken,
    { address, before }: { readonly address: string; readonly before: Identity | undefined },
  ): Promise<SignIn> {
    const { book, nowMs } = this.#context;
    return book.inTurn(async () => {
      const secret = newSecret();
      const createdMs = nowMs();
      const session: StoredSession = {
        ...{ id: newId(), hash: hashOfSecret(secret), address },
        ...('user' in whose
          ? { user: whose.user, tokenId: null }
          : { user: null, tokenId: whose.id }),
        ...{ createdMs, lastUsedMs: createdMs },
      };
      const identity = this.#identityOf(session);
      // Removed in the same moment.
      if (identity === undefined) return { ok: false, reason: 'wrong' };
      const user = session.user === null ? undefined : book.user(session.user);
      await book.commit(
        [
          ...(before?.sessionId ? [{ type: 'removeSession', id: before.sessionId } as const] : []),
          ...this.#surplus(session),
          { type: 'putSession', session },
          ...(user === undefined
            ? []
            : [{ type: 'putUser', user: { ...user, lastSignInMs: createdMs } } as const]),
        ],
        boundedAuditOf(this.#context, 'sessions', {
          ...{ actor: actorOf(identity, address), action: 'sign-in', subject: identity.name },
          details: { session: session.id },
        }),
      );
      return { ok: true, secret, identity };
    });
  }

  /** Those that were used least recently, of whoever has too many, or of all. */
  #surplus(coming: StoredSession): readonly AccessChange[] {
    const sorted = [...this.#context.book.sessions].sort((a, b) => b.lastUsedMs - a.lastUsedMs);
    const own = sorted.filter(
      ({ user, tokenId }) => user === coming.user && tokenId === coming.tokenId,
    );
    const ids = new Set([
      ...own.slice(mostSessionsOfOne - 1).map(({ id }) => id),
      ...sorted.slice(mostSessions - 1).map(({ id }) => id),
    ]);
    return [...ids].map((id) => ({ type: 'removeSession', id }));
  }

  #identityOf(session: StoredSession): Identity | undefined {
    const { book } = this.#context;
    const endsMs = session.createdMs + this.#limits.maxMs;
    const sessionId = session.id;
    if (session.user !== null) {
      const user = book.user(session.user);
      if (user === undefined || user.isDisabled) return undefined;
      return { kind: 'user', name: user.name, role: user.role, sessionId, tokenId: null, endsMs };
    }
    const token = book.token(session.tokenId ?? '');
    if (token === undefined || !this.#isTokenLive(token)) return undefined;
    const { id: tokenId, name, role, expiresMs } = token;
    const ends = Math.min(endsMs, expiresMs ?? endsMs);
    return { kind: 'token', name, role, sessionId, tokenId, endsMs: ends };
  }

  #isLive({ createdMs, lastUsedMs }: StoredSession): boolean {
    const nowMs = this.#context.nowMs();
    if (createdMs - nowMs > mostAheadMs) return false;
    return nowMs - createdMs < this.#limits.maxMs && nowMs - lastUsedMs < this.#limits.idleMs;
  }

  #isLongAgo(expiresMs: number | null): boolean {
    return expiresMs !== null && this.#context.nowMs() - expiresMs > expiredKeptMs;
  }

  #isTokenLive({ expiresMs }: StoredToken): boolean {
    return expiresMs === null || this.#context.nowMs() < expiresMs;
  }

  #usesToStore(): readonly AccessChange[] {
    const { book } = this.#context;
    const isDue = (id: string, usedMs: number | null): boolean => {
      const stored = this.#storedUse.get(id);
      if (stored === undefined) this.#storedUse.set(id, usedMs ?? 0);
      if (usedMs === null || usedMs - (stored ?? usedMs) < usedStepMs) return false;
      this.#storedUse.set(id, usedMs);
      return true;
    };
    for (const id of this.#storedUse.keys()) {
      if (book.session(id) === undefined && book.token(id) === undefined)
        this.#storedUse.delete(id);
    }
    return [
      ...book.sessions
        .filter(({ id, lastUsedMs }) => isDue(id, lastUsedMs))
        .map((session) => ({ type: 'putSession', session }) as const),
      ...book.tokens
        .filter(({ id, lastUsedMs }) => isDue(id, lastUsedMs))
        .map((token) => ({ type: 'putToken', token }) as const),
    ];
  }

  #auditFailure(
    credentials: Credentials,
    { address, reason }: { readonly address: string; readonly reason: string },
  ): Promise<void> {
    // What is no name may be a password or a token in the wrong field.
    const user = 'name' in credentials ? this.#context.book.user(credentials.name) : undefined;
    const subject = user?.name ?? null;
    const actor = nobodyAt(address);
    return this.#audit.tellBounded(
      'refusals',
      auditOf(this.#context, { actor, action: 'sign-in', subject, outcome: 'refused', reason }),
    );
  }
}
