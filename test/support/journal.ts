import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { EntryBatch } from '../../gateway/core/entry.ts';
import type { RegisteredGroup } from '../../gateway/core/point.ts';
import {
  type Journal,
  type JournalOptions,
  openJournal,
  readJournal,
} from '../../gateway/journal/journal.ts';
import { journalOptions } from './journal-options.ts';

export { plainGroup } from './plain-group.ts';

/** A folder that is removed when the test ends. */
export const testFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'seamwatt-journal-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
};

/** A journal that is closed when the test ends. */
export const testJournal = async (
  folder: string,
  options: Partial<JournalOptions> = {},
): Promise<Journal> => {
  const journal = await openJournal(journalOptions(folder, options));
  onTestFinished(() => journal.close());
  return journal;
};

/** Appends a frame whose channels are `values`; returns its number or -1. */
export const appendValues = (
  journal: Journal,
  group: RegisteredGroup,
  frame: {
    readonly timeMs: number;
    readonly values: readonly number[];
    readonly originCode?: number;
  },
): number =>
  journal.appendFrame({
    group: group.number,
    timeMs: frame.timeMs,
    receivedMs: frame.timeMs,
    originCode: frame.originCode ?? 0,
    revision: 0,
    values: Float64Array.from(frame.values),
    status: new Uint32Array(frame.values.length),
    offset: 0,
    length: frame.values.length,
  });

export type PlainEntry = {
  readonly seq: number;
  readonly timeMs: number;
  readonly content: unknown;
};

/** What a reader sees of a batch, copied. */
export const plainEntries = (batch: EntryBatch): readonly PlainEntry[] =>
  Array.from({ length: batch.length }, (_, index) => {
    const isFrame = batch.kind[index] === 0;
    const start = batch.offset[index] as number;
    const end = batch.offset[index + 1] as number;
    return {
      seq: batch.seq[index] as number,
      timeMs: batch.timeMs[index] as number,
      content: isFrame
        ? {
            group: batch.group[index],
            receivedMs: batch.receivedMs[index],
            origin: batch.origin[index],
            revision: batch.revision[index],
            values: [...batch.values.subarray(start, end)],
            status: [...batch.status.subarray(start, end)],
          }
        : batch.records[batch.group[index] as number],
    };
  });

export const readAll = async (
  folder: string,
  options: Parameters<typeof readJournal>[1] = {},
): Promise<readonly PlainEntry[]> => {
  const entries: PlainEntry[] = [];
  for await (const batch of readJournal(folder, options)) entries.push(...plainEntries(batch));
  return entries;
};
