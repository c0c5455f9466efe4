import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Access, openAccess } from '../../../gateway/access/access.ts';
import { AccessStore } from '../../../gateway/access/access-store.ts';
import { copyDatabase } from '../../../gateway/journal/store/database.ts';
import { createTestLog } from '../../support/test-log.ts';

let folder: string;
let umask: number;
const stored = { name: 'anna', role: 'admin', password: 'x', isDisabled: false } as const;
const user = { ...stored, createdMs: 1, passwordMs: 1, lastSignInMs: null };

beforeEach(() => {
  umask = process.umask(0o022);
  folder = mkdtempSync(join(tmpdir(), 'seamwatt-access-'));
});

afterEach(() => {
  process.umask(umask);
  rmSync(folder, { recursive: true });
});

const open = (): Promise<Access> =>
  openAccess({
    ...{ folder, mode: 'token', limits: { idleMs: 1000, maxMs: 1000 }, log: createTestLog() },
    ...{ nowMs: () => 1, monotonicMs: () => 1 },
  });

const ruin = (): void => writeFileSync(join(folder, 'access.db'), 'not a database'.repeat(500));

/** Ends its thread at once when nobody needs it. */
const withUser = async (log = createTestLog()): Promise<AccessStore> => {
  const store = new AccessStore(folder, log, 0);
  await store.open();
  await store.apply([{ type: 'putUser', user }], []);
  return store;
};

const threadEnded = (): Promise<void> =>
  expect.poll(() => readdirSync(folder).join(), { timeout: 5000 }).toBe('access.db');

it('is not begun anew while the gateway runs: what is damaged stays for whoever can mend it', async () => {
  const log = createTestLog();
  const store = await withUser(log);
  await threadEnded();
  ruin();
  await expect(store.apply([], [])).rejects.toThrow('does not verify any more');
  expect(readFileSync(join(folder, 'access.db'), 'latin1')).toContain('not a database');
  expect(readdirSync(folder).filter((name) => name.includes('damaged'))).toEqual([]);
  expect(JSON.stringify(log.lines)).toContain('users and the audit log cannot be stored');
  await store.close();
});

it('is not taken for another one that came in its place, or made where it is gone', async () => {
  const store = await withUser();
  await threadEnded();
  rmSync(join(folder, 'access.db'));
  await expect(store.apply([], [])).rejects.toThrow('is gone');
  const other = new AccessStore(folder, createTestLog());
  await other.open();
  await other.close();
  await expect(store.apply([], [])).rejects.toThrow('another one');
  await store.close();
});

it('says in its audit log that it was begun anew', async () => {
  await (await open()).close();
  ruin();
  const access = await open();
  const all = { beforeSeq: undefined, actor: undefined, action: undefined, outcome: undefined };
  const entries = await access.audit.list({ ...all, limit: 9 });
  expect(entries.map(({ action }) => action)).toEqual(['access-begun-anew']);
  await access.close();
});

it('is for nobody else to read, and so are what SQLite puts beside it and copies', async () => {
  const modes = (): string[] =>
    readdirSync(folder).map((name) => {
      const mode = (statSync(join(folder, name)).mode & 0o777).toString(8);
      return `${name} ${mode}`;
    });
  const access = await open();
  const database = new DatabaseSync(join(folder, 'access.db'));
  copyDatabase(database, join(folder, 'copy'));
  expect(modes()).toEqual(['access.db 600', 'access.db-shm 600', 'access.db-wal 600', 'copy 600']);
  database.close();
  await access.close();
});
