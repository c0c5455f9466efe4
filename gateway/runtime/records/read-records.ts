import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { GatewayError } from '../../core/error.ts';
import type { BinTable } from '../../records/bins-file.ts';
import { type BinsJson, binsJson } from '../../records/bins-json.ts';
import type {
  BinsQuery,
  ChainedRecord,
  RecordQuery,
  RecordSummary,
} from '../../records/protocol.ts';
import { RecordsDatabase } from '../../records/records-database.ts';
import { recordsFile, recordsSchema } from '../../records/records-schema.ts';
import { type RecordsVerification, verifyRecords } from '../../records/verify-records.ts';

/** What older files lack: a gateway of this version has not run yet, and none of their records has it. */
const tablesSince = [
  { version: 2, table: 'CREATE TEMP TABLE trait (kind TEXT, value TEXT, panel INTEGER)' },
  {
    version: 3,
    table: 'CREATE TEMP TABLE panel_facts (panel INTEGER, version INTEGER, facts TEXT)',
  },
];

/** A record that leaves the gateway, with its bins by seam where they were asked for. */
export type ExportedRecord = ChainedRecord & { readonly bins?: Readonly<Record<string, BinsJson>> };

/** Records as the commands see them. */
export type RecordsReading = {
  verify(): RecordsVerification;
  /** Newest first. */
  list(query: RecordQuery): readonly RecordSummary[];
  /** @throws GatewayError STORE_CORRUPT when bins are not those that were recorded */
  find(
    which: { readonly id: string; readonly revision: number | undefined },
    withBins: boolean,
  ): ExportedRecord | undefined;
  /** @throws GatewayError STORE_CORRUPT when bins are not those that were recorded */
  bins(query: BinsQuery): BinTable | undefined;
};

/**
 * Looks into the records of a journal's folder, also while a gateway adds to them; undefined when there are none.
 * @throws GatewayError STORE_VERSION; Error of node:sqlite
 */
export const readRecords = <Result>(
  folder: string,
  look: (reading: RecordsReading) => Result,
): Result | undefined => {
  const path = join(folder, recordsFile);
  if (!existsSync(path)) return undefined;
  const database = new DatabaseSync(path, { readOnly: true, timeout: 2_000 });
  try {
    const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
    if (version > recordsSchema.version) throw newer(path, version);
    for (const since of tablesSince) if (version < since.version) database.exec(since.table);
    const records = new RecordsDatabase(database);
    return look({
      verify: () => verifyRecords(records),
      list: (query) => records.list(query),
      bins: (query) => records.bins(query),
      find: (which, withBins) => {
        const found = records.find(which);
        return found && withBins ? { ...found, bins: allBins(records, found) } : found;
      },
    });
  } finally {
    database.close();
  }
};

const allBins = (
  records: RecordsDatabase,
  { id, revision, record }: ChainedRecord,
): Readonly<Record<string, BinsJson>> =>
  Object.fromEntries(
    record.seams.flatMap(({ seam }) => {
      const table = records.bins({ id, revision, seam });
      return table === undefined ? [] : [[seam, binsJson(table)]];
    }),
  );

const newer = (path: string, version: number): GatewayError => {
  const words = {
    en: `${path} was written by a newer gateway: it has version ${version}, this gateway knows versions up to ${recordsSchema.version}. Run the newer gateway.`,
    zh: `${path} 由更新版本的网关写入：其版本为 ${version}，本网关最高支持版本 ${recordsSchema.version}。请运行更新版本的网关。`,
  };
  return new GatewayError('STORE_VERSION', words, { retryable: false });
};
