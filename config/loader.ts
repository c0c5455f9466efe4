import { dirname, join, resolve } from 'node:path';
import type { SinkAdapter, SiteIdentity, SourceAdapter } from '../gateway/core/adapter.ts';
import type { GroupSpec } from '../gateway/core/point.ts';
import { decideAuth } from './api-section.ts';
import { checkValue } from './check-value.ts';
import { type ProducedGroups, reportClashes } from './clashes.ts';
import { configurationId } from './configuration-id.ts';
import { type DataFiles, readDataFiles } from './data-files.ts';
import { valueAt } from './describe.ts';
import {
  type CheckedEntry,
  checkEntries,
  type EntryList,
  reportDuplicateIds,
  reportReferences,
} from './entries.ts';
import { type Interpolated, interpolate } from './interpolate.ts';
import { reportPortClashes } from './ports.ts';
import { type Problem, sortProblems } from './problem.ts';
import { builtInProfileFolder, createProfileStore } from './profiles.ts';
import { createReport, type Report } from './report.ts';
import type { LoadedSite, LoadOptions, LoadResult, Notice } from './site.ts';
import { buildSiteSchema, type SiteConfig } from './site-schema.ts';
import { type PreparedSource, prepareSource } from './sources.ts';
import { readYaml } from './yaml-file.ts';

type Loading = {
  readonly options: LoadOptions;
  readonly file: string;
  readonly folder: string;
  /** The file's values before references were followed. */
  readonly raw: unknown;
  readonly tree: Interpolated;
  readonly report: Report;
};

const noFile = (file: string): Problem => {
  const expected = 'a site file that the gateway may read';
  return { file, line: 0, column: 0, path: '', found: 'no such file', expected };
};

/** Stands in while `site` itself is wrong, so that the rest can be checked too. */
const unknownIdentity: SiteIdentity = {
  enterprise: 'enterprise',
  site: 'site',
  timeZone: 'UTC',
  simulated: false,
};

const checkCore = (loading: Loading): SiteConfig | undefined => {
  const { tree, options, report } = loading;
  const { value, references } = tree;
  const checked = checkValue(buildSiteSchema(options.sections), { value, references });
  if (checked.ok) return checked.value;
  for (const issue of checked.issues) report.add([], issue);
  return undefined;
};

type Sections = {
  readonly values: Record<string, unknown>;
  readonly produced: readonly ProducedGroups[];
  readonly dataFiles: readonly DataFiles[];
};

/** While something is wrong with what gives points, sections say nothing of points that are missing. */
const checkSections = async (
  loading: Loading,
  identity: SiteIdentity,
  sources: { readonly groups: readonly GroupSpec[]; readonly isComplete: boolean },
): Promise<Sections> => {
  const { tree, options, report, folder } = loading;
  const values: Record<string, unknown> = {};
  const produced: ProducedGroups[] = [];
  const dataFiles: DataFiles[] = [];
  let known = sources.groups;
  let isPartial = !sources.isComplete;
  for (const section of options.sections) {
    const path = [section.key];
    const value = valueAt(tree.value, path);
    const checked = checkValue(section.schema, { value, path, references: tree.references });
    if (!checked.ok) {
      for (const issue of checked.issues) report.add(path, issue);
      isPartial = true;
      continue;
    }
    const { value: sectionValue } = checked;
    const read = await readDataFiles(section, { value: sectionValue, folder });
    dataFiles.push(read);
    report.problems.push(...read.problems);
    const result = section.check({
      ...{ value: sectionValue, groups: known, isPartial, site: identity },
      files: read.values,
    });
    values[section.key] = 'value' in result ? result.value : sectionValue;
    for (const issue of [...read.issues, ...result.issues]) report.add(path, issue);
    produced.push({ path, producer: section.key, groups: result.groups });
    known = [...known, ...result.groups];
  }
  return { values, produced, dataFiles };
};

type Sinks = { readonly entries: readonly CheckedEntry<SinkAdapter<unknown>>[] };

