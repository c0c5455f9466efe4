import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makeFolder } from '../../../../gateway/runtime/make-folder.ts';

const inside = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'seamwatt-folder-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
};

it('makes a folder with all above it, also several at once and again', async () => {
  const top = inside();
  const folders = ['a/b/c', 'a/b/d', 'a/b/c'].map((path) => join(top, path));
  expect(await Promise.all(folders.map(makeFolder))).toEqual(folders);
  for (const folder of folders) expect(statSync(folder).isDirectory()).toBe(true);
});

it('names what is a file, and what lies below one', async () => {
  const file = join(inside(), 'file');
  writeFileSync(file, '');
  await expect(makeFolder(file)).rejects.toThrow(`the data folder ${file} cannot be made`);
  await expect(makeFolder(join(file, 'below'))).rejects.toMatchObject({ code: 'STORE_FAILED' });
});

it('ends where a system says of a new folder that its parent is missing', async () => {
  await expect(makeFolder('/proc/seamwatt/data')).rejects.toMatchObject({ code: 'STORE_FAILED' });
});
