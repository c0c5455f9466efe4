import {
  chmodSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describeError, GatewayError } from '../../core/error.ts';
import { syncPath } from './durable-file.ts';

const sqliteBusy = 5;
const sqliteMalformed = 11;
const sqliteNotADatabase = 26;
const lockName = 'lock.db';
const holderName = 'lock.pid';

/** A SQLite file: where, with which version of its tables, and what makes them. */
export type DatabaseSpec = {
  readonly path: string;
  readonly version: number;
  /** Makes what a new file of `version` has. */
  readonly tables: string;
  /** `migrations[k]` makes of version k + 1 what version k + 2 has; `tables` must give the same. None is ever changed. */
  readonly migrations: readonly string[];
  /** Only whoever runs the gateway may read the file, what SQLite puts beside it, and copies of it. */
  readonly isPrivate?: true;
};

type Opened = { readonly database: DatabaseSync; readonly migrated: readonly string[] };

/** Written ahead (WAL) and synced on every commit (FULL). */
const openFile = (spec: DatabaseSpec): Opened => {
  if (spec.isPrivate) makePrivate(spec.path);
  const database = new DatabaseSync(spec.path, { timeout: 2_000 });
  try {
    const found = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
    refuseNewer(spec, found);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    const check = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
    if (check !== 'ok') throw new Error(String(check));
    const migrated = found === 0 ? [] : migrate(database, spec, found);
    if (found === 0) inOne(database, `${spec.tables} PRAGMA user_version = ${spec.version};`);
    return { database, migrated };
  } catch (error) {
    database.close();
    throw error;
  }
};

/** SQLite gives what it puts beside a file the mode of that file; what is there from before is closed, too. */
const makePrivate = (path: string): void => {
  closeSync(openSync(path, 'a', 0o600));
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) chmodSync(path + suffix, 0o600);
  }
};

const refuseNewer = ({ path, version }: DatabaseSpec, found: number): void => {
  if (found <= version) return;
  throw new GatewayError(
    'STORE_VERSION',
    {
      en: `${path} was written by a newer gateway: it has version ${found}, this gateway knows versions up to ${version}. Run the newer gateway or give this one another folder.`,
      zh: `${path} 由更新版本的网关写入：其版本为 ${found}，本网关最高支持版本 ${version}。请运行更新版本的网关，或为本网关另设目录。`,
    },
    { retryable: false },
  );
};

/** All of it or nothing; a version is a part of the file like its tables. */
const inOne = (database: DatabaseSync, statements: string): void => {
  database.exec('BEGIN EXCLUSIVE');
  try {
    database.exec(statements);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
};

/** Copies the file aside, then brings it to the newest version; gives in words what was done. */
const migrate = (database: DatabaseSync, spec: DatabaseSpec, found: number): readonly string[] => {
  const { path, version, migrations } = spec;
  if (found === version) return [];
  const kept = freeName(`${path}.v${found}`);
  copyDatabase(database, kept);
  inOne(database, `${migrations.slice(found - 1).join('\n')} PRAGMA user_version = ${version};`);
  return [
    `${path} was brought from version ${found} to ${version}; as it was it is kept in ${kept}`,
  ];
};

/** A whole and consistent copy, also while others write; it is there whole or not at all. Who may read the original may read it. */
export const copyDatabase = (database: DatabaseSync, path: string): void => {
  const partial = `${path}.part`;
  rmSync(partial, { force: true });
  const original = database.location();
  const mode = original === null ? 0o600 : statSync(original).mode & 0o666;
  closeSync(openSync(partial, 'wx', mode));
  try {
    database.prepare('VACUUM INTO ?').run(partial);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
  syncPath(partial);
  renameSync(partial, path);
  syncPath(dirname(path));
};

/** A failed check has no code of SQLite. */
const isCorrupt = (error: unknown): boolean =>
  error instanceof Error &&
  !(error instanceof GatewayError) &&
  (!('errcode' in error) ||
    error.errcode === sqliteMalformed ||
    error.errcode === sqliteNotADatabase);

/**
 * Opens or makes the database; an older one is migrated, one that does not verify is renamed and a new one begun.
 * @throws GatewayError STORE_VERSION, STORE_FAILED
 */
export const openDatabase = (
  spec: DatabaseSpec,
): Opened & { readonly setAside: readonly string[] } => {
  const { path } = spec;
  try {
    return { ...openFile(spec), setAside: [] };
  } catch (error) {
    if (!isCorrupt(error)) throw error;
    const aside = freeName(`${path}.damaged`);
    for (const suffix of ['', '-wal', '-shm']) {
      if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
    }
    const reason = `${path} does not verify (${describeError(error)}); it was renamed to ${aside}`;
    return { ...openFile(spec), setAside: [reason] };
  }
};

/**
 * Opens what this process has had open before: it is there and verifies, and is neither renamed nor made anew.
 * @throws GatewayError STORE_VERSION, STORE_FAILED
 */
export const reopenDatabase = (spec: DatabaseSpec): DatabaseSync => {
  const { path } = spec;
  const failed = (detail: { readonly en: string; readonly zh: string }, cause?: unknown) =>
    new GatewayError('STORE_FAILED', detail, { retryable: false, cause });
  if (!existsSync(path)) throw failed({ en: `${path} is gone`, zh: `${path} 已不存在` });
  try {
    return openFile(spec).database;
  } catch (error) {
    if (!isCorrupt(error)) throw error;
    const detail = describeError(error);
    const en = `${path} does not verify any more (${detail})`;
    throw failed({ en, zh: `${path} 校验不再通过（${detail}）` }, error);
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
  const path = join(folder, lockName);
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(path, { timeout: 0 });
    lock.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
    writeFileSync(join(folder, holderName), `${process.pid}\n`);
    return lock;
  } catch (error) {
    lock?.close();
    if (!isBusy(error)) {
      const detail = describeError(error);
      const words = { en: `cannot write ${path}: ${detail}`, zh: `无法写入 ${path}：${detail}` };
      throw new GatewayError('STORE_FAILED', words, { retryable: false, cause: error });
    }
    const holder = holderOf(folder);
    const text = {
      en: `${folder} is in use by process ${holder}`,
      zh: `${folder} 正被进程 ${holder} 使用`,
    };
    throw new GatewayError('STORE_FAILED', text, { retryable: false, cause: error });
  }
};

/** The number of the process that has the folder; undefined when none has it. */
export const folderHolder = (folder: string): string | undefined => {
  const path = join(folder, lockName);
  if (!existsSync(path)) return undefined;
  const lock = new DatabaseSync(path, { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE; ROLLBACK');
    return undefined;
  } catch (error) {
    if (isBusy(error)) return holderOf(folder);
    throw error;
  } finally {
    lock.close();
  }
};

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy;

const holderOf = (folder: string): string => {
  const holder = join(folder, holderName);
  return existsSync(holder) ? readFileSync(holder, 'utf8').trim() : 'unknown';
};
