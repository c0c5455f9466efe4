// Goal: an arrow that the architecture forbids does not pass. Method: files with forbidden imports of each kind are planted
// in the tree, the checker must name each, and without them it must be content.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const checker = join(root, 'node_modules', '.bin', 'depcruise');
const rooms = ['gateway', 'adapters', 'simulators', 'config'];

const check = (): Promise<{ readonly code: number; readonly output: string }> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      [checker, '--config', '.dependency-cruiser.mjs', ...rooms],
      { cwd: root, timeout: 60_000, maxBuffer: 1 << 24 },
      (error, stdout, stderr) => {
        resolve({
          code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1,
          output: `${stdout}${stderr}`,
        });
      },
    );
  });

const planted: string[] = [];

const plant = async (room: string, text: string): Promise<string> => {
  const folder = await mkdtemp(join(root, room, 'planted-'));
  planted.push(folder);
  const file = join(folder, 'violation.ts');
  await writeFile(file, text);
  return relative(root, file);
};

afterEach(async () => {
  await Promise.all(planted.splice(0).map((folder) => rm(folder, { recursive: true })));
});

describe('the arrows between rooms', () => {
  it('hold in the tree as it is', async () => {
    const { code, output } = await check();
    expect(output).not.toContain('error ');
    expect(code).toBe(0);
  });

  it.each([
    [
      'a type-only import',
      "import type { Journal } from '../../journal/contract.ts';\nexport type Leak = Journal;\n",
    ],
    ['a re-export', "export { openJournal } from '../../journal/journal.ts';\n"],
    ['a lazy import', "export const leak = () => import('../../journal/journal.ts');\n"],
  ])('catch %s from core into another room', async (_kind, text) => {
    const file = await plant('gateway/core', text);
    const { code, output } = await check();
    expect(code).not.toBe(0);
    expect(output).toContain(`arrows-core: ${file}`);
  });

  it('catch simulators that use code of ours', async () => {
    const file = await plant(
      'simulators',
      "export { statusCodes } from '../../gateway/core/quality.ts';\n",
    );
    const { output } = await check();
    expect(output).toContain(`arrows-simulators: ${file}`);
  });

  it('catch an adapter that uses another', async () => {
    const file = await plant(
      'adapters/modbus',
      "export { mqttAdapter } from '../../mqtt/mqtt-adapter.ts';\n",
    );
    const { output } = await check();
    expect(output).toContain(`arrows-adapters: ${file}`);
  });
});
