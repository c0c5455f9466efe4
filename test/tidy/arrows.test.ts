// Goal: an arrow that the architecture forbids does not pass. Method: files with forbidden imports of each kind are planted
// in a copy of the tree, the checker must name each, and without them it must be content.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const rooms = ['gateway', 'adapters', 'simulators', 'config'];

type Finding = { readonly code: number; readonly output: string };

const check = (folder: string): Promise<Finding> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      [
        join(folder, 'node_modules', '.bin', 'depcruise'),
        ...['--config', '.dependency-cruiser.mjs', ...rooms],
      ],
      { cwd: folder, timeout: 60_000, maxBuffer: 1 << 24 },
      (error, stdout, stderr) => {
        resolve({
          code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1,
          output: `${stdout}${stderr}`,
        });
      },
    );
  });

const core = 'gateway/core/planted';
const planted = [
  {
    kind: 'a type-only import from core into another room',
    rule: 'arrows-core',
    file: `${core}/type-only.ts`,
    text: "import type { Journal } from '../../journal/contract.ts';\nexport type Leak = Journal;\n",
  },
  {
    kind: 'a re-export from core of another room',
    rule: 'arrows-core',
    file: `${core}/re-export.ts`,
    text: "export { openJournal } from '../../journal/journal.ts';\n",
  },
  {
    kind: 'a lazy import from core into another room',
    rule: 'arrows-core',
    file: `${core}/lazy.ts`,
    text: "export const leak = () => import('../../journal/journal.ts');\n",
  },
  {
    kind: 'simulators that use code of ours',
    rule: 'arrows-simulators',
    file: 'simulators/planted/ours.ts',
    text: "export { statusCodes } from '../../gateway/core/quality.ts';\n",
  },
  {
    kind: 'an adapter that uses another',
    rule: 'arrows-adapters',
    file: 'adapters/modbus/planted/another.ts',
    text: "export { mqttAdapter } from '../../mqtt/mqtt-adapter.ts';\n",
  },
] as const;

/** Of its own, because other tests read the real tree at the same time. */
const copyTree = async (): Promise<string> => {
  const copy = await mkdtemp(join(tmpdir(), 'seamwatt-arrows-'));
  for (const path of [...rooms, '.dependency-cruiser.mjs', 'package.json', 'tsconfig.json']) {
    await cp(join(root, path), join(copy, path), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
};

describe('the arrows between rooms', () => {
  let copy: string;
  let clean: Finding;
  let finding: Finding;

  beforeAll(async () => {
    copy = await copyTree();
    clean = await check(copy);
    for (const { file, text } of planted) {
      await mkdir(dirname(join(copy, file)), { recursive: true });
      await writeFile(join(copy, file), text);
    }
    finding = await check(copy);
  }, 150_000);

  afterAll(() => rm(copy, { recursive: true, force: true }));

  it('hold in the tree as it is', async () => {
    for (const { code, output } of [clean, await check(root)]) {
      expect(output).not.toContain('error ');
      expect(code).toBe(0);
    }
  });

  it.each(planted)('catch $kind', ({ rule, file }) => {
    expect(finding.output).toContain(`error ${rule}: ${file}`);
    expect(finding.code).not.toBe(0);
  });

  it('find nothing else', () => {
    expect(finding.output.match(/^ *error .*$/gm)).toHaveLength(planted.length);
  });
});
