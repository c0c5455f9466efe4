import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RegisteredGroup } from '../../../../gateway/core/point.ts';
import { type Journal, openJournal } from '../../../../gateway/journal/journal.ts';
import {
  appendValues,
  type PlainEntry,
  plainEntries,
  plainGroup,
  readAll,
  testFolder,
  testJournal,
} from '../../../support/journal.ts';
import { journalOptions, silentLog } from '../../../support/journal-options.ts';

const register = async (journal: Journal): Promise<RegisteredGroup> => {
  const [group] = await journal.registerGroups([plainGroup('f01', 4)]);
  return group ?? expect.fail('no group');
};

const appendCommits = async (
  journal: Journal,
  group: RegisteredGroup,
  commits: number,
): Promise<void> => {
  for (let commit = 0; commit < commits; commit++) {
    for (let k = 0; k < 20; k++) {
      appendValues(journal, group, { timeMs: k, values: [k / 3, Math.sqrt(k), commit, 1] });
    }
    await journal.flush();
  }
};

const drain = async (journal: Journal): Promise<readonly PlainEntry[]> => {
  const cursor = await journal.openCursor('all', { from: 'start', persist: false });
  const entries: PlainEntry[] = [];
  while (cursor.position < journal.nextSeq - 1) {
    const signal = AbortSignal.timeout(10_000);
    const batch = await cursor.next({ maxEntries: 1_000, signal, waitMs: 0 });
    if (batch !== undefined) entries.push(...plainEntries(batch));
  }
  return entries;
};

const rawSegments = (folder: string): readonly string[] =>
  readdirSync(join(folder, 'segments'))
    .filter((name) => name.startsWith('raw'))
    .sort()
    .map((name) => join(folder, 'segments', name));

describe('a damaged journal', () => {
  it('loses exactly the commit with a flipped bit, says which, and goes on', async () => {
    const folder = testFolder();
    const first = await testJournal(folder);
    const group = await register(first);
    await appendCommits(first, group, 30);
    await first.close();
    const whole = await readAll(folder);
    const [path = ''] = rawSegments(folder);
    const bytes = readFileSync(path);
    const place = Math.floor(bytes.length / 2);
    bytes.writeUInt8(bytes.readUInt8(place) ^ 0x10, place);
    writeFileSync(path, bytes);

    const second = await testJournal(folder);
    const report = await second.scrubbed();
    expect(report.damage).toHaveLength(1);
    const [damage] = report.damage;
    expect(damage).toMatchObject({ retentionClass: 'raw', entries: 20 });
    expect(damage?.fromByte).toBeLessThanOrEqual(place);
    expect(damage?.toByte).toBeGreaterThan(place);
    const { afterSeq = 0, beforeSeq = 0 } = damage ?? {};
    expect(beforeSeq - afterSeq).toBe(21);

    const cursor = await second.openCursor('all', { from: 'start', persist: false });
    const entries = await drain(second);
    expect(entries.slice(0, whole.length - 20)).toEqual(
      whole.filter(({ seq }) => seq <= afterSeq || seq >= beforeSeq),
    );
    while (cursor.position < second.nextSeq - 1) {
      await cursor.next({ maxEntries: 100, signal: AbortSignal.timeout(5_000), waitMs: 0 });
    }
    expect(cursor.lost).toBe(20);
    expect(cursor.lostToRetention).toBe(0);
    await appendCommits(second, group, 1);
  });

  it('starts and keeps the other classes when a whole segment is rubbish', async () => {
    const folder = testFolder();
    const options = { segmentBytes: 65_536, maxBytes: 4 * 1024 * 1024 };
    const first = await testJournal(folder, options);
    const group = await register(first);
    await appendCommits(first, group, 600);
    await first.close();
    const segments = rawSegments(folder);
    expect(segments.length).toBeGreaterThan(2);
    const [, second = ''] = segments;
    writeFileSync(second, Buffer.alloc(statSync(second).size, 0xa5));
    const journal = await testJournal(folder, options);
    const report = await journal.scrubbed();
    expect(report.damage).toHaveLength(1);
    const entries = await drain(journal);
    // Every commit of 20 frames, the two boot records.
    expect(entries.length + (report.damage[0]?.entries ?? 0)).toBe(600 * 20 + 2);
  });

  it('survives any single byte of a segment being wrong', async () => {
    const folder = testFolder();
    const first = await testJournal(folder);
    const group = await register(first);
    await appendCommits(first, group, 3);
    await first.close();
    const whole = await readAll(folder);
    const [path = ''] = rawSegments(folder);
    const bytes = readFileSync(path);
    for (let place = 0; place < bytes.length; place += 1) {
      const wrong = Buffer.from(bytes);
      wrong.writeUInt8(wrong.readUInt8(place) ^ 0xff, place);
      writeFileSync(path, wrong);
      const entries = await readAll(folder);
      expect(entries.every((entry) => whole.some((other) => other.seq === entry.seq))).toBe(true);
      expect([0, 20].includes(whole.length - entries.length)).toBe(true);
    }
    writeFileSync(path, bytes);
    expect(await readAll(folder)).toEqual(whole);
  });
});

