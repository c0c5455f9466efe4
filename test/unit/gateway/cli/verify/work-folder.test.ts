import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeWorkFolder } from '../../../../../gateway/cli/verify/work-folder.ts';

const inFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'seamwatt-work-folder-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

const make = (folder: string, name: string): string => {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, 'site.yaml'), 'version: 1\n');
  return path;
};

/** Of a process that has ended. */
const deadPid = (): number => spawnSync(process.execPath, ['--version']).pid;

test('a new folder is named after its process, and those of processes that are gone are removed', async () => {
  const folder = inFolder();
  const left = make(folder, `seamwatt-verify-${hostname()}-${deadPid()}-aB3x9z`);
  const running = make(folder, `seamwatt-verify-${hostname()}-${process.ppid}-aB3x9z`);
  const made = await makeWorkFolder(folder);
  expect(basename(made)).toMatch(`seamwatt-verify-${hostname()}-${process.pid}-`);
  expect([left, running, made].map((path) => existsSync(path))).toEqual([false, true, true]);
});

test('folders of other machines and other programs stay', async () => {
  const folder = inFolder();
  const others = [
    `seamwatt-verify-${hostname()}.other-${deadPid()}-aB3x9z`,
    `seamwatt-verify-test-${deadPid()}`,
    `seamwatt-site-${deadPid()}-aB3x9z`,
  ].map((name) => make(folder, name));
  await makeWorkFolder(folder);
  expect(others.every((path) => existsSync(path))).toBe(true);
});
