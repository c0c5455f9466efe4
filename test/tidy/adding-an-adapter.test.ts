// Goal: docs/adding-an-adapter.md works as it stands. Method: its code goes into a copy of the tree, and what a contributor
// would run is run there: compiler, linter, arrows, contract suite and `seamwatt check`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

const root = fileURLToPath(new URL('../..', import.meta.url));
const registry = 'adapters/index.ts';
const needed = [
  ...['adapters', 'bin', 'config', 'gateway', 'test/support', 'test/contract/source-contract.ts'],
  ...['biome.json', 'package.json', 'tsconfig.json', 'vitest.config.ts'],
  ...['.dependency-cruiser.mjs', '.gitignore'],
];

type Block = { readonly file: string; readonly text: string };

const blocksOf = (page: string): readonly Block[] =>
  [...page.matchAll(/^```\w+ (\S+)\n(.*?)^```$/gms)].map(([, file = '', code = '']) => ({
    file,
    text: code,
  }));

describe('docs/adding-an-adapter.md', () => {
  let copy: string;
  let blocks: readonly Block[];
  const sources = (): string[] =>
    blocks.map(({ file }) => file).filter((file) => file.endsWith('.ts') && file !== registry);

  const run = async (
    program: string,
    ...args: readonly string[]
  ): Promise<{ readonly code: number | null; readonly output: string }> => {
    const env = Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_ENV$)/.test(name));
    const child = spawn(process.execPath, [join(copy, program), ...args], {
      cwd: copy,
      env: Object.fromEntries(env),
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 50_000,
    });
    const [out, errors] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ]);
    return { code: child.exitCode, output: `${out}${errors}` };
  };

  beforeAll(async () => {
    blocks = blocksOf(await readFile(join(root, 'docs/adding-an-adapter.md'), 'utf8'));
    copy = await mkdtemp(join(tmpdir(), 'seamwatt-adapter-'));
    for (const path of needed) await cp(join(root, path), join(copy, path), { recursive: true });
    await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
    const before = await readFile(join(copy, registry), 'utf8');
    for (const { file, text: code } of blocks) {
      await mkdir(dirname(join(copy, file)), { recursive: true });
      const isRegistry = file === registry;
      const whole = isRegistry ? code + before.replace('[] = [', '[] = [exampleAdapter,') : code;
      await writeFile(join(copy, file), whole);
    }
  });
  afterAll(() => rm(copy, { recursive: true, force: true }));

  it('has every file of the adapter, its contract and a site', () => {
    expect(blocks.map(({ file }) => file)).toEqual([
      'adapters/example/example-config.ts',
      'adapters/example/line-connection.ts',
      'adapters/example/example-source.ts',
      'adapters/example/example-adapter.ts',
      registry,
      'test/contract/example.test.ts',
      'site.yaml',
    ]);
  });

  it('compiles', async () => {
    // In place of the registry, which would have every other adapter compiled as well.
    const entry = [
      "import { exampleAdapter } from './adapters/example/example-adapter.ts';",
      "import type { AnyAdapter } from './gateway/core/adapter.ts';",
      'export const entry: AnyAdapter = exampleAdapter;',
    ];
    await writeFile(join(copy, 'registry-example.ts'), entry.join('\n'));
    const config = { extends: './tsconfig.json', include: [...sources(), 'registry-example.ts'] };
    await writeFile(join(copy, 'tsconfig.example.json'), JSON.stringify(config));
    const { output } = await run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.example.json');
    expect(output.split('\n').filter((line) => line.includes('example'))).toEqual([]);
  });

  it('is formatted, and clean to the linter', async () => {
    const { code, output } = await run(
      'node_modules/@biomejs/biome/bin/biome',
      'check',
      '--error-on-warnings',
      ...sources(),
    );
    expect(output).toContain(`Checked ${sources().length} files`);
    expect(code, output).toBe(0);
  });

  it('keeps to the arrows', async () => {
    const { output } = await run(
      'node_modules/.bin/depcruise',
      ...['--config', '.dependency-cruiser.mjs', 'adapters/example'],
    );
    expect(output).toMatch(/no dependency violations found \(\d+ modules/);
  });

  it('passes the contract of sources', async () => {
    const report = join(copy, 'report.json');
    const { output } = await run(
      'node_modules/vitest/vitest.mjs',
      ...['run', '--project', 'contract', '--reporter', 'json', '--outputFile', report],
      'test/contract/example.test.ts',
    );
    const { numTotalTests, numPassedTests } = z
      .object({ numTotalTests: z.int(), numPassedTests: z.int() })
      .parse(JSON.parse(await readFile(report, 'utf8')));
    expect(numPassedTests, output).toBe(numTotalTests);
    expect(numTotalTests).toBeGreaterThan(10);
  });

  it('is found by a site file, and so is what is wrong in one', async () => {
    const good = await run('bin/seamwatt.mjs', 'check', '--config', 'site.yaml');
    expect(good.output).toContain('welder (example): 2 points in 1 piece of equipment');
    expect(good.code).toBe(0);
    const site = await readFile(join(copy, 'site.yaml'), 'utf8');
    await writeFile(join(copy, 'twice.yaml'), site.replace('point: voltage', 'point: current'));
    const bad = await run('bin/seamwatt.mjs', 'check', '--config', 'twice.yaml');
    expect(bad.output).toMatch(
      /^twice\.yaml:14:\d+ sources\[0\]\.points\[1\]\.point: found current, expected a name other than that of points\[0\]$/m,
    );
    expect(bad.code).toBe(2);
  });
});
