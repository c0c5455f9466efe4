import { join } from 'node:path';
import type { ConfigIssue, SiteIdentity, SourceAdapter } from '../gateway/core/adapter.ts';
import { describeError } from '../gateway/core/error.ts';
import type { GroupSpec } from '../gateway/core/point.ts';
import { valueAt } from './describe.ts';
import type { CheckedEntry } from './entries.ts';
import type { ConfigPath } from './problem.ts';
import type { ProfileStore } from './profiles.ts';
import type { Report } from './report.ts';
import type { LoadedSource } from './site.ts';
import { didYouMean } from './suggest.ts';

type SourceEntry = CheckedEntry<SourceAdapter<unknown>>;

type SourceOptions = {
  readonly identity: SiteIdentity;
  readonly dataFolder: string;
  readonly store: ProfileStore;
  readonly report: Report;
  /** The site file's values, to find where a profile is named. */
  readonly tree: unknown;
};

export type PreparedSource = LoadedSource & {
  readonly path: ConfigPath;
  readonly groups: readonly GroupSpec[];
  /** The profiles it uses, as they stand in their files. */
  readonly rawProfiles: ReadonlyMap<string, unknown>;
};

/** Every place below `value` where a key `profile` has this name. */
const placesOfProfile = (value: unknown, name: string, path: ConfigPath): ConfigPath[] => {
  if (typeof value !== 'object' || value === null) return [];
  const isList = Array.isArray(value);
  return Object.entries(value).flatMap(([key, item]) => {
    const here = [...path, isList ? Number(key) : key];
    return key === 'profile' && item === name ? [here] : placesOfProfile(item, name, here);
  });
};

const missingProfile = async (
  name: string,
  entryValue: unknown,
  store: ProfileStore,
): Promise<ConfigIssue> => {
  const names = await store.names();
  const places = placesOfProfile(entryValue, name, []);
  const more = places.length > 1 ? ` (in ${places.length} places)` : '';
  return {
    path: places[0] ?? [],
    found: `the unknown profile ${JSON.stringify(name)}${more}`,
    expected: `the name of a file in profiles/ or of a built-in profile${didYouMean(name, names)}`,
  };
};

type Profiles = { readonly parsed: Map<string, unknown>; readonly raw: Map<string, unknown> };

const loadProfiles = async (
  entry: SourceEntry,
  options: SourceOptions,
): Promise<Profiles | undefined> => {
  const { store, report, tree } = options;
  const path = ['sources', entry.index];
  const profiles: Profiles = { parsed: new Map(), raw: new Map() };
  let isComplete = true;
  for (const name of new Set(entry.adapter.profileNames?.(entry.config) ?? [])) {
    const profile = await store.load(entry.adapter, name);
    if (profile.state === 'ready') {
      profiles.parsed.set(name, profile.value);
      profiles.raw.set(name, profile.raw);
      continue;
    }
    isComplete = false;
    if (profile.state === 'broken') report.problems.push(...profile.problems);
    else report.add(path, await missingProfile(name, valueAt(tree, path), store));
  }
  return isComplete ? profiles : undefined;
};

/** Issues that a source's own room sees; thrown errors included, so that a slip there is a message and not a crash. */
const ownIssues = ({ adapter, input }: LoadedSource): readonly ConfigIssue[] => {
  const issues = adapter.check?.(input) ?? [];
  return issues.length > 0 ? issues : (adapter.plan?.(input).issues ?? []);
};

/** Follows an entry's profiles and asks its adapter about it; undefined when something is wrong, which is then reported. */
export const prepareSource = async (
  entry: SourceEntry,
  options: SourceOptions,
): Promise<PreparedSource | undefined> => {
  const { report, identity } = options;
  const profiles = await loadProfiles(entry, options);
  if (profiles === undefined) return undefined;
  const path = ['sources', entry.index];
  const source: LoadedSource = {
    adapter: entry.adapter,
    input: {
      id: entry.id,
      config: entry.config,
      site: identity,
      profiles: profiles.parsed,
      dataFolder: join(options.dataFolder, 'sources', entry.id),
    },
  };
  try {
    const issues = ownIssues(source);
    for (const issue of issues) report.add(path, issue);
    if (issues.length > 0) return undefined;
    const { groups } = entry.adapter.createSource(source.input);
    return { ...source, path, groups, rawProfiles: profiles.raw };
  } catch (error) {
    report.add(path, {
      path: [],
      found: `a source that cannot be made (${describeError(error)})`,
      expected: 'a configuration that the adapter can use',
    });
    return undefined;
  }
};
