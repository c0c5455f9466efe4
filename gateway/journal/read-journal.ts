import { join } from 'node:path';
import { type EntryBatch, retentionClasses } from '../core/entry.ts';
import { toEntryBatch } from './codec/stored-entries.ts';
import type { ReadOptions } from './contract.ts';
import { classNumbers } from './cursor.ts';
import { MergeReader } from './segments/merge-reader.ts';
import { analyseLiveTails } from './segments/tail.ts';
import { checkReadable } from './store/version.ts';

const entriesPerBatch = 4_096;

/**
 * Reads a journal folder, also while a gateway writes it or after a crash: every complete commit that is there at the
 * call, by ascending number, over what is damaged. Reads on the calling thread; changes nothing.
 * @throws GatewayError STORE_VERSION, STORE_CORRUPT
 */
export async function* readJournal(
  folder: string,
  options: ReadOptions,
): AsyncIterable<EntryBatch> {
  checkReadable(folder);
  const segments = join(folder, 'segments');
  const { ends, lastSeq } = analyseLiveTails(segments);
  const reader = new MergeReader({
    folder: segments,
    classes: classNumbers(options.classes),
    onDamage: () => undefined,
  });
  const to = options.to ?? Number.POSITIVE_INFINITY;
  let afterSeq = Math.max(0, (options.from ?? 1) - 1);
  try {
    while (afterSeq < to) {
      const ordinals = retentionClasses.map(() => Number.NaN);
      const maxEntries = entriesPerBatch;
      const request = { afterSeq, throughSeq: lastSeq, lastSeq: to, ends, maxEntries, ordinals };
      const { entries } = reader.read(request);
      if (entries === undefined) return;
      afterSeq = entries.seq[entries.length - 1] as number;
      yield toEntryBatch(entries);
    }
  } finally {
    reader.close();
  }
}
