import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { longFiles } from '../support/longest-first.ts';

it('the files that begin first are there', () => {
  const missing = longFiles.filter((name) => !existsSync(`test/${name}.test.ts`));
  expect(missing).toEqual([]);
});
