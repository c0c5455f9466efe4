import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { cutTails } from '../../../../gateway/journal/segments/recovery.ts';
import { StoreWriter } from '../../../../gateway/journal/segments/store-writer.ts';
import { analyseTails } from '../../../../gateway/journal/segments/tail.ts';
import { SnapshotFiles } from '../../../../gateway/journal/store/snapshots.ts';
import { checkVersion } from '../../../../gateway/journal/store/version.ts';
import {
  DiskModel,
  type DiskStep,
  type DiskTrace,
  FolderImage,
  traceDisk,
  written,
} from '../../../support/disk-trace.ts';
import { readAll, testFolder } from '../../../support/journal.ts';
import { testSeed } from '../../../support/seed.ts';
import {
  numbersIn,
  type StoreHistory,
  snapshotOf,
  TracedStore,
  traceWriterOptions,
} from '../../../support/traced-store.ts';

/**
 * A store is written on this thread, with commits of one and of several hand-overs, segments that fill up, retention that takes
 * of them, snapshots, a crash in the middle and a recovery. Every call that changes the disk is noted. Then the folder is
 * rebuilt as a crash before, within and after every single call leaves it, and read.
 */

const isLong = process.env['SEAMWATT_LONG'] === '1';
/** Every other step in a usual run, which ones by the seed. */
const isLooked = (index: number): boolean => isLong || (index + testSeed()) % 2 === 0;

const record = (folder: string): { readonly trace: DiskTrace; readonly history: StoreHistory } => {
  const trace = traceDisk(folder);
  try {
    const store = new TracedStore(folder, trace);
    store.open();
    const write = (commits: number): void => {
      for (let commit = 1; commit <= commits; commit++) {
        store.hand(6 + commit);
        if (commit % 3 === 0) store.hand(7);
        store.settle();
        if (commit % 6 === 0) store.saveSnapshot();
      }
    };
    write(isLong ? 40 : 14);
    // The process dies within a commit of several parts; what it was writing was acknowledged to nobody.
    let left = 3;
    trace.fail = () => (--left < 0 ? new Error('crash') : undefined);
    store.hand(60);
    expect(() => store.settle()).toThrow('crash');
    trace.fail = undefined;
    store.open();
    write(isLong ? 40 : 14);
    store.close();
    return { trace, history: store.history };
  } finally {
    trace.stop();
  }
};

/** Numbers that retention had taken by each step. */
const prunedBy = (steps: readonly DiskStep[]): ((step: number) => ReadonlySet<number>) => {
  const model = new DiskModel();
  const taken: { readonly step: number; readonly numbers: readonly number[] }[] = [];
  steps.forEach((step, index) => {
    if (step.type === 'unlink' && step.path.endsWith('.seg')) {
      const numbers = numbersIn(basename(step.path), model.content(step.path));
      taken.push({ step: index, numbers });
    }
    model.take(step);
  });
  const known = new Map<number, ReadonlySet<number>>();
  return (at) => {
    const count = taken.filter(({ step }) => step <= at).length;
    const numbers = known.get(count) ?? new Set(taken.slice(0, count).flatMap((t) => t.numbers));
    known.set(count, numbers);
    return numbers;
  };
};

class Checker {
  readonly #history: StoreHistory;
  readonly #prunedAt: (step: number) => ReadonlySet<number>;
  readonly #folder = testFolder();
  readonly #image = new FolderImage(this.#folder);
  readonly #handed: readonly number[];
  readonly #texts: ReadonlyMap<number, string>;

  constructor(history: StoreHistory, steps: readonly DiskStep[]) {
    this.#history = history;
    this.#prunedAt = prunedBy(steps);
    this.#handed = [...history.handed.keys()].sort((a, b) => a - b);
    this.#texts = new Map([...history.handed].map(([seq, entry]) => [seq, JSON.stringify(entry)]));
  }

