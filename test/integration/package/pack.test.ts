import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { textOfPdf } from '../../support/pdf.ts';
import { dataWithRecords } from '../../support/recorded-data.ts';
import { runProgram } from '../cli/program.ts';

// Packs the product as for a release, installs the tarball in an empty folder with the very dependencies of the lock, and
// runs what was installed. So a file that is missing in the package, an import that only works on sources, or a dependency
// that is only one of development shows.
const root = join(import.meta.dirname, '../../..');
const minuteMs = 60_000;

const lockSchema = z.object({
  packages: z.record(z.string(), z.looseObject({ dev: z.boolean().optional() })),
});

type Entry = Readonly<Record<string, unknown>>;

const pick = (entry: Entry, keys: readonly string[]): Entry =>
  Object.fromEntries(keys.filter((key) => key in entry).map((key) => [key, entry[key]]));

/** A lock for an empty folder that has only the tarball, with the locked versions of what that needs. */
const lockFor = (tarball: string): unknown => {
  const { packages } = lockSchema.parse(
    JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')),
  );
  const own = packages[''] ?? {};
  const needed = Object.entries(packages).filter(([place, entry]) => place !== '' && !entry.dev);
  const dependencies = { seamwatt: `file:${tarball}` };
  return {
    name: 'empty-folder',
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': { name: 'empty-folder', dependencies },
      'node_modules/seamwatt': {
        resolved: `file:${tarball}`,
        ...pick(own, ['version', 'license', 'dependencies', 'bin', 'engines']),
      },
      ...Object.fromEntries(needed),
    },
  };
};

/** npm as this very run was started by it, else the one on PATH. */
const npm = (args: readonly string[], folder: string): string => {
  const script = process.env['npm_execpath'];
  const [program, first] = script === undefined ? ['npm', []] : [process.execPath, [script]];
  return execFileSync(program, [...first, ...args, '--loglevel=error'], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 5 * minuteMs,
  });
};

describe('the packed product', () => {
  let folder: string;
  let packed: readonly string[];
  const installed = (): string => join(folder, 'node_modules', 'seamwatt');
  const launcher = (): string => join(installed(), 'bin', 'seamwatt.mjs');

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'seamwatt-pack-'));
    const report = z
      .array(z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) }))
      .parse(JSON.parse(npm(['pack', '--json', '--silent', '--pack-destination', folder], root)));
    const [first] = report;
    if (first === undefined) throw new Error('npm pack made no tarball');
    packed = first.files.map(({ path }) => path);
    const dependencies = { seamwatt: `file:${first.filename}` };
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ name: 'empty-folder', private: true, dependencies }),
    );
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lockFor(first.filename)));
    npm(['ci', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'], folder);
  }, 10 * minuteMs);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('ships compiled programs and data files, and no sources', () => {
    expect(packed).toEqual(
      expect.arrayContaining([
        'bin/seamwatt.mjs',
        'dist/gateway/main.js',
        'dist/simulators/main.js',
        'dist/config/demo.yaml',
        'dist/config/site.schema.json',
        'dist/config/profiles/weld-plc.yaml',
        'package.json',
      ]),
    );
    expect(packed.filter((path) => path.endsWith('.ts') || path.startsWith('test/'))).toEqual([]);
  });

  test('tells its version', async () => {
    const { version } = z
      .object({ version: z.string() })
      .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
    const { code, out, errors } = await runProgram(['--version'], { program: launcher() });
    expect({ code, out, errors }).toEqual({ code: 0, out: `${version}\n`, errors: '' });
  });

  test('finds the demo site in order', async () => {
    const demo = join(installed(), 'dist', 'config', 'demo.yaml');
    const { code, out, errors } = await runProgram(['check', '--config', demo], {
      program: launcher(),
    });
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(out).toContain('is in order.');
  });

  test('makes a dossier, with its worker and its fonts', { timeout: minuteMs }, async () => {
    const data = dataWithRecords();
    const pdf = join(data, 'a.pdf');
    const command = ['records', 'export', 'A2', '--data', data, '--format', 'pdf', '--out', pdf];
    const { code, errors } = await runProgram([...command, '--language', 'zh'], {
      program: launcher(),
    });
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(textOfPdf(readFileSync(pdf))).toContain('管屏质量档案');
  });

  test('starts its simulators', async () => {
    const { code, out } = await runProgram(['simulate', '--', '--help'], { program: launcher() });
    expect(code).toBe(0);
    expect(out).toContain('--control-port');
  });
});
