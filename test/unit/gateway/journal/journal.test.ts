import { describe, expect, it } from 'vitest';
import { originCodes, type TickRecord } from '../../../../gateway/core/entry.ts';
import { absentStatus, statusCodes } from '../../../../gateway/core/quality.ts';
import { openJournal } from '../../../../gateway/journal/journal.ts';
import {
  appendValues,
  plainEntries,
  plainGroup,
  readAll,
  testFolder,
  testJournal,
} from '../../../support/journal.ts';
import { journalOptions } from '../../../support/journal-options.ts';

const tick = (timeMs: number): TickRecord => ({
  type: 'tick',
  timeMs,
  dayStartMs: 0,
  watermarkMs: timeMs - 2_000,
});
const never = new AbortController().signal;

describe('journal', { timeout: 20_000 }, () => {
  it('begins with a boot record and numbers entries one by one', async () => {
    const journal = await testJournal(testFolder());
    const [group] = await journal.registerGroups([plainGroup('f01', 2)]);
    if (group === undefined) throw new Error('no group');
    expect(journal.nextSeq).toBe(2);
    expect(appendValues(journal, group, { timeMs: 1_000, values: [1, 2] })).toBe(2);
    expect(journal.appendRecord(tick(1_000))).toBe(3);
    expect(journal.nextSeq).toBe(4);
  });

  it('shows the entry just appended as the last of the open batch', async () => {
    const journal = await testJournal(testFolder());
    const [group] = await journal.registerGroups([plainGroup('f01', 3)]);
    if (group === undefined) throw new Error('no group');
    for (let k = 0; k < 20_000; k++) {
      const seq = appendValues(journal, group, { timeMs: k, values: [k, -k, k / 2] });
      const batch = journal.openBatch;
      const index = batch.length - 1;
      const at = batch.offset[index] as number;
      expect(batch.seq[index]).toBe(seq);
      expect([...batch.values.subarray(at, at + 3)]).toEqual([k, -k, k / 2]);
    }
  });

  it('keeps frames and records through a restart, bit by bit and in order', async () => {
    const folder = testFolder();
    const journal = await testJournal(folder);
    const [seam, kpi] = await journal.registerGroups([plainGroup('f01', 3), plainGroup('f02', 1)]);
    if (seam === undefined || kpi === undefined) throw new Error('no group');
    for (let k = 0; k < 500; k++) {
      journal.appendFrame({
        group: seam.number,
        timeMs: 1_760_000_000_000 + k * 20.25,
        receivedMs: 1_760_000_000_003 + k * 20.25,
        originCode: k % 7 === 0 ? originCodes.late : originCodes.source,
        revision: k % 5,
        values: Float64Array.of(9, k / 10, -0, Number.NaN),
        status: Uint32Array.of(0, 0, k % 3 === 0 ? absentStatus : statusCodes.badTimeout, 0),
        offset: 1,
        length: 3,
      });
      if (k % 10 === 0) {
        appendValues(journal, kpi, {
          timeMs: k,
          values: [1 / k],
          originCode: originCodes.computed,
        });
        journal.appendRecord(tick(k));
      }
    }
    const cursor = await journal.openCursor('all', { from: 'start', persist: false });
    const inMemory = [];
    while (cursor.position < journal.nextSeq - 1) {
      const batch = await cursor.next({ maxEntries: 64, signal: never, waitMs: 0 });
      inMemory.push(...plainEntries(batch ?? expect.fail('nothing')));
    }
    await journal.close();
    expect(inMemory.length).toBe(601);
    expect(await readAll(folder)).toEqual(inMemory);
    const again = await testJournal(folder);
    expect(again.recovery).toMatchObject({ clean: true, cutBytes: 0, damage: [] });
    expect(again.nextSeq).toBe(603);
    const replayed = [];
    const reader = await again.openCursor('all', { from: 'start', persist: false });
    while (reader.position < 601) {
      const batch = await reader.next({ maxEntries: 100, signal: never, waitMs: 0 });
      replayed.push(...plainEntries(batch ?? expect.fail('nothing')));
    }
    expect(replayed.slice(0, 601)).toEqual(inMemory);
  });

  it('turns the value of an absent channel into 0', async () => {
    const journal = await testJournal(testFolder());
    journal.appendFrame({
      group: 1,
      timeMs: 1,
      receivedMs: 1,
      originCode: 0,
      revision: 0,
      values: Float64Array.of(5, 6),
      status: Uint32Array.of(absentStatus, 0),
      offset: 0,
      length: 2,
    });
    const { openBatch } = journal;
    expect([...openBatch.values.subarray(0, 2)]).toEqual([0, 6]);
  });

  it('refuses frames, counted by group, when staging is full, and records a little later', async () => {
    const journal = await testJournal(testFolder(), { stagingBytes: 4_096, syncMs: 10_000 });
    const [group] = await journal.registerGroups([plainGroup('f01', 10)]);
    if (group === undefined) throw new Error('no group');
    const values = Array.from({ length: 10 }, (_, index) => index);
    let refused = 0;
    let last = 0;
    for (let k = 0; k < 100; k++) {
      const seq = appendValues(journal, group, { timeMs: k, values });
      if (seq < 0) refused += 1;
      else last = seq;
    }
    expect(refused).toBeGreaterThan(70);
    expect(journal.nextSeq).toBe(last + 1);
    expect(journal.statistics().refusedFrames).toEqual(new Map([[group.number, refused]]));
    const computed = { timeMs: 0, values, originCode: originCodes.computed };
    let computedFrames = 0;
    while (appendValues(journal, group, computed) > 0) computedFrames += 1;
    expect(computedFrames).toBeGreaterThan(100);
    let records = 0;
    while (journal.appendRecord(tick(records)) > 0) records += 1;
    expect(records).toBeGreaterThan(100);
    expect(journal.statistics().refusedRecords).toBe(1);
    await journal.flush();
    expect(journal.statistics().stagedBytes).toBe(0);
    const next = last + computedFrames + records + 1;
    expect(appendValues(journal, group, { timeMs: 0, values })).toBe(next);
  });

  it('gives texts ids that survive restarts and are journalled once', async () => {
    const folder = testFolder();
    const journal = await testJournal(folder);
    const first = journal.intern('P-2024-001');
    expect(journal.intern('P-2024-001')).toBe(first);
    const second = journal.intern('P-2024-002');
    expect(second).not.toBe(first);
    await journal.close();
    const again = await testJournal(folder);
    expect(again.text(first)).toBe('P-2024-001');
    expect(again.intern('P-2024-002')).toBe(second);
    expect(again.intern('new')).toBeGreaterThan(second);
    await again.close();
    const records = (await readAll(folder)).map((entry) => entry.content as { type: string });
    expect(records.filter((record) => record.type === 'dictionary')).toHaveLength(3);
  });

  it('takes new texts only up to its bound, counts what it refuses, and keeps those it has', async () => {
    const folder = testFolder();
    const journal = await testJournal(folder, { textBytes: 1000 });
    const ids = Array.from({ length: 50 }, (_, index) => journal.intern(`text ${index}`));
    const kept = ids.filter((id) => id > 0);
    expect(kept.length).toBeGreaterThan(3);
    expect(kept.length).toBeLessThan(10);
    expect(ids.slice(kept.length)).toEqual(Array(50 - kept.length).fill(0));
    expect(journal.intern('text 0')).toBe(ids[0]);
    const { refusedTexts, textBytes, refusedRecords } = journal.statistics();
    expect(refusedTexts).toBe(50 - kept.length);
    expect(textBytes).toBeLessThanOrEqual(1000);
    expect(refusedRecords).toBe(0);
    await journal.close();
    // With less room than what is there already takes, none of it is lost.
    const again = await testJournal(folder, { textBytes: 100 });
    expect(again.text(kept.at(-1) as number)).toBe(`text ${kept.length - 1}`);
    expect(again.intern('text 0')).toBe(ids[0]);
    expect(again.intern('another')).toBe(0);
  });

  it('tells a text that staging refused from one that there is no room for', async () => {
    const journal = await testJournal(testFolder(), { stagingBytes: 65_536 });
    expect(journal.intern('x'.repeat(200_000))).toBe(-1);
    expect(journal.intern('short')).toBeGreaterThan(0);
    expect(journal.statistics()).toMatchObject({ refusedTexts: 1, refusedRecords: 1 });
  });

  it('says who uses the folder when it is opened twice', async () => {
    const folder = testFolder();
    await testJournal(folder);
    await expect(openJournal(journalOptions(folder))).rejects.toMatchObject({
      code: 'STORE_FAILED',
      words: {
        en: `${folder} is in use by process ${process.pid}`,
        zh: `${folder} 正被进程 ${process.pid} 使用`,
      },
    });
  });

  it('refuses a cap that holds nothing', async () => {
    await expect(
      openJournal(journalOptions(testFolder(), { maxBytes: 1_000 })),
    ).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('refuses appends once it is closing and lets waiting readers go', async () => {
    const journal = await testJournal(testFolder());
    const [group] = await journal.registerGroups([plainGroup('f01', 1)]);
    if (group === undefined) throw new Error('no group');
    const cursor = await journal.openCursor('end', { from: 'end', persist: false });
    const waiting = cursor.next({ maxEntries: 1, signal: never, waitMs: 30_000 });
    const closed = journal.close();
    expect(appendValues(journal, group, { timeMs: 1, values: [1] })).toBe(-1);
    await closed;
    expect(await waiting).toBeUndefined();
  });

  it('lets entries wait for company, but never a full batch, an aborted reader or a closing journal', async () => {
    const journal = await testJournal(testFolder());
    const [group] = await journal.registerGroups([plainGroup('f01', 1)]);
    if (group === undefined) throw new Error('no group');
    const append = (timeMs: number): number =>
      appendValues(journal, group, { timeMs, values: [timeMs] });
    const cursor = await journal.openCursor('gathers', { from: 'end', persist: false });
    const read = { maxEntries: 3, signal: never, waitMs: 30_000 };
    const gathering = cursor.next({ ...read, gatherMs: 50 });
    append(1);
    setTimeout(() => append(2), 10);
    expect((await gathering)?.length).toBe(2);
    for (let k = 3; k < 6; k++) append(k);
    expect((await cursor.next({ ...read, gatherMs: 30_000 }))?.length).toBe(3);
    append(6);
    const abort = new AbortController();
    const aborted = cursor.next({ ...read, gatherMs: 30_000, signal: abort.signal });
    abort.abort();
    expect(await aborted).toBeUndefined();
    const closing = cursor.next({ ...read, gatherMs: 30_000 });
    await journal.close();
    await closing;
  });

  it('forgets what a reader without a stored place has read, however long it reads', async () => {
    const journal = await testJournal(testFolder());
    const [group] = await journal.registerGroups([plainGroup('f01', 1)]);
    if (group === undefined) throw new Error('no group');
    const cursor = await journal.openCursor('passer-by', { from: 'end', persist: false });
    const read = { maxEntries: 10, signal: never, waitMs: 0 };
    for (let k = 0; k < 30; k++) appendValues(journal, group, { timeMs: k, values: [k] });
    await cursor.next(read);
    await cursor.next(read);
    expect(cursor.lag().entries).toBe(20);
    await cursor.next(read);
    await cursor.next(read);
    expect(cursor.lag().entries).toBe(0);
  });
});
