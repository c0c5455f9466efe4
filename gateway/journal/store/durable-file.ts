import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Ends the name of a file that is not whole yet. */
export const partialSuffix = '.part';

/** Makes what was written to a file durable, or of a folder which files are in it. */
export const syncPath = (path: string): void => {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
};

/** Writes a file so that after a power cut it is there whole or not at all. */
export const writeDurably = (path: string, bytes: Uint8Array): void => {
  const partial = `${path}${partialSuffix}`;
  const fd = openSync(partial, 'w', 0o640);
  try {
    let written = 0;
    while (written < bytes.length) written += writeSync(fd, bytes, written);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(partial, path);
  syncPath(dirname(path));
};
