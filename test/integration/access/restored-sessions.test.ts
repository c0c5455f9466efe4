import { cpSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { AccessStore } from '../../../gateway/access/access-store.ts';
import { backUp } from '../../../gateway/journal/backup/backup.ts';
import { restore } from '../../../gateway/journal/backup/restore.ts';
import { testFolder } from '../../support/journal.ts';
import { createTestLog } from '../../support/test-log.ts';

const golden = join(import.meta.dirname, '../../golden/journal/v1');
const quiet = { onProgress: () => undefined };

it('a restore brings users back and no session', async () => {
  const folder = join(testFolder(), 'journal');
  cpSync(golden, folder, { recursive: true });
  const store = new AccessStore(folder, createTestLog());
  await store.open();
  const anna = { name: 'anna', role: 'admin', password: 'x', isDisabled: false } as const;
  const user = { ...anna, createdMs: 1, passwordMs: 1, lastSignInMs: null };
  const place = { id: 's', hash: 'h', user: 'anna', tokenId: null, address: '' } as const;
  const session = { ...place, createdMs: 1, lastUsedMs: 1 };
  await store.apply(
    [
      { type: 'putUser', user },
      { type: 'putSession', session },
    ],
    [],
  );
  await store.close();
  const from = join(testFolder(), 'backup.tar');
  backUp({ folder, to: from, gateway: '1.2.3', nowMs: 1_760_000_000_000, ...quiet });
  const to = join(testFolder(), 'data');
  expect(restore({ from, to, ...quiet }).problems).toEqual([]);
  expect(statSync(join(to, 'journal', 'access.db')).mode & 0o777).toBe(0o600);
  const restored = new AccessStore(join(to, 'journal'), createTestLog());
  const { users, sessions } = await restored.open();
  expect([users, sessions]).toEqual([[user], []]);
  await restored.close();
});
