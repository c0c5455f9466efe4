import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { syncPath } from './durable-file.ts';

/** What makes of a store of one version one of the next: segments, snapshots. SQLite files carry versions of their own. */
export type StoreMigration = {
  /** What `run` changes, relative to the folder. */
  files(folder: string): readonly string[];
  /** May be run again over files that were put back after it was interrupted. */
  run(folder: string): void;
};

/** `storeMigrations[k]` makes of version k + 1 what version k + 2 is. None is ever changed or removed. */
export const storeMigrations: readonly StoreMigration[] = [];

/**
 * Brings a store forward version by version. Before each step what it changes is copied into `before-v<next>`, which is
 * kept; a step that was interrupted begins again from that copy. Gives in words what was done.
 */
export const migrateFolder = (input: {
  readonly folder: string;
  readonly from: number;
  readonly migrations: readonly StoreMigration[];
  readonly mark: (version: number) => void;
}): readonly string[] => {
  const { folder, from, migrations, mark } = input;
  return migrations.map((migration, index) => {
    const version = from + index + 1;
    const kept = join(folder, `before-v${version}`);
    if (existsSync(kept)) copyTree(kept, folder);
    else keep(folder, kept, migration.files(folder));
    migration.run(folder);
    mark(version);
    return `${folder} was brought from version ${version - 1} to ${version}; as it was it is kept in ${kept}`;
  });
};

/** The copy gets its name when it is whole. */
const keep = (folder: string, kept: string, files: readonly string[]): void => {
  const partial = `${kept}.part`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial);
  for (const file of files) copyDurably(join(folder, file), join(partial, file));
  syncPath(partial);
  renameSync(partial, kept);
  syncPath(folder);
};

const copyTree = (from: string, to: string): void => {
  for (const name of readdirSync(from, { recursive: true, encoding: 'utf8' })) {
    if (statSync(join(from, name)).isFile()) copyDurably(join(from, name), join(to, name));
  }
};

const copyDurably = (from: string, to: string): void => {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
  syncPath(to);
  syncPath(dirname(to));
};
