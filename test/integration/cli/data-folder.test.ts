import { cpSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { dataWithRecords } from '../../support/recorded-data.ts';
import { runProgram } from './program.ts';

const workingFolder = (): string => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'seamwatt-folder-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

test('without a name the data of the demo is found where start keeps it, and that is said', async () => {
  const folder = workingFolder();
  const demo = join(folder, 'data/demo');
  cpSync(dataWithRecords(), demo, { recursive: true });
  const english = await runProgram(['records', 'list'], { folder });
  expect(english).toMatchObject({ code: 0, out: expect.stringContaining('A2') });
  expect(english.errors).toBe(
    `There is no site file ${join(folder, 'seamwatt.yaml')}; this is the data of the demo, in ${demo}.\n`,
  );
  const out = join(folder, 'a2.pdf');
  const print = ['records', 'export', 'A2', '--format', 'pdf', '--out', out, '--lang', 'zh'];
  const chinese = await runProgram(print, { folder });
  expect(chinese).toMatchObject({ code: 0, out: `已写入：${out}\n` });
  expect(chinese.errors).toMatch(/^没有站点文件 .*；以下为演示站点的数据，位于 .*。\n$/);
  // A site file that is there counts, whatever else is there.
  writeFileSync(join(folder, 'seamwatt.yaml'), 'version: 1\n');
  expect(await runProgram(['records', 'list'], { folder })).toMatchObject({
    ...{ code: 2, out: '', errors: expect.stringContaining('seamwatt.yaml:') },
  });
});

test('where there is neither, it is said where was looked and how to name one', async () => {
  const folder = workingFolder();
  for (const command of [
    ['records', 'list'],
    ['records', 'verify'],
    ['records', 'export', 'A2', '--format', 'pdf', '--out', 'a2.pdf'],
    ['backup', '--to', 'a.tar'],
  ]) {
    const { code, out, errors } = await runProgram(command, { folder });
    expect({ code, out }, command.join(' ')).toEqual({ code: 2, out: '' });
    expect(errors).toBe(
      `There is neither a site file ${join(folder, 'seamwatt.yaml')} nor data of the demo in ${join(folder, 'data/demo')}: ` +
        'name the site file with --config FILE, or its data with --data FOLDER.\n',
    );
  }
  const chinese = await runProgram(['records', 'list', '--lang', 'zh'], { folder });
  expect(chinese.errors).toMatch(/请用 --config 指定站点文件，或用 --data 指定数据目录。\n$/);
});
