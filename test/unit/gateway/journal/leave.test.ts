import { describe, expect, it } from 'vitest';
import type { RegisteredGroup } from '../../../../gateway/core/point.ts';
import { JournalEngine } from '../../../../gateway/journal/engine.ts';
import type { Cursor, Journal } from '../../../../gateway/journal/journal.ts';
import { appendValues, plainGroup, testFolder, testJournal } from '../../../support/journal.ts';

const never = new AbortController().signal;
const frames = (journal: Journal, group: RegisteredGroup, count: number): number[] =>
  Array.from({ length: count }, (_, index) =>
    appendValues(journal, group, { timeMs: 1_760_000_000_000 + index, values: [index] }),
  );

const open = async (folder = testFolder()) => {
  const journal = await testJournal(folder, { memoryBytes: 16_384, syncMs: 20 });
  const [group] = await journal.registerGroups([plainGroup('f01', 1)]);
  return { journal, group: group ?? expect.fail('no group'), folder };
};

const readAll = async (cursor: Cursor): Promise<number[]> => {
  const seqs: number[] = [];
  for (;;) {
    const batch = await cursor.next({ maxEntries: 7, signal: never, waitMs: 0 });
    if (batch === undefined) return seqs;
    seqs.push(...batch.seq.subarray(0, batch.length));
    cursor.commit(batch.seq[batch.length - 1] as number);
  }
};

describe('what a cursor leaves behind', () => {
  it('is read to the entry from the disk, also where a commit goes on behind the end', async () => {
    const { journal, group } = await open();
    const cursor = await journal.openCursor('live', { from: 'end', persist: true });
    const before = frames(journal, group, 20);
    const rest = cursor.leave({ name: 'rest', note: undefined });
    const after = frames(journal, group, 20);
    await journal.flush();
    // More than fits into memory, so that all of it is read from the disk.
    const later = frames(journal, group, 3000);
    await journal.flush();
    expect(rest.lag().entries).toBe(20);
    expect(await readAll(rest)).toEqual(before);
    expect(rest).toMatchObject({ lost: 0, position: before.at(-1), end: before.at(-1) });
    expect(rest.lag().entries).toBe(0);
    expect(await readAll(cursor)).toEqual([...after, ...later]);
    expect(cursor.lost).toBe(0);
  });

  it('is taken over by what was left before, where that ends just there', async () => {
    const { journal, group } = await open();
    const cursor = await journal.openCursor('live', { from: 'end', persist: true });
    const first = frames(journal, group, 5);
    const rest = cursor.leave({ name: 'rest', note: 'first' });
    const second = frames(journal, group, 5);
    expect(cursor.leave({ name: 'other', note: 'second', extending: rest })).toBe(rest);
    expect(rest.note).toBe('first');
    expect(await readAll(rest)).toEqual([...first, ...second]);
    const third = frames(journal, group, 1);
    await readAll(cursor);
    const fourth = frames(journal, group, 2);
    const apart = cursor.leave({ name: 'apart', note: 'apart', extending: rest });
    expect(apart).not.toBe(rest);
    expect(await readAll(apart)).toEqual(fourth);
    expect(third).toHaveLength(1);
  });
});

it('never gives a number twice, however often it dies before anything is durable', async () => {
  const { journal, folder } = await open();
  const given = [journal.nextSeq - 1];
  let last = journal;
  for (let crash = 0; crash < 3; crash += 1) {
    if (!(last instanceof JournalEngine)) throw new Error('no engine');
    await last.abandon();
    last = (await open(folder)).journal;
    given.push(last.nextSeq - 1);
  }
  expect(given).toEqual([...new Set(given)].sort((a, b) => a - b));
});
