import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { GatewayError } from '../../core/error.ts';
import { serveCalls } from '../../journal/serve-calls.ts';
import { openDatabase } from '../../journal/store/database.ts';
import type { RecordCalls } from '../../records/protocol.ts';
import { RecordsDatabase, recordsFile, recordsSchema } from '../../records/records-database.ts';

let records: RecordsDatabase | undefined;

const opened = (): RecordsDatabase => {
  if (records !== undefined) return records;
  throw new GatewayError('STORE_FAILED', 'the records are not open', { retryable: false });
};

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
      records = new RecordsDatabase(database);
      return { checkpoint: records.checkpoint(), setAside, migrated };
    },
    store: (input) => opened().store(input),
    list: (input) => opened().list(input),
    find: (input) => opened().find(input),
    bins: (input) => opened().bins(input),
    close: () => opened().close(),
  });
}
