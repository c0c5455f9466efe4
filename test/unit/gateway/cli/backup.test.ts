import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCli } from './cli-fixture.ts';

const run = async (
  ...argv: readonly string[]
): Promise<{ readonly code: number; readonly out: string; readonly errors: string }> => {
  const { code, out, errors } = await runCli(argv);
  return { code, out: out.join('\n'), errors: errors.join('\n') };
};

const dataFolder = (): { readonly parent: string; readonly data: string } => {
  const parent = mkdtempSync(join(tmpdir(), 'seamwatt-backup-'));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  const data = join(parent, 'data');
  mkdirSync(data);
  const golden = join(import.meta.dirname, '../../../golden/journal/v1');
  cpSync(golden, join(data, 'journal'), { recursive: true });
  return { parent, data };
};

test('a backup is made, verified and restored, and each step says what it did', async () => {
  const { parent, data } = dataFolder();
  const tar = join(parent, 'b.tar');
  const made = await run('backup', '--data', data, '--to', tar);
  expect(made).toMatchObject({ code: 0, errors: '' });
  expect(made.out).toContain(`${tar} verifies: 53 entries, the newest is number 53`);
  const verified = await run('backup', '--verify', tar, '--json');
  expect(verified).toMatchObject({ code: 0, errors: '' });
  expect(JSON.parse(verified.out)).toMatchObject({
    ok: true,
    journal: { lastSeq: 53, entries: { raw: 44, kpi: 4, event: 2, record: 3 } },
    files: 8,
  });
  const restored = join(parent, 'restored');
  const done = await run('restore', '--from', tar, '--to', restored, '--lang', 'zh');
  expect(done).toMatchObject({ code: 0, errors: '' });
  expect(done.out).toContain(`已恢复到 ${restored}`);
  expect(readdirSync(join(restored, 'journal'))).toContain('journal.db');
});

test('a backup that does not verify ends with 3, in the language of the user', async () => {
  const { parent, data } = dataFolder();
  const folder = join(parent, 'b');
  await run('backup', '--data', data, '--to', folder);
  appendFileSync(join(folder, 'journal', 'history.db'), 'x');
  const english = await run('backup', '--verify', folder);
  expect(english).toMatchObject({ code: 3, out: '' });
  expect(english.errors).toContain('journal/history.db is not what it was');
  const target = join(parent, 'restored');
  const chinese = await run('restore', '--from', folder, '--to', target, '--lang', 'zh');
  expect(chinese).toMatchObject({ code: 3, out: '' });
  expect(chinese.errors).toContain('journal/history.db 与备份时不一致');
  expect(readdirSync(parent)).not.toContain('restored');
});

test('what would overwrite, or names nothing, is refused with 2', async () => {
  const { parent, data } = dataFolder();
  const refused = async (...argv: readonly string[]): Promise<string> => {
    const { code, out, errors } = await run(...argv);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    return errors;
  };
  const tar = join(parent, 'b.tar');
  expect(await refused('backup')).toBe('backup needs either --to or --verify');
  expect(await refused('backup', '--data', data, '--to', data)).toContain('already');
  expect(await refused('backup', '--data', parent, '--to', tar)).toContain('no journal');
  expect(await refused('backup', '--verify', tar)).toContain('no backup');
  expect(await refused('restore', '--from', tar)).toBe('restore needs --from and --to');
  expect(await refused('restore', '--from', tar, '--to', parent)).toContain('no backup');
  expect(readdirSync(parent)).toEqual(['data']);
});
