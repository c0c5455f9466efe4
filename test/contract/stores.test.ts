import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'vitest';
import type { AccessCalls } from '../../gateway/access/protocol.ts';
import { JournalEngine } from '../../gateway/journal/engine.ts';
import { openHistory } from '../../gateway/journal/history/history.ts';
import { type Journal, openJournal } from '../../gateway/journal/journal.ts';
import { WorkerCalls } from '../../gateway/journal/worker-calls.ts';
import type { ProductionCalls } from '../../gateway/production/protocol.ts';
import { recordFormat, recordVersion } from '../../gateway/records/panel-record.ts';
import type { RecordCalls } from '../../gateway/records/protocol.ts';
import { appendValues, plainGroup } from '../support/journal.ts';
import { journalOptions, silentLog } from '../support/journal-options.ts';
import { messageOf } from '../support/production-messages.ts';
import { describeStoreContract, type OpenStore } from './store-contract.ts';

const rubbish = 'this is no store, but it is long enough to be taken for one';

const newerDatabase =
  (name: string) =>
  (folder: string): void => {
    const database = new DatabaseSync(join(folder, name));
    database.exec('PRAGMA user_version = 1000');
    database.close();
  };

const newerFolder = (folder: string): void => {
  writeFileSync(join(folder, 'version.json'), '{"store":"seamwatt-journal","version":1000}');
};

const ruined =
  (name: string) =>
  (folder: string): string => {
    writeFileSync(join(folder, name), rubbish);
    return name;
  };

type Use = (journal: Journal) => Promise<Pick<OpenStore, 'put' | 'values'>>;

/** A store that is a part of the journal. */
const inJournal =
  (use: Use) =>
  async (folder: string): Promise<OpenStore> => {
    const journal = await openJournal(journalOptions(folder, { syncMs: 20 }));
    return {
      ...(await use(journal)),
      close: () => journal.close(),
      abandon: async () => {
        if (journal instanceof JournalEngine) await journal.abandon();
      },
    };
  };

const frames: Use = async (journal) => {
  const [group] = await journal.registerGroups([plainGroup('f01', 1)]);
  return {
    put: async (value) => {
      appendValues(journal, group ?? expect.fail('no group'), { timeMs: value, values: [value] });
      await journal.flush();
    },
    values: async () => {
      const cursor = await journal.openCursor('all', {
        from: 'start',
        persist: false,
        classes: ['raw'],
      });
      const found: number[] = [];
      while (cursor.position < journal.nextSeq - 1) {
        const signal = AbortSignal.timeout(5_000);
        const batch = await cursor.next({ maxEntries: 100, signal, waitMs: 0 });
        if (batch === undefined) break;
        for (let k = 0; k < batch.length; k++) found.push(batch.values[batch.offset[k] ?? 0] ?? 0);
      }
      await cursor.close();
      return found;
    },
  };
};

/** Texts of the dictionary; a place of a reader that is stored takes them along. */
const texts: Use = async (journal) => {
  return {
    put: async (value) => {
      journal.intern(`value-${value}`);
      await journal.flush();
      const cursor = await journal.openCursor('sink:x', { from: 'stored', persist: true });
      const signal = AbortSignal.timeout(5_000);
      await cursor.next({ maxEntries: 1_000, signal, waitMs: 0 });
      cursor.commit(cursor.position);
      await cursor.close();
    },
    values: async () => {
      const found: number[] = [];
      for (let id = 1; journal.text(id) !== undefined; id++) {
        found.push(Number(journal.text(id)?.slice('value-'.length)));
      }
      return found;
    },
  };
};

const quarantine: Use = async (journal) => {
  const { put } = await frames(journal);
  return {
    put: async (value) => {
      await put(value);
      const { openBatch: batch } = journal;
      const index = batch.length - 1;
      const seq = batch.seq[index] ?? 0;
      await journal.quarantine('x', [{ seq, reason: String(value), batch, index }]);
    },
    values: async () =>
      (await journal.listQuarantine({ limit: 100 })).map(({ reason }) => Number(reason)),
  };
};

