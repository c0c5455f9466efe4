import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { type DatabaseSpec, openDatabase } from '../../../../gateway/journal/store/database.ts';
import type { StoreMigration } from '../../../../gateway/journal/store/migrations.ts';
import { storeDatabase } from '../../../../gateway/journal/store/tables.ts';
import { checkVersion } from '../../../../gateway/journal/store/version.ts';
import { testFolder } from '../../../support/journal.ts';

const golden = join(import.meta.dirname, '../../../golden/journal/v1');

const copyOfV1 = (): string => {
  const folder = testFolder();
  cpSync(golden, folder, { recursive: true });
  return folder;
};

/** The store of some gateway to come, two versions on. */
const later = (folder: string, second = 'UPDATE cursor SET note = name;'): DatabaseSpec => ({
  ...storeDatabase(folder),
  version: storeDatabase(folder).version + 2,
  migrations: [
    ...storeDatabase(folder).migrations,
    "ALTER TABLE cursor ADD COLUMN note TEXT NOT NULL DEFAULT '';",
    second,
  ],
});

const cursorsOf = (path: string): readonly unknown[] => {
  const database = new DatabaseSync(path);
  const rows = database.prepare('SELECT * FROM cursor').all();
  database.close();
  return rows.map((row) => ({ ...row }));
};

describe('a database of an older version', () => {
  it('is copied aside, then brought forward step by step', () => {
    const folder = copyOfV1();
    const path = join(folder, 'journal.db');
    const before = cursorsOf(path);
    const { database, migrated, setAside } = openDatabase(later(folder));
    database.close();
    const kept = `${path}.v1-1`;
    const { version } = later(folder);
    expect(setAside).toEqual([]);
    expect(migrated).toEqual([
      `${path} was brought from version 1 to ${version}; as it was it is kept in ${kept}`,
    ]);
    expect(cursorsOf(path)).toEqual([expect.objectContaining({ note: 'sink:influx' })]);
    expect(cursorsOf(kept)).toEqual(before);
    expect(openDatabase(later(folder)).migrated).toEqual([]);
  });

  it('stays as it was when a step fails, and each attempt keeps its copy', () => {
    const folder = copyOfV1();
    const path = join(folder, 'journal.db');
    const before = cursorsOf(path);
    const broken = later(folder, 'INSERT INTO no_such_table VALUES (1);');
    expect(() => openDatabase(broken)).toThrow('no such table');
    expect(cursorsOf(path)).toEqual(before);
    expect(openDatabase(later(folder)).migrated).toHaveLength(1);
    expect(cursorsOf(`${path}.v1-1`)).toEqual(before);
    expect(cursorsOf(`${path}.v1-2`)).toEqual(before);
  });

  it('of a newer version is refused in words and not touched', () => {
    const folder = copyOfV1();
    const { database } = openDatabase(later(folder));
    database.close();
    const path = join(folder, 'journal.db');
    const bytes = readFileSync(path);
    expect(() => openDatabase(storeDatabase(folder))).toThrow(
      `${path} was written by a newer gateway: it has version ${later(folder).version}, this gateway knows versions up to ${storeDatabase(folder).version}`,
    );
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });
});

describe('a store of an older version', () => {
  const upper = (folder: string): void => {
    for (const name of readdirSync(join(folder, 'segments'))) {
      const path = join(folder, 'segments', name);
      writeFileSync(path, `${readFileSync(path, 'utf8')}+`);
    }
  };
  const migration = (run: (folder: string) => void): StoreMigration => ({
    files: (folder) => readdirSync(join(folder, 'segments')).map((name) => join('segments', name)),
    run,
  });
  const store = (): string => {
    const folder = testFolder();
    checkVersion(folder, { version: 1, migrations: [] });
    mkdirSync(join(folder, 'segments'));
    writeFileSync(join(folder, 'segments', 'a'), 'one');
    return folder;
  };

  it('is brought forward after what changes was copied aside', () => {
    const folder = store();
    const migrations = [migration(upper), migration(upper)];
    expect(checkVersion(folder, { version: 3, migrations })).toEqual([
      `${folder} was brought from version 1 to 2; as it was it is kept in ${join(folder, 'before-v2')}`,
      `${folder} was brought from version 2 to 3; as it was it is kept in ${join(folder, 'before-v3')}`,
    ]);
    expect(readFileSync(join(folder, 'segments', 'a'), 'utf8')).toBe('one++');
    expect(readFileSync(join(folder, 'before-v2', 'segments', 'a'), 'utf8')).toBe('one');
    expect(readFileSync(join(folder, 'before-v3', 'segments', 'a'), 'utf8')).toBe('one+');
    expect(checkVersion(folder, { version: 3, migrations })).toEqual([]);
  });

  it('begins a step again from the copy when it was interrupted', () => {
    const folder = store();
    const interrupted = migration((at) => {
      upper(at);
      throw new Error('power cut');
    });
    expect(() => checkVersion(folder, { version: 2, migrations: [interrupted] })).toThrow(
      'power cut',
    );
    expect(readFileSync(join(folder, 'segments', 'a'), 'utf8')).toBe('one+');
    expect(readFileSync(join(folder, 'version.json'), 'utf8')).toContain('"version":1');
    checkVersion(folder, { version: 2, migrations: [migration(upper)] });
    expect(readFileSync(join(folder, 'segments', 'a'), 'utf8')).toBe('one+');
    expect(readFileSync(join(folder, 'version.json'), 'utf8')).toContain('"version":2');
  });

  it('does not take half a copy for one', () => {
    const folder = store();
    mkdirSync(join(folder, 'before-v2.part', 'segments'), { recursive: true });
    writeFileSync(join(folder, 'before-v2.part', 'segments', 'a'), 'on');
    checkVersion(folder, { version: 2, migrations: [migration(upper)] });
    expect(existsSync(join(folder, 'before-v2.part'))).toBe(false);
    expect(readFileSync(join(folder, 'before-v2', 'segments', 'a'), 'utf8')).toBe('one');
  });
});
