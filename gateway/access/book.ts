import type { AccessStore } from './access-store.ts';
import type {
  AccessChange,
  AccessOpened,
  AuditEvent,
  StoredSession,
  StoredToken,
  StoredUser,
} from './protocol.ts';

/** Names that differ only in case are one. */
export const userKey = (name: string): string => name.normalize('NFKC').toLowerCase();

const noWork = { changes: [], audit: [] };

/** What takes a way in away; it holds at once, stored or not. */
const isRevoking = (change: AccessChange): boolean =>
  change.type.startsWith('remove') || (change.type === 'putUser' && change.user.isDisabled);

/** What ends when a session or a token does. */
type Watcher = () => void;

/** Who may come in and who has, in memory as in the store: asking waits for nothing, changes are durable when they are told. */
export class AccessBook {
  readonly #store: Pick<AccessStore, 'apply'>;
  readonly #users = new Map<string, StoredUser>();
  readonly #tokens = new Map<string, StoredToken>();
  readonly #tokensByHash = new Map<string, string>();
  readonly #sessions = new Map<string, StoredSession>();
  readonly #sessionsByHash = new Map<string, string>();
  readonly #watchers = new Map<string, Set<Watcher>>();
  #turn: Promise<unknown> = Promise.resolve();
  /** What was revoked and could not be stored yet. */
  #owed: { changes: readonly AccessChange[]; audit: readonly AuditEvent[] } = noWork;

  constructor(store: Pick<AccessStore, 'apply'>, { users, tokens, sessions }: AccessOpened) {
    this.#store = store;
    for (const user of users) this.#take({ type: 'putUser', user });
    for (const token of tokens) this.#take({ type: 'putToken', token });
    for (const session of sessions) this.#take({ type: 'putSession', session });
  }

  get users(): readonly StoredUser[] {
    return [...this.#users.values()];
  }

  get tokens(): readonly StoredToken[] {
    return [...this.#tokens.values()];
  }

  get sessions(): readonly StoredSession[] {
    return [...this.#sessions.values()];
  }

  user(name: string): StoredUser | undefined {
    return this.#users.get(userKey(name));
  }

  token(id: string): StoredToken | undefined {
    return this.#tokens.get(id);
  }

  tokenOfHash(hash: string): StoredToken | undefined {
    return this.#tokens.get(this.#tokensByHash.get(hash) ?? '');
  }

  session(id: string): StoredSession | undefined {
    return this.#sessions.get(id);
  }

  sessionOfHash(hash: string): StoredSession | undefined {
    return this.#sessions.get(this.#sessionsByHash.get(hash) ?? '');
  }

  /** One after the other, so that what was looked at still holds when it is changed. */
  inTurn<Output>(work: () => Promise<Output>): Promise<Output> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** @throws GatewayError STORE_FAILED, and then nothing has changed */
  async commit(changes: readonly AccessChange[], audit: readonly AuditEvent[]): Promise<void> {
    await this.#store.apply([...this.#owed.changes, ...changes], [...this.#owed.audit, ...audit]);
    this.#owed = noWork;
    for (const change of changes) this.#take(change);
  }

  /**
   * What takes ways in away holds at once; what cannot be stored, as on a full disk, is stored with the next that can be.
   * Without anything to change, stores what is owed.
   * @throws GatewayError STORE_FAILED; until it is stored, a restart brings it back
   */
  async revoke(changes: readonly AccessChange[], audit: readonly AuditEvent[]): Promise<void> {
    const revoking = changes.filter(isRevoking);
    for (const change of revoking) this.#take(change);
    const { changes: owed, audit: owedAudit } = this.#owed;
    if (changes.length + owed.length + owedAudit.length === 0) return;
    try {
      await this.commit(changes, audit);
    } catch (error) {
      if (revoking.length > 0) {
        // Of what was done in part nothing is told as done.
        const told = revoking.length === changes.length ? audit : [];
        this.#owed = { changes: [...owed, ...revoking], audit: [...owedAudit, ...told] };
      }
      throw error;
    }
  }

  /** Tells whoever watches the session or token of this id that it ended. */
  endOf(id: string): void {
    this.#end(id);
  }

  /** Only in memory: when something was used last is stored now and then. */
  used(session: StoredSession): void {
    if (this.#sessions.has(session.id)) this.#sessions.set(session.id, session);
  }

  usedToken(token: StoredToken): void {
    if (this.#tokens.has(token.id)) this.#tokens.set(token.id, token);
  }

  /** Calls `end` once when the session or token of this id ends; what is given stops that. */
  onEnd(id: string, end: Watcher): () => void {
    const watchers = this.#watchers.get(id) ?? new Set();
    this.#watchers.set(id, watchers.add(end));
    return () => {
      watchers.delete(end);
      if (watchers.size === 0) this.#watchers.delete(id);
    };
  }

  #take(change: AccessChange): void {
    if (change.type === 'putUser') this.#users.set(userKey(change.user.name), change.user);
    else if (change.type === 'removeUser') this.#users.delete(userKey(change.name));
    else if (change.type === 'putToken') {
      this.#tokens.set(change.token.id, change.token);
      this.#tokensByHash.set(change.token.hash, change.token.id);
    } else if (change.type === 'putSession') {
      this.#sessions.set(change.session.id, change.session);
      this.#sessionsByHash.set(change.session.hash, change.session.id);
    } else if (change.type === 'removeToken') {
      this.#tokensByHash.delete(this.#tokens.get(change.id)?.hash ?? '');
      this.#tokens.delete(change.id);
      this.#end(change.id);
    } else {
      this.#sessionsByHash.delete(this.#sessions.get(change.id)?.hash ?? '');
      this.#sessions.delete(change.id);
      this.#end(change.id);
    }
  }

  #end(id: string): void {
    const watchers = this.#watchers.get(id);
    this.#watchers.delete(id);
    for (const end of watchers ?? []) end();
  }
}
