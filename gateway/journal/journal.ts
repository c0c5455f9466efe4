import { join } from 'node:path';
import { retentionClasses } from '../core/entry.ts';
import { GatewayError } from '../core/error.ts';
import type { Damage, Journal, JournalOptions } from './contract.ts';
import { type EngineParts, JournalEngine } from './engine.ts';
import type { Store, StoreCalls, StoreOpened, WriterOpened } from './protocol.ts';
import { RecoveryLog } from './recovery-log.ts';
import { TextTable } from './text-table.ts';
import { WorkerCalls } from './worker-calls.ts';
import { WriterClient } from './writer-client.ts';

export type {
  ClassStatistics,
  Cursor,
  CursorLag,
  CursorOptions,
  Damage,
  DeliveryReceipt,
  DeliveryTally,
  FinishedCursor,
  FrameInput,
  Journal,
  JournalOptions,
  JournalStatistics,
  LeaveOptions,
  NextOptions,
  QuarantinedEntry,
  QuarantineInput,
  QuarantineQuery,
  ReadOptions,
  RecoveryReport,
  Snapshot,
} from './contract.ts';
export { readJournal } from './read-journal.ts';

const leastBytes = 1024 * 1024;
const leastSegments = 16;
/**
 * Numbers left out after a crash: more than any staging held. Readers may have been sent entries that were not durable,
 * and their numbers must not come again.
 */
const crashGap = 2 ** 24;

/**
 * Opens or creates the journal in `options.folder`: recovers what verifies, resumes numbering above every number ever
 * stored and appends the boot record.
 * @throws GatewayError CONFIG_INVALID, STORE_VERSION, STORE_CORRUPT (the folder is something else), STORE_FAILED (not
 *   writable, in use, disk full)
 */
export const openJournal = async (options: JournalOptions): Promise<Journal> => {
  if (options.maxBytes < leastBytes) {
    throw new GatewayError(
      'CONFIG_INVALID',
      {
        en: `journal: maxBytes is ${options.maxBytes}; at least ${leastBytes} are needed`,
        zh: `日志：maxBytes 为 ${options.maxBytes}，至少需要 ${leastBytes}`,
      },
      { retryable: false },
    );
  }
  const recovery = new RecoveryLog(options.log);
  const died = Promise.withResolvers<GatewayError>();
  const store: Store = new WorkerCalls<StoreCalls>('store', {
    notice: (damage) => recovery.damaged(damage as Damage),
    died: died.resolve,
  });
  let engine: JournalEngine | undefined;
  const writer = new WriterClient({
    onDurable: (durable) => engine?.onDurable(durable),
    onFailing: (reason) => {
      if (reason === undefined) options.log.info({}, 'journal: writes again');
      else options.log.error({ reason }, 'journal: cannot write; entries wait in memory');
    },
    onDied: died.resolve,
  });
  try {
    const parts = await openParts({ options, recovery, store, writer });
    engine = new JournalEngine({ ...parts, died: died.promise });
  } catch (error) {
    await Promise.all([store.end(), writer.end()]);
    throw error;
  }
  const { version, nowMs } = options;
  engine.appendRecord({ type: 'boot', bootId: engine.bootId, version, timeMs: nowMs() });
  return engine;
};

type Opening = {
  readonly options: JournalOptions;
  readonly recovery: RecoveryLog;
  readonly store: Store;
  readonly writer: WriterClient;
};

const openParts = async ({
  options,
  recovery,
  store,
  writer,
}: Opening): Promise<Omit<EngineParts, 'died'>> => {
  const { folder, maxBytes } = options;
  const stored = await store.call('open', { folder });
  const segmentBytes = Math.min(options.segmentBytes, Math.floor(maxBytes / leastSegments));
  const written = await writer.open(
    {
      folder: join(folder, 'segments'),
      maxBytes,
      segmentBytes,
      maxAgeMs: retentionClasses.map((name) => options.maxAgeMs[name]),
      slowSyncMs: options.slowSyncMs ?? 0,
    },
    stored.state.ordinals,
  );
  for (const damage of written.damage) recovery.damaged(damage);
  const clean = stored.state.clean && stored.setAside.length === 0 && written.cutBytes === 0;
  const lastSeq = Math.max(written.lastSeq, stored.state.highSeq);
  recovery.opened({
    clean,
    lastSeq: written.lastSeq,
    cutBytes: written.cutBytes,
    cutCommits: written.cutCommits,
    setAside: stored.setAside,
    migrated: stored.migrated,
  });
  const { texts, groups } = await catchUp(store, stored, written);
  const nextSeq = lastSeq + 1 + (clean ? 0 : crashGap);
  // Until the store is closed in order, the next start must take this one for crashed.
  await store.call('persist', {
    cursors: [],
    texts: [],
    state: {
      // Also a run that dies before anything of it is durable may have sent entries under its numbers.
      highSeq: nextSeq - 1,
      ordinals: written.ordinals,
      dictionarySeq: written.lastSeq,
      clean: false,
    },
  });
  return {
    options,
    segmentBytes,
    store,
    writer,
    recovery,
    texts: new TextTable(texts, options.textBytes),
    groups,
    cursors: stored.cursors,
    nextSeq,
    durableSeq: lastSeq,
    ordinals: written.ordinals,
  };
};

/** The journal may know texts, and numbers where their store was lost, that the store does not. */
const catchUp = async (
  store: Store,
  stored: StoreOpened,
  written: WriterOpened,
): Promise<Pick<StoreOpened, 'texts' | 'groups'>> => {
  if (written.lastSeq <= stored.state.dictionarySeq) return stored;
  return store.call('importRecords', {
    afterSeq: stored.state.dictionarySeq,
    throughSeq: written.lastSeq,
    ends: written.ends,
  });
};