const checkSinks = ({ tree, report, options }: Loading): Sinks => {
  const { adapters, env } = options;
  const { entries } = checkEntries<SinkAdapter<unknown>>('sinks', {
    tree,
    report,
    adapters,
    env,
    role: 'sink',
  });
  for (const { adapter, id, index, parsed } of entries) {
    if (parsed === undefined) continue;
    for (const issue of adapter.check?.({ id, config: parsed.config }) ?? []) {
      report.add(['sinks', index], { ...issue, path: parsed.pathInFile(issue.path) });
    }
  }
  return { entries };
};

/** By default the gateway runs a broker when the site names none. */
const isBrokerNeeded = (sinks: Sinks): boolean =>
  !sinks.entries.some((entry) => entry.adapter.kind === 'mqtt');

type Sources = {
  readonly entries: readonly CheckedEntry<SourceAdapter<unknown>>[];
  readonly prepared: readonly PreparedSource[];
  readonly isComplete: boolean;
  readonly profileFiles: ReadonlySet<string>;
};

const checkSources = async (
  loading: Loading,
  place: { readonly identity: SiteIdentity; readonly dataFolder: string },
): Promise<Sources> => {
  const { tree, report, options, folder } = loading;
  const { adapters, env } = options;
  const checked = checkEntries<SourceAdapter<unknown>>('sources', {
    tree,
    report,
    adapters,
    env,
    role: 'source',
  });
  const store = createProfileStore([
    join(folder, 'profiles'),
    ...(options.extraProfileFolders ?? []),
    builtInProfileFolder,
  ]);
  const prepared: PreparedSource[] = [];
  let { isComplete } = checked;
  for (const entry of checked.entries) {
    if (entry.isRight && entry.parsed === undefined) continue;
    const source = await prepareSource(entry, { ...place, store, report, tree: tree.value });
    if (source === undefined) isComplete = false;
    else if (entry.isEnabled) prepared.push(source);
  }
  return { entries: checked.entries, prepared, isComplete, profileFiles: store.files };
};

const noticesOf = (
  entries: readonly { readonly index: number; readonly id: string; readonly isEnabled: boolean }[],
  list: EntryList,
  tree: unknown,
): Notice[] =>
  entries
    .filter((entry) => !entry.isEnabled)
    .map(({ id, index }) => {
      const variable = valueAt(tree, [list, index, 'enabledWhenSet']);
      const enabledWhenSet = typeof variable === 'string' ? variable : undefined;
      return { entry: `${list}[${index}]`, id, enabledWhenSet };
    });

const identityOf = (config: SiteConfig | undefined): SiteIdentity => {
  if (config === undefined) return unknownIdentity;
  const { enterprise, site, timeZone, simulated } = config.site;
  return { enterprise, site, timeZone, simulated };
};

/** Profiles, and data files of sections. */
const rawFilesOf = ({ sources, sections }: Checked): ReadonlyMap<string, unknown> =>
  new Map([
    ...sources.prepared.flatMap((source) => [...source.rawProfiles]),
    ...sections.dataFiles.flatMap(({ raw }) => [...raw]),
  ]);

/** Producers and sinks that the gateway has by itself. */
const reservedIds = new Map(
  ['kpi', 'calculated', 'production', 'billing', 'embedded-broker'].map((id) => [
    id,
    'the gateway itself',
  ]),
);

type Checked = {
  readonly config: SiteConfig | undefined;
  readonly identity: SiteIdentity;
  readonly dataFolder: string;
  readonly sources: Sources;
  readonly sinks: Sinks;
  readonly sections: Sections;
  readonly groups: readonly GroupSpec[];
};

