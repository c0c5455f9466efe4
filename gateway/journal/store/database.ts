import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describeError, GatewayError } from '../../core/error.ts';

/**
 * What does not hold a stream: numbers, texts, places of cursors, quarantine. One SQLite file, written ahead (WAL) and
 * synced on every commit (FULL).
 */

const databaseName = 'journal.db';
const databaseVersion = 1;
const sqliteBusy = 5;
const sqliteMalformed = 11;
const sqliteNotADatabase = 26;

const tables = `
  CREATE TABLE IF NOT EXISTS state (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS point (
    number INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL, meaning TEXT NOT NULL, version INTEGER NOT NULL,
    UNIQUE (path, meaning)) STRICT;
  CREATE TABLE IF NOT EXISTS equipment_group (
    number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, points TEXT NOT NULL, spec TEXT NOT NULL,
    UNIQUE (key, points)) STRICT;
  CREATE TABLE IF NOT EXISTS text (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE IF NOT EXISTS cursor (name TEXT PRIMARY KEY, seq INTEGER NOT NULL, ordinals TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS quarantine (
    id INTEGER PRIMARY KEY AUTOINCREMENT, sink_id TEXT NOT NULL, seq INTEGER NOT NULL, reason TEXT NOT NULL,
    time_ms REAL NOT NULL, entry BLOB NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS quarantine_by_sink ON quarantine (sink_id, id);
`;

const openFile = (path: string): DatabaseSync => {
  const database = new DatabaseSync(path, { timeout: 2_000 });
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    const found = database.prepare('PRAGMA user_version').get()?.['user_version'];
    if (typeof found === 'number' && found > databaseVersion) {
      throw new GatewayError(
        'STORE_VERSION',
        `${path} has version ${found}; this gateway knows versions up to ${databaseVersion}. Run a newer gateway or give it another folder.`,
        { retryable: false },
      );
    }
    const check = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
    if (check !== 'ok') throw new Error(String(check));
    database.exec(`${tables} PRAGMA user_version = ${databaseVersion};`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
};

/** A failed check has no code of SQLite. */
const isCorrupt = (error: unknown): boolean =>
  error instanceof Error &&
  !(error instanceof GatewayError) &&
  (!('errcode' in error) ||
    error.errcode === sqliteMalformed ||
    error.errcode === sqliteNotADatabase);

/**
 * Opens or makes the database; one that does not verify is renamed and a new one begun.
 * @throws GatewayError STORE_VERSION, STORE_FAILED
 */
export const openDatabase = (
  folder: string,
): { readonly database: DatabaseSync; readonly setAside: readonly string[] } => {
  const path = join(folder, databaseName);
  try {
    return { database: openFile(path), setAside: [] };
  } catch (error) {
    if (!isCorrupt(error)) throw error;
    const aside = freeName(`${path}.damaged`);
    for (const suffix of ['', '-wal', '-shm']) {
      if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
    }
    const reason = `${path} does not verify (${describeError(error)}); it was renamed to ${aside}`;
    return { database: openFile(path), setAside: [reason] };
  }
};

const freeName = (path: string): string => {
  for (let number = 1; ; number++) if (!existsSync(`${path}-${number}`)) return `${path}-${number}`;
};

/**
 * Holds the folder for this process. The lock is SQLite's on a file of its own: the kernel releases it when the process
 * ends, however it ends, so there are no stale locks.
 * @throws GatewayError STORE_FAILED when another process has it
 */
export const lockFolder = (folder: string): DatabaseSync => {
  const holder = join(folder, 'lock.pid');
  const path = join(folder, 'lock.db');
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(path, { timeout: 0 });
    lock.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
  } catch (error) {
    lock?.close();
    if (!(error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy)) {
      throw new GatewayError('STORE_FAILED', `cannot write ${path}: ${describeError(error)}`, {
        retryable: false,
        cause: error,
      });
    }
    const pid = existsSync(holder) ? readFileSync(holder, 'utf8').trim() : 'unknown';
    throw new GatewayError('STORE_FAILED', `${folder} is in use by process ${pid}`, {
      retryable: false,
      cause: error,
    });
  }
  writeFileSync(holder, `${process.pid}\n`);
  return lock;
};