const snapshots: Use = async (journal) => ({
  put: async (value) => {
    const bytes = (await journal.loadSnapshot('state'))?.bytes ?? new Uint8Array();
    const seq = journal.appendRecord({
      type: 'tick',
      timeMs: value,
      watermarkMs: 0,
      dayStartMs: 0,
    });
    await journal.saveSnapshot('state', seq, Uint8Array.of(...bytes, value));
  },
  values: async () => [...((await journal.loadSnapshot('state'))?.bytes ?? [])],
});

/** Roll-ups: a value is a sample, a minute each. */
const openRollups = async (folder: string): Promise<OpenStore> => {
  const journal = await openJournal(journalOptions(join(folder, 'journal'), { syncMs: 20 }));
  const groups = await journal.registerGroups([plainGroup('f01', 1)]);
  const [group] = groups;
  const abort = new AbortController();
  const history = await openHistory({ folder, journal, groups, log: silentLog, gatherMs: 0 }).catch(
    async (error: unknown) => {
      await journal.close();
      throw error;
    },
  );
  const running = history.run(abort.signal);
  const startMs = 1_760_000_040_000;
  const end = async (): Promise<void> => {
    abort.abort();
    await running;
    await history.close();
    await journal.close();
  };
  const values = async (): Promise<readonly number[]> => {
    const point = group?.pointNumbers[0] ?? expect.fail('no point');
    const toMs = startMs + 3_600_000;
    const found = await history.query({ point, fromMs: startMs, toMs, maxIntervals: 60 });
    return found.map((interval) => (interval.startMs - startMs) / 60_000);
  };
  return {
    put: async (value) => {
      const timeMs = startMs + value * 60_000;
      appendValues(journal, group ?? expect.fail('no group'), { timeMs, values: [value] });
      await journal.flush();
      await expect.poll(values, { interval: 10, timeout: 5_000 }).toContain(value);
    },
    values: async () => {
      // What it has still to read after a start it reads at once.
      const { length } = await (await frames(journal)).values();
      await expect.poll(values, { interval: 10, timeout: 5_000 }).toHaveLength(length);
      return values();
    },
    close: end,
    abandon: async () => {
      if (journal instanceof JournalEngine) await journal.abandon();
      abort.abort();
      // It cannot close its reader any more, which is what a crash is.
      await Promise.allSettled([running]);
      await history.close();
    },
  };
};

const recordsRoom = new URL('../../gateway/runtime/records/panel-records.ts', import.meta.url).href;

const panelOf = (value: number): RecordCalls['store']['input']['panels'][number] => ({
  key: `line@${value}`,
  record: {
    ...{ format: recordFormat, version: recordVersion, simulated: true, line: 'e/s/a/l' },
    panelId: String(value),
    time: { startMs: value, endMs: value, closedMs: value, closedBy: 'next-panel' },
    positionMm: { first: null, minimum: null, maximum: null },
    journal: { firstSeq: value, lastSeq: value },
    ...{ configurations: [], gatewayVersions: [], results: [], events: [], marks: [], seams: [] },
  },
});

const productionRoom = new URL(
  '../../gateway/runtime/production/production-store.ts',
  import.meta.url,
).href;

const openProductionWorker = async (folder: string): Promise<WorkerCalls<ProductionCalls>> => {
  const worker = new WorkerCalls<ProductionCalls>('production', {}, productionRoom);
  try {
    await worker.call('open', { folder, nextSeq: 1 });
  } catch (error) {
    await worker.end();
    throw error;
  }
  return worker;
};

/** Messages of production: a value is a message. */
const openProduction = async (folder: string): Promise<OpenStore> => {
  const worker = await openProductionWorker(folder);
  let isClosed = false;
  return {
    put: async (value) => {
      const message = messageOf('productionCount', { id: String(value), produced: value });
      const messages = [{ seq: value, receivedMs: value, message }];
      await worker.call('store', { messages, place: value });
    },
    values: async () => {
      const found = await worker.call('messages', { limit: 100 });
      return found.map(({ seq }) => seq).reverse();
    },
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      await worker.call('close', undefined);
      await worker.end();
    },
    abandon: () => worker.end(),
  };
};

