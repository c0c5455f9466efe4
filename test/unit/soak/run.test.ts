import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const program = join(import.meta.dirname, '../../soak/run.ts');

const run = (...args: readonly string[]) =>
  spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', timeout: 30_000 });

test('tells its options', () => {
  const { status, stdout } = run('--help');
  expect(status).toBe(0);
  expect(stdout).toContain('--seconds N');
});

test('refuses a time in which there is no whole minute to judge', () => {
  for (const seconds of ['119', '200.5', 'long']) {
    const { status, stderr } = run('--seconds', seconds);
    expect(status).toBe(2);
    expect(stderr).toContain(`--seconds ${seconds}`);
  }
});
