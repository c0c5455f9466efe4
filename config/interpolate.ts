import { isAbsolute, join } from 'node:path';
import type { ConfigIssue } from '../gateway/core/adapter.ts';
import type { ConfigPath } from './problem.ts';
import { readText } from './read-text.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** One text for a path, to keep paths in sets and maps. */
export const pathKey = (path: ConfigPath): string => path.join('\u0000');

/**
 * A tree of plain values in which references have been replaced. Values that came from outside of the file are remembered,
 * so that no message shows them.
 */
export type Interpolated = {
  readonly value: unknown;
  readonly issues: readonly ConfigIssue[];
  /** Path keys of the texts that contain a reference. */
  readonly references: ReadonlySet<string>;
  /** Path keys of the texts with a reference that could not be followed. */
  readonly missing: ReadonlySet<string>;
  /** Path keys of the texts with a part that came from outside of the file. */
  readonly outside: ReadonlySet<string>;
  /** Those parts. */
  readonly secrets: readonly string[];
  /** Files that references name, whether they are there or not. */
  readonly files: ReadonlySet<string>;
};

type Collected = {
  readonly issues: ConfigIssue[];
  readonly references: Set<string>;
  readonly missing: Set<string>;
  readonly outside: Set<string>;
  readonly secrets: string[];
  readonly files: Set<string>;
};

type Sources = { readonly environment: Environment; readonly folder: string };

const referencePattern = /\$\$|\$\{([^}]*)\}/g;
const environmentPattern = /^env:([A-Za-z_][A-Za-z0-9_]*)(:-(.*))?$/s;
const filePattern = /^file:(.+)$/s;
const longestSecretBytes = 64 * 1024;
const referenceForms =
  ['env:NAME', 'env:NAME:-default', 'file:PATH'].map((form) => `\${${form}}`).join(', ') +
  ' or $$ for a dollar sign';

type Resolution =
  | { readonly text: string; readonly isSecret: boolean }
  | { readonly found: string; readonly expected: string };

const readSecretFile = async (
  path: string,
  sources: Sources,
  files: Set<string>,
): Promise<Resolution> => {
  const file = isAbsolute(path) ? path : join(sources.folder, path);
  files.add(file);
  const secret = await readText(file, longestSecretBytes);
  switch (secret.state) {
    case 'read':
      return { text: secret.text.replace(/\r?\n$/, ''), isSecret: true };
    case 'too-large':
      return { found: `a larger file ${path}`, expected: `at most ${longestSecretBytes} bytes` };
    case 'unreadable':
      return {
        found: `no readable file ${path} (${secret.code})`,
        expected: 'a file that the gateway may read',
      };
  }
};

const resolveReference = async (
  reference: string,
  sources: Sources,
  files: Set<string>,
): Promise<Resolution> => {
  const environment = environmentPattern.exec(reference);
  if (environment !== null) {
    const name = environment[1] as string;
    const value = sources.environment[name];
    const fallback = environment[3];
    if (value !== undefined && (value !== '' || fallback === undefined)) {
      return { text: value, isSecret: true };
    }
    if (fallback !== undefined) return { text: fallback, isSecret: false };
    return {
      found: `no environment variable ${name}`,
      expected: `${name} to be set, or a default: \${env:${name}:-value}`,
    };
  }
  const file = filePattern.exec(reference);
  if (file !== null) return readSecretFile(file[1] as string, sources, files);
  return {
    found: `\${${reference}}`,
    expected: referenceForms,
  };
};

const interpolateText = async (
  text: string,
  options: { readonly path: ConfigPath; readonly sources: Sources; readonly into: Collected },
): Promise<string> => {
  const { path, sources, into } = options;
  const parts: string[] = [];
  let end = 0;
  for (const match of text.matchAll(referencePattern)) {
    parts.push(text.slice(end, match.index));
    end = match.index + match[0].length;
    const reference = match[1];
    if (reference === undefined) {
      parts.push('$');
      continue;
    }
    into.references.add(pathKey(path));
    const resolution = await resolveReference(reference, sources, into.files);
    if ('text' in resolution) {
      parts.push(resolution.text);
      if (resolution.isSecret) {
        into.outside.add(pathKey(path));
        into.secrets.push(resolution.text);
      }
    } else {
      into.missing.add(pathKey(path));
      into.issues.push({ path, ...resolution });
    }
  }
  return parts.join('') + text.slice(end);
};

const interpolateNode = async (
  value: unknown,
  options: { readonly path: ConfigPath; readonly sources: Sources; readonly into: Collected },
): Promise<unknown> => {
  const { path } = options;
  if (typeof value === 'string') {
    return value.includes('$') ? await interpolateText(value, options) : value;
  }
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const [index, item] of value.entries()) {
      items.push(await interpolateNode(item, { ...options, path: [...path, index] }));
    }
    return items;
  }
  if (typeof value === 'object' && value !== null) {
    const result: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value)) {
      Object.defineProperty(result, key, {
        value: await interpolateNode(item, { ...options, path: [...path, key] }),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    return result;
  }
  return value;
};

/**
 * Replaces `${env:NAME}`, `${env:NAME:-default}` and `${file:PATH}` in every text of `value`; `$$` is a dollar sign. Paths are
 * relative to `folder`; one line end at the end of a file is dropped. Returns a new tree.
 */
export const interpolate = async (value: unknown, sources: Sources): Promise<Interpolated> => {
  const into: Collected = {
    issues: [],
    references: new Set(),
    missing: new Set(),
    outside: new Set(),
    secrets: [],
    files: new Set(),
  };
  const result = await interpolateNode(value, { path: [], sources, into });
  return { value: result, ...into };
};
