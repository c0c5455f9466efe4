import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { errorCodes } from '../../gateway/core/error.ts';

it('explains every error code in docs/errors.md, and no other', async () => {
  const text = await readFile(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  const documented = [...text.matchAll(/^\| `([A-Z_]+)` +\| \S.* \| \S.* \|$/gm)].map(
    ([, code]) => code,
  );
  expect(documented).toEqual([...errorCodes]);
});
