import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findProgram } from '../../support/programs.ts';

const execute = promisify(execFile);
const bench = fileURLToPath(new URL('..', import.meta.url));

/** Thrown where a bench cannot run on this machine; the suite then names what is missing and goes on. */
export class MissingProgram extends Error {
  constructor(name: string) {
    super(`${name} is not on this machine`);
    this.name = 'MissingProgram';
  }
}

/** Where `name` stands. @throws MissingProgram */
export const needProgram = (name: string): string => {
  const path = findProgram(name);
  if (path === undefined) throw new MissingProgram(name);
  return path;
};

/** Compiles `file` (a path below test/bench) into `folder` and returns the program. @throws MissingProgram without gcc */
export const compile = async (file: string, folder: string): Promise<string> => {
  const program = join(folder, basename(file, '.c'));
  await execute(needProgram('gcc'), ['-O2', '-o', program, join(bench, file), '-lm']);
  return program;
};

/** A folder that is gone when `use` has ended. */
export const withFolder = async <T>(use: (folder: string) => Promise<T>): Promise<T> => {
  const folder = await mkdtemp(join(tmpdir(), 'seamwatt-bench-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
