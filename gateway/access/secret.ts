import { createHash, randomBytes } from 'node:crypto';

/** Makes tokens findable by scanners of leaked secrets. */
const tokenPrefix = 'swt_';

/** 256 bits that nobody can guess, in characters that headers, cookies and shells take as they are. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

export const newTokenSecret = (): string => `${tokenPrefix}${newSecret()}`;

/** Names something in lists and addresses; not secret. */
export const newId = (): string => randomBytes(6).toString('hex');

/** What is kept of a secret. A plain hash will do: there is nothing to guess. */
export const hashOfSecret = (secret: string): string =>
  createHash('sha256').update(secret).digest('hex');
