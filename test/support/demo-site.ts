import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import type { Simulator } from './simulator.ts';

const demoFile = fileURLToPath(new URL('../../config/demo.yaml', import.meta.url));

/** The simulators' names by the ports that the demo site expects them at. */
const serverByPort: Readonly<Record<number, string>> = {
  15020: 'line.plc',
  15030: 'park.pv',
  15031: 'park.meters',
  15032: 'park.storage',
  15033: 'park.chargers',
};

type Entry = Record<string, unknown> & { transport?: Record<string, unknown> };

/** The demo site's file as data; tests change what they are about. */
export type DemoSite = Record<string, unknown> & {
  site: Record<string, unknown>;
  sources: Entry[];
  sinks: Entry[];
  data: Record<string, unknown>;
  ticks?: Record<string, unknown>;
};

export type TestSite = {
  readonly folder: string;
  readonly file: string;
  readonly journalFolder: string;
  remove(): Promise<void>;
};

/** Writes the demo site with the ports of running simulators, free ports of its own and a data folder of its own. */
export const writeDemoSite = async (
  simulator: Pick<Simulator, 'address'>,
  change: (site: DemoSite) => void = () => undefined,
): Promise<TestSite> => {
  const site = parse(await readFile(demoFile, 'utf8')) as DemoSite;
  const folder = await mkdtemp(join(tmpdir(), 'seamwatt-site-'));
  for (const { transport } of site.sources) {
    const name = serverByPort[Number(transport?.['port'])];
    if (transport !== undefined && name !== undefined)
      Object.assign(transport, simulator.address(name));
  }
  site['api'] = { port: 0 };
  site['broker'] = { embedded: false };
  site.data = { ...site.data, folder: join(folder, 'data') };
  site.sinks = [];
  const { length } = site.sources;
  change(site);
  // Meters are named by sources: a site that reads fewer has none of them.
  if (site.sources.length < length) delete site['energy'];
  const file = join(folder, 'site.yaml');
  await writeFile(file, stringify(site));
  return {
    folder,
    file,
    journalFolder: join(folder, 'data', 'journal'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
};
