import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe } from 'vitest';

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
export const requireProgram = (
  name: string,
): { readonly path: string; readonly describe: typeof describe | typeof describe.skip } => {
  const path = findProgram(name);
  if (path !== undefined) return { path, describe };
  if (process.env['CI'] !== undefined && process.env['CI'] !== '') {
    throw new Error(`${name} is not on PATH: tests against it cannot run`);
  }
  process.stdout.write(`skipped: tests against ${name}, which is not on PATH\n`);
  return { path: name, describe: describe.skip };
};
