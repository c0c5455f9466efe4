import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

const loadedBy = (source: string): readonly string[] => {
  const tell = 'console.log(JSON.stringify(process.moduleLoadList))';
  const program = `${source}; ${tell}`;
  const out = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    cwd: import.meta.dirname,
  });
  return JSON.parse(out) as readonly string[];
};

const fetchOfNode = 'NativeModule internal/deps/undici/undici';

test("the adapters load none of Node's fetch, which takes 50 ms and 8 MB", () => {
  expect(loadedBy("await import('../../../adapters/index.ts')")).not.toContain(fetchOfNode);
  // What it takes to load it: that the list would show it.
  expect(loadedBy("await import('node:http')")).toContain(fetchOfNode);
});
