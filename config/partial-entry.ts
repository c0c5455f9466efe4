import type { z } from 'zod';
import type { ValueIssue } from './check-value.ts';
import type { ConfigPath } from './problem.ts';

/** An entry as its adapter's schema parsed it, or what was left of it without what is wrong. */
export type ParsedEntry = {
  readonly config: unknown;
  /** The path in the file's entry of a path in `config`: they differ where items of a list were left out. */
  pathInFile(path: ConfigPath): ConfigPath;
};

export const whole = (config: unknown): ParsedEntry => ({ config, pathInFile: (path) => path });

/** The item of a list of the entry that an issue lies in. */
const itemOf = ({
  path,
}: ValueIssue): { readonly key: string; readonly item: number } | undefined => {
  const [key, item] = path;
  return typeof key === 'string' && typeof item === 'number' ? { key, item } : undefined;
};

/**
 * Parses an entry without what `issues` say is wrong with it, so that one bad device does not hide what is wrong with
 * its neighbours. Undefined when the rest is not enough, or when other values than the author's would have to be judged.
 */
export const parseRest = (
  schema: z.ZodType,
  value: Readonly<Record<string, unknown>>,
  issues: readonly ValueIssue[],
): ParsedEntry | undefined => {
  const rest: Record<string, unknown> = { ...value };
  const broken = new Map<string, Set<number>>();
  for (const issue of issues) {
    const place = itemOf(issue);
    const [key] = issue.path;
    if (place !== undefined) {
      broken.set(place.key, (broken.get(place.key) ?? new Set()).add(place.item));
    } else if (issue.path.length === 1 && key !== undefined) {
      delete rest[key];
    } else {
      return undefined;
    }
  }
  const kept = new Map<string, readonly number[]>();
  for (const [key, items] of broken) {
    const list = rest[key];
    if (!Array.isArray(list)) return undefined;
    const indices = [...list.keys()].filter((index) => !items.has(index));
    kept.set(key, indices);
    rest[key] = indices.map((index) => list[index]);
  }
  const parsed = schema.safeParse(rest);
  if (!parsed.success) return undefined;
  return {
    config: parsed.data,
    pathInFile: ([key, item, ...more]) => {
      const original = kept.get(String(key))?.[Number(item)];
      const place = [key, original ?? item].filter((part) => part !== undefined);
      return [...place, ...more];
    },
  };
};
