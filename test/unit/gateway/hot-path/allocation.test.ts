import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('ten million samples through all KPIs allocate nothing', { timeout: 120_000 }, async () => {
  const script = fileURLToPath(new URL('../../../support/push-samples.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script], {
    timeout: 110_000,
  });
  const result: unknown = JSON.parse(stdout);
  expect(result).toMatchObject({ collections: 0 });
  const { pushed, heapGrowth } = result as { pushed: number; heapGrowth: number };
  expect(pushed).toBeGreaterThanOrEqual(10_000_000);
  expect(heapGrowth).toBeLessThan(64 * 1024);
});
