import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RetentionClass } from '../../../../gateway/core/entry.ts';
import type { RegisteredGroup } from '../../../../gateway/core/point.ts';
import { JournalEngine } from '../../../../gateway/journal/engine.ts';
import type { Cursor, Journal } from '../../../../gateway/journal/journal.ts';
import {
  appendValues,
  type PlainEntry,
  plainEntries,
  plainGroup,
  testFolder,
  testJournal,
} from '../../../support/journal.ts';
import { testSeed } from '../../../support/seed.ts';

/**
 * Random appends, reads, commits, snapshots, restarts, crashes and hours that pass, so that retention takes raw entries,
 * against an array of everything appended. After a crash the array is cut to what survived, which must hold everything
 * acknowledged as durable. Only raw entries may be missing, and a reader counts exactly those that it did not get.
 */

type Command =
  | { readonly type: 'append'; readonly count: number; readonly computed: boolean }
  | { readonly type: 'tick' }
  | { readonly type: 'event' }
  | { readonly type: 'flush' }
  | { readonly type: 'read'; readonly cursor: number; readonly maxEntries: number }
  | { readonly type: 'commit'; readonly cursor: number; readonly share: number }
  | { readonly type: 'hours' }
  | { readonly type: 'snapshot' }
  | { readonly type: 'restart' }
  | { readonly type: 'crash' };

