import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { keepFirstToken } from '../../../../gateway/cli/first-token.ts';

it('is kept for nobody else to read, also where an open file was', () => {
  const folder = mkdtempSync(join(tmpdir(), 'seamwatt-first-'));
  writeFileSync(join(folder, 'first-token'), 'old', { mode: 0o666 });
  const path = keepFirstToken(folder, 'swt_new');
  expect(readFileSync(path, 'utf8')).toBe('swt_new\n');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  rmSync(folder, { recursive: true });
});
