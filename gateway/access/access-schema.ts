import type { DatabaseSpec } from '../journal/store/database.ts';

/** In the journal's folder, so that the lock of the folder and backups hold for it, too. */
export const accessFile = 'access.db';

/**
 * Entries of the audit log are never changed, and only removed from the old end, by moving `removed_seq` first. SQLite itself
 * refuses all else, whoever asks it.
 */
const tables = `
    CREATE TABLE instance (
      one INTEGER PRIMARY KEY CHECK (one = 1), name TEXT NOT NULL,
      removed_seq INTEGER NOT NULL, removed_hash TEXT NOT NULL) STRICT;
    INSERT INTO instance VALUES (1, lower(hex(randomblob(4))), 0, '');
    CREATE TABLE user (
      name TEXT PRIMARY KEY COLLATE NOCASE, role TEXT NOT NULL, password TEXT NOT NULL,
      is_disabled INTEGER NOT NULL, created_ms REAL NOT NULL, password_ms REAL NOT NULL, last_sign_in_ms REAL) STRICT;
    CREATE TABLE token (
      id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, role TEXT NOT NULL, hash TEXT NOT NULL UNIQUE,
      created_ms REAL NOT NULL, created_by TEXT, expires_ms REAL, last_used_ms REAL) STRICT;
    CREATE TABLE session (
      id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, user TEXT, token_id TEXT,
      created_ms REAL NOT NULL, last_used_ms REAL NOT NULL, address TEXT NOT NULL) STRICT;
    CREATE TABLE audit (
      seq INTEGER PRIMARY KEY, time_ms REAL NOT NULL, actor_kind TEXT NOT NULL, actor TEXT, role TEXT, address TEXT,
      action TEXT NOT NULL, subject TEXT, outcome TEXT NOT NULL, reason TEXT, details TEXT NOT NULL,
      hash TEXT NOT NULL) STRICT;
    CREATE INDEX audit_by_actor ON audit (actor, seq);
    CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
      BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
    CREATE TRIGGER audit_is_not_removed BEFORE DELETE ON audit
      WHEN OLD.seq > (SELECT removed_seq FROM instance)
      BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
`;

export const accessSchema = {
  version: 1,
  tables,
  migrations: [],
  isPrivate: true,
} as const satisfies Omit<DatabaseSpec, 'path'>;
