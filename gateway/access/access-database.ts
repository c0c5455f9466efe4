import type { DatabaseSync } from 'node:sqlite';
import { AuditLog } from './audit-log.ts';
import type {
  AccessCalls,
  AccessChange,
  AccessOpened,
  AuditEntry,
  AuditQuery,
  AuditState,
  StoredSession,
  StoredToken,
  StoredUser,
} from './protocol.ts';
import type { Role } from './roles.ts';

type Row = Readonly<Record<string, unknown>>;

const textOrNull = (value: unknown): string | null => (value === null ? null : String(value));
const numberOrNull = (value: unknown): number | null => (value === null ? null : Number(value));

const userOf = (row: Row): StoredUser => ({
  name: String(row['name']),
  role: String(row['role']) as Role,
  password: String(row['password']),
  isDisabled: row['is_disabled'] === 1,
  createdMs: Number(row['created_ms']),
  passwordMs: Number(row['password_ms']),
  lastSignInMs: numberOrNull(row['last_sign_in_ms']),
});

const tokenOf = (row: Row): StoredToken => ({
  id: String(row['id']),
  name: String(row['name']),
  role: String(row['role']) as Role,
  hash: String(row['hash']),
  createdMs: Number(row['created_ms']),
  createdBy: textOrNull(row['created_by']),
  expiresMs: numberOrNull(row['expires_ms']),
  lastUsedMs: numberOrNull(row['last_used_ms']),
});

const sessionOf = (row: Row): StoredSession => ({
  id: String(row['id']),
  hash: String(row['hash']),
  user: textOrNull(row['user']),
  tokenId: textOrNull(row['token_id']),
  createdMs: Number(row['created_ms']),
  lastUsedMs: Number(row['last_used_ms']),
  address: String(row['address']),
});

/** Who may come in, who has, and what they did. */
export class AccessDatabase {
  readonly #database: DatabaseSync;
  readonly #audit: AuditLog;

  /** A database with the tables of `accessSchema`. */
  constructor(database: DatabaseSync, mostAuditEntries?: number) {
    this.#database = database;
    this.#audit = new AuditLog(database, mostAuditEntries);
  }

  content(): Omit<AccessOpened, 'setAside' | 'migrated'> {
    const all = (table: string): readonly Row[] =>
      this.#database.prepare(`SELECT * FROM ${table}`).all();
    return {
      instance: String(all('instance')[0]?.['name']),
      users: all('user').map(userOf),
      tokens: all('token').map(tokenOf),
      sessions: all('session').map(sessionOf),
    };
  }

  /** All of it or nothing. */
  apply({ changes, audit }: AccessCalls['apply']['input']): undefined {
    const database = this.#database;
    database.exec('BEGIN IMMEDIATE');
    try {
      for (const change of changes) this.#apply(change);
      this.#audit.append(audit);
      database.exec('COMMIT');
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }

  audit(query: AuditQuery): readonly AuditEntry[] {
    return this.#audit.list(query);
  }

  auditState(): AuditState {
    return this.#audit.state();
  }

  close(): undefined {
    this.#database.close();
  }

  #apply(change: AccessChange): void {
    if (change.type === 'putUser') this.#putUser(change.user);
    else if (change.type === 'putToken') this.#putToken(change.token);
    else if (change.type === 'putSession') this.#putSession(change.session);
    else if (change.type === 'removeUser') this.#remove('user', 'name', change.name);
    else if (change.type === 'removeToken') this.#remove('token', 'id', change.id);
    else this.#remove('session', 'id', change.id);
  }

  #remove(table: 'user' | 'token' | 'session', column: 'name' | 'id', value: string): void {
    this.#database.prepare(`DELETE FROM ${table} WHERE ${column} = ?`).run(value);
  }

  #putUser(user: StoredUser): void {
    const { name, role, password, isDisabled, createdMs, passwordMs, lastSignInMs } = user;
    this.#database
      .prepare('INSERT OR REPLACE INTO user VALUES (?, ?, ?, ?, ?, ?, ?)')
      .run(name, role, password, isDisabled ? 1 : 0, createdMs, passwordMs, lastSignInMs);
  }

  #putToken(token: StoredToken): void {
    const { id, name, role, hash, createdMs, createdBy, expiresMs, lastUsedMs } = token;
    this.#database
      .prepare('INSERT OR REPLACE INTO token VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
      .run(id, name, role, hash, createdMs, createdBy, expiresMs, lastUsedMs);
  }

  #putSession(session: StoredSession): void {
    const { id, hash, user, tokenId, createdMs, lastUsedMs, address } = session;
    this.#database
      .prepare('INSERT OR REPLACE INTO session VALUES (?, ?, ?, ?, ?, ?, ?)')
      .run(id, hash, user, tokenId, createdMs, lastUsedMs, address);
  }
}
