import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { GatewayError } from '../core/error.ts';
import { serveCalls } from '../journal/serve-calls.ts';
import { openDatabase } from '../journal/store/database.ts';
import { AccessDatabase } from './access-database.ts';
import { accessFile, accessSchema } from './access-schema.ts';
import type { AccessCalls } from './protocol.ts';

let access: AccessDatabase | undefined;

const opened = (): AccessDatabase => {
  if (access !== undefined) return access;
  throw new GatewayError('STORE_FAILED', 'access is not open', { retryable: false });
};

if (parentPort !== null) {
  serveCalls<AccessCalls>(parentPort, {
    open: ({ folder }) => {
      const path = join(folder, accessFile);
      const { database, setAside, migrated } = openDatabase({ path, ...accessSchema });
      access = new AccessDatabase(database);
      return { ...access.content(), setAside, migrated };
    },
    apply: (input) => opened().apply(input),
    audit: (query) => opened().audit(query),
    auditState: () => opened().auditState(),
    close: () => opened().close(),
  });
}
