import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { retentionClasses } from '../../../../gateway/core/entry.ts';
import { openJournal } from '../../../../gateway/journal/journal.ts';
import { traceDisk } from '../../../support/disk-trace.ts';
import {
  appendValues,
  type PlainEntry,
  plainGroup,
  readAll,
  testFolder,
  testJournal,
} from '../../../support/journal.ts';
import { journalOptions } from '../../../support/journal-options.ts';
import { testSeed } from '../../../support/seed.ts';
import { numbersIn, TracedStore } from '../../../support/traced-store.ts';

const diskError = (code: string): Error => Object.assign(new Error(`${code}: no`), { code });

describe('a disk that fails and comes back', { timeout: 60_000 }, () => {
  /** Writes a store on a disk whose call number `failing` fails so many times; gives how many calls there were. */
  const write = async (failing: number, times: number): Promise<number> => {
    const folder = testFolder();
    const trace = traceDisk(folder);
    const store = new TracedStore(folder, trace);
    let failures = 0;
    let calls = 0;
    try {
      store.open();
      const settle = (): void => {
        for (;;) {
          try {
            store.settle();
            return;
          } catch (error) {
            if (!(error instanceof Error && 'code' in error)) throw error;
            failures += 1;
          }
        }
      };
      trace.fail = () => {
        calls += 1;
        const isFailing = calls > failing && calls <= failing + times;
        return isFailing ? diskError(calls % 2 === 0 ? 'EIO' : 'ENOSPC') : undefined;
      };
      for (let commit = 0; commit < 8; commit++) {
        store.hand(12);
        settle();
      }
    } finally {
      trace.stop();
    }
    store.close();
    expect(failures).toBe(Math.max(0, Math.min(times, calls - failing)));
    const found = await readAll(folder);
    expect(found).toEqual([...store.history.handed.values()]);
    return calls;
  };

  it('loses nothing, at whichever call it failed', async () => {
    const calls = await write(Number.POSITIVE_INFINITY, 0);
    expect(calls).toBeGreaterThan(60);
    for (let failing = testSeed() % 2; failing < calls; failing += 2)
      await write(failing, 1 + (failing % 3));
  });
});

describe('a store with wrong bytes', { timeout: 60_000 }, () => {
  const origin = { raw: 0, kpi: 1 } as const;
  const classOf = ({ content }: PlainEntry): number => {
    const { type, origin: from } = content as { type?: string; origin?: number };
    if (type === undefined) return from === origin.kpi ? 1 : 0;
    return type === 'tick' ? 0 : type === 'event' ? 2 : 3;
  };

  it('starts, keeps every commit that verifies and counts exactly what is missing', async () => {
    const folder = testFolder();
    const trace = traceDisk(folder);
    const store = new TracedStore(folder, trace);
    store.open();
    const commitOf = new Map<number, number>();
    for (let commit = 0; commit < 10; commit++) {
      const before = store.history.handed.size;
      const last = store.hand(8);
      for (let seq = before + 1; seq <= last; seq++) commitOf.set(seq, commit);
      store.settle();
    }
    store.close();
    trace.stop();
    const whole = await readAll(folder);
    const names = readdirSync(join(folder, 'segments')).sort();
    const lastCommit = Math.max(...commitOf.values());
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            name: fc.constantFrom(...names),
            share: fc.double({ min: 0, max: 0.999, noNaN: true }),
            bits: fc.integer({ min: 1, max: 255 }),
            length: fc.integer({ min: 1, max: 40 }),
          }),
          { minLength: 1, maxLength: 3 },
        ),
        async (wounds) => {
          const copy = testFolder();
          cpSync(folder, copy, { recursive: true });
          for (const { name, share, bits, length } of wounds) {
            const path = join(copy, 'segments', name);
            const bytes = readFileSync(path);
            const at = Math.floor(share * bytes.length);
            for (let k = at; k < Math.min(bytes.length, at + length); k++) {
              bytes.writeUInt8(bytes.readUInt8(k) ^ bits, k);
            }
            writeFileSync(path, bytes);
          }
          // The model: of each file what still verifies by itself.
          const verifies = new Set(
            names.flatMap((name) => numbersIn(name, readFileSync(join(copy, 'segments', name)))),
          );
          const journal = await openJournal(journalOptions(copy));
          const { damage } = await journal.scrubbed();
          await journal.close();
          const found = (await readAll(copy)).filter(({ seq }) => commitOf.has(seq));
          // A newest commit of which a part is wrong cannot be told from one that was never whole.
          const inner = whole.filter(({ seq }) => (commitOf.get(seq) ?? 0) < lastCommit);
          const isInner = new Set(inner.map(({ seq }) => seq));
          expect(found.filter(({ seq }) => isInner.has(seq))).toEqual(
            inner.filter(({ seq }) => verifies.has(seq)),
          );
          for (const [index, name] of retentionClasses.entries()) {
            const places = damage.filter((place) => place.retentionClass === name);
            const lost = whole.filter(
              (entry) => classOf(entry) === index && !verifies.has(entry.seq),
            );
            const isCounted = places.every(({ entries }) => entries !== undefined);
            const sum = places.reduce((total, { entries = 0 }) => total + entries, 0);
            if (isCounted && lost.every(({ seq }) => isInner.has(seq)))
              expect(sum).toBe(lost.length);
            if (lost.some(({ seq }) => isInner.has(seq))) expect(places).not.toEqual([]);
          }
        },
      ),
      {
        seed: testSeed(),
        numRuns: process.env['SEAMWATT_LONG'] === '1' ? 200 : 8,
        endOnFailure: true,
      },
    );
  });
});

const isRoot = process.getuid?.() === 0;
if (!isRoot) process.stdout.write('skipped: a read-only disk, which only root can mount\n');

describe.skipIf(!isRoot)('a read-only disk', { timeout: 20_000 }, () => {
  it('is named when a gateway starts, and the journal on it can still be read', async () => {
    const disk = testFolder();
    execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk]);
    onTestFinished(() => {
      execFileSync('/bin/umount', ['-l', disk]);
    });
    const folder = join(disk, 'journal');
    const first = await testJournal(folder);
    const [group] = await first.registerGroups([plainGroup('f01', 1)]);
    if (group === undefined) throw new Error('no group');
    for (let k = 0; k < 30; k++) appendValues(first, group, { timeMs: k, values: [k] });
    await first.close();
    execFileSync('/bin/mount', ['-o', 'remount,ro', disk]);
    await expect(openJournal(journalOptions(folder))).rejects.toMatchObject({
      code: 'STORE_FAILED',
      message: expect.stringMatching(/cannot write .*lock\.db.*read-?only/i),
    });
    expect(await readAll(folder)).toHaveLength(31);
    execFileSync('/bin/mount', ['-o', 'remount,rw', disk]);
    const again = await testJournal(folder);
    expect(again.recovery).toMatchObject({ clean: true, damage: [] });
  });
});
