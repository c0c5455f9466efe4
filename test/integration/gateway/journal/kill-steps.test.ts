import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type PlainEntry,
  plainGroup,
  readAll,
  testFolder,
  testJournal,
} from '../../../support/journal.ts';
import { testSeed } from '../../../support/seed.ts';

/**
 * A gateway's journal is killed by the system just before a step that changes the disk: of the thread that writes entries, or of
 * the one that stores places of readers, snapshots, numbers and quarantine. Every step in the long run, some of them else.
 */

const child = fileURLToPath(new URL('./kill-child.ts', import.meta.url));
const preload = pathToFileURL(join(import.meta.dirname, '../../../support/die-at-step.ts')).href;
const threads = ['writer', 'store'] as const;
type Thread = (typeof threads)[number];

/** The last value of each kind that the child has told. */
type Told = Readonly<Partial<Record<string, number>>>;

const live = async (folder: string, env: Readonly<Record<string, string>>): Promise<Told> => {
  const started = spawn(process.execPath, [child, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: `--import=${preload}`, ...env },
  });
  onTestFinished(() => {
    started.kill('SIGKILL');
  });
  const exited = once(started, 'exit');
  let out = '';
  for await (const chunk of started.stdout) out += String(chunk);
  await exited;
  return Object.fromEntries(
    out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(' '))
      .map(([what = '', value]) => [what, Number(value)]),
  );
};

const isRaw = ({ content }: PlainEntry): boolean => (content as { origin?: number }).origin === 0;

/** `kept` are numbers that retention never takes: every life gives the same numbers to the same. */
const verify = async (
  folder: string,
  told: Told,
  { where, kept }: { readonly where: string; readonly kept: ReadonlySet<number> },
): Promise<void> => {
  const isMade = existsSync(join(folder, 'version.json'));
  if (!isMade) expect(told, where).toEqual({});
  const entries = isMade ? await readAll(folder) : [];
  const seqs = entries.map(({ seq }) => seq);
  expect(seqs, where).toEqual([...new Set(seqs)].sort((a, b) => a - b));
  const { durable = 0, issued = 0, stored = 0, quarantined = 0, snapshot = 0, group } = told;
  // Retention has taken raw entries from the beginning; of the rest everything acknowledged is there.
  const firstRaw = entries.find(isRaw)?.seq ?? durable;
  const there = new Set(seqs);
  for (let seq = 1; seq <= durable; seq++) {
    if (there.has(seq) || (seq < firstRaw && !kept.has(seq))) continue;
    expect.fail(`${where}: ${seq} of ${durable} is lost`);
  }
  for (let seq = durable + 1; seq < (seqs.at(-1) ?? 0); seq++) {
    if (!there.has(seq)) expect.fail(`${where}: a hole at ${seq}`);
  }
  const journal = await testJournal(folder);
  expect(journal.recovery, where).toMatchObject({ damage: [], setAside: [] });
  expect(journal.nextSeq - 1, where).toBeGreaterThan(issued);
  const cursor = await journal.openCursor('sink:x', { from: 'stored', persist: true });
  expect(cursor.committed, where).toBeGreaterThanOrEqual(stored);
  expect(cursor.committed, where).toBeLessThanOrEqual(journal.recovery.lastSeq);
  const state = await journal.loadSnapshot('hot-path');
  expect(state?.seq ?? 0, where).toBeGreaterThanOrEqual(snapshot);
  expect(state?.seq ?? 0, where).toBeLessThanOrEqual(journal.recovery.lastSeq);
  expect((await journal.listQuarantine({ limit: 100 })).length, where).toBeGreaterThanOrEqual(
    quarantined,
  );
  const [again] = await journal.registerGroups([plainGroup('f01', 3)]);
  if (group !== undefined) expect(again?.number, where).toBe(group);
  for (const { content } of entries) {
    const { type, id, text } = content as { type?: string; id?: number; text?: string };
    if (type === 'dictionary') expect(journal.text(id ?? 0), where).toBe(text);
  }
  await journal.close();
};

describe('a journal killed before any step', { timeout: 600_000 }, () => {
  it('keeps what it acknowledged, of entries as of places, snapshots, numbers and quarantine', async () => {
    const countFile = join(testFolder(), 'steps');
    const whole = testFolder();
    const told = await live(whole, { SEAMWATT_STEPS: countFile });
    expect(told['closed']).toBe(1);
    const kept = new Set((await readAll(whole)).filter((entry) => !isRaw(entry)).map((e) => e.seq));
    expect(kept.size).toBeGreaterThan(50);
    await verify(whole, told, { where: 'not killed', kept });
    const stepsOf = (thread: Thread): number => statSync(`${countFile}.${thread}`).size;
    for (const thread of threads) expect(stepsOf(thread)).toBeGreaterThan(30);
    const everyNth = process.env['SEAMWATT_LONG'] === '1' ? 1 : 15;
    for (const thread of threads) {
      for (let at = testSeed() % everyNth; at < stepsOf(thread); at += everyNth) {
        const folder = testFolder();
        const where = `${thread}:${at}`;
        const dead = await live(folder, { SEAMWATT_DIE: where });
        await verify(folder, dead, { where, kept });
      }
    }
  });
});
