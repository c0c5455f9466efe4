import { describeError } from '../core/error.ts';
import type { Log } from '../core/log.ts';
import type { Journal } from '../journal/contract.ts';
import type { LatestValues } from './latest-values.ts';
import { sleepReal } from './system-clock.ts';

const waitMs = 250;
/** People look at most ten times a second. */
const gatherMs = 50;
const maxEntries = 4096;
const retryMs = 1000;

/**
 * Keeps the newest values up to date until `signal` aborts: a reader of the journal that begins at its end and forgets its
 * place. What cannot be read for a while is read later: values that stand still would look alive.
 */
export const runLatestReader = async (options: {
  readonly journal: Pick<Journal, 'openCursor'>;
  /** Those of the configuration that is in force. */
  readonly latest: () => LatestValues;
  readonly log: Log;
  readonly signal: AbortSignal;
}): Promise<void> => {
  const { journal, latest, log, signal } = options;
  const cursor = await journal.openCursor('latest-values', {
    from: 'end',
    persist: false,
    classes: ['raw', 'kpi'],
  });
  while (!signal.aborted) {
    try {
      const batch = await cursor.next({ maxEntries, signal, waitMs, gatherMs });
      if (batch !== undefined) latest().read(batch);
    } catch (error) {
      log.warn({ error: describeError(error) }, 'newest values are behind; will be tried again');
      await sleepReal(retryMs, signal);
    }
  }
  await cursor.close();
};
