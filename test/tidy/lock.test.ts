import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';

const lockSchema = z.object({
  lockfileVersion: z.literal(3),
  packages: z.record(
    z.string(),
    z.looseObject({
      version: z.string().optional(),
      resolved: z.string().optional(),
      integrity: z.string().optional(),
      optional: z.boolean().optional(),
      optionalDependencies: z.record(z.string(), z.string()).optional(),
      os: z.array(z.string()).optional(),
      cpu: z.array(z.string()).optional(),
      libc: z.array(z.string()).optional(),
    }),
  ),
});

const lock = lockSchema.parse(JSON.parse(readFileSync('package-lock.json', 'utf8')));
const installed = Object.entries(lock.packages).filter(([place]) => place !== '');

test('the lock names no registry', () => {
  expect(installed.filter(([, entry]) => entry.resolved !== undefined)).toEqual([]);
});

test('the lock has an entry for every platform build, so that npm ci takes it', () => {
  const { status, stdout } = spawnSync(process.execPath, ['scripts/complete-lock.mjs', '--check'], {
    encoding: 'utf8',
  });
  expect(stdout).toBe('');
  expect(status).toBe(0);
});

const isOtherPlatform = (entry: (typeof installed)[number][1], cpu: string): boolean =>
  (entry.os !== undefined && !entry.os.includes('linux')) ||
  (entry.cpu !== undefined && !entry.cpu.includes(cpu)) ||
  entry.libc?.includes('musl') === true;

test.each(['x64', 'arm64'])('every package for linux %s is checked by its integrity', (cpu) => {
  const unchecked = installed
    .filter(([, entry]) => entry.integrity === undefined && !isOtherPlatform(entry, cpu))
    .map(([place]) => place);
  expect(unchecked).toEqual([]);
});
