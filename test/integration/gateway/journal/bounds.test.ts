import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { retentionClasses } from '../../../../gateway/core/entry.ts';
import type { RegisteredGroup } from '../../../../gateway/core/point.ts';
import type { Journal } from '../../../../gateway/journal/journal.ts';
import { appendValues, plainGroup, testFolder, testJournal } from '../../../support/journal.ts';

const channels = 16;
const mebibyte = 1024 * 1024;
const run = promisify(execFile);

/** What `du` says of the segment files, in blocks and in bytes, without the folder's own. */
const duOnce = async (segments: string): Promise<number> => {
  const script = 'du -sB1 "$1"; du -sB1 --apparent-size "$1"; stat -c "%b %s" "$1"';
  const { stdout } = await run('sh', ['-c', script, 'sh', segments]).catch(
    // A file that went while it was counted is no failure: the sums are printed all the same.
    (error: { readonly stdout: string }) => error,
  );
  const [blocks = '', bytes = '', own = ''] = stdout.split('\n');
  const [ownBlocks = 0, ownBytes = 0] = own.split(' ').map(Number);
  return Math.max(
    Number.parseInt(blocks, 10) - ownBlocks * 512,
    Number.parseInt(bytes, 10) - ownBytes,
  );
};

/** `du` counts one file after the other and may count both one that goes and the one that takes its room: it looks twice. */
const duBytes = async (folder: string, maxBytes: number): Promise<number> => {
  const segments = join(folder, 'segments');
  const once = await duOnce(segments);
  return once <= maxBytes ? once : Math.min(once, await duOnce(segments));
};

const register = async (journal: Journal): Promise<RegisteredGroup> => {
  const [group] = await journal.registerGroups([plainGroup('f01', channels)]);
  return group ?? expect.fail('no group');
};

const noise = (): readonly number[] => Array.from({ length: channels }, () => Math.random());