describe('a slow disk', () => {
  it('does not hold up the event loop, and commits that wait share a sync', async () => {
    const journal = await testJournal(testFolder(), { slowSyncMs: 50, syncMs: 20 });
    const group = await register(journal);
    await journal.scrubbed();
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const start = performance.now();
    let waits = 0;
    while (performance.now() - start < 1_500) {
      appendValues(journal, group, { timeMs: waits, values: [waits, 1, 2, 3] });
      await new Promise((resolve) => setTimeout(resolve, 1));
      waits += 1;
    }
    delay.disable();
    await journal.flush();
    const { syncs, commits, syncMsLast } = journal.statistics();
    expect(syncMsLast).toBeGreaterThanOrEqual(50);
    // Well below one sync: whatever the machine's other work adds, the loop does not wait for the disk.
    expect(delay.percentile(90) / 1e6).toBeLessThan(25);
    expect(waits).toBeGreaterThan(150);
    expect(commits).toBeGreaterThan(syncs * 2);
  });
});

const isRoot = process.getuid?.() === 0;

describe.skipIf(!isRoot)('a full disk', () => {
  const smallDisk = (): string => {
    const folder = testFolder();
    execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder]);
    onTestFinished(() => {
      execFileSync('/bin/umount', ['-l', folder]);
    });
    return folder;
  };

  it('makes the journal wait, refuse when staging is full, and go on when there is room', async () => {
    const folder = smallDisk();
    const said: string[] = [];
    const say = (_: object, message: string): void => {
      said.push(message);
    };
    const journal = await testJournal(join(folder, 'journal'), {
      log: { ...silentLog, error: say, info: say },
      maxBytes: 64 * 1024 * 1024,
      segmentBytes: 256 * 1024,
      stagingBytes: 200_000,
    });
    const group = await register(journal);
    await appendCommits(journal, group, 3);
    const ballast = join(folder, 'ballast');
    mkdirSync(ballast);
    for (let k = 0; ; k++) {
      try {
        writeFileSync(join(ballast, String(k)), Buffer.alloc(16_384, 1));
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') break;
        throw error;
      }
    }
    let appended = 0;
    let refused = 0;
    const admitted: number[] = [];
    const append = (): void => {
      const values = [Math.sqrt(appended), Math.sin(appended), Math.cos(appended), appended / 7];
      const seq = appendValues(journal, group, { timeMs: appended, values });
      appended += 1;
      if (seq < 0) refused += 1;
      else admitted.push(seq);
    };
    await expect
      .poll(
        () => {
          for (let k = 0; k < 200; k++) append();
          return refused > 0 && journal.statistics().failing !== undefined;
        },
        { timeout: 20_000, interval: 20 },
      )
      .toBe(true);
    expect(journal.statistics().failing).toContain('ENOSPC');
    expect(journal.statistics().refusedFrames.get(group.number)).toBe(refused);
    rmSync(ballast, { recursive: true });
    await journal.flush();
    expect(journal.statistics().failing).toBeUndefined();
    append();
    await journal.flush();
    const seqs = new Set((await readAll(join(folder, 'journal'))).map(({ seq }) => seq));
    expect(admitted.every((seq) => seqs.has(seq))).toBe(true);
    expect(said).toEqual([
      'journal: cannot write; entries wait in memory',
      'journal: writes again',
    ]);
  });

  it('is named when the journal cannot even be made', async () => {
    const folder = smallDisk();
    try {
      writeFileSync(join(folder, 'ballast'), Buffer.alloc(8 * 1024 * 1024));
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOSPC' });
    }
    await expect(openJournal(journalOptions(join(folder, 'journal')))).rejects.toMatchObject({
      code: 'STORE_FAILED',
      message: expect.stringMatching(/full|ENOSPC|no space/i),
    });
  });
});

describe('a folder that cannot be written', () => {
  it('is named with the reason', async () => {
    const folder = testFolder();
    writeFileSync(join(folder, 'file'), '');
    await expect(
      openJournal(journalOptions(join(folder, 'file', 'journal'))),
    ).rejects.toMatchObject({
      code: 'STORE_FAILED',
      message: expect.stringContaining(join(folder, 'file')),
    });
  });
});
