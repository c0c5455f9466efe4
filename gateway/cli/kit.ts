import { resolve } from 'node:path';
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

/** Where the data is, by `--data` or by the site file; undefined after the file's problems have been printed. */
export const dataFolderOrComplain = async (
  options: SiteOptions,
  kit: Kit,
): Promise<string | undefined> => {
  if (options.data !== undefined) return resolve(options.data);
  return (await loadOrComplain(options, kit))?.config.data.folder;
};
