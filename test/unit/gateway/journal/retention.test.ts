import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { originCodes } from '../../../../gateway/core/entry.ts';
import type { RegisteredGroup } from '../../../../gateway/core/point.ts';
import type { Journal } from '../../../../gateway/journal/journal.ts';
import { appendValues, plainGroup, testFolder, testJournal } from '../../../support/journal.ts';
import { testSeed } from '../../../support/seed.ts';

const maxBytes = 1024 * 1024;
const channels = 16;

const segmentFiles = (folder: string): readonly string[] =>
  readdirSync(join(folder, 'segments')).map((name) => join(folder, 'segments', name));

/** Apparent sizes and blocks on disk: neither may pass the cap. A file that went away in between counts nothing. */
const usage = (folder: string): { readonly apparent: number; readonly blocks: number } => {
  let apparent = 0;
  let blocks = 0;
  for (const path of segmentFiles(folder)) {
    const found = statSync(path, { throwIfNoEntry: false });
    apparent += found?.size ?? 0;
    blocks += (found?.blocks ?? 0) * 512;
  }
  return { apparent, blocks };
};

/** Full-mantissa noise: nothing to compress, so the disk fills soon. */
const noise = (seed: number): (() => number) => {
  let state = seed | 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.sqrt(state / 3) * 1e-3;
  };
};

const appendMany = async (
  journal: Journal,
  group: RegisteredGroup,
  input: { readonly frames: number; readonly originCode: number; readonly each?: () => void },
): Promise<void> => {
  const next = noise(testSeed());
  for (let k = 0; k < input.frames; k++) {
    const values = Array.from({ length: channels }, next);
    if (appendValues(journal, group, { timeMs: k, values, originCode: input.originCode }) < 0) {
      throw new Error('refused');
    }
    if (k % 100 === 0) {
      await journal.flush();
      input.each?.();
    }
  }
  await journal.flush();
};

const register = async (journal: Journal): Promise<RegisteredGroup> => {
  const [group] = await journal.registerGroups([plainGroup('f01', channels)]);
  return group ?? expect.fail('no group');
};

