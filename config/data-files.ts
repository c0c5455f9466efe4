import { join } from 'node:path';
import type { ConfigIssue, ConfigSection } from '../gateway/core/adapter.ts';
import type { Problem } from './problem.ts';
import { builtInFolder, createProfileStore } from './profiles.ts';
import { didYouMean } from './suggest.ts';

/** What a section's data files gave. */
export type DataFiles = {
  /** Parsed, by name; only those that are right. */
  readonly values: ReadonlyMap<string, unknown>;
  /** As they stand in their files, by folder and name. */
  readonly raw: ReadonlyMap<string, unknown>;
  /** All that were looked for, whether they are there or not. */
  readonly files: readonly string[];
  /** Names that there is no file for; paths are relative to the section. */
  readonly issues: readonly ConfigIssue[];
  /** Of the files themselves. */
  readonly problems: readonly Problem[];
};

const nothing: DataFiles = {
  ...{ values: new Map(), raw: new Map() },
  ...{ files: [], issues: [], problems: [] },
};

/** Reads the data files that a section names: those beside the site file first, then those that ship. */
export const readDataFiles = async (
  section: ConfigSection,
  parsed: { readonly value: unknown; readonly folder: string },
): Promise<DataFiles> => {
  const { dataFiles } = section;
  if (dataFiles === undefined) return nothing;
  const kind = dataFiles.folder;
  const store = createProfileStore([join(parsed.folder, kind), builtInFolder(kind)]);
  const values = new Map<string, unknown>();
  const raw = new Map<string, unknown>();
  const issues: ConfigIssue[] = [];
  const problems: Problem[] = [];
  for (const { name, path } of dataFiles.namesIn(parsed.value)) {
    const file = await store.load({ kind, profileSchema: dataFiles.schema }, name);
    if (file.state === 'ready') {
      values.set(name, file.value);
      raw.set(`${kind}/${name}`, file.raw);
    } else if (file.state === 'broken') problems.push(...file.problems);
    else {
      const found = `no file ${name}.yaml`;
      const hint = didYouMean(name, await store.names());
      issues.push({
        path,
        found,
        expected: `the name of a file in ${kind}/ or of one that ships${hint}`,
      });
    }
  }
  return { values, raw, files: [...store.files], issues, problems };
};
