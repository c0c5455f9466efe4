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

type NamedProfile = { readonly name: string; readonly path: ConfigPath };

/** Every key `profile` below `value` with the name behind it. */
const namedProfiles = (value: unknown, path: ConfigPath = []): NamedProfile[] => {
  if (typeof value !== 'object' || value === null) return [];
  const isList = Array.isArray(value);
  return Object.entries(value).flatMap(([key, item]) => {
    const here = [...path, isList ? Number(key) : key];
    return key === 'profile' && typeof item === 'string'
      ? [{ name: item, path: here }]
      : namedProfiles(item, here);
  });
};

const missingProfile = async (
  name: string,
  places: readonly NamedProfile[],
  store: ProfileStore,
): Promise<ConfigIssue> => {
  const names = await store.names();
  const more = places.length > 1 ? ` (in ${places.length} places)` : '';
  return {
    path: places[0]?.path ?? [],
    found: `the unknown profile ${JSON.stringify(name)}${more}`,
    expected: `the name of a file in profiles/ or of a built-in profile${didYouMean(name, names)}`,
  };
};

type Profiles = {
  readonly parsed: Map<string, unknown>;
  readonly raw: Map<string, unknown>;
  /** Where profiles are named that there are not, or that are broken. */
  readonly missing: ConfigPath[];
};

/** Those that the configuration names; of a broken entry those that stand in it. */
const profileNamesOf = (entry: SourceEntry, named: readonly NamedProfile[]): Set<string> => {
  const { adapter, parsed, isRight } = entry;
  if (adapter.profileNames === undefined) return new Set();
  const own = parsed === undefined ? [] : adapter.profileNames(parsed.config);
  return new Set([...own, ...(isRight ? [] : named.map(({ name }) => name))]);
};

const loadProfiles = async (entry: SourceEntry, options: SourceOptions): Promise<Profiles> => {
  const { store, report, tree } = options;
  const path = ['sources', entry.index];
  const profiles: Profiles = { parsed: new Map(), raw: new Map(), missing: [] };
  const named = namedProfiles(valueAt(tree, path));
  for (const name of profileNamesOf(entry, named)) {
    const profile = await store.load(entry.adapter, name);
    if (profile.state === 'ready') {
      profiles.parsed.set(name, profile.value);
      profiles.raw.set(name, profile.raw);
      continue;
    }
    const places = named.filter((one) => one.name === name);
    profiles.missing.push(...places.map((place) => place.path));
    if (profile.state === 'broken') report.problems.push(...profile.problems);
    else report.add(path, await missingProfile(name, places, store));
  }
  return profiles;
};

/** Issues that a source's own room sees; thrown errors included, so that a slip there is a message and not a crash. */
const ownIssues = ({ adapter, input }: LoadedSource): readonly ConfigIssue[] => {
  const issues = adapter.check?.(input) ?? [];
  return issues.length > 0 ? issues : (adapter.plan?.(input).issues ?? []);
};

const isSamePath = (a: ConfigPath, b: ConfigPath): boolean => a.join('/') === b.join('/');

/** Reports what the adapter says of an entry; false when that was anything. */
const reportOwnIssues = (
  source: LoadedSource,
  place: { readonly entry: SourceEntry; readonly missing: readonly ConfigPath[] },
  report: Report,
): boolean => {
  const { entry, missing } = place;
  const issues = ownIssues(source)
    .map((issue) => ({ ...issue, path: entry.parsed?.pathInFile(issue.path) ?? issue.path }))
    .filter(({ path }) => !missing.some((other) => isSamePath(other, path)));
  for (const issue of issues) report.add(['sources', entry.index], issue);
  return issues.length === 0;
};

/** Follows an entry's profiles and asks its adapter about it; undefined when something is wrong, which is then reported. */
export const prepareSource = async (
  entry: SourceEntry,
  options: SourceOptions,
): Promise<PreparedSource | undefined> => {
  const { report, identity } = options;
  const profiles = await loadProfiles(entry, options);
  const { adapter, parsed, isRight } = entry;
  if (parsed === undefined) return undefined;
  const path = ['sources', entry.index];
  const source: LoadedSource = {
    adapter,
    input: {
      id: entry.id,
      config: parsed.config,
      site: identity,
      profiles: profiles.parsed,
      dataFolder: join(options.dataFolder, 'sources', entry.id),
    },
  };
  try {
    const isFit = reportOwnIssues(source, { entry, missing: profiles.missing }, report);
    if (!isFit || !isRight || profiles.missing.length > 0) return undefined;
    const { groups } = adapter.createSource(source.input);
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