describe('retention', { timeout: 30_000 }, () => {
  it('never passes the cap and counts every entry it takes, by class, point and cursor', async () => {
    const folder = testFolder();
    const journal = await testJournal(folder, { maxBytes, memoryBytes: 65_536 });
    const group = await register(journal);
    const cursor = await journal.openCursor('slow', { from: 'start', persist: true });
    let most = { apparent: 0, blocks: 0 };
    const look = (): void => {
      const now = usage(folder);
      most = {
        apparent: Math.max(most.apparent, now.apparent),
        blocks: Math.max(most.blocks, now.blocks),
      };
    };
    const watch = setInterval(look, 1);
    const frames = 20_000;
    await appendMany(journal, group, { frames, originCode: originCodes.source, each: look });
    clearInterval(watch);
    expect(most.apparent).toBeLessThanOrEqual(maxBytes);
    expect(most.blocks).toBeLessThanOrEqual(maxBytes);
    expect(most.apparent).toBeGreaterThan(maxBytes * 0.85);

    const { classes, prunedSamples, diskBytes } = journal.statistics();
    expect(diskBytes).toBe(usage(folder).apparent);
    const { prunedEntries } = classes.raw;
    expect(prunedEntries).toBeGreaterThan(frames / 2);
    expect(classes.record.prunedEntries).toBe(0);
    expect([...prunedSamples.entries()]).toEqual(
      group.pointNumbers.map((point) => [point, prunedEntries]),
    );

    expect(cursor.lag().entries).toBe(frames + 1);
    let read = 0;
    while (cursor.position < journal.nextSeq - 1) {
      const signal = AbortSignal.timeout(5_000);
      const batch = await cursor.next({ maxEntries: 1_000, signal, waitMs: 0 });
      read += batch?.length ?? 0;
    }
    expect(cursor.lostToRetention).toBe(prunedEntries);
    expect(read + cursor.lost).toBe(frames + 1);
    expect(cursor.lag().entries).toBe(read);
    cursor.commit(cursor.position);
    expect(cursor.lag().entries).toBe(0);
  });

  it('counts what it takes from segments of earlier runs alike', async () => {
    const folder = testFolder();
    const first = await testJournal(folder, { maxBytes });
    const group = await register(first);
    await appendMany(first, group, { frames: 2_500, originCode: originCodes.source });
    await first.close();
    const second = await testJournal(folder, { maxBytes });
    const before = second.nextSeq;
    await appendMany(second, group, { frames: 20_000, originCode: originCodes.source });
    const { prunedEntries, prunedUncounted } = second.statistics().classes.raw;
    expect(before).toBeGreaterThan(2_500);
    const kept = await second.openCursor('kept', {
      from: 'start',
      persist: false,
      classes: ['raw'],
    });
    expect(kept.lag().entries + prunedEntries).toBe(22_500);
    expect(prunedUncounted).toBe(0);
  });

  it('takes KPIs only when there is no raw left to take', async () => {
    const folder = testFolder();
    const journal = await testJournal(folder, { maxBytes });
    const group = await register(journal);
    await appendMany(journal, group, { frames: 2_000, originCode: originCodes.computed });
    await appendMany(journal, group, { frames: 12_000, originCode: originCodes.source });
    expect(journal.statistics().classes.kpi.prunedEntries).toBe(0);
    expect(journal.statistics().classes.raw.prunedEntries).toBeGreaterThan(1_000);
    await appendMany(journal, group, { frames: 16_000, originCode: originCodes.computed });
    const { classes } = journal.statistics();
    expect(classes.kpi.prunedEntries).toBeGreaterThan(1_000);
    expect(classes.raw.segments).toBeLessThanOrEqual(1);
    expect(usage(folder).apparent).toBeLessThanOrEqual(maxBytes);
  });

  it('takes what is too old, by the wall clock of its commit', async () => {
    const folder = testFolder();
    let nowMs = 1_760_000_000_000;
    const hourMs = 3_600_000;
    const journal = await testJournal(folder, {
      maxAgeMs: { raw: 8 * hourMs, kpi: 1e12, event: 1e12, record: 1e12 },
      nowMs: () => nowMs,
    });
    const group = await register(journal);
    for (let hour = 0; hour < 24; hour++) {
      appendValues(journal, group, { timeMs: nowMs, values: Array(channels).fill(hour) });
      await journal.flush();
      nowMs += hourMs;
    }
    const { classes } = journal.statistics();
    expect(classes.raw.prunedEntries).toBeGreaterThanOrEqual(12);
    expect(classes.raw.prunedEntries).toBeLessThanOrEqual(15);
    expect(classes.record.prunedEntries).toBe(0);
  });

  it('does not take what a clock that was wrong for a moment calls old', async () => {
    let nowMs = 1_760_000_000_000;
    const journal = await testJournal(testFolder(), {
      maxAgeMs: { raw: 8 * 3_600_000, kpi: 1e12, event: 1e12, record: 1e12 },
      nowMs: () => nowMs,
    });
    const group = await register(journal);
    const append = async (hours: number, stepMs: number): Promise<void> => {
      for (let hour = 0; hour < hours; hour++) {
        appendValues(journal, group, { timeMs: nowMs, values: Array(channels).fill(hour) });
        await journal.flush();
        nowMs += stepMs;
      }
    };
    await append(6, 3_600_000);
    const rightMs = nowMs;
    nowMs = Date.UTC(2099, 0);
    await append(5, 60_000);
    nowMs = 0;
    await append(5, 60_000);
    nowMs = rightMs;
    await append(2, 60_000);
    expect(journal.statistics().classes.raw.prunedEntries).toBe(0);
    // And the clock being right again, old is old.
    await append(24, 3_600_000);
    expect(journal.statistics().classes.raw.prunedEntries).toBeGreaterThan(0);
  });

  it('fits a smaller cap at the next start', async () => {
    const folder = testFolder();
    const first = await testJournal(folder, { maxBytes: 4 * maxBytes });
    const group = await register(first);
    await appendMany(first, group, { frames: 15_000, originCode: originCodes.source });
    expect(usage(folder).apparent).toBeGreaterThan(maxBytes);
    await first.close();
    const second = await testJournal(folder, { maxBytes });
    expect(usage(folder).apparent).toBeLessThanOrEqual(maxBytes);
    expect(second.statistics().classes.raw.prunedEntries).toBeGreaterThan(0);
  });
});
