import { type AccessContext, auditOf, endSessionsOf, hasLastingAdmin } from './context.ts';
import type { Actor, StoredToken } from './protocol.ts';
import { type AccessOutcome, done, refused } from './refusal.ts';
import type { Role } from './roles.ts';
import { hashOfSecret, newId, newTokenSecret } from './secret.ts';

const mostTokens = 200;
const dayMs = 86_400_000;

/** Long enough to make the first user, short enough that a forgotten screen is no way in for good. */
const firstTokenDays = 7;
export const firstTokenName = 'first-run';

/** A token when it is made: the only time that anybody sees its secret. */
export type NewToken = { readonly token: StoredToken; readonly secret: string };

/** Ways in for machines. Every change is audited in the same commit. */
export class TokenDesk {
  readonly #context: AccessContext;

  constructor(context: AccessContext) {
    this.#context = context;
  }

  /** By name. */
  list(): readonly StoredToken[] {
    return [...this.#context.book.tokens].sort((a, b) => a.name.localeCompare(b.name));
  }

  /** `expiresInDays`: null for one that lasts until it is removed. */
  add(
    wanted: { readonly name: string; readonly role: Role; readonly expiresInDays: number | null },
    actor: Actor,
  ): Promise<AccessOutcome<NewToken>> {
    const { book } = this.#context;
    return book.inTurn(async () => {
      if (book.tokens.some(({ name }) => name === wanted.name)) return refused('TOKEN_EXISTS');
      if (book.tokens.length >= mostTokens) return refused('TOO_MANY');
      return done(await this.#make(wanted, actor));
    });
  }

  remove(id: string, actor: Actor): Promise<AccessOutcome<undefined>> {
    const { book } = this.#context;
    return book.inTurn(async () => {
      const token = book.token(id);
      if (token === undefined) return refused('NO_TOKEN');
      const isAdmin = token.role === 'admin';
      if (isAdmin && !hasLastingAdmin(book, { tokenId: id })) return refused('LAST_ADMIN');
      await book.revoke(
        [{ type: 'removeToken', id }, ...endSessionsOf(book, { tokenId: id })],
        [
          auditOf(this.#context, {
            ...{ actor, action: 'token-removed', subject: token.name },
            details: { id, role: token.role },
          }),
        ],
      );
      return done(undefined);
    });
  }

  /** The secret of a token for whoever sets the gateway up; undefined where somebody may manage users already. */
  first(actor: Actor): Promise<string | undefined> {
    const { book, nowMs } = this.#context;
    return book.inTurn(async () => {
      const isLive = (expiresMs: number | null) => expiresMs === null || expiresMs > nowMs();
      const hasToken = book.tokens.some(
        ({ role, expiresMs }) => role === 'admin' && isLive(expiresMs),
      );
      if (hasToken || hasLastingAdmin(book)) return undefined;
      const old = book.tokens.find(({ name }) => name === firstTokenName);
      if (old !== undefined) await book.commit([{ type: 'removeToken', id: old.id }], []);
      const wanted = {
        name: firstTokenName,
        role: 'admin',
        expiresInDays: firstTokenDays,
      } as const;
      return (await this.#make(wanted, actor)).secret;
    });
  }

  async #make(
    { name, role, expiresInDays }: Parameters<TokenDesk['add']>[0],
    actor: Actor,
  ): Promise<NewToken> {
    const { book, nowMs } = this.#context;
    const secret = newTokenSecret();
    const createdMs = nowMs();
    const token: StoredToken = {
      ...{ id: newId(), name, role, hash: hashOfSecret(secret), createdMs },
      expiresMs: expiresInDays === null ? null : createdMs + expiresInDays * dayMs,
      ...{ createdBy: actor.name, lastUsedMs: null },
    };
    await book.commit(
      [{ type: 'putToken', token }],
      [
        auditOf(this.#context, {
          ...{ actor, action: 'token-added', subject: name },
          details: { id: token.id, role, ...(expiresInDays === null ? {} : { expiresInDays }) },
        }),
      ],
    );
    return { token, secret };
  }
}
