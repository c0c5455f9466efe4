import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backUp } from '../../../../gateway/journal/backup/backup.ts';
import { restore, verifyBackup } from '../../../../gateway/journal/backup/restore.ts';
import { TarWriter } from '../../../../gateway/journal/backup/tar.ts';
import { openJournal } from '../../../../gateway/journal/journal.ts';
import { markUnfinished } from '../../../../gateway/journal/store/version.ts';
import {
  appendValues,
  plainEntries,
  plainGroup,
  readAll,
  testFolder,
  testJournal,
} from '../../../support/journal.ts';
import { journalOptions } from '../../../support/journal-options.ts';
import { testSeed } from '../../../support/seed.ts';
import { runProgram } from '../../cli/program.ts';

const golden = join(import.meta.dirname, '../../../golden/journal/v1');
const quiet = { onProgress: () => undefined };
const never = new AbortController().signal;

const goldenBackup = (name: string): string => {
  const to = join(testFolder(), name);
  const folder = join(testFolder(), 'journal');
  cpSync(golden, folder, { recursive: true });
  backUp({ folder, to, gateway: '1.2.3', nowMs: 1_760_000_000_000, ...quiet });
  return to;
};

const filesOf = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort();

const problemsOf = (from: string): readonly string[] =>
  verifyBackup(from, () => undefined).problems.map((problem) =>
    'name' in problem ? `${problem.kind} ${problem.name}` : problem.kind,
  );

describe('a backup of a journal that is written', { timeout: 60_000 }, () => {
  it.each(['backup.tar', 'backup'])(
    'into %s holds all that was durable, in one piece',
    async (name) => {
      const data = testFolder();
      const folder = join(data, 'journal');
      const journal = await testJournal(folder, {
        maxBytes: 2 * 1024 * 1024,
        segmentBytes: 128 * 1024,
        syncMs: 20,
      });
      const [group] = await journal.registerGroups([plainGroup('f01', 16)]);
      if (group === undefined) throw new Error('no group');
      const cursor = await journal.openCursor('sink:x', { from: 'start', persist: true });
      let timeMs = 0;
      const append = (): void => {
        for (let k = 0; k < 100; k++) {
          timeMs += 1;
          const values = Array.from({ length: 16 }, () => Math.random());
          appendValues(journal, group, { timeMs, values, originCode: timeMs % 20 === 0 ? 1 : 0 });
        }
      };
      // Retention takes segments from the beginning, for the whole time.
      while (journal.statistics().classes.raw.prunedEntries === 0) {
        append();
        await journal.flush();
      }
      const batch = await cursor.next({ maxEntries: 1_000, signal: never, waitMs: 0 });
      cursor.commit(batch?.seq[10] ?? 0);
      await journal.flush();
      const writing = setInterval(append, 5);
      const { durableSeq } = journal;
      const to = join(testFolder(), name);
      const made = await runProgram(['backup', '--data', data, '--to', to, '--json']);
      const prunedDuring = journal.statistics().classes.raw.prunedEntries;
      clearInterval(writing);
      expect(made).toMatchObject({ code: 0 });
      expect(prunedDuring).toBeGreaterThan(0);
      const report = JSON.parse(made.out);
      expect(report.journal.lastSeq).toBeGreaterThanOrEqual(durableSeq);
      await journal.close();

      const restored = join(testFolder(), 'restored');
      const done = await runProgram(['restore', '--from', to, '--to', restored]);
      expect(done).toMatchObject({ code: 0, errors: '' });
      const entries = await readAll(join(restored, 'journal'));
      expect(entries.at(-1)?.seq).toBe(report.journal.lastSeq);
      const raw = entries.filter(({ content }) => (content as { origin?: number }).origin === 0);
      const numbers = raw.map((entry) => entry.timeMs).filter((ms) => ms > 0);
      const expected = Array.from(
        { length: (numbers.at(-1) ?? 0) - (numbers[0] ?? 0) + 1 },
        (_, k) => k + (numbers[0] ?? 0),
      ).filter((ms) => ms % 20 !== 0);
      expect(numbers).toEqual(expected);
      const second = await testJournal(join(restored, 'journal'));
      expect(second.recovery).toMatchObject({ damage: [], setAside: [], cutBytes: 0 });
      // Numbers that sinks may know since the backup do not come again.
      expect(second.nextSeq).toBeGreaterThan(report.journal.lastSeq + 2 ** 23);
      const again = await second.openCursor('sink:x', { from: 'stored', persist: true });
      expect(again.position).toBeLessThanOrEqual(report.journal.lastSeq);
      const next = await again.next({ maxEntries: 5, signal: never, waitMs: 0 });
      expect(plainEntries(next ?? expect.fail('nothing'))[0]?.seq).toBeGreaterThan(again.committed);
      expect((await second.registerGroups([plainGroup('f01', 16)]))[0]).toEqual(group);
    },
  );
});