describe('the disk cap', { timeout: 60_000 }, () => {
  it('is never passed by du, at every rate, with a reader that is slow and one that stalls', async () => {
    const maxBytes = 2 * mebibyte;
    const folder = testFolder();
    const journal = await testJournal(folder, {
      maxBytes,
      stagingBytes: mebibyte,
      memoryBytes: 128 * 1024,
      syncMs: 20,
    });
    const group = await register(journal);
    const slow = await journal.openCursor('slow', { from: 'start', persist: true });
    const stalled = await journal.openCursor('stalled', { from: 'start', persist: true });
    const signal = AbortSignal.timeout(50_000);
    let offered = 0;
    let refused = 0;
    let readBySlow = 0;
    // More than ten times what the disk and the codec take: whatever is offered in a turn of the loop.
    const flood = setInterval(() => {
      for (let k = 0; k < 2_000; k++) {
        offered += 1;
        if (appendValues(journal, group, { timeMs: offered, values: noise() }) < 0) refused += 1;
      }
    }, 5);
    onTestFinished(() => clearInterval(flood));
    const samples: number[] = [];
    const endMs = performance.now() + 4_000;
    while (performance.now() < endMs) {
      const batch = await slow.next({ maxEntries: 50, signal, waitMs: 0 });
      readBySlow += batch?.length ?? 0;
      slow.commit(slow.position);
      samples.push(await duBytes(folder, maxBytes));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    clearInterval(flood);
    await journal.flush();
    samples.push(await duBytes(folder, maxBytes));
    expect(samples.length).toBeGreaterThan(5);
    expect(Math.max(...samples)).toBeLessThanOrEqual(maxBytes);
    expect(Math.max(...samples)).toBeGreaterThan(maxBytes * 0.8);

    // Every loss is counted: refused by group, pruned by point, lost by reader.
    const { refusedFrames, prunedSamples, classes } = journal.statistics();
    expect(refused).toBeGreaterThan(0);
    expect(refusedFrames).toEqual(new Map([[group.number, refused]]));
    const pruned = classes.raw.prunedEntries;
    expect(pruned).toBeGreaterThan(1_000);
    expect(prunedSamples).toEqual(new Map(group.pointNumbers.map((point) => [point, pruned])));
    const read = { slow: readBySlow, stalled: 0 };
    for (const [name, cursor] of [
      ['slow', slow],
      ['stalled', stalled],
    ] as const) {
      while (cursor.position < journal.nextSeq - 1) {
        const batch = await cursor.next({ maxEntries: 4_000, signal, waitMs: 0 });
        read[name] += batch?.length ?? 0;
      }
      expect(read[name] + cursor.lost).toBe(offered - refused + 1);
    }
    expect(stalled.lostToRetention).toBe(pruned);
    expect(slow.lostToRetention).toBe(slow.lost);
  });

  it('takes the oldest raw first, then KPIs, then events, and records last', async () => {
    const maxBytes = mebibyte;
    const folder = testFolder();
    const journal = await testJournal(folder, { maxBytes, stagingBytes: 8 * mebibyte });
    const group = await register(journal);
    let time = 0;
    const append = {
      raw: () => appendValues(journal, group, { timeMs: ++time, values: noise() }),
      kpi: () => appendValues(journal, group, { timeMs: ++time, values: noise(), originCode: 1 }),
      event: () => {
        const text = { en: randomBytes(90).toString('base64'), zh: '丢失' };
        const event = { code: 'x', severity: 'info', subject: 's', text } as const;
        return journal.appendRecord({ type: 'event', timeMs: ++time, event });
      },
      record: () => {
        const text = randomBytes(90).toString('base64');
        return journal.appendRecord({ type: 'dictionary', timeMs: ++time, id: time, text });
      },
    };
    type Name = keyof typeof append;
    const before = (name: Name): readonly Name[] =>
      retentionClasses.slice(0, retentionClasses.indexOf(name));
    const pruned = (name: Name): number => journal.statistics().classes[name].prunedEntries;
    /** Appends until `isDone`, looking after each commit that nothing goes while something of a lower class is there. */
    const fill = async (name: Name, isDone: () => boolean): Promise<void> => {
      for (let round = 0; round < 400 && !isDone(); round++) {
        const had = retentionClasses.map((other) => pruned(other));
        for (let k = 0; k < 150; k++) append[name]();
        await journal.flush();
        const { classes } = journal.statistics();
        for (const [index, other] of retentionClasses.entries()) {
          if (pruned(other) === had[index]) continue;
          // Of the classes before it only the segment that is written to is left.
          for (const lower of before(other)) expect(classes[lower].segments).toBeLessThanOrEqual(1);
        }
      }
      expect(isDone()).toBe(true);
      expect(await duBytes(folder, maxBytes)).toBeLessThanOrEqual(maxBytes);
    };
    const diskBytes = (name: Name) => (): boolean =>
      journal.statistics().classes[name].diskBytes > 150 * 1024;
    for (const name of ['record', 'event', 'kpi'] as const) await fill(name, diskBytes(name));
    await fill('raw', () => pruned('raw') > 500);
    expect([pruned('kpi'), pruned('event'), pruned('record')]).toEqual([0, 0, 0]);
    await fill('kpi', () => pruned('kpi') > 500);
    expect([pruned('event'), pruned('record')]).toEqual([0, 0]);
    await fill('event', () => pruned('event') > 500);
    expect(pruned('record')).toBe(0);
    await fill('record', () => pruned('record') > 0);
  });
});

describe('a source that floods', { timeout: 60_000 }, () => {
  it('costs bounded memory, is refused frame by frame, and does not hold up the event loop', async () => {
    const file = fileURLToPath(new URL('./flood-child.ts', import.meta.url));
    const child = spawn(process.execPath, [file, testFolder()], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    let out = '';
    for await (const chunk of child.stdout) out += String(chunk);
    const found = JSON.parse(out);
    expect(found.refused).toBeGreaterThan(found.offered / 2);
    expect(found.counted).toBe(found.refused);
    expect(found.countedSteady).toBe(0);
    // The boot record, and the frame of the steady group.
    expect(found.appendedEntries).toBe(found.offered - found.refused + 2);
    for (const part of [found.first, found.second]) {
      expect(part.stagedBytes).toBeLessThanOrEqual(found.stagingBytes);
      expect(part.stagedBytes).toBeGreaterThan(found.stagingBytes / 2);
    }
    expect(found.admittedAfter).toBe(true);
    // What the flood needs it has at once; it does not grow while it lasts.
    expect(found.second.rssBytes - found.first.rssBytes).toBeLessThan(24 * mebibyte);
    expect(found.first.rssBytes - found.control.rssBytes).toBeLessThan(96 * mebibyte);
    // A sync takes 100 ms here; the loop is about as punctual as without a journal.
    expect(found.second.p99Ms).toBeLessThan(3 * found.control.p99Ms + 20);
  });
});