const accessRoom = new URL('../../gateway/access/access-store.ts', import.meta.url).href;

/** Users, tokens and the audit log: a value is an entry of the log. */
const openAccess = async (folder: string): Promise<OpenStore> => {
  const worker = new WorkerCalls<AccessCalls>('access', {}, accessRoom);
  try {
    await worker.call('open', { folder, instance: null });
  } catch (error) {
    await worker.end();
    throw error;
  }
  const all = { beforeSeq: undefined, actor: undefined, action: undefined, outcome: undefined };
  const actor = { kind: 'shell', name: null, role: null, address: null } as const;
  let isClosed = false;
  return {
    put: async (timeMs) => {
      const event = { timeMs, actor, action: 'sign-in', subject: null, reason: null, details: {} };
      await worker.call('apply', { changes: [], audit: [{ ...event, outcome: 'done' }] });
    },
    values: async () => {
      const found = await worker.call('audit', { ...all, limit: 100 });
      return found.map(({ timeMs }) => timeMs).reverse();
    },
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      await worker.call('close', undefined);
      await worker.end();
    },
    abandon: () => worker.end(),
  };
};

/** Records: a value is a panel. What production told of it is in the database beside it. */
const openRecords = async (folder: string): Promise<OpenStore> => {
  await (await openProductionWorker(folder)).end();
  const worker = new WorkerCalls<RecordCalls>('records', {}, recordsRoom);
  try {
    await worker.call('open', { folder });
  } catch (error) {
    await worker.end();
    throw error;
  }
  let isClosed = false;
  return {
    put: async (value) => {
      await worker.call('store', { panels: [panelOf(value)], checkpoint: { lines: {} } });
    },
    values: async () => {
      const found = await worker.call('list', { limit: 100 });
      return found.map(({ id }) => Number(id)).reverse();
    },
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      await worker.call('close', undefined);
      await worker.end();
    },
    abandon: () => worker.end(),
  };
};

describeStoreContract({
  name: 'the journal',
  open: inJournal(frames),
  age: newerFolder,
  ruin: ruined('journal.db'),
  survivesRuin: true,
});
describeStoreContract({
  name: 'the table of texts',
  open: inJournal(texts),
  age: newerDatabase('journal.db'),
  // Texts are journalled too, and come back from there.
  ruin: ruined('journal.db'),
  survivesRuin: true,
});
describeStoreContract({
  name: 'the quarantine',
  open: inJournal(quarantine),
  age: newerDatabase('journal.db'),
  ruin: ruined('journal.db'),
  survivesRuin: false,
});
describeStoreContract({
  name: 'the snapshots',
  open: inJournal(snapshots),
  age: newerFolder,
  ruin: (folder) => {
    const snapshotFolder = join(folder, 'snapshots');
    for (const name of readdirSync(snapshotFolder))
      writeFileSync(join(snapshotFolder, name), rubbish);
    return 'snapshots';
  },
  survivesRuin: false,
});
describeStoreContract({
  name: 'the history',
  open: openRollups,
  age: newerDatabase('history.db'),
  // It is made again from what the journal has.
  ruin: ruined('history.db'),
  survivesRuin: true,
});
describeStoreContract({
  name: 'the records of panels',
  open: openRecords,
  age: newerDatabase('records.db'),
  ruin: ruined('records.db'),
  survivesRuin: false,
});
describeStoreContract({
  name: 'the messages of production',
  open: openProduction,
  age: newerDatabase('production.db'),
  ruin: ruined('production.db'),
  // The gateway fills it again from the journal, which is not there.
  survivesRuin: false,
});

describeStoreContract({
  name: 'access',
  open: openAccess,
  age: newerDatabase('access.db'),
  ruin: ruined('access.db'),
  survivesRuin: false,
});
