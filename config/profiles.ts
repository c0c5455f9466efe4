import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ZodType } from 'zod';
import { checkValue } from './check-value.ts';
import { formatPath, type Problem } from './problem.ts';
import { readYaml, type YamlFile } from './yaml-file.ts';

/** Files that ship with Seamwatt. */
export const builtInFolder = (name: string): string =>
  fileURLToPath(new URL(`./${name}`, import.meta.url));
/** Profiles that ship with Seamwatt. */
export const builtInProfileFolder = builtInFolder('profiles');

/** Whose files they are, and how these must look. */
type ProfileOwner = { readonly kind: string; readonly profileSchema?: ZodType };

export type LoadedProfile =
  | {
      readonly state: 'ready';
      /** As the adapter's schema parsed it. */
      readonly value: unknown;
      /** As it stands in the file. */
      readonly raw: unknown;
    }
  | { readonly state: 'broken'; readonly problems: readonly Problem[] }
  | { readonly state: 'missing' };

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const extension = '.yaml';

const isMissingFile = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'ENOENT' || error.code === 'ENOTDIR');

const namesIn = async (folder: string): Promise<string[]> => {
  try {
    const files = await readdir(folder);
    return files
      .filter((file) => file.endsWith(extension))
      .map((file) => file.slice(0, -extension.length));
  } catch (error) {
    if (isMissingFile(error)) return [];
    throw error;
  }
};

const parseProfile = (yaml: YamlFile, adapter: ProfileOwner): LoadedProfile => {
  const { file } = yaml;
  const problems = [...yaml.problems];
  if (yaml.value === undefined) return { state: 'broken', problems };
  if (adapter.profileSchema === undefined) {
    return { state: 'ready', value: yaml.value, raw: yaml.value };
  }
  const checked = checkValue(adapter.profileSchema, { value: yaml.value });
  if (checked.ok && problems.length === 0) {
    return { state: 'ready', value: checked.value, raw: yaml.value };
  }
  for (const issue of checked.ok ? [] : checked.issues) {
    problems.push({
      file,
      ...yaml.locate(issue.path, issue.place),
      path: formatPath(issue.path),
      found: issue.found,
      expected: issue.expected,
    });
  }
  return { state: 'broken', problems };
};

/** Finds and parses profiles, each once. The first folder that has a name wins. */
export type ProfileStore = {
  load(adapter: ProfileOwner, name: string): Promise<LoadedProfile>;
  names(): Promise<readonly string[]>;
  /** Files that were looked for, whether they are there or not. */
  readonly files: ReadonlySet<string>;
};

export const createProfileStore = (folders: readonly string[]): ProfileStore => {
  const loaded = new Map<string, Promise<LoadedProfile>>();
  const files = new Set<string>();
  const find = async (adapter: ProfileOwner, name: string): Promise<LoadedProfile> => {
    // A name is never a way out of the profile folders.
    if (!namePattern.test(name)) return { state: 'missing' };
    for (const folder of folders) {
      const file = join(folder, `${name}${extension}`);
      files.add(file);
      const yaml = await readYaml(file);
      if (yaml !== undefined) return parseProfile(yaml, adapter);
    }
    return { state: 'missing' };
  };
  return {
    files,
    load: (adapter, name) => {
      const key = `${adapter.kind}/${name}`;
      const known = loaded.get(key);
      if (known !== undefined) return known;
      const profile = find(adapter, name);
      loaded.set(key, profile);
      return profile;
    },
    names: async () => [...new Set((await Promise.all(folders.map(namesIn))).flat())].sort(),
  };
};