const cursorKinds: readonly (readonly RetentionClass[] | undefined)[] = [
  undefined,
  ['raw', 'kpi'],
  ['event'],
];
const cursorNumber = fc.nat({ max: cursorKinds.length - 1 });

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('append' as const),
      count: fc.integer({ min: 1, max: 200 }),
      computed: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ type: 'tick' as const }) },
  { weight: 3, arbitrary: fc.constant({ type: 'event' as const }) },
  { weight: 3, arbitrary: fc.constant({ type: 'flush' as const }) },
  {
    weight: 12,
    arbitrary: fc.record({
      type: fc.constant('read' as const),
      cursor: cursorNumber,
      maxEntries: fc.integer({ min: 1, max: 200 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('commit' as const),
      cursor: cursorNumber,
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  { weight: 5, arbitrary: fc.constant({ type: 'hours' as const }) },
  { weight: 1, arbitrary: fc.constant({ type: 'snapshot' as const }) },
  { weight: 1, arbitrary: fc.constant({ type: 'restart' as const }) },
  { weight: 1, arbitrary: fc.constant({ type: 'crash' as const }) },
);

type Reader = {
  cursor: Cursor;
  /** Handed out last. */
  batch: readonly PlainEntry[];
  committed: number;
  /** Entries that were passed over since it was opened. */
  skipped: number;
  /** Their numbers, as far as this opening has met them. */
  readonly gone: Set<number>;
  /** It or one before it began at the oldest entry that there was: what had gone by then is no loss of its. */
  readonly isNew: boolean;
};

const classOf = ({ content }: PlainEntry): RetentionClass => {
  const { type, origin } = content as { type?: string; origin?: number };
  if (type === 'event') return 'event';
  if (type !== undefined && type !== 'tick') return 'record';
  return origin === 1 ? 'kpi' : 'raw';
};

const hourMs = 3_600_000;

class Run {
  readonly #folder: string;
  readonly #appended: PlainEntry[] = [];
  #journal!: Journal;
  #group!: RegisteredGroup;
  #readers: Reader[] = [];
  #time = 1_760_000_000_000;
  #wallMs = 1_760_000_000_000;
  #snapshotSeq = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async open(): Promise<void> {
    // Small memory, so that readers go to the disk and come back.
    this.#journal = await testJournal(this.#folder, {
      memoryBytes: 16_384,
      syncMs: 20,
      nowMs: () => this.#wallMs,
      maxAgeMs: { raw: 2 * hourMs, kpi: 1e12, event: 1e12, record: 1e12 },
    });
    const [group] = await this.#journal.registerGroups([plainGroup('f01', 4)]);
    this.#group = group ?? expect.fail('no group');
    this.#take(this.#journal.nextSeq - 1);
    const before = this.#readers;
    const isFirst = this.#appended.length === 1;
    this.#readers = await Promise.all(
      cursorKinds.map(async (classes, index) => {
        const options = { from: 'stored' as const, persist: true };
        const cursor = await this.#journal.openCursor(
          `reader-${index}`,
          classes === undefined ? options : { ...options, classes },
        );
        const isNew = before[index]?.isNew === true || (cursor.committed === 0 && !isFirst);
        return { cursor, batch: [], committed: 0, skipped: cursor.lost, gone: new Set(), isNew };
      }),
    );
  }

  /** Adds the entry that was just appended to the model, as the open batch shows it. */
  #take(seq: number): void {
    const { openBatch } = this.#journal;
    const [entry] = plainEntries(openBatch).slice(-1);
    expect(entry?.seq).toBe(seq);
    this.#appended.push(entry ?? expect.fail('nothing'));
  }

  async step(next: Command): Promise<void> {
    if (next.type === 'append') this.#append(next.count, next.computed);
    else if (next.type === 'flush') await this.#journal.flush();
    else if (next.type === 'read') await this.#read(next.cursor, next.maxEntries);
    else if (next.type === 'commit') this.#commit(next.cursor, next.share);
    else if (next.type === 'hours') this.#wallMs += 5 * hourMs;
    else if (next.type === 'snapshot') await this.#saveSnapshot();
    else if (next.type === 'restart') await this.#restart();
    else if (next.type === 'crash') await this.#crash();
    else this.#record(next.type);
  }

  #append(count: number, computed: boolean): void {
    for (let k = 0; k < count; k++) {
      this.#time += 20;
      const values = [this.#time / 10, k, -k / 3, this.#time];
      const frame = { timeMs: this.#time, values, originCode: computed ? 1 : 0 };
      this.#take(appendValues(this.#journal, this.#group, frame));
    }
  }

  #record(type: 'tick' | 'event'): void {
    const timeMs = this.#time;
    const text = { en: 'lost', zh: '丢失' };
    const seq = this.#journal.appendRecord(
      type === 'tick'
        ? { type, timeMs, watermarkMs: timeMs, dayStartMs: 0 }
        : { type, timeMs, event: { code: 'x', severity: 'info', subject: 's', text } },
    );
    this.#take(seq);
  }

  #behind(reader: Reader, index: number): readonly PlainEntry[] {
    const classes = cursorKinds[index];
    return this.#appended.filter(
      (entry) => entry.seq > reader.cursor.position && (classes?.includes(classOf(entry)) ?? true),
    );
  }

  async #read(index: number, maxEntries: number): Promise<void> {
    const reader = this.#readers[index] ?? expect.fail('no reader');
    const expected = this.#behind(reader, index);
    const signal = AbortSignal.timeout(10_000);
    const batch = await reader.cursor.next({ maxEntries, signal, waitMs: 0 });
    if (batch === undefined) {
      this.#pass(reader, expected);
      return;
    }
    reader.batch = plainEntries(batch);
    expect(reader.batch.length).toBeLessThanOrEqual(maxEntries);
    const seqs = new Set(reader.batch.map(({ seq }) => seq));
    const last = reader.batch.at(-1)?.seq ?? 0;
    expect(reader.batch).toEqual(expected.filter(({ seq }) => seqs.has(seq)));
    this.#pass(
      reader,
      expected.filter(({ seq }) => seq <= last && !seqs.has(seq)),
    );
  }

  /** What a reader was not given must be raw: that alone grows old here. */
  #pass(reader: Reader, missing: readonly PlainEntry[]): void {
    expect(missing.filter((entry) => classOf(entry) !== 'raw')).toEqual([]);
    reader.skipped += missing.length;
    for (const { seq } of missing) reader.gone.add(seq);
    expect(reader.cursor.lost).toBe(reader.cursor.lostToRetention);
  }

  async #saveSnapshot(): Promise<void> {
    const seq = this.#journal.nextSeq - 1;
    await this.#journal.saveSnapshot('state', seq, Uint8Array.of(seq & 0xff));
    this.#snapshotSeq = seq;
  }

  async #checkSnapshot(): Promise<void> {
    const snapshot = await this.#journal.loadSnapshot('state');
    expect(snapshot?.seq ?? 0).toBe(this.#snapshotSeq);
    if (snapshot !== undefined) expect(snapshot.bytes).toEqual(Uint8Array.of(snapshot.seq & 0xff));
  }

  #commit(index: number, share: number): void {
    const reader = this.#readers[index] ?? expect.fail('no reader');
    const entry = reader.batch[Math.floor(share * (reader.batch.length - 1))];
    if (entry === undefined) return;
    reader.cursor.commit(entry.seq);
    reader.committed = Math.max(reader.committed, entry.seq);
    const classes = cursorKinds[index];
    // What it passed over in one class it notices with the next entry of that class.
    if (reader.isNew || reader.cursor.lost !== reader.skipped) return;
    expect(reader.cursor.lag().entries).toBe(
      this.#appended
        .filter(({ seq }) => seq > reader.committed && !reader.gone.has(seq))
        .filter((other) => classes?.includes(classOf(other)) ?? true).length,
    );
  }

  async #restart(): Promise<void> {
    const before = this.#readers.map((reader) => reader.committed);
    await this.#journal.close();
    await this.open();
    this.#readers.forEach((reader, index) => {
      expect(reader.cursor.position).toBe(Math.max(before[index] ?? 0, reader.cursor.position));
      reader.committed = reader.cursor.committed;
    });
    await this.#checkSnapshot();
  }

  async #crash(): Promise<void> {
    const { durableSeq } = this.#journal;
    const before = this.#readers.map((reader) => reader.committed);
    if (!(this.#journal instanceof JournalEngine)) return;
    await this.#journal.abandon();
    const survivors = this.#appended.length;
    await this.open();
    const { lastSeq } = this.#journal.recovery;
    const acknowledged = this.#appended.filter(({ seq }) => seq <= durableSeq).at(-1);
    expect(lastSeq).toBeGreaterThanOrEqual(acknowledged?.seq ?? 0);
    const boot = this.#appended.splice(survivors);
    while ((this.#appended.at(-1)?.seq ?? 0) > lastSeq) this.#appended.pop();
    this.#appended.push(...boot);
    this.#readers.forEach((reader, index) => {
      expect(reader.cursor.position).toBeLessThanOrEqual(before[index] ?? 0);
      reader.committed = reader.cursor.committed;
    });
    await this.#checkSnapshot();
  }

  async finish(): Promise<void> {
    // An entry of each class behind everything shows each reader what it did not get.
    this.#append(1, false);
    this.#append(1, true);
    this.#record('event');
    for (const [index, reader] of this.#readers.entries()) {
      while (this.#behind(reader, index).length > 0) await this.#read(index, 500);
      expect(reader.cursor.lost).toBeLessThanOrEqual(reader.skipped);
      if (!reader.isNew) expect(reader.cursor.lost).toBe(reader.skipped);
    }
    await this.#journal.close();
  }
}

describe('cursors', () => {
  it('see every entry once and in order, whatever happens between', {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 30, maxLength: 120 }), async (commands) => {
        const run = new Run(testFolder());
        await run.open();
        for (const next of commands) await run.step(next);
        await run.finish();
      }),
      { seed: testSeed(), numRuns: 4, endOnFailure: true },
    );
  });
});
