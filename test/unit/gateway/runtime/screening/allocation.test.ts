import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('screening ten million samples allocates nothing', { timeout: 60_000 }, async () => {
  const script = fileURLToPath(new URL('../../../../support/screen-samples.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script], {
    timeout: 55_000,
  });
  const result: unknown = JSON.parse(stdout);
  expect(result).toMatchObject({ collections: 0 });
  const { screened, heapGrowth } = result as { screened: number; heapGrowth: number };
  expect(screened).toBeGreaterThanOrEqual(10_000_000);
  expect(heapGrowth).toBeLessThan(64 * 1024);
});
