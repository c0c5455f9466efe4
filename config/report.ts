import type { ConfigIssue } from '../gateway/core/adapter.ts';
import type { ValueIssue } from './check-value.ts';
import { hiddenValue, isSensitivePath } from './describe.ts';
import { type Interpolated, pathKey } from './interpolate.ts';
import { type ConfigPath, formatPath, type Problem } from './problem.ts';
import type { YamlFile } from './yaml-file.ts';

/** Collects the problems of one site file; what came from outside of it is never shown. */
export type Report = {
  readonly problems: Problem[];
  /**
   * `path` is where the entry stands that the issue is relative to. False when it is no news, because a missing reference
   * explains it.
   */
  add(path: ConfigPath, issue: ValueIssue | ConfigIssue): boolean;
  /** A reference that could not be followed; its words never contain a value. */
  addReference(issue: ConfigIssue): void;
};

const shortestScrubbed = 4;

const scrub = (text: string, secrets: readonly string[]): string =>
  secrets.reduce(
    (result, secret) =>
      secret.length < shortestScrubbed ? result : result.replaceAll(secret, hiddenValue),
    text,
  );

const isBelow = (path: ConfigPath, keys: ReadonlySet<string>): boolean =>
  path.some((_, index) => keys.has(pathKey(path.slice(0, index + 1))));

export const createReport = (yaml: YamlFile, tree: Interpolated): Report => {
  const problems: Problem[] = [...yaml.problems];
  return {
    problems,
    addReference: ({ path, found, expected }) => {
      problems.push({
        file: yaml.file,
        ...yaml.locate(path),
        path: formatPath(path),
        found,
        expected,
      });
    },
    add: (base, issue) => {
      const path = [...base, ...issue.path];
      if (isBelow(path, tree.missing)) return false;
      const isHidden =
        !('place' in issue) &&
        issue.found !== 'nothing' &&
        (isBelow(path, tree.outside) || isSensitivePath(path));
      problems.push({
        file: yaml.file,
        ...yaml.locate(path, 'place' in issue ? issue.place : 'value'),
        path: formatPath(path),
        found: isHidden ? hiddenValue : scrub(issue.found, tree.secrets),
        expected: scrub(issue.expected, tree.secrets),
      });
      return true;
    },
  };
};
