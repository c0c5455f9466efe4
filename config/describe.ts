import type { ConfigPath } from './problem.ts';

const longestShown = 60;

/** Keys whose values are never shown, even when someone wrote them in plain. */
const sensitiveKey = /(password|passphrase|secret|token|credential|private-?key|api-?key)$/i;

export const isSensitivePath = (path: ConfigPath): boolean =>
  path.some((part) => typeof part === 'string' && sensitiveKey.test(part));

export const hiddenValue = '(secret)';

/** User name and password in a URL, up to the last @ of its authority. */
const urlCredentials = /([a-z][a-z0-9+.-]*:\/\/)[^/\s]*@/gi;

/** A value in the words of a message: what somebody sees when looking at that place in the file. */
export const describeValue = (value: unknown): string => {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value !== 'string') return String(value);
  const safe = value.replace(urlCredentials, `$1${hiddenValue}@`);
  const shown = safe.length > longestShown ? `${safe.slice(0, longestShown)}…` : safe;
  return JSON.stringify(shown);
};

/** The value at `path` of a tree of plain values; undefined when there is none. */
export const valueAt = (tree: unknown, path: ConfigPath): unknown => {
  let current = tree;
  for (const part of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, part)) {
      return undefined;
    }
    current = (current as Record<string | number, unknown>)[part];
  }
  return current;
};
