import { createHash } from 'node:crypto';
import { hiddenValue, isSensitivePath } from './describe.ts';
import type { ConfigPath } from './problem.ts';

/** JSON with sorted keys and without secrets, so that equal configurations give equal texts. */
const canonical = (value: unknown, path: ConfigPath): string => {
  if (Array.isArray(value)) {
    return `[${value.map((item, index) => canonical(item, [...path, index])).join(',')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => `${JSON.stringify(key)}:${canonical(item, [...path, key])}`);
    return `{${members.join(',')}}`;
  }
  const isHidden = typeof value !== 'boolean' && isSensitivePath(path);
  return JSON.stringify(isHidden ? hiddenValue : (value ?? null));
};

/**
 * SHA-256 in hexadecimal of what the configuration says: the site file before its references are followed (so a changed
 * password does not change it) and the profiles that it uses. Comments, order of keys and layout do not matter.
 */
export const configurationId = (site: unknown, profiles: ReadonlyMap<string, unknown>): string =>
  createHash('sha256')
    .update(canonical({ site, profiles: Object.fromEntries(profiles) }, []))
    .digest('hex');
