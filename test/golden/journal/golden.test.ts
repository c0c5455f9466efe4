import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { openHistory } from '../../../gateway/journal/history/history.ts';
import { storeDatabase } from '../../../gateway/journal/store/tables.ts';
import { plainEntries, readAll, testFolder, testJournal } from '../../support/journal.ts';
import { silentLog } from '../../support/journal-options.ts';

/**
 * Folders as gateways of earlier versions of the store left them, each opened by this gateway. A change of the store adds a
 * folder; none is ever changed. `v1` was written by 0.1.0: 44 frames, configuration, dictionary, ticks, events, a cursor, a
 * quarantined entry, a snapshot, roll-ups.
 */
const copyOf = (name: string): string => {
  const folder = testFolder();
  cpSync(join(import.meta.dirname, name), folder, { recursive: true });
  return folder;
};

const schemaOf = (path: string): readonly unknown[] => {
  const database = new DatabaseSync(path, { readOnly: true });
  const rows = database.prepare('SELECT name, sql FROM sqlite_master ORDER BY name').all();
  database.close();
  return rows.map(({ name, sql }) => ({ name, sql: String(sql).replace(/\s+/g, ' ') }));
};

describe('a data folder of version 1', { timeout: 20_000 }, () => {
  it('opens with all that it held', async () => {
    const folder = copyOf('v1');
    const journal = await testJournal(folder);
    expect(journal.recovery).toMatchObject({ clean: true, lastSeq: 53, damage: [], setAside: [] });
    const [first, second] = journal.knownGroups();
    expect([first?.equipment.equipment, second?.equipment.equipment]).toEqual(['f01', 'f02']);
    expect([first?.pointNumbers, second?.pointNumbers]).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
    expect(journal.text(1)).toBe('P-2024-001');
    expect(await journal.loadSnapshot('hot-path')).toEqual({
      seq: 20,
      bytes: Uint8Array.of(1, 2, 3, 250),
    });
    const [kept] = await journal.listQuarantine({ limit: 10 });
    expect(kept).toMatchObject({ sinkId: 'influx', reason: 'field type conflict' });
    expect(kept?.entry.seq[0]).toBe(kept?.seq);
    const cursor = await journal.openCursor('sink:influx', { from: 'stored', persist: true });
    expect(cursor.committed).toBe(10);
    const signal = AbortSignal.timeout(5_000);
    const batch = await cursor.next({ maxEntries: 100, signal, waitMs: 0 });
    const entries = plainEntries(batch ?? expect.fail('nothing'));
    expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 43 }, (_, k) => k + 11));
    await journal.flush();
    const all = await readAll(folder);
    const frames = all.filter(({ content }) => 'values' in (content as object));
    expect(frames).toHaveLength(44);
    expect(frames[7]?.content).toMatchObject({
      group: 1,
      receivedMs: 1_760_000_007_003,
      revision: 1,
      values: [0.6, Math.sqrt(6), 1],
      status: [0, 0, 0],
    });
  });

  it('shows the roll-ups that it had', async () => {
    const folder = copyOf('v1');
    const journal = await testJournal(folder);
    const groups = journal.knownGroups();
    const history = await openHistory({ folder, journal, groups, log: silentLog });
    const [point] = groups[0]?.pointNumbers ?? [];
    const found = await history.query({
      point: point ?? expect.fail('no point'),
      fromMs: 1_760_000_000_000,
      toMs: 1_760_000_060_000,
      maxIntervals: 10,
    });
    await history.close();
    expect(found).toHaveLength(2);
    expect(found.reduce((sum, { count }) => sum + count, 0)).toBe(40);
  });

  it('has the tables of a new one afterwards, and its copy when any had to be changed', async () => {
    const folder = copyOf('v1');
    const fresh = testFolder();
    const migrated = await testJournal(folder);
    await migrated.close();
    await (await testJournal(fresh)).close();
    expect(schemaOf(join(folder, 'journal.db'))).toEqual(schemaOf(join(fresh, 'journal.db')));
    const isOld = storeDatabase(folder).version > 1;
    expect(migrated.recovery.migrated).toHaveLength(isOld ? 1 : 0);
    expect(existsSync(join(folder, 'journal.db.v1-1'))).toBe(isOld);
  });
});
