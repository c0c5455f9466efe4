import { userKey } from './book.ts';
import {
  type AccessContext,
  auditOf,
  boundedAuditOf,
  endSessionsOf,
  hasLastingAdmin,
} from './context.ts';
import { leastPasswordLength, mostPasswordLength } from './password.ts';
import type { AccessChange, Actor, AuditDetails, StoredUser } from './protocol.ts';
import { type AccessOutcome, done, refused } from './refusal.ts';
import type { Role } from './roles.ts';

const mostUsers = 200;

export type UserChange = {
  readonly role?: Role | undefined;
  readonly isDisabled?: boolean | undefined;
  readonly password?: string | undefined;
};

const isWeak = (name: string, password: string): boolean =>
  password.length < leastPasswordLength ||
  password.length > mostPasswordLength ||
  new Set(password).size < 4 ||
  userKey(password).includes(userKey(name));

const actionOf = ({ role, isDisabled }: UserChange): string => {
  if (isDisabled !== undefined) return isDisabled ? 'user-disabled' : 'user-enabled';
  return role === undefined ? 'password-changed' : 'role-changed';
};

/** People who may sign in. Every change is audited in the same commit. */
export class UserDesk {
  readonly #context: AccessContext;

  constructor(context: AccessContext) {
    this.#context = context;
  }

  /** By name. */
  list(): readonly StoredUser[] {
    return [...this.#context.book.users].sort((a, b) => a.name.localeCompare(b.name));
  }

  add(
    {
      name,
      role,
      password,
    }: { readonly name: string; readonly role: Role; readonly password: string },
    actor: Actor,
  ): Promise<AccessOutcome<StoredUser>> {
    const { book, passwords, nowMs } = this.#context;
    return book.inTurn(async () => {
      if (isWeak(name, password)) return refused('PASSWORD_WEAK');
      if (book.user(name) !== undefined) return refused('USER_EXISTS');
      if (book.users.length >= mostUsers) return refused('TOO_MANY');
      const createdMs = nowMs();
      const user: StoredUser = {
        ...{ name: name.normalize('NFKC'), role, password: await passwords.hash(password) },
        ...{ isDisabled: false, createdMs, passwordMs: createdMs, lastSignInMs: null },
      };
      await this.#commit([{ type: 'putUser', user }], {
        ...{ actor, action: 'user-added', subject: user.name, details: { role } },
      });
      return done(user);
    });
  }

  /** Whoever is disabled or gets another password is signed out everywhere. */
  change(name: string, change: UserChange, actor: Actor): Promise<AccessOutcome<StoredUser>> {
    const { book } = this.#context;
    return book.inTurn(async () => {
      const before = book.user(name);
      if (before === undefined) return refused('NO_USER');
      const { role = before.role, isDisabled = before.isDisabled, password } = change;
      const staysAdmin = role === 'admin' && !isDisabled;
      const isAdmin = before.role === 'admin' && !before.isDisabled;
      if (isAdmin && !staysAdmin && !hasLastingAdmin(book, { user: before.name })) {
        return refused('LAST_ADMIN');
      }
      if (password !== undefined && isWeak(before.name, password)) return refused('PASSWORD_WEAK');
      const user = { ...before, role, isDisabled, ...(await this.#newPassword(password)) };
      const isOut = isDisabled || password !== undefined;
      await this.#commit(
        [{ type: 'putUser', user }, ...(isOut ? endSessionsOf(book, { user: before.name }) : [])],
        {
          ...{ actor, action: actionOf(change), subject: before.name },
          details: {
            ...(role === before.role ? {} : { roleBefore: before.role, role }),
            ...(password === undefined ? {} : { passwordChanged: true }),
          },
        },
      );
      return done(user);
    });
  }

  /** By the user itself, who stays signed in here and nowhere else. */
  changeOwnPassword(
    own: { readonly name: string; readonly sessionId: string | null },
    { current, password }: { readonly current: string; readonly password: string },
    actor: Actor,
  ): Promise<AccessOutcome<StoredUser>> {
    const { book, passwords, throttle, monotonicMs } = this.#context;
    // As long as a session is at hand, guessing what it needs beside it is as slow as signing in.
    const place = `session:${own.sessionId ?? ''}`;
    return book.inTurn(async () => {
      const before = book.user(own.name);
      if (before === undefined) return refused('NO_USER');
      if (throttle.waitMs(own.name, place, monotonicMs()) > 0) return refused('TOO_SOON');
      throttle.failed(own.name, place, monotonicMs());
      const isRight = await passwords.isRight(current, before.password).catch((error: unknown) => {
        throttle.unjudged(own.name, place);
        throw error;
      });
      if (!isRight) {
        const audit = boundedAuditOf(this.#context, 'own-passwords', {
          ...{ actor, action: 'password-changed', subject: before.name },
          ...{ outcome: 'refused', reason: 'PASSWORD_WRONG' },
        });
        if (audit.length > 0) await book.commit([], audit);
        return refused('PASSWORD_WRONG');
      }
      throttle.succeeded(own.name, place);
      if (isWeak(before.name, password)) return refused('PASSWORD_WEAK');
      const user = { ...before, ...(await this.#newPassword(password)) };
      await book.revoke(
        [{ type: 'putUser', user }, ...endSessionsOf(book, { user: before.name }, own.sessionId)],
        boundedAuditOf(this.#context, 'own-passwords', {
          ...{ actor, action: 'password-changed', subject: before.name },
        }),
      );
      return done(user);
    });
  }

  remove(name: string, actor: Actor): Promise<AccessOutcome<undefined>> {
    const { book } = this.#context;
    return book.inTurn(async () => {
      const user = book.user(name);
      if (user === undefined) return refused('NO_USER');
      const isAdmin = user.role === 'admin' && !user.isDisabled;
      if (isAdmin && !hasLastingAdmin(book, { user: user.name })) return refused('LAST_ADMIN');
      await this.#commit(
        [{ type: 'removeUser', name: user.name }, ...endSessionsOf(book, { user: user.name })],
        { actor, action: 'user-removed', subject: user.name, details: { role: user.role } },
      );
      return done(undefined);
    });
  }

  async #newPassword(
    password: string | undefined,
  ): Promise<Partial<Pick<StoredUser, 'password' | 'passwordMs'>>> {
    if (password === undefined) return {};
    const { passwords, nowMs } = this.#context;
    return { password: await passwords.hash(password), passwordMs: nowMs() };
  }

  #commit(
    changes: readonly AccessChange[],
    event: {
      readonly actor: Actor;
      readonly action: string;
      readonly subject: string;
      readonly details?: AuditDetails;
    },
  ): Promise<void> {
    return this.#context.book.revoke(changes, [auditOf(this.#context, event)]);
  }
}
