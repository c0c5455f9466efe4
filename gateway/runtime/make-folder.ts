import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { GatewayError } from '../core/error.ts';

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

const exists = async (path: string): Promise<boolean> => {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
};

/** Level by level: Node's own recursive way never ends where a system says of a new folder that its parent is missing. */
const makeLevels = async (folder: string): Promise<void> => {
  const missing: string[] = [];
  let level = resolve(folder);
  while (!(await exists(level))) {
    missing.unshift(level);
    level = dirname(level);
  }
  for (const path of missing) {
    try {
      await mkdir(path);
    } catch (error) {
      // Somebody else has made it meanwhile.
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
  if (!(await stat(folder)).isDirectory()) throw new Error('a file is there');
};

/**
 * Makes a folder with all above it and gives it back.
 * @throws GatewayError STORE_FAILED
 */
export const makeFolder = async (folder: string): Promise<string> => {
  try {
    await makeLevels(folder);
    return folder;
  } catch (error) {
    const text = {
      en: `the data folder ${folder} cannot be made or written`,
      zh: `数据目录 ${folder} 无法创建或写入`,
    };
    throw new GatewayError('STORE_FAILED', text, { retryable: false, cause: error });
  }
};
