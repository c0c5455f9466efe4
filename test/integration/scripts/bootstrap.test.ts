import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

// A clone with nothing in it but the script, and an npm that only writes down that it was called.
const script = join(import.meta.dirname, '../../../scripts/bootstrap.mjs');

const recordingNpm = `
import { appendFileSync, mkdirSync } from 'node:fs';
appendFileSync('calls.txt', process.argv.slice(2).join(' ') + '\\n');
await new Promise((resolve) => setTimeout(resolve, Number(process.env.NPM_TAKES_MS ?? 0)));
if (process.env.NPM_FAILS === 'yes') process.exit(7);
mkdirSync('node_modules', { recursive: true });
`;

type Clone = {
  readonly folder: string;
  run(
    args?: readonly string[],
    env?: Record<string, string>,
  ): Promise<{ readonly code: unknown; readonly errors: string }>;
  calls(): readonly string[];
};

const makeClone = (): Clone => {
  const folder = mkdtempSync(join(tmpdir(), 'seamwatt-clone-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const copy = join(folder, 'scripts', 'bootstrap.mjs');
  mkdirSync(dirname(copy));
  copyFileSync(script, copy);
  writeFileSync(join(folder, 'npm.mjs'), recordingNpm);
  writeFileSync(join(folder, 'package-lock.json'), '{}');
  const run: Clone['run'] = async (args = [], env = {}) => {
    const child = spawn(process.execPath, [copy, ...args], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env['PATH'], npm_execpath: join(folder, 'npm.mjs'), ...env },
    });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    const [code] = await once(child, 'close');
    return { code, errors };
  };
  const calls = (): readonly string[] => {
    const file = join(folder, 'calls.txt');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  };
  return { folder, run, calls };
};

test('installs once, and again when the lock has changed', async () => {
  const clone = makeClone();
  expect((await clone.run()).code).toBe(0);
  expect((await clone.run()).code).toBe(0);
  expect(clone.calls()).toEqual(['ci --include=dev --include=optional --loglevel=error']);
  writeFileSync(join(clone.folder, 'package-lock.json'), '{"changed":true}');
  await clone.run();
  expect(clone.calls()).toHaveLength(2);
});

test('repeats an install that did not come to its end', async () => {
  const clone = makeClone();
  const failed = await clone.run([], { NPM_FAILS: 'yes' });
  expect(failed.code).toBe(1);
  expect(failed.errors).toContain('npm ci failed (exit 7)');
  expect((await clone.run()).code).toBe(0);
  expect(clone.calls()).toHaveLength(2);
});

test('two at once install once', async () => {
  const clone = makeClone();
  const slow = { NPM_TAKES_MS: '500' };
  const results = await Promise.all([clone.run([], slow), clone.run([], slow)]);
  expect(results.map(({ code }) => code)).toEqual([0, 0]);
  expect(clone.calls()).toHaveLength(1);
});

test('installs the programs of the tests, or says which are missing and how to get them', async () => {
  const clone = makeClone();
  const bin = join(clone.folder, 'bin');
  mkdirSync(bin);
  const aptGet = join(bin, 'apt-get');
  writeFileSync(aptGet, `#!/bin/sh\necho "$@" >> '${join(clone.folder, 'apt.txt')}'\n`, {
    mode: 0o755,
  });
  const { code, errors } = await clone.run(['test'], { PATH: bin });
  expect(code).toBe(0);
  expect(errors).toContain('not on this machine: influxd');
  expect(errors).toMatch(/apt-get install --no-install-recommends .*influxdb .*mosquitto/);
  expect(errors).toContain('skipped without influxd: InfluxDB 1.x');
  const apt = join(clone.folder, 'apt.txt');
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    expect(readFileSync(apt, 'utf8')).toMatch(
      /^update .*\ninstall -y -qq --no-install-recommends /,
    );
  } else {
    expect(existsSync(apt)).toBe(false);
  }
});