  #write(files: ReadonlyMap<string, Buffer>): void {
    this.#image.show(files);
    mkdirSync(join(this.#folder, 'segments'), { recursive: true });
  }

  /** What must hold of a folder that a crash at `step` has left. */
  async check(step: number, files: ReadonlyMap<string, Buffer>): Promise<void> {
    this.#write(files);
    const { seq, snapshotSeq } = this.#history.acknowledged.findLast(
      (acknowledged) => acknowledged.step <= step,
    ) ?? { seq: 0, snapshotSeq: 0 };
    if (!existsSync(join(this.#folder, 'version.json'))) {
      expect(seq, `step ${step}`).toBe(0);
      return;
    }
    const found = await readAll(this.#folder);
    const numbers = found.map((entry) => entry.seq);
    for (const [index, entry] of found.entries()) {
      // Each once, in order, as it was handed over.
      const isInOrder = entry.seq > (numbers[index - 1] ?? 0);
      const handed = this.#history.handed.get(entry.seq);
      if (isInOrder && JSON.stringify(entry) === this.#texts.get(entry.seq)) continue;
      expect.fail(`step ${step}: ${numbers[index - 1]}, then ${JSON.stringify([entry, handed])}`);
    }
    const present = new Set(numbers);
    const pruned = this.#prunedAt(step);
    const cut = this.#history.cut.step <= step ? this.#history.cut.seqs : new Set<number>();
    for (const number of this.#handed) {
      const isKept = number <= seq && !pruned.has(number) && !cut.has(number);
      if (isKept && !present.has(number)) expect.fail(`step ${step}: ${number} is lost`);
      if (cut.has(number) && present.has(number)) expect.fail(`step ${step}: ${number} came back`);
    }
    this.#checkTail(step, seq, present, cut);
    if (snapshotSeq > 0) this.#checkSnapshot(step, snapshotSeq);
  }

  /** Of what was not acknowledged a beginning is there: what is lost is one tail. */
  #checkTail(
    step: number,
    seq: number,
    present: ReadonlySet<number>,
    cut: ReadonlySet<number>,
  ): void {
    let isLost = false;
    for (const number of this.#handed) {
      if (number <= seq || cut.has(number)) continue;
      if (isLost && present.has(number)) expect.fail(`step ${step}: a hole before ${number}`);
      isLost ||= !present.has(number);
    }
  }

  #checkSnapshot(step: number, snapshotSeq: number): void {
    const snapshot = new SnapshotFiles(this.#folder).load('hot-path', Number.MAX_SAFE_INTEGER);
    expect(snapshot?.seq, `step ${step}`).toBeGreaterThanOrEqual(snapshotSeq);
    expect(snapshot?.bytes).toEqual(snapshotOf(snapshot?.seq ?? 0));
  }

  /** The folder is also gone on with: what it held stays, and more is written behind it. */
  async goOn(files: ReadonlyMap<string, Buffer>): Promise<void> {
    this.#write(files);
    if (!existsSync(join(this.#folder, 'version.json'))) return;
    const before = await readAll(this.#folder);
    checkVersion(this.#folder);
    const options = traceWriterOptions(this.#folder);
    const tails = analyseTails(options.folder);
    expect(tails.lastSeq).toBe(before.at(-1)?.seq ?? 0);
    cutTails(options.folder, tails);
    expect(await readAll(this.#folder)).toEqual(before);
    new StoreWriter(options, tails, [0, 0, 0, 0]).close();
    expect((await readAll(this.#folder)).at(-1)).toEqual(before.at(-1));
    this.#image.forget();
  }
}

const chance = (seed: number): ((share: number) => boolean) => {
  let state = seed | 1;
  return (share) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 < share;
  };
};

describe('a crash at any step', { timeout: 120_000 }, () => {
  let steps: readonly DiskStep[] = [];
  let history!: StoreHistory;

  beforeAll(() => {
    const folder = mkdtempSync(join(tmpdir(), 'seamwatt-steps-'));
    const recorded = record(folder);
    rmSync(folder, { recursive: true });
    steps = recorded.trace.steps;
    history = recorded.history;
  });

  it('is one of every kind that the store does', () => {
    const kinds = new Set(
      steps.map(({ type, path }) => `${type} ${path.endsWith('.seg') ? 'segment' : ''}`),
    );
    for (const kind of ['create', 'write', 'truncate', 'sync', 'unlink']) {
      expect(kinds).toContain(`${kind} segment`);
    }
    expect(kinds).toContain('rename ');
    expect(history.cut.seqs.size).toBeGreaterThan(60);
    expect(prunedBy(steps)(steps.length).size).toBeGreaterThan(50);
  });

  it('of a killed process leaves everything acknowledged, in order, and one tail is lost', async () => {
    const checker = new Checker(history, steps);
    const model = new DiskModel();
    for (const [index, step] of steps.entries()) {
      if (step.type === 'write' && (isLong || index % 3 === 0)) {
        const share = index % 2 === 0 ? 0.3 : 0.97;
        const bytes = step.bytes.subarray(0, Math.floor(step.bytes.length * share));
        const torn = written(model.content(step.path), step.offset, bytes);
        await checker.check(index, new Map([...model.afterKill(), [step.path, torn]]));
      }
      model.take(step);
      if (!isLooked(index)) continue;
      await checker.check(index + 1, model.afterKill());
      if (index % 24 < 2) await checker.goOn(model.afterKill());
    }
  });

  it('of the power leaves the same, whatever of the unsynced reached the disk', async () => {
    const checker = new Checker(history, steps);
    const model = new DiskModel();
    const isLucky = chance(testSeed());
    for (const [index, step] of steps.entries()) {
      model.take(step);
      await checker.check(
        index + 1,
        model.afterPowerCut(() => false),
      );
      const share = [0.1, 0.5, 0.9][index % 3] ?? 0.5;
      const files = model.afterPowerCut(() => isLucky(share));
      await checker.check(index + 1, files);
      if (index % 24 < 2) await checker.goOn(files);
    }
  });
});
