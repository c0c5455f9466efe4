import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { GatewayError } from '../../core/error.ts';
import { RecordsDatabase, recordsFile, recordsSchema } from '../../records/records-database.ts';

/**
 * Looks into the records of a journal's folder, also while a gateway adds to them; undefined when there are none.
 * @throws GatewayError STORE_VERSION; Error of node:sqlite
 */
export const readRecords = <Result>(
  folder: string,
  look: (records: RecordsDatabase) => Result,
): Result | undefined => {
  const path = join(folder, recordsFile);
  if (!existsSync(path)) return undefined;
  const database = new DatabaseSync(path, { readOnly: true, timeout: 2_000 });
  try {
    const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
    if (version > recordsSchema.version) throw newer(path, version);
    return look(new RecordsDatabase(database));
  } finally {
    database.close();
  }
};

const newer = (path: string, version: number): GatewayError => {
  const words = {
    en: `${path} was written by a newer gateway (version ${version})`,
    zh: `${path} 由更新版本的网关写入（版本 ${version}）`,
  };
  return new GatewayError('STORE_VERSION', words, { retryable: false });
};
