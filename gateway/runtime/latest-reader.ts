import type { Journal } from '../journal/contract.ts';
import type { LatestValues } from './latest-values.ts';

const waitMs = 250;
const maxEntries = 4096;

/** Keeps the newest values up to date: a reader of the journal that begins at its end and forgets its place. */
export const runLatestReader = async (
  journal: Journal,
  latest: LatestValues,
  signal: AbortSignal,
): Promise<void> => {
  const cursor = await journal.openCursor('latest-values', {
    from: 'end',
    persist: false,
    classes: ['raw', 'kpi'],
  });
  while (!signal.aborted) {
    const batch = await cursor.next({ maxEntries, signal, waitMs });
    if (batch === undefined) continue;
    latest.read(batch);
    cursor.commit(batch.seq[batch.length - 1] as number);
  }
  await cursor.close();
};
