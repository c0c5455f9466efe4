import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { GatewayError } from '../core/error.ts';
import { serveCalls } from '../journal/serve-calls.ts';
import { openDatabase, reopenDatabase } from '../journal/store/database.ts';
import { AccessDatabase } from './access-database.ts';
import { accessFile, accessSchema } from './access-schema.ts';
import type { AccessCalls } from './protocol.ts';

let access: AccessDatabase | undefined;

const opened = (): AccessDatabase => {
  if (access !== undefined) return access;
  throw new GatewayError('STORE_FAILED', 'access is not open', { retryable: false });
};

/** In the place of the one before, whose users, tokens and audit log are to go on. */
const openSame = (path: string, instance: string): AccessDatabase => {
  const same = new AccessDatabase(reopenDatabase({ path, ...accessSchema }));
  if (same.content().instance === instance) return same;
  same.close();
  const words = {
    en: `${path} is another one than when the gateway started`,
    zh: `${path} 已不是网关启动时的文件`,
  };
  throw new GatewayError('STORE_FAILED', words, { retryable: false });
};

if (parentPort !== null) {
  serveCalls<AccessCalls>(parentPort, {
    open: ({ folder, instance }) => {
      const path = join(folder, accessFile);
      if (instance !== null) {
        access = openSame(path, instance);
        return { ...access.content(), setAside: [], migrated: [] };
      }
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
