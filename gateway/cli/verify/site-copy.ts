import { readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { loadSite } from '../../../config/loader.ts';
import type { Problem } from '../../../config/problem.ts';
import type { LoadedSite } from '../../../config/site.ts';
import type { Kit } from '../kit.ts';
import type { SimulatorAddress } from '../simulators.ts';
import { databaseName } from './influx-contents.ts';

/** The simulated server behind each source, by the source's id, with settings of the source that the scenario changes. */
export type SimulatedSources = Readonly<
  Record<string, { readonly server: string } & Readonly<Record<string, unknown>>>
>;

const demoSources: SimulatedSources = {
  'line-plc': { server: 'line.plc' },
  'park-pv': { server: 'park.pv' },
  'park-meters': { server: 'park.meters' },
  'park-storage': { server: 'park.storage' },
  'park-chargers': { server: 'park.chargers' },
};

/** The sources of the demo site, and those of the scenario over them. */
export const simulatedSourcesOf = (
  sources: Readonly<Record<string, string | SimulatedSources[string]>>,
): SimulatedSources => ({
  ...demoSources,
  ...Object.fromEntries(
    Object.entries(sources).map(([id, source]) => [
      id,
      typeof source === 'string' ? { server: source } : source,
    ]),
  ),
});

export type SiteCopy = {
  readonly site: LoadedSite;
  readonly file: string;
  /** KPIs and calculated points without a simulated device. */
  readonly leftOut: number;
};

export type SiteCopyOptions = {
  /** The site to verify. */
  readonly siteFile: string;
  readonly folder: string;
  /** Simulated servers by source id. */
  readonly sources: SimulatedSources;
  readonly servers: Readonly<Record<string, SimulatorAddress>>;
  readonly brokerPort: number;
  readonly isBrokerEmbedded: boolean;
  readonly databasePort: number | undefined;
};

const looseSite = z.looseObject({
  site: z.looseObject({}),
  data: z.looseObject({}).optional(),
  sources: z
    .array(z.looseObject({ id: z.string(), transport: z.looseObject({}).optional() }))
    .default([]),
  kpis: z.array(z.unknown()).optional(),
  calculated: z.array(z.unknown()).optional(),
  energy: z.looseObject({ meters: z.array(z.unknown()).optional() }).optional(),
});
type LooseSite = z.infer<typeof looseSite>;

/** `${file:PATH}` is relative to the file in which it stands, which the copy is not. */
const anchored = (text: string, folder: string): string =>
  text.replaceAll(/\$\{file:([^}]+)\}/g, (_, path: string) =>
    isAbsolute(path) ? `\${file:${path}}` : `\${file:${join(folder, path)}}`,
  );

const sinksOf = ({ isBrokerEmbedded, brokerPort, databasePort }: SiteCopyOptions): unknown[] => [
  ...(isBrokerEmbedded
    ? []
    : [{ id: 'broker', kind: 'mqtt', url: `mqtt://127.0.0.1:${brokerPort}` }]),
  ...(databasePort === undefined
    ? []
    : [
        {
          ...{ id: 'database', kind: 'influxdb', version: 1, database: databaseName },
          ...{ url: `http://127.0.0.1:${databasePort}`, createDatabase: true },
        },
      ]),
];

/** Devices that are not simulated and sinks that are not the scenario's are never touched. */
const simulatedSources = (site: LooseSite, options: SiteCopyOptions): unknown[] =>
  site.sources.flatMap((source): unknown[] => {
    const { server = '', ...settings } = options.sources[source.id] ?? {};
    const address = options.servers[server];
    if (address === undefined) return [];
    const enabled = { ...source, ...settings, enabled: true, enabledWhenSet: undefined };
    // A source of another protocol may read the server here: then its transport is none of the source that it becomes.
    if ('url' in address) return [{ ...enabled, transport: undefined, endpointUrl: address.url }];
    return [{ ...enabled, transport: { ...source.transport, type: 'tcp', ...address } }];
  });

const load = (file: string, kit: Kit) => {
  const { adapters, sections } = kit.composition;
  return loadSite({ file, adapters, sections, env: kit.env });
};

/** Takes the entries with a problem out of `kpis`, `calculated` and the meters; 0 when the problems are elsewhere. */
const leaveOut = (site: LooseSite, problems: readonly Problem[]): number => {
  let count = 0;
  const without = (list: string, entries: unknown[] | undefined): unknown[] | undefined => {
    const broken = new Set(
      problems.flatMap(({ path }) => new RegExp(`^${list}\\[(\\d+)\\]`).exec(path)?.[1] ?? []),
    );
    count += broken.size;
    return entries?.filter((_, index) => !broken.has(String(index)));
  };
  site.kpis = without('kpis', site.kpis);
  site.calculated = without('calculated', site.calculated);
  if (site.energy !== undefined) {
    site.energy.meters = without('energy\\.meters', site.energy.meters);
  }
  return count;
};

export const sourceIdsOf = async (siteFile: string): Promise<readonly string[]> =>
  looseSite.parse(parse(await readFile(siteFile, 'utf8'))).sources.map(({ id }) => id);

/** The problems of a site as it is. */
export const problemsOfSite = async (siteFile: string, kit: Kit): Promise<readonly Problem[]> => {
  const result = await load(siteFile, kit);
  return result.ok ? [] : result.problems;
};

/**
 * Writes the site anew for a scenario: its sources read the simulators, its sinks are those of the scenario, its ports are
 * free ones, and its data lies in `folder`.
 */
export const writeSiteCopy = async (options: SiteCopyOptions, kit: Kit): Promise<SiteCopy> => {
  const { siteFile, folder, brokerPort, isBrokerEmbedded } = options;
  const original = dirname(resolve(siteFile));
  for (const files of ['profiles', 'tariffs']) {
    await symlink(join(original, files), join(folder, files));
  }
  const text = anchored(await readFile(siteFile, 'utf8'), original);
  const site = looseSite.parse(parse(text));
  const copy: LooseSite = {
    ...site,
    site: { ...site.site, simulated: true },
    data: { ...site.data, folder: join(folder, 'data') },
    api: { host: '127.0.0.1', port: 0 },
    broker: { embedded: isBrokerEmbedded, host: '127.0.0.1', port: brokerPort },
    sources: simulatedSources(site, options) as LooseSite['sources'],
    sinks: sinksOf(options),
  };
  const file = join(folder, 'site.yaml');
  let leftOut = 0;
  for (;;) {
    await writeFile(file, stringify(copy), { mode: 0o600 });
    const result = await load(file, kit);
    if (result.ok) return { site: result.site, file, leftOut };
    const count = leaveOut(copy, result.problems);
    leftOut += count;
    if (count === 0) throw new SiteCopyError(result.problems);
  }
};

/** The site is right as it is, but not with simulated devices. */
export class SiteCopyError extends Error {
  override readonly name = 'SiteCopyError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super('the site cannot be used with simulated devices');
    this.problems = problems;
  }
}