describe('a backup', { timeout: 30_000 }, () => {
  it('of which any byte is wrong does not verify and is not restored, and the file is named', () => {
    const to = goldenBackup('backup');
    const files = filesOf(to);
    expect(files).toHaveLength(9);
    fc.assert(
      fc.property(
        fc.constantFrom(...files),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (name, share) => {
          const path = join(to, name);
          const bytes = readFileSync(path);
          const wrong = Buffer.from(bytes);
          const place = Math.floor(share * wrong.length);
          wrong.writeUInt8(wrong.readUInt8(place) ^ 0x04, place);
          writeFileSync(path, wrong);
          const problems = problemsOf(to);
          const target = join(testFolder(), 'data');
          const { problems: refused } = restore({ from: to, to: target, ...quiet });
          writeFileSync(path, bytes);
          // A byte of the manifest can be one that says nothing, like the time of the backup.
          if (name === 'backup.json') return;
          expect(problems).toEqual([`changed ${name}`]);
          expect(refused).toHaveLength(1);
          expect(existsSync(target)).toBe(false);
        },
      ),
      { seed: testSeed(), numRuns: 60, endOnFailure: true },
    );
    expect(problemsOf(to)).toEqual([]);
  });

  it('that was cut short, lacks a file or has one too many does not verify', () => {
    const tar = goldenBackup('backup.tar');
    const { size } = statSync(tar);
    for (let cut = 1_600; cut < size; cut += 5_003) {
      truncateSync(tar, size - cut);
      expect(problemsOf(tar)).toEqual(['incomplete']);
    }
    const folder = goldenBackup('backup');
    const name = 'journal/segments/kpi-00000000000002.seg';
    const bytes = readFileSync(join(folder, name));
    writeFileSync(join(folder, 'journal/segments/kpi-00000000000003.seg'), bytes);
    expect(problemsOf(folder)).toEqual(['unexpected journal/segments/kpi-00000000000003.seg']);
    writeFileSync(join(folder, 'backup.json'), '{"format":"seamwatt-backup","version":2}');
    expect(problemsOf(folder)).toEqual(['newer']);
  });

  it('cannot write outside of the folder that it is restored into', () => {
    const tar = join(testFolder(), 'evil.tar');
    const writer = new TarWriter(tar, 0);
    const evil = Buffer.from('evil');
    const files = [{ name: 'journal/../../evil', bytes: 4, sha256: '' }];
    const manifest = { format: 'seamwatt-backup', version: 1, journal: { entries: {} }, files };
    const text = Buffer.from(JSON.stringify(manifest));
    writer.add('journal/../../evil', evil.length, [evil]);
    writer.add('backup.json', text.length, [text]);
    writer.end();
    writer.close();
    expect(problemsOf(tar)).toEqual(['unexpected journal/../../evil']);
    const parent = testFolder();
    restore({ from: tar, to: join(parent, 'data'), ...quiet });
    expect(readdirSync(parent)).toEqual([]);
  });

  it('keeps what did not verify in the data folder, and says how much that was', async () => {
    const folder = join(testFolder(), 'journal');
    cpSync(golden, folder, { recursive: true });
    const path = join(folder, 'segments', 'raw-00000000000002.seg');
    const bytes = readFileSync(path);
    bytes.writeUInt8(bytes.readUInt8(200) ^ 1, 200);
    writeFileSync(path, bytes);
    const to = join(testFolder(), 'backup');
    const manifest = backUp({ folder, to, gateway: '1', nowMs: 0, ...quiet });
    expect(manifest.journal.damagedPlaces).toBe(1);
    expect(manifest.journal.entries.raw).toBeLessThan(44);
    const target = testFolder();
    expect(restore({ from: to, to: target, ...quiet }).problems).toEqual([]);
    expect(await readAll(join(target, 'journal'))).toEqual(await readAll(folder));
  });

  it('is left out of the way when it fails in the middle', () => {
    const folder = join(testFolder(), 'journal');
    cpSync(golden, folder, { recursive: true });
    writeFileSync(join(folder, 'journal.db'), 'no database, but long enough to be read as one');
    for (const name of ['b.tar', 'b']) {
      const parent = testFolder();
      const to = join(parent, name);
      expect(() => backUp({ folder, to, gateway: '1', nowMs: 0, ...quiet })).toThrow('database');
      expect(filesOf(parent)).toEqual([]);
    }
  });
});

describe('a restore', { timeout: 30_000 }, () => {
  it('refuses a folder that is not empty or that a gateway uses, and writes nothing', async () => {
    const from = goldenBackup('backup.tar');
    const data = testFolder();
    await testJournal(join(data, 'journal'));
    expect(() => restore({ from, to: data, ...quiet })).toThrow(`in use by process ${process.pid}`);
    const other = testFolder();
    appendFileSync(join(other, 'notes'), 'x');
    expect(() => restore({ from, to: other, ...quiet })).toThrow('is not empty');
    expect(readdirSync(other)).toEqual(['notes']);
  });

  it('that was interrupted leaves a folder that no gateway takes for a journal', async () => {
    const folder = join(testFolder(), 'journal');
    mkdirSync(folder);
    markUnfinished(folder);
    await expect(openJournal(journalOptions(folder))).rejects.toMatchObject({
      code: 'STORE_CORRUPT',
    });
  });
});
