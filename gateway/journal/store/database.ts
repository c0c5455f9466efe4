import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describeError, GatewayError } from '../../core/error.ts';

const sqliteBusy = 5;
const sqliteMalformed = 11;
const sqliteNotADatabase = 26;

/** A SQLite file: where, with which version of its tables, and what makes them. */
export type DatabaseSpec = {
  readonly path: string;
  readonly version: number;
  readonly tables: string;
  /** By the version that it leads to: what makes tables of the version before into it. */
  readonly migrations?: Readonly<Record<number, string>>;
};

/** Written ahead (WAL) and synced on every commit (FULL). */
const openFile = ({ path, version, tables, migrations }: DatabaseSpec): DatabaseSync => {
  const database = new DatabaseSync(path, { timeout: 2_000 });
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    const found = database.prepare('PRAGMA user_version').get()?.['user_version'];
    if (typeof found === 'number' && found > version) {
      throw new GatewayError(
        'STORE_VERSION',
        `${path} has version ${found}; this gateway knows versions up to ${version}. Run a newer gateway or give it another folder.`,
        { retryable: false },
      );
    }
    const check = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
    if (check !== 'ok') throw new Error(String(check));
    for (let next = Number(found) + 1; Number(found) > 0 && next <= version; next += 1) {
      database.exec(`BEGIN; ${migrations?.[next] ?? ''} PRAGMA user_version = ${next}; COMMIT;`);
    }
    database.exec(`${tables} PRAGMA user_version = ${version};`);
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
  spec: DatabaseSpec,
): { readonly database: DatabaseSync; readonly setAside: readonly string[] } => {
  const { path } = spec;
  try {
    return { database: openFile(spec), setAside: [] };
  } catch (error) {
    if (!isCorrupt(error)) throw error;
    const aside = freeName(`${path}.damaged`);
    for (const suffix of ['', '-wal', '-shm']) {
      if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
    }
    const reason = `${path} does not verify (${describeError(error)}); it was renamed to ${aside}`;
    return { database: openFile(spec), setAside: [reason] };
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
