import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const rooms = ['adapters', 'config', 'gateway', 'package.json'];

/** Another build of the gateway. */
export type OtherBuild = {
  /** What Node is to run. */
  readonly program: string;
  remove(): Promise<void>;
};

/** A copy of the gateway's sources in which the KPI of the file (below `gateway/kpi`) has the next version. */
export const makeOtherBuild = async (kpiFile: string): Promise<OtherBuild> => {
  const folder = await mkdtemp(join(tmpdir(), 'seamwatt-build-'));
  for (const room of rooms) await cp(join(root, room), join(folder, room), { recursive: true });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  const file = join(folder, 'gateway/kpi', kpiFile);
  const text = await readFile(file, 'utf8');
  const raised = text.replace(/^( +version: )(\d+),$/m, (_, key, version) => {
    return `${String(key)}${Number(version) + 1},`;
  });
  if (raised === text) throw new Error(`no version in ${kpiFile}`);
  await writeFile(file, raised);
  return {
    program: join(folder, 'gateway/main.ts'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
};
