import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Only for whoever runs the gateway, in the data folder and in no backup; takes the place of one that is there. Gives its path. */
export const keepFirstToken = (dataFolder: string, secret: string): string => {
  const path = join(dataFolder, 'first-token');
  // A file that is there keeps its mode, so it goes first.
  rmSync(path, { force: true });
  writeFileSync(path, `${secret}\n`, { mode: 0o600, flag: 'wx' });
  return path;
};
