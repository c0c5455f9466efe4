import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { retentionClasses } from '../../../../gateway/core/entry.ts';
import { openJournal, readJournal } from '../../../../gateway/journal/journal.ts';
import { segmentFileName } from '../../../../gateway/journal/segments/format.ts';
import { analyseTails } from '../../../../gateway/journal/segments/tail.ts';
import { appendValues, plainEntries, readAll, testFolder } from '../../../support/journal.ts';
import { journalOptions } from '../../../support/journal-options.ts';
import { testSeed } from '../../../support/seed.ts';
import { frameValues } from './crash-content.ts';

const child = fileURLToPath(new URL('./crash-child.ts', import.meta.url));

type Life = { readonly acknowledged: number; readonly killedMs: number };

/** Runs the child on `folder` and kills it `afterMs` after it has opened the journal. */
const liveAndDie = async (
  folder: string,
  life: { readonly afterMs: number; readonly framesPerTurn: number; readonly syncMs: number },
): Promise<Life> => {
  const args = [child, folder, String(life.framesPerTurn), String(life.syncMs)];
  const started: ChildProcess = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    started.kill('SIGKILL');
  });
  const exited = once(started, 'exit');
  let acknowledged = 0;
  let killedMs = 0;
  if (started.stdout === null) throw new Error('no output');
  for await (const line of createInterface({ input: started.stdout })) {
    const [word, seq] = line.split(' ');
    if (word === 'durable') acknowledged = Number(seq);
    if (word !== 'open') continue;
    setTimeout(() => {
      killedMs = performance.timeOrigin + performance.now();
      started.kill('SIGKILL');
    }, life.afterMs);
  }
  await exited;
  return { acknowledged, killedMs };
};

type Frame = { readonly seq: number; readonly receivedMs: number };

/** Checks that numbers have no gap but where a boot record stands, and that every frame holds what was appended. */
const verify = async (
  folder: string,
): Promise<{ readonly lastSeq: number; readonly lastFrame: Frame }> => {
  let lastSeq = 0;
  let lastFrame: Frame = { seq: 0, receivedMs: 0 };
  for await (const batch of readJournal(folder, {})) {
    for (let index = 0; index < batch.length; index++) {
      const seq = batch.seq[index] as number;
      const record =
        batch.kind[index] === 1 ? batch.records[batch.group[index] as number] : undefined;
      if (record?.type === 'boot') expect(seq).toBeGreaterThan(lastSeq);
      else expect(seq).toBe(lastSeq + 1);
      lastSeq = seq;
      if (record !== undefined) continue;
      const start = batch.offset[index] as number;
      const values = [...batch.values.subarray(start, batch.offset[index + 1])];
      if (!values.every((value, channel) => value === frameValues(seq)[channel])) {
        expect(values).toEqual(frameValues(seq));
      }
      lastFrame = { seq, receivedMs: batch.receivedMs[index] as number };
    }
  }
  return { lastSeq, lastFrame };
};

describe('a journal whose process is killed', () => {
  it('keeps one unbroken beginning with everything acknowledged, time after time', async () => {
    const folder = testFolder();
    let random = testSeed() | 1;
    const next = (limit: number): number => {
      random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
      return random % limit;
    };
    const lostMs: number[] = [];
    const syncMs = 20;
    for (let round = 0; round < 12; round++) {
      const life = { afterMs: next(400), framesPerTurn: 1 + next(60), syncMs };
      const { acknowledged, killedMs } = await liveAndDie(folder, life);
      const { lastSeq, lastFrame } = await verify(folder);
      expect(lastSeq).toBeGreaterThanOrEqual(acknowledged);
      if (lastFrame.receivedMs > 0 && life.afterMs > 200)
        lostMs.push(killedMs - lastFrame.receivedMs);
    }
    const journal = await openJournal(journalOptions(folder));
    expect(journal.recovery).toMatchObject({ clean: false, damage: [] });
    const report = await journal.scrubbed();
    expect(report.damage).toEqual([]);
    await journal.close();
    // The bound holds on a disk that keeps up; beside other tests its thread also waits for a processor.
    expect(lostMs.toSorted((a, b) => a - b)[Math.floor(lostMs.length / 2)]).toBeLessThan(
      10 * syncMs,
    );
  });

  it('is cut back to the last whole commit wherever its last one was torn', async () => {
    const folder = testFolder();
    const journal = await openJournal(journalOptions(folder, { syncMs: 10_000 }));
    const group = { number: 1 } as Parameters<typeof appendValues>[1];
    const append = (count: number): void => {
      for (let k = 0; k < count; k++) {
        const originCode = k % 3 === 0 ? 1 : 0;
        appendValues(journal, group, { timeMs: k, values: [k / 10, k / 7, 3], originCode });
      }
      const timeMs = 7;
      journal.appendRecord({ type: 'dictionary', timeMs, id: count, text: 'x' });
      const text = { en: 'x', zh: 'x' };
      const event = { code: 'x', severity: 'info', subject: 'x', text } as const;
      journal.appendRecord({ type: 'event', timeMs, event });
    };
    append(10);
    await journal.flush();
    const { ends } = analyseTails(join(folder, 'segments'));
    const kept = await readAll(folder);
    append(4);
    await journal.close();
    const whole = await readAll(folder);
    expect(whole).toHaveLength(kept.length + 6);
    for (const [index, end] of ends.entries()) {
      if (end === undefined) throw new Error('every class has entries');
      const name = segmentFileName(retentionClasses[index] ?? 'raw', end.firstSeq);
      const path = join('segments', name);
      const { size: length } = statSync(join(folder, path));
      for (let size = end.offset; size < length; size++) {
        const copy = `${folder}-torn`;
        cpSync(folder, copy, { recursive: true });
        truncateSync(join(copy, path), size);
        expect(await readAll(copy)).toEqual(kept);
        rmSync(copy, { recursive: true });
      }
      // And one of them through a whole recovery.
      const copy = `${folder}-torn`;
      cpSync(folder, copy, { recursive: true });
      truncateSync(join(copy, path), length - 1);
      const recovered = await openJournal(journalOptions(copy));
      expect(recovered.recovery).toMatchObject({ cutCommits: 1, damage: [] });
      expect(recovered.recovery.cutBytes).toBeGreaterThan(0);
      const cursor = await recovered.openCursor('all', { from: 'start', persist: false });
      const signal = AbortSignal.timeout(10_000);
      const batch = await cursor.next({ maxEntries: 1_000, signal, waitMs: 5_000 });
      const entries = plainEntries(batch ?? expect.fail('nothing'));
      expect(entries.slice(0, kept.length)).toEqual(kept);
      // The record of this opening follows once it is on the disk.
      const boot = expect.objectContaining({ content: expect.objectContaining({ type: 'boot' }) });
      expect([[], [boot]]).toContainEqual(entries.slice(kept.length));
      await recovered.close();
      rmSync(copy, { recursive: true });
    }
  });
});
