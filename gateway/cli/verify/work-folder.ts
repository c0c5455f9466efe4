import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Of this machine alone: containers that share a folder for temporary files see other processes. */
const prefix = `seamwatt-verify-${hostname()}-`;

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process lives, too.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
};

/** The process that a folder was made by; undefined of another folder. */
const makerOf = (name: string): number | undefined => {
  const pid = name.startsWith(prefix) ? /^(\d+)-/.exec(name.slice(prefix.length))?.[1] : undefined;
  return pid === undefined ? undefined : Number(pid);
};

const isOurs = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).uid === process.getuid?.();
  } catch (error) {
    // Another one that starts at the same time has removed it.
    if (error instanceof Error) return false;
    throw error;
  }
};

/** Removes what runs that were killed have left behind. */
const sweep = async (folder: string): Promise<void> => {
  for (const name of await readdir(folder)) {
    const pid = makerOf(name);
    if (pid === undefined || isAlive(pid)) continue;
    const path = join(folder, name);
    if (await isOurs(path)) await rm(path, { recursive: true, force: true });
  }
};

/** A new folder for a run of this process, which whoever asks removes; those of runs that were killed are removed here. */
export const makeWorkFolder = async (folder = tmpdir()): Promise<string> => {
  await sweep(folder);
  return mkdtemp(join(folder, `${prefix}${process.pid}-`));
};
