import { relative } from 'node:path';

/** One thing wrong in a configuration file, at a place that an editor can jump to. */
export type Problem = {
  readonly file: string;
  /** From 1; 0 when the file itself is the problem. */
  readonly line: number;
  readonly column: number;
  /** As people write it: `sources[0].transport.port`; empty for the whole file. */
  readonly path: string;
  readonly found: string;
  readonly expected: string;
};

export type ConfigPath = readonly (string | number)[];

const plainKey = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** `['sources', 0, 'transport']` as `sources[0].transport`. */
export const formatPath = (path: ConfigPath): string => {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (plainKey.test(part)) text += text === '' ? part : `.${part}`;
    else text += `[${JSON.stringify(part)}]`;
  }
  return text;
};

/** `file` relative to `folder` when it lies below it, else as it is. */
export const displayFile = (file: string, folder: string): string => {
  const fromFolder = relative(folder, file);
  return fromFolder.startsWith('..') || fromFolder === '' ? file : fromFolder;
};

/** `file:line:column path`; files below `folder` are named relative to it. */
export const formatPlace = (problem: Problem, folder: string): string => {
  const place = problem.line === 0 ? '' : `:${problem.line}:${problem.column}`;
  const path = problem.path === '' ? '' : ` ${problem.path}`;
  return `${displayFile(problem.file, folder)}${place}${path}`;
};

/** `file:line:column path: found X, expected Y` */
export const formatProblem = (problem: Problem, folder: string): string =>
  `${formatPlace(problem, folder)}: found ${problem.found}, expected ${problem.expected}`;

/** The site file first, other files by name, each from top to bottom, without repetitions. */
export const sortProblems = (problems: readonly Problem[], siteFile: string): Problem[] => {
  const sorted = [...problems].sort(
    (a, b) =>
      Number(b.file === siteFile) - Number(a.file === siteFile) ||
      a.file.localeCompare(b.file, 'en') ||
      a.line - b.line ||
      a.column - b.column ||
      a.path.localeCompare(b.path, 'en'),
  );
  const seen = new Set<string>();
  return sorted.filter((problem) => {
    const text = JSON.stringify(problem);
    return !seen.has(text) && seen.add(text);
  });
};