const checkAll = async (loading: Loading): Promise<Checked> => {
  const { tree, report, options, folder } = loading;
  reportReferences(tree, report, options.env);
  reportDuplicateIds(tree.value, report, reservedIds);
  const config = checkCore(loading);
  const identity = identityOf(config);
  const dataFolder = resolve(options.dataFolder ?? resolve(folder, config?.data.folder ?? 'data'));
  const sources = await checkSources(loading, { identity, dataFolder });
  const sinks = checkSinks(loading);
  const produced = sources.prepared.map(({ path, input, groups }) => ({
    path,
    producer: `source ${input.id}`,
    groups,
  }));
  const sourceGroups = produced.flatMap(({ groups }) => groups);
  const sections = await checkSections(loading, identity, {
    groups: sourceGroups,
    isComplete: sources.isComplete,
  });
  reportClashes([...produced, ...sections.produced], report);
  reportPortClashes(tree.value, { isBrokerEmbedded: isBrokerNeeded(sinks) }, report);
  const groups = [...sourceGroups, ...sections.produced.flatMap((section) => section.groups)];
  return { config, identity, dataFolder, sources, sinks, sections, groups };
};

/** All that the configuration depends on: the site file, profiles, secrets. */
const filesOf = (loading: Loading, { sources, sections }: Checked): readonly string[] => [
  loading.file,
  ...sources.profileFiles,
  ...sections.dataFiles.flatMap(({ files }) => files),
  ...loading.tree.files,
];

/** With `auth` decided and the names of files made absolute. */
const decidedApi = (
  { tls, ...api }: SiteConfig['api'],
  { folder, simulated }: { readonly folder: string; readonly simulated: boolean },
): LoadedSite['config']['api'] => {
  const auth = decideAuth(api, simulated);
  if (tls === undefined) return { ...api, auth };
  const { certFile, keyFile, clientCaFile } = tls;
  return {
    ...{ ...api, auth },
    tls: {
      ...{ certFile: resolve(folder, certFile), keyFile: resolve(folder, keyFile) },
      ...(clientCaFile === undefined ? {} : { clientCaFile: resolve(folder, clientCaFile) }),
    },
  };
};

const toSite = (config: SiteConfig, checked: Checked, loading: Loading): LoadedSite => {
  const { identity, dataFolder, sources, sinks, sections, groups } = checked;
  const { version, site, data, api, ticks, broker, reload } = config;
  const { value } = loading.tree;
  return {
    file: loading.file,
    files: filesOf(loading, checked),
    identity,
    config: {
      version,
      site,
      data: { ...data, folder: dataFolder },
      api: decidedApi(api, { folder: loading.folder, simulated: identity.simulated }),
      ticks,
      reload,
      broker: { ...broker, embedded: broker.embedded ?? isBrokerNeeded(sinks) },
    },
    sources: sources.prepared.map(({ adapter, input }) => ({ adapter, input })),
    sinks: sinks.entries
      .filter((entry) => entry.isEnabled)
      .map(({ adapter, id, parsed }) => ({ adapter, id, config: parsed?.config })),
    sections: sections.values,
    groups,
    configurationId: configurationId(loading.raw, rawFilesOf(checked)),
    notices: [
      ...noticesOf(sources.entries, 'sources', value),
      ...noticesOf(sinks.entries, 'sinks', value),
    ],
  };
};

/**
 * Reads a site file with its profiles and secrets, and reports everything that is wrong in one go, in the order of the
 * file. Connects to nothing and writes nothing. Never throws for what the files contain.
 */
export const loadSite = async (options: LoadOptions): Promise<LoadResult> => {
  const file = resolve(options.file);
  const folder = dirname(file);
  const yaml = await readYaml(file);
  if (yaml === undefined) return { ok: false, problems: [noFile(file)], files: [file] };
  if (yaml.value === undefined) {
    return { ok: false, problems: sortProblems(yaml.problems, file), files: [file] };
  }
  const tree = await interpolate(yaml.value, { environment: options.env, folder });
  const report = createReport(yaml, tree);
  const loading: Loading = { options, file, folder, raw: yaml.value, tree, report };
  const checked = await checkAll(loading);
  if (checked.config === undefined || report.problems.length > 0) {
    const files = filesOf(loading, checked);
    return { ok: false, problems: sortProblems(report.problems, file), files };
  }
  return { ok: true, site: toSite(checked.config, checked, loading) };
};
