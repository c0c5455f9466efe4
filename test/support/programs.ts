import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe } from 'vitest';

type Required<Found> = Found & { readonly describe: typeof describe | typeof describe.skip };

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
};

/** Where `name` stands on PATH (or in /usr/sbin, where Debian puts servers). */
export const findProgram = (name: string): string | undefined =>
  [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable);

/**
 * `describe` for suites that talk to a real program, and where that stands. Under CI a missing program fails the file;
 * elsewhere its suites are skipped and the reason is printed.
 */
export const requireProgram = (name: string): Required<{ readonly path: string }> => {
  const path = findProgram(name);
  return path === undefined ? { path: name, describe: missing(name) } : { path, describe };
};

/** Debian's Python with these modules; an interpreter installed beside it lacks Debian's modules. */
export const requirePython = (
  ...modules: readonly string[]
): Required<{ readonly path: string }> => {
  const path = '/usr/bin/python3';
  if (!isExecutable(path)) return { path, describe: missing(path) };
  const absent = modules.find(
    (module) => spawnSync(path, ['-c', `import ${module}`], { timeout: 20_000 }).status !== 0,
  );
  return { path, describe: absent === undefined ? describe : missing(`Python's ${absent}`) };
};

/** Compiler and linker flags of a C library, with gcc there to use them. */
export const requireLibrary = (name: string): Required<{ readonly flags: readonly string[] }> => {
  const gcc = findProgram('gcc');
  const pkgConfig = findProgram('pkg-config');
  if (gcc === undefined || pkgConfig === undefined) {
    return { flags: [], describe: missing(gcc === undefined ? 'gcc' : 'pkg-config') };
  }
  const { status, stdout } = spawnSync(pkgConfig, ['--cflags', '--libs', name], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  if (status !== 0) return { flags: [], describe: missing(`the library ${name}`) };
  return { flags: stdout.trim().split(/\s+/).filter(Boolean), describe };
};

const missing = (what: string): typeof describe.skip => {
  if (process.env['CI'] !== undefined && process.env['CI'] !== '') {
    throw new Error(`${what} is not on this machine: tests against it cannot run`);
  }
  process.stdout.write(`skipped: tests against ${what}, which is not on this machine\n`);
  return describe.skip;
};
