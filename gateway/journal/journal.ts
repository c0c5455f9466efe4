import type { EntryBatch } from '../core/entry.ts';
import { GatewayError } from '../core/error.ts';
import type { Journal, JournalOptions, ReadOptions } from './contract.ts';

export type {
  ClassStatistics,
  Cursor,
  CursorLag,
  CursorOptions,
  Damage,
  FrameInput,
  Journal,
  JournalOptions,
  JournalStatistics,
  NextOptions,
  QuarantinedEntry,
  QuarantineInput,
  QuarantineQuery,
  ReadOptions,
  RecoveryReport,
  Snapshot,
} from './contract.ts';

/**
 * Opens or creates the journal in `options.folder`: recovers what verifies, resumes numbering above every number ever stored
 * and appends the boot record.
 * @throws GatewayError STORE_VERSION, STORE_FAILED
 */
export const openJournal = (options: JournalOptions): Promise<Journal> =>
  Promise.reject(
    new GatewayError('STORE_FAILED', `cannot open ${options.folder}`, { retryable: false }),
  );

/** Reads a journal folder, also while a gateway writes it or after a crash: every complete commit, by ascending number. */
export const readJournal = (folder: string, _options: ReadOptions): AsyncIterable<EntryBatch> => {
  throw new GatewayError('STORE_FAILED', `cannot read ${folder}`, { retryable: false });
};
