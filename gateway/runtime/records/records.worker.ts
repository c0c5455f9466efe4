import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parentPort } from 'node:worker_threads';
import { GatewayError } from '../../core/error.ts';
import { serveCalls } from '../../journal/serve-calls.ts';
import { openDatabase } from '../../journal/store/database.ts';
import { ProductionDatabase } from '../../production/production-database.ts';
import { productionFile } from '../../production/production-schema.ts';
import type { RecordCalls } from '../../records/protocol.ts';
import { RecordsDatabase } from '../../records/records-database.ts';
import { recordsFile, recordsSchema } from '../../records/records-schema.ts';

let records: RecordsDatabase | undefined;

const opened = (): RecordsDatabase => {
  if (records !== undefined) return records;
  throw new GatewayError('STORE_FAILED', 'the records are not open', { retryable: false });
};

/** Another thread writes it. */
const productionIn = (folder: string): ProductionDatabase =>
  new ProductionDatabase(
    new DatabaseSync(join(folder, productionFile), { readOnly: true, timeout: 2_000 }),
  );

if (parentPort !== null) {
  serveCalls<RecordCalls>(parentPort, {
    open: ({ folder }) => {
      // Asked again when reading begins anew.
      if (records !== undefined)
        return { checkpoint: records.checkpoint(), setAside: [], migrated: [] };
      const { database, setAside, migrated } = openDatabase({
        path: join(folder, recordsFile),
        ...recordsSchema,
      });
      records = new RecordsDatabase(database, productionIn(folder));
      return { checkpoint: records.checkpoint(), setAside, migrated };
    },
    store: (input) => opened().store(input),
    list: (input) => opened().list(input),
    find: (input) => opened().find(input),
    facts: (input) => opened().facts(input),
    bins: (input) => opened().bins(input),
    close: () => opened().close(),
  });
}
