import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { GatewayError } from '../../core/error.ts';
import { storeVersion } from '../segments/format.ts';

const fileName = 'version.json';
const storeName = 'seamwatt-journal';

/**
 * Checks that this gateway understands the store in `folder`, or marks a new one.
 * @throws GatewayError STORE_VERSION when it is newer, STORE_CORRUPT when it is something else
 */
export const checkVersion = (folder: string): void => {
  const path = join(folder, fileName);
  if (!existsSync(path)) {
    writeDurably(
      path,
      Buffer.from(`${JSON.stringify({ store: storeName, version: storeVersion })}\n`),
    );
    return;
  }
  checkReadable(folder);
};

/** @throws GatewayError as `checkVersion`; STORE_FAILED when there is no store. */
export const checkReadable = (folder: string): void => {
  const path = join(folder, fileName);
  if (!existsSync(path)) {
    const text = `there is no journal in ${folder}: nothing was recorded with this data folder`;
    throw new GatewayError('STORE_FAILED', text, { retryable: false });
  }
  const found = parse(readFileSync(path, 'utf8'));
  if (found === undefined) {
    throw new GatewayError('STORE_CORRUPT', `${path} does not describe a ${storeName}`, {
      retryable: false,
    });
  }
  if (found > storeVersion) {
    throw new GatewayError(
      'STORE_VERSION',
      `${folder} was written by a newer gateway: its store has version ${found}, this gateway knows versions up to ${storeVersion}. Run the newer gateway or give this one another folder.`,
      { retryable: false },
    );
  }
};

const parse = (text: string): number | undefined => {
  try {
    const { store, version } = JSON.parse(text);
    return store === storeName && Number.isInteger(version) ? version : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
};

/** Writes a file so that after a power cut it is there whole or not at all. */
export const writeDurably = (path: string, bytes: Uint8Array): void => {
  const partial = `${path}.part`;
  const fd = openSync(partial, 'w', 0o640);
  try {
    let written = 0;
    while (written < bytes.length) written += writeSync(fd, bytes, written);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(partial, path);
  const folder = openSync(join(path, '..'), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
};
