import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadSite } from '../../config/loader.ts';
import type { LoadedSite, LoadOptions, LoadResult } from '../../config/site.ts';
import { explainError } from '../core/error-text.ts';
import type { Composition, ExitCode } from './composition.ts';
import type { Language } from './language.ts';
import type { Messages } from './messages.ts';
import { WordedError } from './option-values.ts';
import { problemLine } from './problem-words.ts';

/** What every command works with. */
export type Kit = {
  readonly composition: Composition;
  readonly language: Language;
  readonly text: Messages;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** One line for people or machines, on stdout. */
  print(line: string): void;
  /** One line about what is wrong or under way, on stderr. */
  complain(line: string): void;
  /** What the process ends with; the commands' only result. */
  finish(code: ExitCode): void;
};

export type SiteOptions = {
  readonly config?: string | undefined;
  readonly data?: string | undefined;
};

const siteFile = (options: SiteOptions, env: Kit['env']): string =>
  resolve(options.config ?? (env['SEAMWATT_CONFIG'] || 'seamwatt.yaml'));

export const loadOptions = (options: SiteOptions, kit: Kit): LoadOptions => ({
  file: siteFile(options, kit.env),
  adapters: kit.composition.adapters,
  sections: kit.composition.sections,
  env: kit.env,
  ...(options.data === undefined ? {} : { dataFolder: resolve(options.data) }),
});

export const complainOfProblems = (result: Extract<LoadResult, { ok: false }>, kit: Kit): void => {
  for (const problem of result.problems) {
    kit.complain(problemLine(problem, process.cwd(), kit.language));
  }
  kit.complain(kit.text.problemCount(result.problems.length));
};

/** The site, or undefined after all its problems have been printed. */
export const loadOrComplain = async (
  options: SiteOptions,
  kit: Kit,
): Promise<LoadedSite | undefined> => {
  const result = await loadSite(loadOptions(options, kit));
  if (result.ok) return result.site;
  complainOfProblems(result, kit);
  return undefined;
};

/** A failure in words for people, as the language has them. */
export const wordsOf = (error: unknown, { language }: Kit): string =>
  error instanceof WordedError ? error.message : explainError(error)[language];

/** Where `start` keeps the data of the demo, in the working directory. */
export const demoDataFolder = 'data/demo';

/**
 * Whose data to look into: what the options name, else the site file that is there, else the demo where `start` has run it,
 * which is said. Undefined after it was told that there is none of them.
 */
export const findSite = (options: SiteOptions, kit: Kit): SiteOptions | undefined => {
  const file = siteFile(options, kit.env);
  const isNamed = options.config !== undefined || Boolean(kit.env['SEAMWATT_CONFIG']);
  if (options.data !== undefined || isNamed || existsSync(file)) return options;
  const demo = resolve(demoDataFolder);
  if (!existsSync(join(demo, 'journal'))) {
    kit.complain(kit.text.noDataFolder(file, demo));
    return undefined;
  }
  kit.complain(kit.text.demoDataFound(file, demo));
  return { ...options, config: kit.composition.demoFile, data: demo };
};

/** Where the data is, by `--data` or by the site file; undefined after it was told why it is not known. */
export const dataFolderOrComplain = async (
  options: SiteOptions,
  kit: Kit,
): Promise<string | undefined> => {
  const site = findSite(options, kit);
  if (site?.data !== undefined) return resolve(site.data);
  return site && (await loadOrComplain(site, kit))?.config.data.folder;
};
