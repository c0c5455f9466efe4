import { isDeepStrictEqual } from 'node:util';
import type { LoadedSite } from './site.ts';

const isTree = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Paths of the leaves that differ. */
const differences = (before: unknown, after: unknown, path: string): readonly string[] => {
  if (!isTree(before) || !isTree(after)) return isDeepStrictEqual(before, after) ? [] : [path];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => differences(before[key], after[key], `${path}.${key}`));
};

/** What another configuration says differently and only a restart can apply, as people write it: `api.port`. */
export const needsRestart = (before: LoadedSite, after: LoadedSite): readonly string[] => [
  ...differences(before.identity, after.identity, 'site'),
  ...(['data', 'api', 'ticks', 'broker'] as const).flatMap((key) =>
    differences(before.config[key], after.config[key], key),
  ),
];
