import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { GatewayError } from '../../core/error.ts';
import { storeVersion } from '../segments/format.ts';
import { syncPath, writeDurably } from './durable-file.ts';
import { migrateFolder, type StoreMigration, storeMigrations } from './migrations.ts';

const fileName = 'version.json';
const storeName = 'seamwatt-journal';

/** What a gateway can do with stores of other versions. */
export type KnownVersions = {
  readonly version: number;
  readonly migrations: readonly StoreMigration[];
};

const ours: KnownVersions = { version: storeVersion, migrations: storeMigrations };

/**
 * Checks that this gateway understands the store in `folder`, brings an older one forward, or marks a new one. Gives in
 * words what was brought forward.
 * @throws GatewayError STORE_VERSION when it is newer, STORE_CORRUPT when it is something else
 */
export const checkVersion = (folder: string, known: KnownVersions = ours): readonly string[] => {
  if (!existsSync(join(folder, fileName))) {
    markVersion(folder, known.version);
    syncPath(dirname(folder));
    return [];
  }
  const found = foundVersion(folder, known.version);
  return migrateFolder({
    folder,
    from: found,
    migrations: known.migrations.slice(found - 1, known.version - 1),
    mark: (version) => markVersion(folder, version),
  });
};

const markVersion = (folder: string, version: number): void => {
  const text = JSON.stringify({ store: storeName, version });
  writeDurably(join(folder, fileName), Buffer.from(`${text}\n`));
};

/** Marks a folder as a store that is not whole yet, which nothing opens. */
export const markUnfinished = (folder: string): void => {
  const text = JSON.stringify({ store: `${storeName}-unfinished` });
  writeDurably(join(folder, fileName), Buffer.from(`${text}\n`));
};

/** @throws GatewayError as `checkVersion`; STORE_FAILED when there is no store, STORE_VERSION when it is older. */
export const checkReadable = (folder: string): void => {
  const found = foundVersion(folder, storeVersion);
  if (found === storeVersion) return;
  throw new GatewayError(
    'STORE_VERSION',
    {
      en: `${folder} was written by an older gateway: its store has version ${found}. Run this gateway on it once; that brings it to version ${storeVersion}.`,
      zh: `${folder} 由较旧版本的网关写入：其版本为 ${found}。请先用本网关运行一次，即可升级到版本 ${storeVersion}。`,
    },
    { retryable: false },
  );
};

const foundVersion = (folder: string, known: number): number => {
  const path = join(folder, fileName);
  if (!existsSync(path)) {
    const text = {
      en: `there is no journal in ${folder}: nothing was recorded with this data folder`,
      zh: `${folder} 中没有日志：该数据目录未记录过任何数据`,
    };
    throw new GatewayError('STORE_FAILED', text, { retryable: false });
  }
  const found = parse(readFileSync(path, 'utf8'));
  if (found === undefined) {
    const text = {
      en: `${path} does not describe a ${storeName}`,
      zh: `${path} 的内容不是 ${storeName}`,
    };
    throw new GatewayError('STORE_CORRUPT', text, { retryable: false });
  }
  if (found <= known) return found;
  throw new GatewayError(
    'STORE_VERSION',
    {
      en: `${folder} was written by a newer gateway: its store has version ${found}, this gateway knows versions up to ${known}. Run the newer gateway or give this one another folder.`,
      zh: `${folder} 由更新版本的网关写入：其版本为 ${found}，本网关最高支持版本 ${known}。请运行更新版本的网关，或为本网关另设目录。`,
    },
    { retryable: false },
  );
};

const parse = (text: string): number | undefined => {
  try {
    const { store, version } = JSON.parse(text);
    return store === storeName && Number.isInteger(version) && version > 0 ? version : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
};
